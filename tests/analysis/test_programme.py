from __future__ import annotations

import datetime as dt
import json
import random

import pytest

from analysis.document import SCHEMA as ANALYSIS_SCHEMA
from analysis.errors import InvalidLoggedSetError
from analysis.exercises import CATALOGUE
from analysis.judged_sets import Heaviness, JudgingConfig, judge_sets
from analysis.logged_sets import LiftGroup, LoggedSet, SetKind, group_of
from analysis.programme import ProgrammeConfig, audit_programme
from analysis.programme_advice import OLYMPIC_ORDER, ROWS
from analysis.programme_document import SCHEMA, audit_document
from analysis.programme_findings import FAULTS, FindingConfig, FindingKind, Sureness

MONDAY = dt.date(2026, 1, 5)
GROUP_BY_NAME = {
    "Power snatch": LiftGroup.SNATCH,
    "Chest-supported row": LiftGroup.ROW,
    "Curl": LiftGroup.OTHER,
}


class Log:
    """Writes a training log, session by session."""

    def __init__(self):
        self.sets = []
        self.session = -1

    def day(self, date):
        self.session += 1
        self.date, self.position = date, 0
        return self

    def add(self, lift, scheme, load_kg=None, *, rpe=None, kind=SetKind.NORMAL, group=None):
        """Add ``sets x reps`` of a lift of the catalogue, or of a name that it does not have."""
        n_sets, reps = (int(part) for part in scheme.split("x"))
        exercise_id = lift if lift in CATALOGUE else None
        group = group_of(lift) if exercise_id else group or GROUP_BY_NAME.get(lift)
        for _ in range(n_sets):
            self.sets.append(
                LoggedSet(
                    self.date, self.session, self.position, lift, exercise_id, group, load_kg, reps, rpe, kind
                )
            )
            self.position += 1
        return self


def weeks(n, *days):
    """Repeat a week: each day is a function that fills a session."""
    log = Log()
    for week in range(n):
        for number, fill in enumerate(days):
            fill(log.day(MONDAY + dt.timedelta(days=7 * week + 2 * number)))
    return log.sets


def three_by_eight_at_the_end(day):
    day.add("back_squat", "5x5", 140).add("bench_press", "4x5", 100).add("bent_over_row", "3x8", 60)


def light_pulldowns_at_the_end(day):
    day.add("back_squat", "5x5", 140).add("bench_press", "4x5", 100)
    day.add("pulldown", "3x12", 50).add("pull_up", "2x8", 0.0)


def heavy_snatches_first(day):
    day.add("muscle_snatch", "5x3", 60, rpe=9).add("back_squat", "5x3", 150).add("bench_press", "5x3", 100)


def heavy_rows_first(day):
    day.add("bent_over_row", "5x4", 90, rpe=9).add("back_squat", "5x3", 150).add("bench_press", "5x3", 100)


def no_pulls(day):
    day.add("back_squat", "5x5", 140).add("bench_press", "5x5", 100).add("Curl", "3x12", 20)


def kinds(audit):
    return {finding.kind for finding in audit.findings}


def only(audit, kind):
    (finding,) = (finding for finding in audit.findings if finding.kind is kind)
    return finding


# What the coach warns of


def test_three_sets_of_eight_at_the_end_are_found_with_their_sets():
    sets = weeks(8, three_by_eight_at_the_end, no_pulls)
    audit = audit_programme(sets)
    assert kinds(audit) == {FindingKind.NO_HEAVY_SETS, FindingKind.THREE_SETS_OF_EIGHT_AT_THE_END}
    rows = tuple(index for index, logged in enumerate(sets) if logged.exercise_id == "bent_over_row")
    for finding in audit.findings:
        assert finding.sets == rows
        assert finding.sureness is Sureness.SURE
    assert "8 of 8 sessions" in only(audit, FindingKind.THREE_SETS_OF_EIGHT_AT_THE_END).sentence


