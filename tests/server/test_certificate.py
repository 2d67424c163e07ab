from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import ssl

import pytest
from cryptography import x509

from server.certificate import FILE_NAME, LIFETIME, MAX_NAMES, certificate_in, names_of_this_computer
from server.errors import AccessFileError

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
NAMES = ("localhost", "127.0.0.1", "rack-1.local", "192.168.1.20")


def test_it_is_what_browsers_ask_for(tmp_path):
    made = certificate_in(tmp_path, NAMES, NOW)
    certificate = x509.load_pem_x509_certificate(made.path.read_bytes())
    assert made.names == NAMES
    assert made.made_because == "there was none"
    # Apple: 825 days at most, "server authentication", names in the extension.
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == LIFETIME
    assert certificate.not_valid_before_utc < NOW
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [one.dotted_string for one in usage] == ["1.3.6.1.5.5.7.3.1"]
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    der = ssl.PEM_cert_to_DER_cert(made.path.read_text().partition("-----BEGIN PRIVATE")[0])
    assert made.fingerprint.replace(":", "") == hashlib.sha256(der).hexdigest().upper()
    assert re.fullmatch(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", made.fingerprint)


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_only_the_owner_may_read_the_key(tmp_path):
    path = certificate_in(tmp_path, NAMES, NOW).path
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    certificate_in(tmp_path, NAMES, NOW)
    assert path.stat().st_mode & 0o777 == 0o600


def test_it_stays_while_it_will_do(tmp_path):
    made = certificate_in(tmp_path, NAMES, NOW)
    kept = certificate_in(tmp_path, NAMES[:2], NOW + dt.timedelta(days=300))
    assert (kept.fingerprint, kept.made_because) == (made.fingerprint, "")


def test_it_is_renewed_before_it_expires(tmp_path):
    made = certificate_in(tmp_path, NAMES, NOW)
    renewed = certificate_in(tmp_path, NAMES, made.expires_at - dt.timedelta(days=29))
    assert renewed.fingerprint != made.fingerprint
    assert renewed.made_because == f"the last one is valid until {made.expires_at:%Y-%m-%d}"


def test_a_new_address_renews_it_and_two_networks_do_not_take_turns(tmp_path):
    certificate_in(tmp_path, ["localhost", "192.168.1.20"], NOW)
    gym = certificate_in(tmp_path, ["localhost", "10.0.0.7"], NOW)
    assert gym.made_because == "the last one is not valid for 10.0.0.7"
    assert gym.names == ("localhost", "10.0.0.7", "192.168.1.20")
    home = certificate_in(tmp_path, ["localhost", "192.168.1.20"], NOW)
    assert (home.fingerprint, home.made_because) == (gym.fingerprint, "")


def test_names_of_long_ago_are_left_out(tmp_path):
    certificate_in(tmp_path, [f"10.0.0.{number}" for number in range(MAX_NAMES)], NOW)
    made = certificate_in(tmp_path, ["10.0.1.1"], NOW)
    assert len(made.names) == MAX_NAMES
    assert made.names[0] == "10.0.1.1"


@pytest.mark.parametrize("cut", [slice(0), slice(300), slice(None, None, -1)])
def test_a_damaged_file_is_replaced(cut, tmp_path):
    made = certificate_in(tmp_path, NAMES, NOW)
    made.path.write_text(made.path.read_text()[cut])
    assert certificate_in(tmp_path, NAMES, NOW).made_because == "the last one could not be read"


def test_a_certificate_without_its_own_key_is_replaced(tmp_path):
    one = certificate_in(tmp_path / "a", NAMES, NOW).path.read_text().partition("-----BEGIN PRIVATE")
    other = certificate_in(tmp_path / "b", NAMES, NOW).path.read_text().partition("-----BEGIN PRIVATE")
    (tmp_path / "a" / FILE_NAME).write_text(one[0] + other[1] + other[2])
    assert certificate_in(tmp_path / "a", NAMES, NOW).made_because == "the last one lost its key"


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(AccessFileError, match=r"certificate\.pem cannot be used"):
        certificate_in(tmp_path, NAMES, NOW)


def test_this_computer_has_names_that_a_certificate_can_hold(tmp_path):
    names = names_of_this_computer()
    assert {"localhost", "127.0.0.1"} <= set(names)
    assert any(name.endswith(".local") for name in names)
    assert len(set(names)) == len(names)
    assert certificate_in(tmp_path, names, NOW).names == names


@pytest.mark.parametrize("host", ["Rack 1", "gerät", "", "-rack"])
def test_a_host_name_that_no_certificate_can_hold_is_left_out(host, monkeypatch, tmp_path):
    monkeypatch.setattr("socket.gethostname", lambda: host)
    names = names_of_this_computer()
    assert host.lower() not in names
    certificate_in(tmp_path, names, NOW)
