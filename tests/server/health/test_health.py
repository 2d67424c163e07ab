from __future__ import annotations

import asyncio
import io
import json
import logging
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from starlette.testclient import TestClient

from analysis import Mount
from ingest.mcap_reader import glance, read_recording
from ingest.packets import DATA, RawPacket
from ingest.recording import Recorder
from ingest.recording_header import RecordingHeader
from server.annotations import Athlete
from server.app import create_app
from server.health.computer import is_affected_by_wal_reset, load, results
from server.health.disk import TYPICAL_BYTES_PER_HOUR, Disk, DiskMeter, Space
from server.health.findings import disk_finding, hours_words, integrity_finding
from server.health.log_buffer import MAX_LINES, LogBuffer
from server.health.redaction import Redactor
from server.health.report import LossModel, lag_finding, loss_finding
from server.health.watch import HealthWatch
from server.live import LiveHub
from server.session import LinkState
from server.settings import Settings
from tests.server.conftest import ADDRESS
from tests.server.lifting import play, session_events, status

TOKEN = "qOkjArMh33DmCHMRgQjG8ZJfKtfs40ZyJITMnS10af0"
RACK_TOKEN = "rUoEXXdnHFcOA2BCsivLAuCLQtDNC9VSAw1e6RJW8Vc"
NAME = "Jana Nováková"
GB = 10**9


def write_recording(path, duration_s, *, finished=True, name="Upright-1"):
    """A recording of a sensor that sends 132 bytes 20 times a second."""
    header = RecordingHeader(driver="native", sensor_name=name, address="C0:55:50:00:00:01", mount=Mount())
    recorder = Recorder(path, header)
    for number in range(int(duration_s * 20)):
        recorder.write(RawPacket(number / 20, DATA, bytes((number * i) % 256 for i in range(132))))
    if finished:
        recorder.close()
    else:
        recorder.flush()
    return recorder


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path)


def meter_with(settings, free_bytes):
    return DiskMeter(settings, lambda _folder: Space(256 * GB, int(free_bytes)))


def test_nothing_recorded_yet_is_said_and_not_guessed(settings):
    disk = meter_with(settings, 10 * GB).measure(0.0)
    assert (disk.bytes_per_hour, disk.hours_left, disk.rate_of) == (None, None, "none")
    assert "nothing was recorded yet" in disk.reason
    # For a warning the usual rate has to do.
    assert disk.expected_hours == pytest.approx(10 * GB / TYPICAL_BYTES_PER_HOUR)


def test_the_last_recording_tells_the_rate_and_short_ones_are_passed_over(settings, tmp_path):
    long = write_recording(tmp_path / "recordings" / "a.mcap", 60.0).path
    write_recording(tmp_path / "recordings" / "b.mcap", 5.0)
    disk = meter_with(settings, 1 * GB).measure(0.0)
    rate = long.stat().st_size / glance(long).duration_s * 3600
    assert (disk.rate_of, disk.n_recordings) == ("last", 2)
    assert disk.bytes_per_hour == pytest.approx(rate)
    assert disk.hours_left == pytest.approx(1 * GB / rate)


def test_the_recording_that_runs_tells_its_own_rate(settings, tmp_path):
    recorder = write_recording(tmp_path / "recordings" / "a.mcap", 5.0, finished=False)
    meter = meter_with(settings, 1 * GB)
    assert meter.measure(100.0).rate_of == "none"
    before = recorder.part_path.stat().st_size
    for number in range(100, 1300):
        recorder.write(RawPacket(number / 20, DATA, bytes((number * i) % 256 for i in range(132))))
    recorder.flush()
    disk = meter.measure(160.0)
    recorder.close()
    assert disk.rate_of == "running"
    grown = recorder.path.stat().st_size - before
    assert disk.bytes_per_hour == pytest.approx(grown * 60, rel=0.05)  # of one minute; closing adds a footer


def test_a_disk_that_does_not_answer_is_told(settings):
    def broken(_folder):
        raise OSError(5, "Input/output error")

    disk = DiskMeter(settings, broken).measure(0.0)
    assert disk.free_bytes is None
    assert disk.hours_left is None
    assert "Input/output error" in disk.reason
    assert disk_finding(disk) is None


def test_a_glance_says_what_reading_says(tmp_path):
    path = write_recording(tmp_path / "a.mcap", 30.0).path
    packets = read_recording(path).packets
    assert glance(path).duration_s == pytest.approx(packets[-1].received_at_s - packets[0].received_at_s)
    assert glance(path).header == read_recording(path).header


@pytest.mark.parametrize(
    ("hours", "level"), [(100, None), (1.01, None), (0.99, "warn"), (0.17, "warn"), (0.16, "bad"), (0, "bad")]
)
def test_the_warning_gets_stronger_as_the_disk_fills(hours, level):
    found = disk_finding(Disk(256 * GB, int(hours * 10**7), bytes_per_hour=10**7))
    assert (None if found is None else found.level) == level