def test_a_few_light_pulldowns_after_everything_else_are_found():
    audit = audit_programme(weeks(6, light_pulldowns_at_the_end))
    assert FindingKind.ONLY_SMALL_LIFTS in kinds(audit)
    assert FindingKind.THREE_SETS_OF_EIGHT_AT_THE_END in kinds(audit)
    assert "pulldown" in only(audit, FindingKind.ONLY_SMALL_LIFTS).sentence


def test_a_log_without_pulls_does_not_train_the_upper_back():
    audit = audit_programme(weeks(4, no_pulls))
    (finding,) = audit.findings
    assert (finding.kind, finding.sets, finding.sureness) == (FindingKind.NOT_TRAINED, (), Sureness.SURE)
    assert audit.suggestions


def test_eights_at_the_beginning_are_many_reps_but_not_at_the_end():
    audit = audit_programme(
        weeks(6, lambda day: day.add("bent_over_row", "3x8", 60).add("back_squat", "5x5", 140))
    )
    assert kinds(audit) == {FindingKind.NO_HEAVY_SETS, FindingKind.MANY_REPS}


def test_light_triples_at_the_end_are_at_the_end_but_not_many_reps():
    audit = audit_programme(
        weeks(6, lambda day: day.add("back_squat", "5x5", 140).add("bent_over_row", "3x5", 60)),
        one_rep_max_kg={"bent_over_row": 120},
    )
    assert kinds(audit) == {FindingKind.NO_HEAVY_SETS, FindingKind.AT_THE_END}
    assert "50%" in only(audit, FindingKind.NO_HEAVY_SETS).sentence


def test_heavy_work_left_to_the_end_only_has_to_move():
    audit = audit_programme(
        weeks(6, lambda day: day.add("back_squat", "6x5", 140).add("bent_over_row", "3x4", 90, rpe=9.5))
    )
    assert kinds(audit) == {FindingKind.AT_THE_END}
    assert audit.suggestions == ()


def test_few_sets_and_seldom():
    def mostly_legs(day):
        day.add("back_squat", "12x5", 140).add("bench_press", "12x5", 100)

    def one_heavy_day(day):
        mostly_legs(day.add("bent_over_row", "3x4", 90, rpe=9))

    assert kinds(audit_programme(weeks(6, one_heavy_day, mostly_legs))) == {FindingKind.FEW_SETS}
    log = Log()
    for week in range(8):
        fill = heavy_rows_first if week % 2 else no_pulls
        fill(log.day(MONDAY + dt.timedelta(days=7 * week)))
    audit = audit_programme(log.sets)
    assert kinds(audit) == {FindingKind.SELDOM}
    assert (
        "The upper back is trained in 4 sessions in 8 weeks of training"
        in only(audit, FindingKind.SELDOM).sentence
    )


# Nothing to find fault with


@pytest.mark.parametrize("day", [heavy_snatches_first, heavy_rows_first])
def test_heavy_variations_first_leave_nothing_to_find_fault_with(day):
    audit = audit_programme(weeks(8, day, no_pulls))
    (finding,) = audit.findings
    assert finding.kind is FindingKind.NOTHING_TO_FAULT
    assert len(finding.sets) == 8 * 5
    assert audit.suggestions == ()


def test_light_work_may_follow_heavy_work():
    def day(session):
        session.add("bent_over_row", "4x3", 100, rpe=9).add("back_squat", "5x3", 150)
        session.add("bench_press", "4x5", 100).add("pulldown", "3x12", 50).add("Curl", "3x12", 20)

    assert kinds(audit_programme(weeks(6, day))) == {FindingKind.NOTHING_TO_FAULT}


def test_one_heavy_day_a_week_is_enough_beside_light_days():
    assert kinds(audit_programme(weeks(6, heavy_rows_first, three_by_eight_at_the_end))) == {
        FindingKind.NOTHING_TO_FAULT
    }


