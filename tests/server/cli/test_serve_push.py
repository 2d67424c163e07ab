"""``upright serve --push`` and ``--mqtt`` as a user meets them."""

from __future__ import annotations

import itertools
import json
import re
import signal
import urllib.error
import urllib.request

import pytest

from ingest.mcap_reader import read_recording
from ingest.packets import DATA
from tests.server.cli.conftest import PROCESS_S, started_process

FOLDERLESS = ("--no-browser", "--port", 0)


def message(number):
    values = {
        f"{name}{axis}": 9.80665 if (name, axis) == ("gravity", "Z") else 0.0
        for name in ("acceleration", "gravity", "rotationRate")
        for axis in "XYZ"
    }
    rows = [
        {"name": "wrist motion", "time": 1_760_000_000_000_000_000 + t_ms * 1_000_000, "values": values}
        for t_ms in range(number * 500, (number + 1) * 500, 10)
    ]
    content = {"messageId": number, "sessionId": "A", "deviceId": "phone-1", "payload": rows}
    return json.dumps(content).encode()


def post(url, body, header):
    request = urllib.request.Request(url, body, {"Authorization": header})
    with urllib.request.urlopen(request, timeout=PROCESS_S) as answer:
        return json.loads(answer.read())


def test_what_it_says_to_type_works_and_the_session_is_recorded_on_the_wrist(tmp_path):
    with started_process(r"Push URL +(\S+)", "serve", "--push", *FOLDERLESS, "--data-dir", tmp_path) as (
        process,
        match,
    ):
        said = "".join(itertools.takewhile(lambda line: "Dashboard" not in line, process.stdout or ()))
        found = re.search(r"Authorization Header +(Bearer \S+)", said)
        assert found, said
        header = found.group(1)
        assert "Standardise Units & Frames" in said
        assert "--lan" in said  # only this computer can reach it
        for number in range(4):
            assert post(match.group(1), message(number), header)["motion_rows"] == 50
        with pytest.raises(urllib.error.HTTPError, match="401"):
            post(match.group(1), message(4), "Bearer wrong")
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=PROCESS_S)
    assert "Traceback" not in rest
    (path,) = (tmp_path / "recordings").glob("*.mcap")
    kept = read_recording(path)
    assert kept.header.mount.position == "wrist"
    assert [packet.payload for packet in kept.packets if packet.channel == DATA] == [
        message(number) for number in range(4)
    ]


def test_a_broker_that_is_not_there_is_told_and_tried_again(tmp_path):
    options = ("--mqtt", "mqtt://127.0.0.1:9/sensor-logger", *FOLDERLESS, "--data-dir", tmp_path)
    with started_process(r"broker mqtt://127\.0\.0\.1:9/sensor-logger cannot be used", "serve", *options) as (
        process,
        _,
    ):
        assert process.poll() is None


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mqtt://lifter:heavy@broker/topic", "user and password do not belong into it"),
        ("http://broker/topic", "not of the form mqtt://HOST:PORT/TOPIC"),
        ("mqtt://broker", "not of the form"),
        ("mqtt://broker:port/topic", "no address"),
    ],
)
def test_an_address_that_makes_no_sense_is_refused_and_not_repeated(address, words, refused, tmp_path):
    line = refused("serve", "--mqtt", address, *FOLDERLESS, "--data-dir", tmp_path)
    assert words in line
    assert "heavy" not in line


def test_a_watch_takes_the_place_of_a_sensor(upright, tmp_path):
    done = upright("serve", "--push", "--sensor", "Upright-1", *FOLDERLESS, "--data-dir", tmp_path)
    assert done.code == 2


def test_the_list_of_sensors_names_the_watch(upright):
    assert "sensor_logger" in upright("devices").out
