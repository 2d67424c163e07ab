"""The central promise: a recorded live session, replayed at full speed, gives equal results.

Nothing is faked: simulated sensor, virtual radio with errors, the collector, the recorder, the file.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass

import numpy as np
import pytest

from analysis import (
    Event,
    Mount,
    MountPosition,
    RepFinished,
    SensorGap,
    SetFinished,
    SetGoal,
    SetLabel,
    VelocitySample,
)
from firmware_sim.air import Air
from firmware_sim.devices.native import start_native
from firmware_sim.lifter import SetPlan
from firmware_sim.radio import RadioModel
from firmware_sim.scenarios import Scenario, SessionStep, session
from ingest.ble import BleSource
from ingest.bumble_host import close_host, register_in_process
from ingest.collector_status import CollectorStatus
from ingest.mcap_reader import read_recording
from ingest.replay import open_recording
from ingest.scaled_loop import run_scaled
from ingest.session import run_recording
from server.goal_schemas import advice_on
from server.live_session import LiveSession, SessionSink, make_analyzer

SPEED = 20.0
GOALS = {
    "back_squat": SetGoal(0.1, (0.4, 0.7), 0.2, 3, velocity_feedback=False),
    "deadlift": SetGoal(reps=2),
}
"""They travel with the labels, so everything below holds with goals."""
TAIL_S = 8.0
"""The bar lies still for this long after the last rep, so that the last set closes by itself."""


@dataclass
class Lived:
    """What a live session told and left behind."""

    scenario: Scenario
    events: list[Event]
    path: object
    status: CollectorStatus

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


def two_sets():
    return session(
        "two sets",
        (
            SessionStep(SetPlan("back_squat", 4, rest="short"), 100.0, 9.0),
            SessionStep(SetPlan("deadlift", 3, rest="paused"), 140.0, 0.0),
        ),
        seed=11,
    )


def live(scenario, folder, drop_at_s=None):
    """Record a session as the demo does; break the link at ``drop_at_s``, scenario time."""
    return run_scaled(_live(scenario, folder, drop_at_s), SPEED)


async def _live(scenario, folder, drop_at_s):
    events: list[Event] = []
    air = Air(RadioModel(interval_s=0.015, packet_error_fraction=0.05))
    register_in_process("one-path", lambda: air.port("collector"))
    sensor = await start_native(air, scenario)
    source = BleSource(transport="inproc:one-path")
    running_session = LiveSession(
        source,
        source.driver,
        folder,
        SessionSink(None, None, events.append),
        mount=Mount(MountPosition.SHAFT, scenario.bar_axis, scenario.lever_m),
        source_kind="simulator",
        speed=SPEED,
    )
    running = asyncio.create_task(running_session.run())
    lifting = asyncio.create_task(_lift(sensor, running_session, drop_at_s))
    await asyncio.wait([running, lifting], return_when=asyncio.FIRST_COMPLETED)
    source.stop()
    await lifting
    await running
    await sensor.stop()
    await close_host("inproc:one-path")
    await air.close()
    ((path, _),) = running_session.recorded
    return Lived(scenario, events, path, running_session.status)


async def _lift(sensor, running_session, drop_at_s):
    loop = asyncio.get_running_loop()
    dropping = None
    async for scheduled in sensor.labels():
        goal = GOALS[scheduled.exercise_id]
        await running_session.label(SetLabel(scheduled.exercise_id, scheduled.load_kg, goal))
        if dropping is None and drop_at_s is not None:
            dropping = asyncio.create_task(_drop(sensor, drop_at_s))
    end_s = sensor.lifter_started_s + sensor.scenario.duration_s + TAIL_S
    await asyncio.sleep(end_s - loop.time())
    if dropping is not None:
        await dropping


async def _drop(sensor, at_s):
    await asyncio.sleep(sensor.lifter_started_s + at_s - asyncio.get_running_loop().time())
    await sensor.drop_link()


def plain(events):
    """Events as values that compare field by field, the paths of the reps included."""
    return [(type(event).__name__, asdict(event)) for event in events]


def assert_equal_events(one, other):
    assert [type(event) for event in one] == [type(event) for event in other]
    np.testing.assert_equal(plain(one), plain(other))


def replay(path):
    return run_recording(open_recording(path), make_analyzer)


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    return live(two_sets(), tmp_path_factory.mktemp("recordings"))


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """The link breaks while the second squat goes up."""
    scenario = two_sets()
    rep = scenario.sets[0].reps[1]
    middle_s = (rep.concentric_start_s + rep.concentric_end_s) / 2
    return live(scenario, tmp_path_factory.mktemp("broken"), drop_at_s=middle_s)


def test_the_session_that_is_compared_is_a_real_one(lived):
    assert [len(event.summary.reps) for event in lived.of(SetFinished)] == [4, 3]
    assert [event.summary.exercise_id for event in lived.of(SetFinished)] == ["back_squat", "deadlift"]
    assert len(lived.of(RepFinished)) == 7
    assert len(lived.of(VelocitySample)) > 25 * lived.scenario.duration_s
    assert lived.of(SensorGap) == []
    assert lived.status.counts.lost_samples == 0


def test_a_replay_gives_the_same_events_as_the_live_session(lived):
    assert_equal_events(lived.events, replay(lived.path))


def test_the_goal_is_recorded_and_gives_the_same_advice_in_a_replay(lived):
    def advice(events):
        reps = [event for event in events if isinstance(event, RepFinished)]
        return [
            advice_on([e.rep for e in reps[: i + 1] if e.set_index == reps[i].set_index], reps[i].goal, None)
            for i in range(len(reps))
        ]

    again = replay(lived.path)
    assert [event.goal for event in lived.of(RepFinished)] == [GOALS["back_squat"]] * 4 + [
        GOALS["deadlift"]
    ] * 3
    assert advice(lived.events) == advice(again)
    assert [one is not None and one.stop for one in advice(again)][3:] == [True, False, True, True]
    assert [e.summary.velocity_feedback for e in again if isinstance(e, SetFinished)] == [False, True]


def test_the_final_paths_are_compared_too(lived):
    for event in lived.of(SetFinished):
        for rep in event.summary.reps:
            assert len(rep.path.t_s) == len(rep.path.forward_m) == len(rep.path.up_m) > 20


def test_analysing_a_file_twice_gives_the_same_and_leaves_the_file_alone(lived):
    before = lived.path.read_bytes()
    assert_equal_events(replay(lived.path), replay(lived.path))
    assert lived.path.read_bytes() == before


def test_the_recording_is_complete_and_its_packets_are_in_order(lived):
    recording = read_recording(lived.path)
    assert recording.damage.is_whole
    times = [packet.received_at_s for packet in recording.packets]
    assert times == sorted(times)
    assert open_recording(lived.path).counts == lived.status.counts


def test_a_link_that_breaks_within_a_set_leaves_a_gap_and_no_rep_across_it(broken):
    (gap,) = [event.gap for event in broken.of(SensorGap)]
    assert broken.status.connections == 2
    assert gap.missing == broken.status.counts.lost_samples
    # Half a second of back-off, then a search and a connection; the sensor samples on meanwhile.
    assert 0.5 < gap.end_s - gap.start_s < 4.0
    assert gap.missing == pytest.approx((gap.end_s - gap.start_s) * 200, rel=0.02)
    reps = [rep for event in broken.of(SetFinished) for rep in event.summary.reps]
    reps += [event.rep for event in broken.of(RepFinished)]
    assert all(rep.end_s <= gap.start_s or rep.start_s >= gap.end_s for rep in reps)


def test_the_rest_of_a_broken_session_is_found(broken):
    squats, pulls = broken.of(SetFinished)
    # The rep that the link broke in cannot be known, and the one after it may have begun in the gap.
    assert 2 <= len(squats.summary.reps) <= 3
    (mention,) = [r for r in squats.summary.rejected if "across a gap" in r.reason]
    assert mention.end_s - mention.start_s > 0.5
    assert len(pulls.summary.reps) == 3


def test_a_replay_of_a_broken_session_gives_the_same_events_too(broken):
    assert_equal_events(broken.events, replay(broken.path))