def test_what_rests_on_the_log_alone_is_never_sure():
    def day(session):
        session.add("bent_over_row", "5x3", 90).add("back_squat", "5x3", 150)

    by_log, by_profile, light = (
        audit_programme(weeks(8, day), one_rep_max_kg=known)
        for known in (None, {"bent_over_row": 105}, {"bent_over_row": 150})
    )
    assert only(by_log, FindingKind.NOTHING_TO_FAULT).sureness is Sureness.PROBABLE
    assert "As far as the log shows" in by_log.findings[0].sentence
    assert only(by_profile, FindingKind.NOTHING_TO_FAULT).sureness is Sureness.SURE
    assert only(light, FindingKind.NO_HEAVY_SETS).sureness is Sureness.SURE


def test_noted_effort_makes_the_logs_own_estimate_sure():
    audit = audit_programme(weeks(8, heavy_rows_first))
    assert only(audit, FindingKind.NOTHING_TO_FAULT).sureness is Sureness.SURE


# Cannot tell


@pytest.mark.parametrize("n", [0, 1, 3])
def test_a_short_log_tells_nothing(n):
    audit = audit_programme(weeks(n, three_by_eight_at_the_end))
    (finding,) = audit.findings
    assert finding.kind is FindingKind.CANNOT_TELL_TOO_SHORT
    assert audit.suggestions == ()


def test_without_loads_few_reps_tell_nothing_but_many_reps_do():
    few, many = (
        audit_programme(
            weeks(
                6, lambda day, scheme=scheme: day.add("bent_over_row", scheme).add("back_squat", "5x5", 140)
            )
        )
        for scheme in ("4x5", "4x10")
    )
    assert kinds(few) == {FindingKind.CANNOT_TELL_LOADS}
    assert "log the load" in few.findings[0].sentence
    assert {FindingKind.NO_HEAVY_SETS, FindingKind.MANY_REPS} == kinds(many)


def test_pull_ups_need_the_body_mass_and_bare_ones_the_effort():
    def added(day):
        day.add("pull_up", "5x4", 25).add("back_squat", "5x5", 140)

    def bare(day):
        day.add("pull_up", "5x4", 0.0).add("back_squat", "5x5", 140)

    def bare_with_effort(day):
        day.add("pull_up", "5x4", 0.0, rpe=9.5).add("back_squat", "5x5", 140)

    without = audit_programme(weeks(6, added))
    assert "give the body mass" in only(without, FindingKind.CANNOT_TELL_LOADS).sentence
    assert kinds(audit_programme(weeks(6, added), body_mass_kg=80)) == {FindingKind.NOTHING_TO_FAULT}
    doubtful = audit_programme(weeks(6, bare), body_mass_kg=80)
    assert "RPE" in only(doubtful, FindingKind.CANNOT_TELL_LOADS).sentence
    assert kinds(audit_programme(weeks(6, bare_with_effort), body_mass_kg=80)) == {
        FindingKind.NOTHING_TO_FAULT
    }


def test_names_that_nobody_explained_keep_the_audit_from_being_sure():
    def day(session):
        session.add("Remo con barra", "5x5", 100).add("back_squat", "5x5", 140)

    audit = audit_programme(weeks(6, day))
    (finding,) = audit.findings
    assert finding.kind is FindingKind.CANNOT_TELL_NAMES
    assert "Remo con barra (30)" in finding.sentence
    assert audit.unknown_names == ("Remo con barra",)

    def with_rows(session):
        day(session)
        session.add("bent_over_row", "3x10", 50)

    audit = audit_programme(weeks(6, with_rows))
    assert FindingKind.CANNOT_TELL_NAMES in kinds(audit)
    assert only(audit, FindingKind.NO_HEAVY_SETS).sureness is Sureness.PROBABLE


# Which sets are judged


