from __future__ import annotations

import signal
import socket
import subprocess
import urllib.request

import pytest

from tests.server.cli.conftest import PROCESS_S, started_process


@pytest.fixture
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize("command", ["demo", "serve", "replay"])
def test_a_port_in_use_is_told_with_another_to_try(command, refused, taken_port, squats, tmp_path):
    file = [squats.mcap] if command == "replay" else []
    line = refused(command, *file, "--port", taken_port, "--no-browser", "--data-dir", tmp_path)
    assert f"Port {taken_port} on 127.0.0.1 is already in use." in line
    assert f"--port {taken_port + 1}" in line


def test_a_recording_is_replayed_to_its_end(upright, squats, tmp_path):
    done = upright(
        "replay", squats.mcap, "--speed", 200, "--once", "--no-browser", "--port", 0, "--data-dir", tmp_path
    )
    assert (done.code, done.err) == (0, "")
    assert "Dashboard: http://127.0.0.1:" in done.out


def test_replay_refuses_what_analyze_refuses(refused, tmp_path):
    assert "nowhere.mcap: no such file" in refused("replay", tmp_path / "nowhere.mcap")


def test_serve_answers_and_ends_quietly_on_ctrl_c(tmp_path):
    options = ("serve", "--no-sensor", "--no-browser", "--port", 0, "--data-dir", tmp_path)
    with started_process(r"http://127\.0\.0\.1:\d+", *options) as (process, match):
        with urllib.request.urlopen(f"{match.group()}/api/v1/status", timeout=PROCESS_S) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=PROCESS_S)
    assert process.returncode in (0, 130)
    assert "Traceback" not in rest


def test_serve_goes_on_without_bluetooth_and_says_why(tmp_path):
    options = ("--transport", "tcp-client:127.0.0.1:9", "--no-browser", "--port", 0, "--data-dir", tmp_path)
    with (
        started_process("no sensor: Bluetooth is not available", "serve", *options) as (process, _),
        pytest.raises(subprocess.TimeoutExpired),
    ):
        process.wait(0.3)
