"""``--lan`` as a user meets it: what is printed lets in, and as what it says."""

from __future__ import annotations

import json
import re
import signal
import ssl
import urllib.error
import urllib.request

import pytest

from tests.server.cli.conftest import PROCESS_S, started_process

OPTIONS = ("--lan", "--port", 0)


def output_until(process, words):
    """Read on to the line with the words."""
    seen = []
    for line in process.stdout:
        seen.append(line)
        if words in line:
            return "".join(seen)
    pytest.fail(f"never said {words}: {''.join(seen)}")


def roles_let_in(said, context=None):
    """Open each address that was printed; return what it signed in for."""
    found = dict(re.findall(r"^ +(viewing|lifting|administering) +(\S+)$", said, re.MULTILINE))
    roles = {}
    for doing, address in found.items():
        base, _, token = address.partition("/?token=")
        request = urllib.request.Request(f"{base}/api/v1/me", headers={"authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=PROCESS_S, context=context) as answer:
            roles[doing] = json.loads(answer.read())["role"]
    return roles


def stop(process):
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=PROCESS_S)
    assert "Traceback" not in rest


def test_serve_prints_address_code_tokens_and_fingerprint_and_all_of_it_works(tmp_path):
    options = ("serve", "--no-sensor", *OPTIONS, "--data-dir", tmp_path)
    with started_process(r"Dashboard: (https://(\S+):\d+)/", *options) as (process, match):
        said = output_until(process, "docs/access.md")
        stored = (tmp_path / "certificate.pem").read_text()
        trusting = ssl.create_default_context(cadata=stored)
        assert roles_let_in(said, trusting) == {
            "viewing": "view",
            "lifting": "lift",
            "administering": "admin",
        }
        assert "█" in said  # the code
        fingerprint = re.search(r"^ +((?:[0-9A-F]{2}:){31}[0-9A-F]{2})$", said, re.MULTILINE)
        assert fingerprint
        served = ssl.get_server_certificate((match.group(2), int(match.group(1).rpartition(":")[2])))
        assert served.strip() in stored
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(match.group(1), timeout=PROCESS_S, context=trusting)
        stop(process)
    # After a restart a tablet is still signed in, and the certificate is the same.
    with started_process(r"Dashboard:", *options) as (process, _):
        again = output_until(process, "docs/access.md")
        assert re.findall(r"token=(\S+)", again) == re.findall(r"token=(\S+)", said)
        assert fingerprint.group(1) in again
        assert "A new certificate was made" not in again
        stop(process)


@pytest.mark.parametrize("command", ["demo", "replay"])
def test_others_may_watch_without_tls_and_are_told_what_does_not_work_then(command, squats, tmp_path):
    file = [squats.mcap] if command == "replay" else []
    options = (command, *file, *OPTIONS, "--no-tls", "--data-dir", tmp_path)
    with started_process(r"Dashboard: http://", *options) as (process, _):
        said = output_until(process, "Without TLS")
        assert roles_let_in(said) == {"viewing": "view", "lifting": "lift", "administering": "admin"}
        assert "fingerprint" not in said
        stop(process)
    assert not list(tmp_path.rglob("certificate.pem"))


def test_tls_is_of_no_use_on_this_computer_alone(upright, tmp_path):
    done = upright("serve", "--tls", "--no-sensor", "--data-dir", tmp_path)
    assert done.code == 2
    assert "--lan" in done.err
