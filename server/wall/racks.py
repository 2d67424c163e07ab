"""Which racks a wall follows: their addresses, and the file in which they are kept."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, urlsplit

from server.errors import InvalidRackError, WallFileError
from server.private_files import read_private, write_private

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MAX_RACKS = 16
"""Tiles that can be read across a gym on one screen."""
MAX_NAME_CHARS = 40
"""Longer ones would not fit a tile. 20 to 60."""
OWN_NAME = "This rack"
"""Of the wall's own sensor, until somebody gives it another."""
SCHEMA = "upright.wall/1"
_PORTS = {"http": 80, "https": 443}
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_EXAMPLE = "Give it as https://192.168.1.20:8000/?token=…, as the rack's server printed it."


@dataclass(frozen=True, slots=True)
class Rack:
    """Another Upright server that is followed.

    Attributes
    ----------
    name : str
        For people.
    scheme : str
        "http" or "https".
    host : str
        Address or name, without brackets.
    port : int
        TCP port.
    token : str or None
        Lets view it; never shown.
    fingerprint : str or None
        SHA-256 of its certificate, 64 hexadecimal digits; None: the certificate is checked as usual.
    """

    name: str
    scheme: str
    host: str
    port: int
    token: str | None = field(default=None, repr=False)
    fingerprint: str | None = None

    @property
    def address(self) -> str:
        """Address without secrets, which is also the Origin that its own page has."""
        return f"{self.scheme}://{self.netloc}"

    @property
    def netloc(self) -> str:
        """Host and port, as in a URL and in the Host header; a port that goes without saying is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def rack_id(self) -> str:
        """Tells it from all others, and stays the same as long as its address does."""
        return hashlib.sha256(self.address.encode()).hexdigest()[:12]


def rack_at(name: str, url: str, *, token: str | None = None, fingerprint: str | None = None) -> Rack:
    """Make a rack from the address that its server printed.

    Parameters
    ----------
    name : str
        For people.
    url : str
        With ``token`` and ``fingerprint`` in its query, or without.
    token, fingerprint : str or None
        In place of those of the address. A fingerprint may have colons.

    Raises
    ------
    InvalidRackError
        If the name or the address makes no sense.
    """
    name = name.strip()
    if not 0 < len(name) <= MAX_NAME_CHARS or not name.isprintable():
        raise InvalidRackError(f"A rack needs a name of 1 to {MAX_NAME_CHARS} characters.", "Say “Rack 2”.")
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if parts.scheme not in _PORTS or not host or parts.username is not None:
        # The address is not repeated: it may hold a token.
        raise InvalidRackError(f"The address of {name} is not one of an Upright server.", _EXAMPLE)
    given = dict(parse_qsl(parts.query))
    wanted = token or given.get("token") or None
    if wanted is not None and not (wanted.isascii() and wanted.isprintable()):
        raise InvalidRackError(f"The token of {name} cannot be one.", _EXAMPLE)
    return Rack(
        name,
        parts.scheme,
        host,
        _PORTS[parts.scheme] if port is None else port,
        wanted,
        _fingerprint(name, parts.scheme, fingerprint or given.get("fingerprint") or None),
    )


def parse_rack(text: str) -> Rack:
    """Read ``NAME=URL``.

    Raises
    ------
    InvalidRackError
        If it is not that.
    """
    name, equals, url = text.partition("=")
    if not equals or "://" in name:
        raise InvalidRackError(
            "A rack is given as NAME=URL.", 'Such as "Rack 2=https://192.168.1.20:8000/?token=…".'
        )
    return rack_at(name, url)


def _fingerprint(name: str, scheme: str, text: str | None) -> str | None:
    if text is None:
        return None
    digits = re.sub(r"[\s:]|^sha-?256", "", text.strip().lower())
    if scheme != "https" or not _FINGERPRINT.fullmatch(digits):
        raise InvalidRackError(
            f"The fingerprint of {name} is none: it has 64 hexadecimal digits and belongs to https.",
            "Copy it from what the rack's server printed.",
        )
    return digits


@dataclass(frozen=True, slots=True)
class WallSettings:
    """What a wall is told to show.

    Attributes
    ----------
    racks : tuple of Rack
        Those that are followed.
    own_name : str
        Name of the wall's own sensor.
    shows_names : bool
        Whether lifters are named. Not unless somebody says so: a wall is seen by everybody in the room.
    """

    racks: tuple[Rack, ...] = ()
    own_name: str = OWN_NAME
    shows_names: bool = False

    def with_rack(self, rack: Rack) -> WallSettings:
        """Add a rack; one with the same address is replaced in its place.

        Raises
        ------
        InvalidRackError
            If there are too many, or another rack has the name.
        """
        others = [one for one in self.racks if one.rack_id != rack.rack_id]
        if len(others) >= MAX_RACKS:
            raise InvalidRackError(f"A wall shows {MAX_RACKS} racks at most.", "Take one away first.")
        if any(one.name.casefold() == rack.name.casefold() for one in others):
            raise InvalidRackError(f"There is already a rack {rack.name!r}.", "Choose another name.")
        if len(others) == len(self.racks):
            return replace(self, racks=(*self.racks, rack))
        return replace(self, racks=tuple(rack if one.rack_id == rack.rack_id else one for one in self.racks))


def with_racks(settings: WallSettings, racks: Sequence[Rack]) -> WallSettings:
    """Add several racks.

    Raises
    ------
    InvalidRackError
        As `WallSettings.with_rack`.
    """
    for rack in racks:
        settings = settings.with_rack(rack)
    return settings


@dataclass(frozen=True, slots=True)
class WallFile:
    """The file in which a wall's settings are kept. It holds tokens: only its user may read it.

    Attributes
    ----------
    path : Path
        In the data folder; made when something is kept.
    """

    path: Path

    def load(self) -> WallSettings:
        """Read it; the defaults where there is no file.

        Raises
        ------
        WallFileError
            If it is damaged.
        """
        text = read_private(self.path, WallFileError)
        if text is None:
            return WallSettings()
        try:
            return _settings_in(cast("dict[str, Any]", json.loads(text)))
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError, InvalidRackError) as error:
            raise WallFileError(self.path, str(error)) from error

    def keep(self, settings: WallSettings) -> None:
        """Write it, at once or not at all.

        Raises
        ------
        WallFileError
            If it cannot be written.
        """
        content = {
            "schema": SCHEMA,
            "own_name": settings.own_name,
            "shows_names": settings.shows_names,
            "racks": [
                {"name": one.name, "address": one.address, "token": one.token, "fingerprint": one.fingerprint}
                for one in settings.racks
            ],
        }
        write_private(self.path, json.dumps(content, indent=2, ensure_ascii=False) + "\n", WallFileError)


def _settings_in(content: dict[str, Any]) -> WallSettings:
    """Check what a file holds.

    Raises
    ------
    KeyError, TypeError, AttributeError, ValueError, InvalidRackError
        If it is not what `WallFile.keep` writes.
    """
    if content["schema"] != SCHEMA:
        raise ValueError(f"schema {content['schema']!r} is unknown")
    racks = [
        rack_at(one["name"], one["address"], token=one.get("token"), fingerprint=one.get("fingerprint"))
        for one in content["racks"]
    ]
    kept = WallSettings(own_name=str(content["own_name"]), shows_names=bool(content["shows_names"]))
    return with_racks(kept, racks)
