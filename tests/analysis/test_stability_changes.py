from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.results import Estimate, Quality, QualityState
from analysis.stability.history import Conditions
from analysis.stability.judge import FEEDBACK_WARNING, judge_lift
from analysis.stability.judgement import DAY, SET, Word
from tests.analysis.lifted import PART, lifted_set, ordinary_day, ordinary_weeks

LIFT = "front_squat"
TODAY = 21


def judged(sets, earlier=()):
    verdict = judge_lift(LIFT, sets, earlier)
    assert verdict is not None
    return verdict


def day_with(step_rad: float, n_sets: int, seed: int = 1, **options: object):
    """An ordinary day on which each set is worse than the one before by a step."""
    sets = ordinary_day(np.random.default_rng(seed), TODAY, n_sets, **options)
    return [
        replace(
            one,
            reps=tuple(
                replace(
                    rep,
                    measures={
                        name: Estimate((value.value or 0.0) + step_rad * k, value.sd)
                        for name, value in rep.measures.items()
                    },
                )
                for rep in one.reps
            ),
        )
        for k, one in enumerate(sets)
    ]


def test_five_sets_are_judged_by_their_own_scatter_without_a_baseline():
    verdict = judged(day_with(0.03, 5))
    primary = verdict.parts[0]
    assert verdict.word is Word.CLEARLY_WORSE
    assert primary.test.method == "sets"
    assert primary.test.degrees == 3
    assert primary.change is not None
    assert primary.change.value == pytest.approx(0.12, abs=0.02)
    assert "not corrected for load and velocity" in primary.reasons[0]
    assert "tipped further forward" in verdict.sentence


def test_the_slope_and_its_interval_are_the_textbook_ones():
    sets = [lifted_set([value], k, TODAY) for k, value in enumerate((0.10, 0.12, 0.11, 0.15, 0.16))]
    primary = judged(sets).parts[0]
    x, y = np.arange(5.0), np.array([0.10, 0.12, 0.11, 0.15, 0.16])
    slope, intercept = np.polyfit(x, y, 1)
    s = np.sqrt(((y - intercept - slope * x) ** 2).sum() / 3)
    assert primary.slope_per_set == pytest.approx(slope)
    assert primary.change is not None
    # t(3) at 95 % is 2.3534; sum of (x - 2)² is 10; four steps from first to last.
    assert primary.change.high - primary.change.value == pytest.approx(4 * 2.3534 * s / np.sqrt(10), rel=1e-4)


def test_fewer_than_five_sets_need_the_lifters_own_baseline():
    three = day_with(0.06, 3)
    alone = judged(three)
    assert alone.word is Word.TOO_LITTLE_DATA
    assert "baseline 0 of 3 sessions" in alone.sentence
    known = judged(three, ordinary_weeks())
    assert known.word is Word.CLEARLY_WORSE
    assert known.parts[0].test.method == "baseline"


def test_better_is_said_as_well():
    assert judged(day_with(-0.06, 3), ordinary_weeks()).word is Word.CLEARLY_BETTER


def test_one_set_is_compared_with_the_usual_and_not_with_itself():
    verdict = judged([lifted_set([0.2, 0.21, 0.2], 0, TODAY)], ordinary_weeks())
    assert verdict.word is Word.TOO_LITTLE_DATA
    assert verdict.parts[0].outside_usual == (0,)
    assert [rep.rep_index for rep in verdict.parts[0].blamed] == [1, 0, 2]


def test_a_change_below_the_smallest_worthwhile_one_is_no_change():
    """However sure: the resolution of pitch is 0.005 rad."""
    sets = [lifted_set([0.1 + 0.001 * k] * 5, k, TODAY, sd=1e-5) for k in range(5)]
    primary = judged(sets).parts[0]
    assert primary.test.p_value == pytest.approx(0.0, abs=1e-9)
    assert primary.word is Word.NO_CLEAR_CHANGE


def test_effects_of_velocity_are_taken_out():
    """A lifter whose pitch follows velocity: slower sets change it, and that is not a loss of stability."""
    rng = np.random.default_rng(3)

    def sets(day: int, velocities: list[float]):
        return [
            lifted_set(
                (0.1 - 0.2 * (v - 0.5) + 0.004 * rng.standard_normal(5)).tolist(), k, day, velocity_mps=v
            )
            for k, v in enumerate(velocities)
        ]

    earlier = [one for week in range(5) for one in sets(7 * week, [0.40, 0.65, 0.50])]
    slower = sets(40, [0.6, 0.54, 0.48, 0.42, 0.36])
    assert judged(slower).word is not Word.NO_CLEAR_CHANGE  # without a baseline nothing is known of velocity
    primary = judged(slower, earlier).parts[0]
    assert primary.word is Word.NO_CLEAR_CHANGE
    assert primary.points[-1].adjusted == pytest.approx(0.1, abs=0.01)
    assert primary.points[-1].value == pytest.approx(0.128, abs=0.01)


