"""``scan``, ``devices``, ``doctor``, ``record``, ``simulate``: with and without sensors."""

from __future__ import annotations

import json
import re
import sys

import pytest

from ingest.mcap_reader import read_recording
from tests.server.cli.conftest import run_process, started_process


@pytest.fixture(scope="module")
def radio():
    """Two sensors on a virtual radio in another process."""
    options = ("simulate", "back_squat", "--count", 2, "--transport", "tcp:127.0.0.1:0")
    with started_process(r"tcp-client:127\.0\.0\.1:\d+", *options) as (_, match):
        yield match.group()


def test_a_scan_finds_every_sensor(radio):
    done = run_process("scan", "--transport", radio, "--timeout-s", 1)
    assert (done.code, done.err) == (0, "")
    assert re.findall(r"Upright-\d", done.out) == ["Upright-1", "Upright-2"]
    assert done.out.count("native") == 2


def test_three_seconds_are_recorded_without_loss(radio, tmp_path):
    done = run_process(
        "record", "--sensor", "Upright-2", "--duration-s", 3, "--transport", radio, "--data-dir", tmp_path
    )
    assert (done.code, done.err) == (0, "")
    told = re.search(r"(\d+) samples, (\d+) lost", " ".join(done.out.split()))
    assert told, done.out
    samples, lost = map(int, told.groups())
    # Three seconds from the first sample, and what comes while the link is closed; more on a busy machine.
    assert 560 < samples <= 900
    assert lost == 0
    (path,) = (tmp_path / "recordings").iterdir()
    recording = read_recording(path)
    assert recording.damage.is_whole
    assert recording.header.sensor_name == "Upright-2"


def test_a_sensor_is_listened_to_and_examined_and_nothing_is_kept(radio, tmp_path):
    options = ("--transport", radio, "--duration-s", 3, "--data-dir", tmp_path)
    done = run_process("doctor", "Upright-1", *options)
    assert (done.code, done.err) == (0, "")
    said = " ".join(done.out.split())
    assert "Upright-1 at C0:55:50:00:00:01, read by native; signal" in said
    assert re.search(r"MTU \d+ bytes; battery \d+%", said)
    assert re.search(r"1\d\d\.\d+ Hz measured|20\d\.\d+ Hz measured", said)
    assert "200 Hz stated" in said
    assert re.search(r"gaps \S+", said)
    document = json.loads(run_process("doctor", "C0:55:50:00:00:02", *options, "--json").out)
    assert document["link"]["sensor_name"] == "Upright-2"
    assert document["link"]["driver"] == "native"
    assert document["link"]["connections"] == 1
    assert document["arrivals"]["packets"] > 30
    assert not list(tmp_path.rglob("*.mcap"))


def test_a_sensor_that_is_not_in_reach_is_told(radio, tmp_path):
    done = run_process("doctor", "Nobody", "--transport", radio, "--data-dir", tmp_path)
    assert done.code == 1
    assert "no sensor found for Nobody; switch it on, bring it near" in " ".join(done.err.split())


@pytest.mark.skipif(sys.platform != "linux", reason="D-Bus is Linux's way to Bluetooth")
@pytest.mark.parametrize("command", ["scan", "record", "doctor"])
def test_without_bluetooth_one_line_says_what_to_do(command, refused, monkeypatch, tmp_path):
    # BlueZ is reached over D-Bus; without a bus there is no Bluetooth, whatever this machine has.
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    line = refused(command, *([] if command == "scan" else ["--data-dir", tmp_path]))
    assert line.startswith("upright: Bluetooth is not available:")
    assert "`upright demo` needs neither" in line


def test_a_radio_that_nobody_serves_is_told(refused):
    line = refused("scan", "--transport", "tcp-client:127.0.0.1:9")
    assert "no controller at tcp-client:127.0.0.1:9" in line
    assert "start what serves it" in line


def test_devices_lists_the_drivers(upright):
    done = upright("devices")
    assert done.code == 0
    assert "native" in done.out


def test_an_unknown_scenario_is_refused_with_those_that_are_known(refused):
    line = refused("simulate", "curl")
    assert "unknown scenario 'curl'; choose one of: back_squat, " in line


def test_a_transport_of_the_wrong_form_is_refused(refused):
    assert "is not of the form tcp:HOST:PORT" in refused("simulate", "still", "--transport", "9100")


def test_an_unknown_device_is_refused_with_those_that_can_be_simulated(refused):
    line = refused("simulate", "still", "--device", "fitbit")
    assert "unknown device 'fitbit'; choose one of: " in line
    assert "witmotion" in line


def test_a_dongle_that_is_not_there_is_told(refused):
    assert "cannot open usb:99" in refused("simulate", "still", "--transport", "usb:99")
    line = refused("simulate", "still", "--transport", "usb:99", "--count", 2)
    assert "is one controller: it can be one sensor" in line


def test_devices_of_several_kinds_are_simulated_together():
    options = ("--device", "native", "--device", "polar-h10:2", "--transport", "tcp:127.0.0.1:0")
    with started_process(r"1 × native, 2 × polar-h10", "simulate", "still", *options):
        pass


def test_a_radio_port_in_use_is_told(radio, refused):
    port = radio.rpartition(":")[2]
    line = refused("simulate", "still", "--transport", f"tcp:127.0.0.1:{port}")
    assert "choose another port or end the other program" in line


@pytest.mark.parametrize("command", [("record",), ("serve", "--port", 0, "--no-browser")])
def test_without_the_lab_streaming_layer_one_line_says_what_to_install(
    command, refused, monkeypatch, tmp_path
):
    monkeypatch.setitem(sys.modules, "pylsl", None)
    line = refused(*command, "--lsl", "--data-dir", tmp_path)
    assert "uv sync --extra lsl" in line
