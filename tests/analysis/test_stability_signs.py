from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from analysis.exercises import CATALOGUE
from analysis.measures import MEASURES
from analysis.results import Estimate, Quality, QualityState, Rep, StickingRegion, VelocityCurve
from analysis.stability.history import LiftedSet
from analysis.stability.judge import judge_lift
from analysis.stability.judgement import Seen
from analysis.stability.signs import SIGNS, SignConfig, count_seen, find_signs
from tests.analysis.lifted import lifted_set
from tests.analysis.simulated import constructed_rep

CONFIG = SignConfig()
CURVE = VelocityCurve(0.3, 0.4, 0.01, 0.4, None, 0, None, None)
DIP = StickingRegion(0.6, 0.2, 0.4, 0.3, 0.7, 0.9, 0.02)


def with_measures(one: LiftedSet, **values: Sequence[float | None]) -> LiftedSet:
    """Give each rep further measures, with a standard deviation of 0.01; None: not resolvable."""
    reps = []
    for k, rep in enumerate(one.reps):
        further = {
            name: Estimate(reason="the sensor is on the sleeve")
            if column[k] is None
            else Estimate(column[k], 0.01)
            for name, column in values.items()
        }
        reps.append(replace(rep, measures={**rep.measures, **further}))
    return replace(one, reps=tuple(reps))


def deadlift(lockouts: Sequence[float | None], index: int = 0, day: int = 0, start: float = 0.6) -> LiftedSet:
    reps = tuple(constructed_rep(index=k, curve=CURVE, measures={}) for k in range(len(lockouts)))
    one = replace(lifted_set([0.0] * len(lockouts), index, day), reps=reps)
    return with_measures(one, lockout_ratio=lockouts, start_ratio=[start] * len(lockouts))


def earlier_deadlifts() -> list[LiftedSet]:
    return [
        deadlift([0.50 + 0.01 * ((k + j + week) % 3 - 1) for j in range(4)], k, 7 * week)
        for week in range(3)
        for k in range(3)
    ]


def found_in(sets: Sequence[LiftedSet], earlier: Sequence[LiftedSet] = (), lift: str = "deadlift"):
    verdict = judge_lift(lift, sets, earlier)
    assert verdict is not None
    return verdict.signs


def test_a_lockout_far_below_the_own_fresh_reps_is_the_sign():
    fresh, fading = found_in(
        [deadlift([0.5] * 4, 0, 30), deadlift([0.48, 0.35, 0.30, 0.28], 1, 30)], earlier_deadlifts()
    )
    assert fresh.seen is Seen.NOT_SEEN
    assert fading.seen is Seen.SEEN
    assert [item.seen for item in fading.evidence] == [Seen.NOT_SEEN, Seen.SEEN, Seen.SEEN, Seen.SEEN]
    assert "reps 2, 3, 4 of 4" in fading.sentence
    assert fading.evidence[3].how_much == pytest.approx(0.28)
    assert fading.evidence[3].probability == pytest.approx(1.0, abs=1e-3)


def test_a_bar_that_is_slow_off_the_floor_already_is_another_matter():
    (finding,) = found_in([deadlift([0.3] * 4, 0, 30, start=0.35)], earlier_deadlifts())
    assert finding.seen is Seen.NOT_SEEN
    assert finding.evidence[0].words == "slow off the floor already"


def test_without_a_baseline_a_stated_threshold_holds_and_says_so():
    (stalls,) = found_in([deadlift([0.2] * 3)])
    assert stalls.seen is Seen.SEEN
    assert "no baseline yet" in stalls.sentence
    (near,) = found_in([deadlift([0.30, 0.305, 0.295])])
    assert near.seen is Seen.CANNOT_TELL


def test_hitching_is_the_sign_whatever_the_speed():
    hitching = [
        replace(rep, curve=replace(CURVE, reversals=1, sticking=DIP)) for rep in deadlift([0.5] * 2).reps
    ]
    (finding,) = found_in([replace(deadlift([0.5] * 2, 0, 30), reps=tuple(hitching))], earlier_deadlifts())
    assert finding.seen is Seen.SEEN
    assert "hitching" in finding.sentence


def test_one_rep_alone_does_not_make_the_sign():
    (finding,) = found_in([deadlift([0.5, 0.5, 0.5, 0.3], 0, 30)], earlier_deadlifts())
    assert finding.seen is Seen.CANNOT_TELL
    assert "only rep 4" in finding.sentence


def squat(rounding: Sequence[float | None]) -> LiftedSet:
    return with_measures(lifted_set([0.1] * len(rounding)), rounding_rad=rounding)


def test_a_front_squat_that_rounds_over_is_seen_and_an_upright_one_is_not():
    assert found_in([squat([0.02, 0.15, 0.16])], lift="front_squat")[0].seen is Seen.SEEN
    assert found_in([squat([0.01, 0.02, 0.0])], lift="front_squat")[0].seen is Seen.NOT_SEEN


def test_a_sleeve_cannot_tell_and_says_why():
    sets = [squat([None] * 3)]
    sleeve = [replace(rep, measures={"rounding_rad": rep.measures["rounding_rad"]}) for rep in sets[0].reps]
    (finding,) = found_in([replace(sets[0], reps=tuple(sleeve))], lift="front_squat")
    assert finding.seen is Seen.CANNOT_TELL
    assert finding.sentence == "Cannot tell: the sensor is on the sleeve."


def test_reps_that_are_not_resolvable_cannot_tell():
    lost = Quality(QualityState.NOT_RESOLVABLE, ("lost",))
    reps: tuple[Rep, ...] = tuple(replace(rep, quality=lost) for rep in squat([0.2] * 3).reps)
    (finding,) = find_signs("front_squat", replace(squat([0.2] * 3), reps=reps), {}, CONFIG)
    assert finding.seen is Seen.CANNOT_TELL


def test_signs_are_counted_only_where_they_could_be_told():
    findings = found_in([deadlift([0.2] * 3, 0), deadlift([0.5] * 3, 1), deadlift([0.3] * 3, 2)])
    assert count_seen(findings, "stalls_at_lockout") == (1, 2)


def test_signs_name_lifts_and_measures_that_exist():
    for sign in SIGNS:
        assert set(sign.exercises) <= set(CATALOGUE)
        assert set(sign.parts) <= set(MEASURES)
    assert found_in([squat([0.2] * 3)], lift="back_squat") == ()