def test_warm_ups_and_drop_sets_are_left_out_marked_or_not():
    day = Log().day(MONDAY)
    day.add("back_squat", "1x5", 60).add("back_squat", "1x5", 100).add("back_squat", "3x5", 140)
    day.add("bent_over_row", "1x10", 40, kind=SetKind.WARM_UP).add("bent_over_row", "3x5", 80)
    day.add("bent_over_row", "1x12", 50, kind=SetKind.DROP).add("bent_over_row", "1x8", 60)
    judged = judge_sets(day.sets, {}, None, JudgingConfig())
    assert [item.index for item in judged.sets] == [2, 3, 4, 6, 7, 8, 10]
    assert (judged.n_warm_ups, judged.n_drops) == (3, 1)


def test_only_the_last_weeks_are_judged():
    sets = weeks(30, three_by_eight_at_the_end)
    audit = audit_programme(sets, config=ProgrammeConfig(judging=JudgingConfig(window_weeks=6)))
    assert [week.monday for week in audit.weeks] == [MONDAY + dt.timedelta(weeks=k) for k in range(24, 30)]
    assert min(audit.findings[0].sets) >= len(sets) * 24 // 30


def test_places_go_from_first_to_last_and_short_sessions_have_none():
    log = Log()
    log.day(MONDAY).add("back_squat", "4x5", 100).add("bent_over_row", "4x5", 80)
    log.day(MONDAY + dt.timedelta(days=1)).add("bent_over_row", "3x5", 80)
    judged = judge_sets(log.sets, {}, None, JudgingConfig()).sets
    assert [item.place_fraction for item in judged[:8]] == [(k + 0.5) / 8 for k in range(8)]
    assert {item.place_fraction for item in judged[8:]} == {None}


@pytest.mark.parametrize(
    ("load_kg", "reps", "heaviness"),
    [
        (100, 8, Heaviness.LIGHT),  # whatever the load
        (100, 6, Heaviness.HEAVY),
        (82, 6, Heaviness.PROBABLY_HEAVY),  # within 5 % of the bound
        (78, 6, Heaviness.PROBABLY_LIGHT),
        (70, 6, Heaviness.LIGHT),
        (None, 6, Heaviness.UNKNOWN),
        (None, 8, Heaviness.LIGHT),
    ],
)
def test_heaviness_by_a_profile(load_kg, reps, heaviness):
    sets = Log().day(MONDAY).add("t_bar_row", f"1x{reps}", load_kg).sets
    (item,) = judge_sets(sets, {"t_bar_row": 100.0}, None, JudgingConfig()).sets
    assert item.heaviness is heaviness


def test_pulldowns_are_never_heavy_work():
    sets = Log().day(MONDAY).add("pulldown", "1x3", 100).sets
    (item,) = judge_sets(sets, {"pulldown": 100.0}, None, JudgingConfig()).sets
    assert item.heaviness is Heaviness.LIGHT


# Suggestions


def suggested(*days):
    return audit_programme(weeks(6, *days)).suggestions


def test_a_snatcher_gets_snatch_variations_and_a_cleaner_cleans():
    snatches = suggested(lambda day: day.add("Power snatch", "3x8", 40).add("back_squat", "5x5", 140))
    assert [one.exercise_id for one in snatches] == ["muscle_snatch", "hang_snatch"]
    assert {one.variation_of for one in snatches} == {("Power snatch",)}
    cleans = suggested(lambda day: day.add("power_clean", "3x8", 60).add("back_squat", "5x5", 140))
    assert [one.exercise_id for one in cleans] == ["muscle_clean", "hang_clean"]


def test_who_does_both_gets_them_in_the_coachs_order_even_if_he_rows():
    both = suggested(
        lambda day: (
            day.add("power_clean", "2x8", 60).add("hang_snatch", "2x8", 40).add("bent_over_row", "3x8", 60)
        )
    )
    assert tuple(one.exercise_id for one in both) == OLYMPIC_ORDER
    assert [one.is_done for one in both] == [False, True, False, False]


def test_who_does_no_olympic_lift_gets_heavy_rows_his_own_first():
    (first, second) = suggested(
        lambda day: day.add("back_squat", "5x5", 140).add("t_bar_row", "3x8", 60),
    )
    assert (first.exercise_id, first.is_done) == ("t_bar_row", True)
    assert (second.exercise_id, second.is_done, second.variation_of) == (
        "bent_over_row",
        False,
        ("t_bar_row",),
    )


