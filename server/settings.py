"""Where the server keeps its data and whom it listens to, from the environment (``UPRIGHT_*``) or code."""

from __future__ import annotations

import ipaddress
import secrets
from pathlib import Path

import platformdirs
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

IMPORTS_FOLDER = "imports"
"""Of the data folder."""
TOKEN_BYTES = 32
"""256 bits: cannot be guessed, so no counting of failed attempts is needed (which would lock people out)."""


def _default_data_dir() -> Path:
    return platformdirs.user_data_path("upright", appauthor=False)


def new_token() -> str:
    """Make a random token that is safe in an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address reaches this computer only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Settings(BaseSettings):
    """Settings of one server process.

    Attributes
    ----------
    data_dir : Path
        Recordings and results. Default: the user's data directory of the operating system.
    host : str
        Address to listen on. Anything but this computer itself needs a token.
    port : int
        TCP port; 0 lets the operating system choose.
    token : SecretStr or None
        When set, nobody comes in without a token, and this one lets in whoever administers.
    lan : bool
        Whether there is a token for each role, kept in ``data_dir``; set by ``--lan``.
    tls : bool
        Whether to encrypt with a certificate of our own, kept in ``data_dir``; set by ``--lan``.
    allowed_hosts : tuple of str
        Further names by which browsers may call the server, without port, for example ``rack-1.local``.
    database_url : str or None
        SQLAlchemy address of the results database; None: SQLite in ``data_dir``.
    mqtt_username, mqtt_password : str and SecretStr, or None
        For the broker of ``upright serve --mqtt``.
    """

    model_config = SettingsConfigDict(env_prefix="UPRIGHT_", frozen=True, extra="forbid")

    data_dir: Path = Field(default_factory=_default_data_dir)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    token: SecretStr | None = None
    lan: bool = False
    tls: bool = False
    allowed_hosts: tuple[str, ...] = ()
    database_url: str | None = None
    mqtt_username: str | None = None
    mqtt_password: SecretStr | None = None

    @property
    def recordings_dir(self) -> Path:
        """Where the raw recordings are."""
        return self.data_dir / "recordings"

    @property
    def companions_dir(self) -> Path:
        """Where the recordings of sensors are that were worn beside the one on the bar."""
        return self.data_dir / "companions"

    @property
    def imports_dir(self) -> Path:
        """Where imported files are, unchanged, beside what was decided about them."""
        return self.data_dir / IMPORTS_FOLDER

    @property
    def references_dir(self) -> Path:
        """Where measurements of other instruments are, to compare with."""
        return self.data_dir / "references"

    @property
    def transfers_dir(self) -> Path:
        """Where uploads and exports are while somebody waits for them."""
        return self.data_dir / "transfers"

    @property
    def sensors_dir(self) -> Path:
        """Where it is kept what was learned of each sensor."""
        return self.data_dir / "sensors"

    @property
    def lifts_dir(self) -> Path:
        """Where the lifts of the user's own are."""
        return self.data_dir / "lifts"

    @property
    def results_url(self) -> str:
        """SQLAlchemy address of the results database."""
        return self.database_url or f"sqlite:///{self.data_dir / 'results.db'}"

    @property
    def listens_beyond_this_computer(self) -> bool:
        """Whether other computers can connect."""
        return not is_loopback(self.host)
