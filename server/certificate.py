"""A certificate of our own, so that browsers on the network get encryption and what they allow only with it.

Nobody vouches for it: a browser warns once, and its fingerprint is how people tell that it is ours. It stays
the same, so that tablets stay content, until it expires soon or this computer gets an address or a name that
it is not valid for.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ifaddr
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from server.errors import AccessFileError
from server.private_files import read_private, write_private

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FILE_NAME = "certificate.pem"
"""In the data folder: certificate and key in one file, so that they cannot come apart."""
LIFETIME = dt.timedelta(days=397)
"""Browsers refuse certificates of more than 825 days, some of more than 398. 90 to 825 days."""
RENEWED_BEFORE = dt.timedelta(days=30)
"""A certificate that expires sooner is replaced at the start. 1 to 90 days."""
CLOCK_MARGIN = dt.timedelta(days=1)
"""Valid from this long ago, for tablets whose clock is behind. 0 to 2 days."""
MAX_NAMES = 40
"""Names that are kept from certificates before, so that two networks do not take turns. 10 to 100."""

_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What to serve with.

    Attributes
    ----------
    path : Path
        PEM with certificate and key.
    fingerprint : str
        SHA-256 of the certificate, as browsers show it: pairs of hexadecimal digits, separated by colons.
    names : tuple of str
        Names and addresses that it is valid for.
    expires_at : datetime
        Until when, UTC.
    made_because : str
        Why it was made just now, in words; empty if it was there already.
    """

    path: Path
    fingerprint: str
    names: tuple[str, ...]
    expires_at: dt.datetime
    made_because: str = ""


def names_of_this_computer() -> tuple[str, ...]:
    """Return the names and IPv4 addresses by which browsers may reach this computer."""
    host = socket.gethostname().lower()
    addresses = [
        str(ip.ip) for adapter in ifaddr.get_adapters() for ip in adapter.ips if isinstance(ip.ip, str)
    ]
    names = ["localhost", "127.0.0.1", host, f"{host.partition('.')[0]}.local", *sorted(addresses)]
    return tuple(dict.fromkeys(name for name in names if _is_address(name) or _HOST_NAME.fullmatch(name)))


def certificate_in(data_dir: Path, names: Sequence[str], now: dt.datetime | None = None) -> Certificate:
    """Take the certificate of a data folder; make another where there is none that will do.

    Parameters
    ----------
    data_dir : Path
        Where it is kept, readable by its owner alone.
    names : sequence of str
        Names and addresses that it has to be valid for.
    now : datetime or None
        Another time than the present one, UTC.

    Raises
    ------
    AccessFileError
        If the file cannot be read or written.
    """
    now = now or dt.datetime.now(dt.UTC)
    path = data_dir / FILE_NAME
    kept = _read(path)
    if isinstance(kept, str):
        return _make(path, names, now, kept)
    if kept.not_valid_after_utc - now < RENEWED_BEFORE:
        return _make(path, names, now, f"the last one is valid until {kept.not_valid_after_utc:%Y-%m-%d}")
    valid_for = _names(kept)
    if missing := [name for name in names if name not in valid_for]:
        older = [name for name in valid_for if name not in names]
        reason = f"the last one is not valid for {', '.join(missing)}"
        return _make(path, [*names, *older][:MAX_NAMES], now, reason)
    return _described(path, kept)


def _read(path: Path) -> x509.Certificate | str:
    """Read the certificate, or say why there is none."""
    text = read_private(path, AccessFileError)
    if text is None:
        return "there was none"
    try:
        key = serialization.load_pem_private_key(text.encode(), None)
        certificate = x509.load_pem_x509_certificate(text.encode())
    except (ValueError, TypeError):
        return "the last one could not be read"
    return certificate if key.public_key() == certificate.public_key() else "the last one lost its key"


def _make(path: Path, names: Sequence[str], now: dt.datetime, reason: str) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    # The serial number is random, so that no browser takes a new certificate for a forged copy of the last.
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Upright, a certificate of its own"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Upright"),
        ]
    )
    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_MARGIN)
        .not_valid_after(now - CLOCK_MARGIN + LIFETIME)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        # Whoever trusts it trusts this server, not other certificates that its key might sign.
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, **usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    write_private(path, (public + private).decode(), AccessFileError)
    return _described(path, certificate, reason)


def _described(path: Path, certificate: x509.Certificate, reason: str = "") -> Certificate:
    fingerprint = certificate.fingerprint(hashes.SHA256()).hex(":").upper()
    return Certificate(path, fingerprint, _names(certificate), certificate.not_valid_after_utc, reason)


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(name.value) for name in found)


def _general_name(name: str) -> x509.GeneralName:
    return x509.IPAddress(ipaddress.ip_address(name)) if _is_address(name) else x509.DNSName(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
