"""Artefact guards: what must not look like a loss of stability, through the whole signal core."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from analysis import Gap, ImuBlock, LiftVerdict, analyze
from analysis.stability.history import Conditions, LiftedSet
from analysis.stability.judge import judge_lift
from analysis.stability.judgement import Word
from firmware_sim.demo import LIFTER, ordinary_session
from firmware_sim.mems import MemsSettings
from firmware_sim.mems_models import mems_by_name
from firmware_sim.mount import SensorMount
from firmware_sim.offline import OfflineRecording, simulate_offline
from tests.analysis.simulated import block_of, info_of, label_of, mount_of, sets_in

LIFT = "front_squat"
SAME = 1e-6


@cache
def session(slowing: float = 0.1, drift_m: float = 0.0) -> OfflineRecording:
    scenario = ordinary_session(
        LIFT, 5, 3, 31, slowing_fraction=slowing, drift_per_set_m=drift_m, settings=MemsSettings(rate_hz=100)
    )
    return simulate_offline(scenario, tail_s=4.0)


def judged(recording: OfflineRecording, items: list[ImuBlock | Gap] | None = None) -> LiftVerdict:
    events = analyze(
        items or [block_of(recording)], info_of(recording), mount_of(recording), label_of(recording)
    )
    sets = [
        LiftedSet.of(summary, "today", datetime(2026, 11, 2, tzinfo=UTC), Conditions("shaft", "", ""))
        for summary in sets_in(events)
    ]
    verdict = judge_lift(LIFT, sets, ())
    assert verdict is not None
    return verdict


def changes(verdict: LiftVerdict) -> dict[str, float]:
    return {part.part: part.change.value for part in verdict.parts if part.change is not None}


def test_reps_that_slow_by_40_percent_are_no_loss_of_stability():
    """0.67 longer is 40 % slower; one session here, the rate over many in docs/stability_accuracy.md."""
    verdict = judged(session(slowing=0.67))
    points = verdict.parts[0].points
    assert points[-1].velocity_mps == pytest.approx(0.62 * (points[0].velocity_mps or 0.0), rel=0.1)
    assert {part.word for part in verdict.parts} == {Word.NO_CLEAR_CHANGE}


def test_a_drift_of_two_centimetres_a_set_is_measured():
    """How often it gets a word: docs/stability_accuracy.md."""
    forward = next(
        part for part in judged(session(drift_m=0.02)).parts if part.part == "forward_displacement_m"
    )
    assert forward.change is not None
    assert 0.0 < forward.change.low < 0.08 < forward.change.high


def test_a_sensor_turned_on_the_bar_gives_the_same_verdict():
    recording = session()
    rotation = Rotation.create_group("O")[7]
    x, y, z = rotation.apply(recording.bar_axis)
    a, b, c = rotation.apply(recording.lever_m)
    turned = replace(
        recording,
        specific_force_mps2=rotation.apply(recording.specific_force_mps2),
        gyro_radps=rotation.apply(recording.gyro_radps),
        bar_axis=(float(x), float(y), float(z)),
        lever_m=(float(a), float(b), float(c)),
    )
    plain, other = judged(recording), judged(turned)
    assert [part.word for part in plain.parts] == [part.word for part in other.parts]
    for name, value in changes(plain).items():
        assert changes(other)[name] == pytest.approx(value, abs=SAME)


def test_a_sensor_further_along_a_bar_that_neither_yaws_nor_tilts_gives_the_same_changes():
    """An ideal sensor: the errors of a real one differ from place to place only through yaw and tilt."""

    def at(along_m: float) -> LiftVerdict:
        level = replace(LIFTER, tilt_sway_rad=0.0, yaw_sway_rad=0.0)
        scenario = ordinary_session(
            LIFT,
            5,
            3,
            32,
            noise=level,
            mems=mems_by_name("ideal"),
            mount=SensorMount(along_m=along_m),
            settings=MemsSettings(rate_hz=100),
        )
        return judged(simulate_offline(scenario, tail_s=4.0))

    middle, end = changes(at(0.0)), changes(at(0.5))
    for name in ("uprightness_loss_rad", "rounding_rad"):
        assert end[name] == pytest.approx(middle[name], abs=1e-4)
    assert end["forward_displacement_m"] == pytest.approx(middle["forward_displacement_m"], abs=0.002)


def test_lost_packets_widen_the_intervals_and_do_not_move_them_beyond():
    recording = session()
    rng = np.random.default_rng(5)
    items: list[ImuBlock | Gap] = []
    last = 0
    for start in range(0, len(recording.t_s) - 10, 10):
        if rng.random() < 0.05 and start > 300:
            continue
        if start > last and last:
            t_s = recording.t_s
            items.append(Gap(float(t_s[last - 1]), float(t_s[start]), start - last, "lost by the radio"))
        items.append(block_of(recording, start, start + 10))
        last = start + 10
    whole, lossy = judged(recording), judged(recording, items)
    assert [point.n_reps for point in lossy.parts[0].points] == [3] * 5
    for one, other in zip(whole.parts, lossy.parts, strict=True):
        if one.change is None or other.change is None:
            continue
        assert other.change.low < one.change.value < other.change.high
        assert other.word is Word.NO_CLEAR_CHANGE