def test_who_does_not_row_either_gets_the_row_with_the_reason():
    (puller,) = suggested(lambda day: day.add("deadlift", "5x5", 180).add("bench_press", "5x5", 100))
    assert (puller.exercise_id, puller.variation_of) == ("bent_over_row", ("deadlift",))
    (squatter,) = suggested(no_pulls)
    assert (squatter.exercise_id, squatter.variation_of) == ("bent_over_row", ())


def test_suggestions_are_lifts_of_the_catalogue():
    assert set(OLYMPIC_ORDER) | set(ROWS) <= set(CATALOGUE)


# The audit as a whole

PROGRAMMES = [
    three_by_eight_at_the_end,
    light_pulldowns_at_the_end,
    heavy_snatches_first,
    heavy_rows_first,
    no_pulls,
]


@pytest.mark.parametrize("day", PROGRAMMES)
def test_the_order_of_the_sets_does_not_matter(day):
    sets = weeks(5, day, no_pulls)
    audit = audit_programme(sets)
    order = list(range(len(sets)))
    random.Random(7).shuffle(order)
    shuffled = audit_programme([sets[index] for index in order])
    for one, other in zip(audit.findings, shuffled.findings, strict=True):
        assert (one.kind, one.sentence, one.sureness) == (other.kind, other.sentence, other.sureness)
        assert one.sets == tuple(sorted(order[index] for index in other.sets))
    assert shuffled.suggestions == audit.suggestions
    assert shuffled.weeks == audit.weeks


@pytest.mark.parametrize("day", PROGRAMMES)
def test_any_log_gets_an_answer_and_a_document(day):
    audit = audit_programme(weeks(5, day))
    assert audit.findings
    assert bool(audit.suggestions) == bool(kinds(audit) & (FAULTS - {FindingKind.AT_THE_END}))
    document = json.loads(json.dumps(audit_document({"file": "log.csv"}, audit), allow_nan=False))
    assert document["schema"] == SCHEMA != ANALYSIS_SCHEMA
    indices = {item["index"] for item in document["working_sets"]}
    for finding in document["findings"]:
        assert set(finding["sets"]) <= indices
    assert sum(week["sets"] for week in document["weeks"]) == len(indices)


def test_bounds_come_from_the_configuration():
    sets = weeks(6, three_by_eight_at_the_end)
    lenient = ProgrammeConfig(
        judging=JudgingConfig(heavy_fraction=0.5, heavy_reps=8), findings=FindingConfig(last_part=1.0)
    )
    assert kinds(audit_programme(sets, config=lenient)) == {FindingKind.NOTHING_TO_FAULT}


@pytest.mark.parametrize("mass_kg", [0.0, -3.0, float("nan"), float("inf")])
def test_a_mass_that_is_none_is_refused(mass_kg):
    with pytest.raises(InvalidLoggedSetError, match="no positive number"):
        audit_programme([], one_rep_max_kg={"bent_over_row": mass_kg})
    with pytest.raises(InvalidLoggedSetError, match="body mass"):
        audit_programme([], body_mass_kg=mass_kg)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reps": 0}, "reps"),
        ({"load_kg": float("nan")}, "load_kg"),
        ({"rpe": 11.0}, "rpe"),
        ({"name": ""}, "name"),
        ({"session": -1}, "session"),
    ],
)
def test_a_set_keeps_its_contract(change, field):
    fields = {
        "date": MONDAY,
        "session": 0,
        "position": 0,
        "name": "Row",
        "exercise_id": None,
        "group": LiftGroup.ROW,
        "load_kg": 60.0,
        "reps": 5,
    }
    LoggedSet(**fields)
    with pytest.raises(InvalidLoggedSetError, match=field):
        LoggedSet(**fields | change)