def test_sets_that_were_measured_worse_widen_the_interval_and_do_not_move_it():
    good = judged(day_with(0.0, 3), ordinary_weeks()).parts[0].change
    bad = judged(day_with(0.0, 3, sd=0.03), ordinary_weeks()).parts[0].change
    assert good is not None
    assert bad is not None
    assert bad.value == good.value
    assert bad.high - bad.low > 1.5 * (good.high - good.low)


def test_other_conditions_are_no_baseline():
    other = [replace(one, conditions=Conditions("shaft", "another", "core/1")) for one in ordinary_weeks()]
    assert judged(day_with(0.06, 3), other).baseline.sessions == 0


def test_old_sessions_are_no_baseline():
    old = [replace(one, started_at=one.started_at.replace(year=2025)) for one in ordinary_weeks()]
    assert not judged(day_with(0.06, 3), old).baseline.ready


def test_warm_ups_are_left_out_and_named():
    warm_up = lifted_set([0.3] * 3, 0, TODAY, load_kg=40.0)
    work = [replace(one, index=one.index + 1) for one in day_with(0.0, 5)]
    verdict = judged([warm_up, *work])
    assert [point.set_index for point in verdict.parts[0].points] == [1, 2, 3, 4, 5]
    assert "warm-ups are not judged: set 1" in verdict.warnings


def test_velocity_feedback_in_some_sets_is_warned_of():
    sets = [lifted_set([0.1] * 3, k, TODAY, velocity_feedback=k > 1) for k in range(5)]
    assert FEEDBACK_WARNING in judged(sets).warnings


def test_sets_of_which_nobody_said_whether_velocities_were_shown_warn_of_nothing():
    told = {0: True, 1: None, 2: True, 3: None, 4: None}
    sets = [lifted_set([0.1] * 3, k, TODAY, velocity_feedback=feedback) for k, feedback in told.items()]
    assert FEEDBACK_WARNING not in judged(sets).warnings


def test_reps_that_are_not_resolvable_do_not_count():
    sets = day_with(0.0, 5)
    spoiled = tuple(
        replace(rep, quality=Quality(QualityState.NOT_RESOLVABLE, ("lost",))) for rep in sets[2].reps
    )
    sets[2] = replace(sets[2], reps=spoiled)
    points = judged(sets).parts[0].points
    assert points[2].value is None
    assert points[2].n_reps == 0


def test_a_part_that_is_nowhere_says_why():
    reasons = {"rounding_rad": Estimate(reason="the sensor is on the sleeve")}
    sets = [
        replace(one, reps=tuple(replace(rep, measures={**rep.measures, **reasons}) for rep in one.reps))
        for one in day_with(0.0, 3)
    ]
    part = next(part for part in judged(sets).parts if part.part == "rounding_rad")
    assert part.word is Word.TOO_LITTLE_DATA
    assert part.reasons == ("the sensor is on the sleeve",)


def test_a_lift_without_parts_or_out_of_the_catalogue_is_not_judged():
    assert judge_lift("pull_up", day_with(0.0, 5), ()) is None
    assert judge_lift("zercher_squat", day_with(0.0, 5), ()) is None
    assert judge_lift(LIFT, [], ()) is None


def test_ordinary_sessions_are_called_a_change_as_rarely_as_promised():
    words = []
    for seed in range(150):
        today = ordinary_day(np.random.default_rng(1000 + seed), TODAY, 3)
        words.append(judged(today, ordinary_weeks(seed)).word)
    alarms = sum(word is not Word.NO_CLEAR_CHANGE for word in words)
    # Promised 2.5 %; 150 sessions have a standard error of 1.3 points: three of them on top.
    assert alarms <= 150 * (0.025 + 3 * 0.013)


def shifted(by_rad: float, n_sets: int = 5):
    """An ordinary day on which all sets are worse by as much: nothing changes within it."""
    sets = ordinary_day(np.random.default_rng(1), TODAY, n_sets)
    return [
        lifted_set([(rep.measures[PART].value or 0.0) + by_rad for rep in one.reps], k, TODAY)
        for k, one in enumerate(sets)
    ]


def test_an_even_session_on_a_worse_day_has_the_day_in_its_headline():
    verdict = judged(shifted(0.15), ordinary_weeks(n_sessions=5))
    assert verdict.word is Word.NO_CLEAR_CHANGE
    assert verdict.headline == "clearly worse than usual"
    assert verdict.test.of == DAY
    day, session = verdict.sentence.split(". ")
    assert day.startswith("You tipped further forward in the hole than on your ordinary days: +8.")
    assert session.startswith("Uprightness loss: ")


def test_one_set_is_enough_for_the_day():
    verdict = judged(shifted(0.15, 1), ordinary_weeks(n_sessions=5))
    assert verdict.word is Word.TOO_LITTLE_DATA
    assert verdict.headline == "clearly worse than usual"


