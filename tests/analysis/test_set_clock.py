"""When a set opens and closes by itself, and what is said of it before."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.events import SetFinished, SetPhase, SetProgress
from analysis.imu import SetLabel
from analysis.live import LiveConfig
from analysis.pipeline import SetAnalyzer
from analysis.set_clock import SetClock
from firmware_sim.offline import simulate_offline
from firmware_sim.scenarios import single_set
from tests.analysis.simulated import block_of, info_of, label_of, mount_of

CONFIG = LiveConfig()
TICK_S = 0.1


def played(moves, stills, *, until_s=60.0, has_reps=True):
    """Everything that is said while the bar moves and is still in the given stretches, and the end."""
    clock, said = SetClock(CONFIG), []
    for now_s in np.arange(1.0, until_s, TICK_S):
        if any(start <= now_s < stop for start, stop in moves):
            clock.move(now_s)
        clock.see(now_s, still=any(start <= now_s < stop for start, stop in stills))
        if clock.active and clock.is_over(now_s):
            clock.restart()
            said += clock.progress(now_s, 0, has_reps=False)
            return said, now_s
        said += clock.progress(now_s, 0, has_reps=has_reps)
    return said, None


def phases(said):
    return [one.phase for one in said]


def test_a_close_is_announced_and_comes_when_it_was_announced():
    for stills in ([(12.0, 60.0)], []):  # a bar that is racked, and one that is held
        said, over_s = played([(5.0, 12.0)], stills)
        assert phases(said) == [SetPhase.OPEN, SetPhase.CLOSING, SetPhase.IDLE]
        assert said[1].t_s + said[1].closes_in_s == pytest.approx(over_s, abs=2 * TICK_S)
        assert said[1].closes_in_s == pytest.approx(CONFIG.announce_close_s, abs=2 * TICK_S)


def test_a_movement_takes_the_announcement_back():
    said, over_s = played([(5.0, 12.0), (17.0, 20.0)], [(12.5, 17.0), (20.5, 60.0)])
    assert phases(said) == [SetPhase.OPEN, SetPhase.CLOSING, SetPhase.OPEN, SetPhase.CLOSING, SetPhase.IDLE]
    assert over_s == pytest.approx(20.5 + CONFIG.close_still_s, abs=2 * TICK_S)


def test_what_has_no_reps_closes_without_a_word():
    said, _ = played([(5.0, 12.0)], [(12.0, 60.0)], has_reps=False)
    assert phases(said) == [SetPhase.OPEN, SetPhase.IDLE]


def test_a_bar_that_rests_says_nothing():
    assert played([], [(1.0, 60.0)]) == ([], None)


def test_a_simulated_set_opens_once_and_closes_as_announced():
    recording = simulate_offline(single_set("deadlift", 2, 100.0, 211), tail_s=12.0)
    analyzer = SetAnalyzer(info_of(recording), mount_of(recording), label_of(recording))
    events = analyzer.push(block_of(recording))
    said = [event for event in events if isinstance(event, SetProgress)]
    assert said[0].phase is SetPhase.OPEN
    assert phases(said)[-2:] == [SetPhase.CLOSING, SetPhase.IDLE]
    assert {one.set_index for one in said[:-1]} == {0}
    assert said[-1].set_index == 1
    closed = next(i for i, event in enumerate(events) if isinstance(event, SetFinished))
    assert events[closed + 1] is said[-1]
    assert said[-2].t_s + said[-2].closes_in_s == pytest.approx(said[-1].t_s, abs=0.25)


def test_a_label_ends_what_was_open():
    recording = simulate_offline(single_set("deadlift", 2, 100.0, 211), tail_s=3.0)
    block = block_of(recording)
    analyzer = SetAnalyzer(info_of(recording), mount_of(recording), label_of(recording))
    analyzer.push(block)
    assert any(isinstance(event, SetFinished) for event in analyzer.push(SetLabel("deadlift", 100.0)))
    assert not analyzer.set_is_open