@given(st.floats(0, 1e6))
def test_hours_in_words_never_promise_more_than_there_is(hours):
    words = hours_words(hours)
    if words.endswith(("minute", "minutes")) and words[0].isdigit():
        assert int(words.split()[0]) / 60 <= hours
    elif words.endswith("hours"):
        assert int(words.split()[0]) <= hours


async def test_every_screen_is_told_once_and_again_when_there_is_room(settings):
    free = {"bytes": 100 * GB}
    hub = LiveHub()
    watch = HealthWatch(settings, hub, lambda _folder: Space(256 * GB, free["bytes"]))
    with hub.client() as outbox:
        assert json.loads(await outbox.get())["disk"] is None
        watch._tell(await watch.disk())
        free["bytes"] = TYPICAL_BYTES_PER_HOUR // 2
        watch._tell(await watch.disk())
        watch._tell(await watch.disk())
        warned = json.loads(await outbox.get())
        free["bytes"] = 0
        watch._tell(await watch.disk())
        full = json.loads(await outbox.get())
        late = json.loads(hub.snapshot())  # who connects now knows it at once
        free["bytes"] = 100 * GB
        watch._tell(await watch.disk())
        well = json.loads(await outbox.get())
    assert (warned["type"], warned["disk"]["level"]) == ("health", "warn")
    assert "29 minutes" in warned["disk"]["title"] or "30 minutes" in warned["disk"]["title"]
    assert full["disk"]["title"] == "The disk is full"
    assert late["disk"] == full["disk"]
    assert well["disk"] is None


async def test_a_loop_that_is_held_up_is_measured(settings):
    watch = HealthWatch(settings, LiveHub())
    async with watch.running():
        await asyncio.sleep(0.1)
        deadline = asyncio.get_running_loop().time() + 0.9
        while asyncio.get_running_loop().time() < deadline:
            pass  # holds up everybody, on purpose
        await asyncio.sleep(0.6)
        assert (watch.lag_s(1.0) or 0) > 0.2
        assert (watch.uptime_s or 0) > 1


@pytest.mark.parametrize(
    ("version", "is_affected"),
    [
        ("3.6.23", False),
        ("3.7.0", True),
        ("3.40.1", True),
        ("3.44.5", True),
        ("3.44.6", False),
        ("3.50.6", True),
        ("3.50.7", False),
        ("3.51.2", True),
        ("3.51.3", False),
        ("4.0.0", False),
    ],
)
def test_sqlite_versions_with_the_fault(version, is_affected):
    assert is_affected_by_wal_reset(version) is is_affected


def test_a_damaged_results_database_is_found(settings, store, tmp_path):
    assert results(settings).integrity == "ok"
    path = tmp_path / "results.db"
    data = bytearray(path.read_bytes())
    data[4096:20480] = bytes(16384)  # four pages
    path.write_bytes(data)
    found = results(settings)
    assert found.integrity != "ok"
    finding = integrity_finding(found.integrity)
    assert finding is not None
    assert "upright rebuild" in finding.text


def test_losses_and_lateness_are_said_from_where_they_matter():
    def session(lost):
        return LossModel(
            is_running=True,
            sensor_name=None,
            received_samples=1,
            lost_samples=1,
            lost_fraction=lost,
            gaps=0,
            gap_samples=0,
            reconnects=0,
        )

    assert loss_finding(session(None)) is None
    assert loss_finding(session(0.009)) is None
    told = loss_finding(session(0.023))
    assert told is not None
    assert told.title == "2.3 % of the samples were lost"
    assert lag_finding(0.05) is None
    assert lag_finding(0.2) is not None


def test_the_load_is_plausible():
    now = load()
    assert 10**7 < now.memory_bytes < now.memory_total_bytes
    assert 0 < now.open_files < (now.max_open_files or 10**9)


def test_the_log_keeps_the_last_lines_and_problems_first():
    buffer = LogBuffer()
    log = logging.getLogger("server.test_health")
    before = logging.getLogger("server").level
    with buffer.listening():
        for number in range(MAX_LINES + 5):
            log.info("line %d", number)
        log.warning("careful")
        log.error("it broke", exc_info=ValueError("broken"))
    log.warning("after")
    assert logging.getLogger("server").level == before
    lines = buffer.lines()
    assert len(lines) == MAX_LINES
    assert [one.text for one in buffer.problems(5)] == ["it broke", "careful"]
    assert "ValueError: broken" in lines[-1].trace