def test_the_interval_of_the_day_is_the_textbook_one():
    """Every day alike in sets and reps, no effect of velocity or load: Student's t of a new mean of a day."""
    means = (0.09, 0.10, 0.12, 0.09)
    earlier = [lifted_set([mean] * 3, k, 7 * day) for day, mean in enumerate(means) for k in range(2)]
    day = judged([lifted_set([0.13] * 3, k, TODAY + 7) for k in range(2)], earlier).parts[0].day
    assert day is not None
    assert day.difference.value == pytest.approx(0.03)
    # t(3) at 95 % is 2.3534; the mean of four days is uncertain itself.
    half = 2.3534 * np.std(means, ddof=1) * np.sqrt(1 + 1 / 4)
    assert day.difference.high - day.difference.value == pytest.approx(half, rel=1e-3)
    assert day.test.degrees == pytest.approx(3, rel=1e-3)


def test_worse_sets_before_a_doubtful_last_one_are_in_the_headline():
    """The last set has one rep, badly measured: as far as is known the session ends as it began."""
    rng = np.random.default_rng(4)
    rise = (0.0, 0.0, 0.0, 0.12, 0.12)
    sets = [
        lifted_set((0.1 + by + 0.01 * rng.standard_normal(5)).tolist(), k, TODAY) for k, by in enumerate(rise)
    ]
    verdict = judged([*sets, lifted_set([0.1], 5, TODAY, sd=0.05)], ordinary_weeks())
    assert verdict.word is Word.NO_CLEAR_CHANGE
    assert verdict.headline == "clearly worse in sets 4 and 5"
    assert verdict.test.of == SET
    assert "Set 4 was clearly worse: you tipped further forward in the hole" in verdict.sentence


def test_one_doubtful_rep_makes_no_headline():
    """A single rep that nobody measured well lies beyond the band of whole sets; that says little."""
    sets = [*shifted(0.0, 4), lifted_set([0.14], 4, TODAY, sd=0.03)]
    verdict = judged(sets, ordinary_weeks(n_sessions=5))
    assert verdict.parts[0].outside_usual == (4,)
    assert (
        verdict.parts[0].usual_sentence
        == "Set 5 lies beyond the band of your ordinary sets, which 1 ordinary set in 20 leaves on this side."
    )
    assert verdict.headline == verdict.word.value


def test_a_better_day_is_said_and_never_called_worse():
    verdict = judged(shifted(-0.15), ordinary_weeks(n_sessions=5))
    assert verdict.headline == "no clear change"
    assert "You stayed more upright in the hole than on your ordinary days" in verdict.sentence


def test_a_day_that_differs_by_less_than_matters_is_no_finding():
    """However sure: the resolution of pitch is 0.005 rad."""
    earlier = [lifted_set([0.1] * 5, k, 7 * week) for week in range(5) for k in range(3)]
    verdict = judged([lifted_set([0.103] * 5, k, TODAY + 14) for k in range(3)], earlier)
    day = verdict.parts[0].day
    assert day is not None
    assert day.test.p_value == pytest.approx(0.0, abs=1e-9)
    assert day.word is Word.NO_CLEAR_CHANGE
    assert "too little to matter" in day.sentence


def tiring(sets):
    """Make each rep worse than the one before, and each set: on every day alike."""
    return [
        lifted_set(
            [
                (rep.measures[PART].value or 0.0) + 0.01 * k + 0.01 * one.index
                for k, rep in enumerate(one.reps)
            ],
            one.index,
            (one.started_at - lifted_set([0.1]).started_at).days,
        )
        for one in sets
    ]


@pytest.mark.parametrize("everyday", [list, tiring], ids=["even", "tiring"])
def test_ordinary_days_are_called_worse_as_rarely_as_promised(everyday):
    alarms = 0
    for seed in range(300):
        today = everyday(ordinary_day(np.random.default_rng(5000 + seed), TODAY, 4))
        day = judged(today, everyday(ordinary_weeks(seed))).parts[0].day
        assert day is not None
        alarms += day.word is not Word.NO_CLEAR_CHANGE
    # Promised 1 %; 300 sessions have a standard error of 0.6 points: three on top.
    assert alarms <= 300 * (0.01 + 3 * 0.006)


def test_the_band_of_ordinary_sets_holds_sets_in_which_one_tires():
    """Of another day's first three sets, whole, 5 % lie beyond it on the worse side."""
    outside = 0
    for seed in range(200):
        today = tiring(ordinary_day(np.random.default_rng(7000 + seed), TODAY, 3))
        outside += len(judged(today, tiring(ordinary_weeks(seed))).parts[0].outside_usual)
    # Sets of a day go together: some 400 independent ones, a standard error of 1.1 points, three on top.
    assert outside <= 600 * (0.05 + 3 * 0.011)
