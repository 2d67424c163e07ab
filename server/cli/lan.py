"""``--lan``: lets tablets in, and prints how they come in."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from server.access import Reach
from server.roles import Role

if TYPE_CHECKING:
    import ssl

    from rich.console import Console

    from server.access import Access
    from server.settings import Settings

_PLAIN_WORDS = (
    "Without TLS: whoever is on this network can read along and take the tokens, and a tablet's browser lets "
    "its screen go dark during a set (it keeps a screen awake only for an encrypted page)."
)
_TLS_WORDS = (
    "The browser warns once, since nobody else vouches for this certificate: compare the fingerprint "
    "(in the warning: certificate, details), then go on. More: docs/access.md."
)


def open_to_lan(settings: Settings, *, lan: bool, tls: bool | None, by_default: bool = True) -> Settings:
    """Listen on every address, by every name of this computer, with a token for each role.

    Parameters
    ----------
    settings : Settings
        Without it.
    lan : bool
        Whether it is wanted; otherwise the settings stay as they are.
    tls : bool or None
        Whether to encrypt; None: ``by_default``.
    by_default : bool
        Whether to encrypt where nothing is said.

    Raises
    ------
    typer.BadParameter
        If TLS is asked for on this computer alone, where it is of no use.
    """
    if not lan:
        if tls:
            raise typer.BadParameter(
                "it encrypts what goes over the network, so it goes with --lan", param_hint="--tls"
            )
        return settings
    from server.certificate import names_of_this_computer

    changes: dict[str, object] = {
        "host": "0.0.0.0",  # noqa: S104 -- that is what --lan asks for; tokens guard it
        "lan": True,
        "tls": by_default if tls is None else tls,
        "allowed_hosts": tuple(dict.fromkeys([*settings.allowed_hosts, *names_of_this_computer()])),
    }
    return settings.model_copy(update=changes)


def open_for_others(access: Access, settings: Settings) -> ssl.SSLContext | None:
    """Note how others reach the server; get the certificate where it is to encrypt.

    Raises
    ------
    AccessFileError
        If the certificate cannot be read or written.
    """
    url = server_url(settings)
    if not settings.tls:
        access.reach = Reach(url)
        return None
    from server.certificate import certificate_in, names_of_this_computer
    from server.tls import server_context

    names = [name for name in settings.allowed_hosts if name not in names_of_this_computer()]
    certificate = certificate_in(settings.data_dir, [*names_of_this_computer(), *names])
    access.reach = Reach(url, certificate.names, certificate.fingerprint, certificate.made_because)
    return server_context(certificate.path, url)


def say_who_may_come(console: Console, access: Access) -> None:
    """Print the addresses with their tokens, a code to scan, and the fingerprint."""
    reach, tokens = access.reach, access.tokens
    if reach is None:
        return
    console.print("\nOn a tablet of this network, scan this to sign in for lifting:\n")
    print_code(console, address_with(reach, tokens[Role.LIFT]))
    console.print("\nOr open one of these there; each signs in for something else:\n")
    for role in Role:
        console.print(f"  {role.doing:<14} {address_with(reach, tokens[role])}", soft_wrap=True)
    console.print()
    if reach.fingerprint is None:
        console.print(f"[yellow]{_PLAIN_WORDS}[/]")
    else:
        if reach.certificate_made_because:
            console.print(f"A new certificate was made: {reach.certificate_made_because}.")
        console.print(f"SHA-256 fingerprint of the certificate:\n  {reach.fingerprint}", soft_wrap=True)
        console.print(_TLS_WORDS)
    console.print()


def print_code(console: Console, text: str) -> None:
    """Draw a QR code with half blocks, black on white, whatever the terminal's colours are."""
    import segno

    if "utf" not in console.encoding.lower():
        console.print("(this terminal cannot draw the code; Settings, Access has it too)")
        return
    rows = [bytes(row) for row in segno.make(text, micro=False, error="l").matrix_iter(border=2)]
    rows.append(bytes(len(rows[0])))  # an even number of rows, two for each line
    blocks = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
    for upper, lower in zip(rows[::2], rows[1::2], strict=False):
        line = "".join(blocks[pair] for pair in zip(upper, lower, strict=True))
        console.print(Text(line, "rgb(0,0,0) on rgb(255,255,255)"), soft_wrap=True)


def address_with(reach: Reach, token: str) -> str:
    """Address that signs a browser in."""
    return f"{reach.url}/?token={token}"


def dashboard_url(settings: Settings) -> str:
    """Address to open; with the token where one was set (that of ``--lan`` is printed apart)."""
    token = "" if settings.token is None else f"?token={settings.token.get_secret_value()}"
    return f"{server_url(settings)}/{token}"


def server_url(settings: Settings) -> str:
    """Address by which others reach this server, without a last slash."""
    host = lan_address() if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 -- compared only
    return f"{'https' if settings.tls else 'http'}://{host}:{settings.port}"


def lan_address() -> str:
    """Return the address that this computer would use to reach others. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1: never routed
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