@pytest.mark.parametrize(
    "text",
    [
        f"GET /?token={TOKEN}&x=1",
        f"Authorization: Bearer {RACK_TOKEN}",
        f"rack {RACK_TOKEN} gone",
        "mqtts://user:hunter2pass@broker",
        "password=hunter2pass",
        "unknown JDwUWHealCKj30A1ynU6vSEDcSiYPiOxr4odQcP4Uvw",
        "JANA nováková did five reps; Nováková's last was slow",
        "sensor C0:55:50:00:00:01 lost",
        f"cannot write {Path.home()}/x",
    ],
)
def test_what_must_not_be_told_is_taken_out(text, tmp_path):
    redactor = Redactor(Settings(data_dir=tmp_path, token=SecretStr(TOKEN)), [RACK_TOKEN], [NAME])
    redacted = redactor.text(text)
    for secret in (TOKEN, RACK_TOKEN, "hunter2pass", "jana", "nováková", "C0:55", str(Path.home())):
        assert secret.lower() not in redacted.lower()
    assert "[" in redacted


def test_ordinary_words_and_ids_stay(tmp_path):
    redactor = Redactor(Settings(data_dir=tmp_path), [], [NAME])
    text = "recording 7b1c6e0e-0f0a-4a55-9f0e-2f0d5f5f1f11 of Janaway is 3.2 MB"
    assert redactor.text(text) == text
    assert redactor.document({"a": [1, None, NAME]}) == {"a": [1, None, "[name]"]}


@pytest.fixture
def gym(store, controls, tmp_path):
    """A server with secrets, names, recordings and a session; its client and its hub."""
    store.save_athletes([Athlete(UUID(int=3), NAME, datetime(2026, 1, 1, tzinfo=UTC))])
    write_recording(tmp_path / "recordings" / "a.mcap", 30.0, name=f"{NAME}s Sensor")
    (tmp_path / "recordings" / "broken.mcap").write_bytes(b"nonsense")
    settings = Settings(
        data_dir=tmp_path, token=SecretStr(TOKEN), mqtt_password=SecretStr("hunter2pass"), mqtt_username="u"
    )
    hub = LiveHub()
    app = create_app(settings, hub, store, controls)
    headers = {"origin": ADDRESS, "authorization": f"Bearer {TOKEN}"}
    with TestClient(app, base_url=ADDRESS, headers=headers) as client:
        yield client, hub


def test_health_says_everything_with_reasons_for_what_it_does_not_know(gym, monkeypatch):
    # The computer that runs the tests may well be too busy.
    monkeypatch.setattr("server.health.report.lag_finding", lambda _lag_s: None)
    client, hub = gym
    before = client.get("/api/v1/health").json()
    assert before["session"] is None
    assert before["session_reason"]
    play(hub, session_events(2))
    hub.publish_status(status(reconnects=2))
    health = client.get("/api/v1/health").json()
    assert health["level"] == "good"
    assert set(health["versions"]) == {
        "Upright", "Algorithm", "Python", "SQLite", "bleak", "bumble", "numpy", "Platform"
    }  # fmt: skip
    session = health["session"]
    assert (session["received_samples"], session["lost_samples"], session["gaps"]) == (24000, 72, 1)
    assert session["reconnects"] == 2
    assert health["disk"]["free_bytes"] > 0
    assert health["disk"]["n_recordings"] == 2
    assert health["results"]["integrity"] == "ok"
    hub.publish_status(status(LinkState.LOST, reason="out of reach"))
    worse = client.get("/api/v1/health").json()
    assert worse["level"] == "warn"
    assert worse["findings"][0]["title"] == "The sensor is lost"


def test_diagnostics_hold_no_secret_and_no_name(gym):
    client, hub = gym
    play(hub, session_events(1))
    rack = {"name": "Rack 2", "address": f"http://127.0.0.1:9/?token={RACK_TOKEN}"}
    assert client.post("/api/v1/wall/racks", json=rack).status_code == 201
    log = logging.getLogger("ingest.test_health")
    log.info("opened /?token=%s with Bearer %s", TOKEN, RACK_TOKEN)
    log.error("%s's set could not be stored", NAME)
    answer = client.get("/api/v1/health/diagnostics")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert set(texts) == {"README.txt", "health.json", "log.txt", "settings.json", "recordings.json"}
    everything = "\n".join(texts.values())
    for secret in (TOKEN, RACK_TOKEN, "hunter2pass", *NAME.split(), "C0:55:50", str(Path.home())):
        assert secret.casefold() not in everything.casefold(), secret
    assert "[name]'s set could not be stored" in texts["log.txt"]
    assert "No names" not in texts["README.txt"]
    assert "What is not" in texts["README.txt"]
    first, second = sorted(json.loads(texts["recordings.json"]), key=len, reverse=True)
    assert first["driver"] == "native"
    assert first["duration_s"] == pytest.approx(29.95, abs=0.1)
    assert "not a recording of Upright" in second["problem"]
    assert json.loads(texts["settings.json"])["token"] == "set"
    health = json.loads(texts["health.json"])
    made_at = datetime.fromisoformat(health["made_at"])
    assert abs(datetime.now(UTC) - made_at) < timedelta(minutes=1)
    assert health["problems"][0]["text"] == "[name]'s set could not be stored"
