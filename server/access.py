"""Who may come in: one token for each role, kept in the data folder so that a tablet stays signed in."""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from server.errors import AccessFileError, MissingTokenError, RenewRefusedError
from server.private_files import read_private, write_private
from server.roles import Role

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from server.settings import Settings

SCHEMA = "upright.access/1"
FILE_NAME = "access.json"

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Nothing that is mistaken for something else when it is typed off a screen."""
_GROUPS, _GROUP_LETTERS = 5, 4
_MIN_TOKEN_LETTERS = 16


def typable_token() -> str:
    """Make a random token of 99 bits that can be typed on a tablet: five groups of four letters.

    It cannot be guessed over a network, so failed attempts need not be counted (which would lock people out).
    """
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LETTERS)) for _ in range(_GROUPS))


@dataclass(frozen=True, slots=True)
class Reach:
    """How others reach this server.

    Attributes
    ----------
    url : str
        Address without a token and without a last slash.
    names : tuple of str
        Addresses and names that the certificate is valid for; empty without TLS.
    fingerprint : str or None
        SHA-256 of the certificate; None without TLS.
    certificate_made_because : str
        Why the certificate was made just now, in words; empty if it was there already.
    """

    url: str
    names: tuple[str, ...] = ()
    fingerprint: str | None = None
    certificate_made_because: str = ""


class Access:
    """The tokens of a server, and who is let in by which.

    Parameters
    ----------
    tokens : mapping of Role to str
        Empty: everybody who can connect is ``admin``, which is only right on this computer alone.
    path : Path or None
        Where renewed tokens are kept; None: nowhere, they cannot be renewed.
    is_lan : bool
        Whether other computers can connect.
    fixed : Role or None
        A role whose token was given from outside, so that it is not ours to renew.
    """

    def __init__(
        self,
        tokens: Mapping[Role, str] | None = None,
        path: Path | None = None,
        *,
        is_lan: bool = False,
        fixed: Role | None = None,
    ) -> None:
        self._tokens = dict(tokens or {})
        self._path, self._fixed = path, fixed
        self._renewed = asyncio.Event()
        self.is_lan = is_lan
        self.reach: Reach | None = None
        """How others reach the server, once that is known."""

    @classmethod
    def of(cls, settings: Settings) -> Access:
        """Open the access that the settings ask for; tokens of ``--lan`` are made where there are none.

        Raises
        ------
        MissingTokenError
            If other computers could connect and there would be no token.
        AccessFileError
            If the file of tokens is damaged or cannot be written.
        """
        is_lan = settings.listens_beyond_this_computer
        path = settings.data_dir / FILE_NAME if settings.lan else None
        tokens = {} if path is None else _kept(path)
        given = settings.token
        if given is not None:
            tokens[Role.ADMIN] = given.get_secret_value()
        if is_lan and not tokens:
            raise MissingTokenError(settings.host)
        return cls(tokens, path, is_lan=is_lan, fixed=None if given is None else Role.ADMIN)

    @property
    def needs_token(self) -> bool:
        """Whether nobody is let in without a token."""
        return bool(self._tokens)

    @property
    def can_renew(self) -> bool:
        """Whether the tokens are ours to renew."""
        return self._path is not None

    @property
    def tokens(self) -> dict[Role, str]:
        """Tokens by role."""
        return dict(self._tokens)

    def role_of(self, candidate: str | None) -> Role | None:
        """Say which role a token lets in; None if it is no token of this server."""
        if candidate is None:
            return None
        offered = candidate.encode()
        found = None
        for role, token in self._tokens.items():  # all are compared, so that time tells nothing
            if hmac.compare_digest(offered, token.encode()):
                found = role
        return found

    def renew(self) -> None:
        """Make new tokens; everybody who came in by an old one is signed out, open live sockets too.

        Raises
        ------
        RenewRefusedError
            If there are no tokens in the data folder.
        AccessFileError
            If they cannot be written; the old ones stay.
        """
        if self._path is None:
            raise RenewRefusedError(
                "This server has no tokens of its own.", "Start it with --lan; tokens are made then."
            )
        fresh = {role: typable_token() for role in Role}
        _keep(self._path, fresh)
        self._tokens.update({role: token for role, token in fresh.items() if role != self._fixed})
        renewed, self._renewed = self._renewed, asyncio.Event()
        renewed.set()

    async def until_renewed(self) -> None:
        """Wait until the tokens are renewed."""
        await self._renewed.wait()


def _kept(path: Path) -> dict[Role, str]:
    text = read_private(path, AccessFileError)
    if text is None:
        fresh = {role: typable_token() for role in Role}
        _keep(path, fresh)
        return fresh
    try:
        content: Any = json.loads(text)
        if content["schema"] != SCHEMA:
            raise AccessFileError(path, f"its schema is not {SCHEMA}")
        tokens = {role: str(content["tokens"][role]) for role in Role}
    except (ValueError, KeyError, TypeError) as error:
        raise AccessFileError(path, "it does not hold one token for each role") from error
    if len(set(tokens.values())) < len(Role) or min(map(len, tokens.values())) < _MIN_TOKEN_LETTERS:
        raise AccessFileError(path, f"its tokens are not different, of {_MIN_TOKEN_LETTERS} letters at least")
    return tokens


def _keep(path: Path, tokens: Mapping[Role, str]) -> None:
    content = {"schema": SCHEMA, "tokens": {str(role): token for role, token in tokens.items()}}
    write_private(path, json.dumps(content, indent=2) + "\n", AccessFileError)
