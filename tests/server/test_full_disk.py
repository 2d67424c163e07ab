"""A session while the disk fills up and gets room again, on a small disk of its own."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from itertools import pairwise

import pytest

from analysis import SetLabel
from analysis.events import SetFinished
from analysis.imu import Mount
from firmware_sim.lifter import SetPlan
from firmware_sim.scenarios import SessionStep
from ingest.devices import driver_named
from ingest.errors import RecordingError
from ingest.mcap_reader import read_recording
from ingest.recovery import recover_all
from server.live import LiveHub
from server.live_session import LiveSession, SessionSink
from server.session import LinkState
from server.store import Store
from tests.server.recordings import write_recording

DISK_BYTES = 500_000


@pytest.fixture
def small_disk(tmp_path):
    """A disk with half a megabyte; only the administrator of a Linux computer can make one."""
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small disk can be mounted by root on Linux only")
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", folder],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"no small disk can be mounted here: {made.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture(scope="module")
def packets(tmp_path_factory):
    """A set of squats, as a sensor sends it, and some rest."""
    path = tmp_path_factory.mktemp("squats") / "squats.mcap"
    steps = (SessionStep(SetPlan("back_squat", 3, rest="short"), 100.0, 0.0),)
    return read_recording(write_recording(path, steps, {0: SetLabel("back_squat", 100.0)})).packets


def fill(folder):
    """Take the last byte of the disk."""
    with (folder / "filler").open("ab", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


class Source:
    """Packets made beforehand; something happens before some of them."""

    def __init__(self, packets, at):
        self._packets, self._at = packets, at

    async def packets(self):
        for number, packet in enumerate(self._packets):
            if number in self._at:
                self._at[number]()
            yield packet
            if number % 16 == 0:
                await asyncio.sleep(0)


def session_on(folder, store, source, on_event=None):
    """Make a session whose files are on a disk; and its hub."""
    hub = LiveHub()
    sink = SessionSink(hub, store, on_event)
    return LiveSession(source, driver_named("native"), folder / "recordings", sink, mount=Mount()), hub


async def test_a_disk_that_was_full_for_a_while_costs_nothing(small_disk, packets, caplog):
    with Store(f"sqlite:///{small_disk / 'results.db'}") as store:
        middle, late = len(packets) // 3, len(packets) - 20
        at = {middle: lambda: fill(small_disk), late: (small_disk / "filler").unlink}
        session, hub = session_on(small_disk, store, Source(packets, at))
        await session.run()
        (one,) = store.sessions()
        assert one.n_reps == 3
    assert [len(model.reps) for model in hub.state.snapshot(0).sets] == [3]
    assert "The results cannot be written" in caplog.text  # it was full when the set ended
    ((path, _),) = session.recorded
    assert read_recording(path).packets[-1].payload == packets[-1].payload
    assert len(read_recording(path).packets) == len(packets)
    assert hub.state.link is not None
    assert hub.state.link.reason == ""


async def test_a_disk_that_stays_full_shows_the_set_and_keeps_what_fitted(small_disk, packets):
    events = []
    with Store(f"sqlite:///{small_disk / 'results.db'}") as store:
        middle = len(packets) // 2
        source = Source(packets, {middle: lambda: fill(small_disk)})
        session, hub = session_on(small_disk, store, source, events.append)
        with pytest.raises(RecordingError, match=r"the disk is full.*\.part is kept"):
            await session.run()
        assert sum(isinstance(event, SetFinished) for event in events) == 1
        assert hub.state.link is not None
        assert hub.state.link.state is LinkState.ENDED
        assert hub.state.session is None
    (small_disk / "filler").unlink()
    (report,) = recover_all(small_disk / "recordings")
    assert report.path is not None
    kept = read_recording(report.path).packets
    # Whole packets up to where the disk was full, none torn and none twice.
    assert middle * 0.9 < len(kept) <= len(packets)
    assert [one.payload for one in kept] == [one.payload for one in packets[: len(kept)]]
    assert all(one.received_at_s <= other.received_at_s for one, other in pairwise(kept))
