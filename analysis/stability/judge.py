"""The way in: what is to be said of one lift in one session, and across weeks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analysis.exercises import CATALOGUE
from analysis.measures import MEASURES
from analysis.stability.baseline import baseline_state, comparable, fit_baseline
from analysis.stability.changes import part_change
from analysis.stability.config import StabilityConfig
from analysis.stability.history import by_session, working_sets
from analysis.stability.index import set_index
from analysis.stability.judged_weeks import LiftHistory, SessionIndex
from analysis.stability.judgement import LiftVerdict, Seen, Word
from analysis.stability.sentences import finding, weeks_sentence, with_sentences
from analysis.stability.set_changes import with_set_words
from analysis.stability.signs import SIGNS, SignConfig, find_signs
from analysis.stability.weeks import joined_sessions, part_history, trend_breaks
from analysis.stability.words import with_day_word, with_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from analysis.stability.baseline import PartBaseline
    from analysis.stability.history import LiftedSet
    from analysis.stability.judged_weeks import PartHistory
    from analysis.stability.judgement import BaselineState

FEEDBACK_WARNING = (
    "velocities were shown to the lifter in some of these sets and not in others: that alone changes "
    "velocity by about 8 %"
)
LOAD_SPREAD = 0.1
"""Loads that differ by more than this fraction are mentioned where they cannot be corrected for."""


@dataclass(frozen=True, slots=True)
class _Own:
    """The lifter's own baselines of one lift, from earlier sessions under the same conditions."""

    state: BaselineState
    parts: dict[str, PartBaseline | None]

    @property
    def why_not(self) -> str:
        """What is missing; empty if nothing is."""
        return "" if self.state.ready else self.state.words


def _own(exercise_id: str, earlier: Sequence[LiftedSet], latest: LiftedSet, config: StabilityConfig) -> _Own:
    parts = CATALOGUE[exercise_id].parts
    same = comparable(earlier, latest.conditions, latest.started_at, config)
    extra = [part for sign in SIGNS if exercise_id in sign.exercises for part in (*sign.parts, "start_ratio")]
    wanted = dict.fromkeys((*parts, *extra))
    return _Own(
        baseline_state(same, parts[0], config), {part: fit_baseline(same, part, config) for part in wanted}
    )


def judge_lift(
    exercise_id: str,
    sets: Sequence[LiftedSet],
    earlier: Sequence[LiftedSet],
    config: StabilityConfig | None = None,
    signs: SignConfig | None = None,
) -> LiftVerdict | None:
    """Judge one lift in one session.

    Parameters
    ----------
    exercise_id : str
        Of the catalogue.
    sets : sequence of LiftedSet
        Of this lift in this session.
    earlier : sequence of LiftedSet
        Of this lift and lifter in earlier sessions.
    config : StabilityConfig, optional
        See there.
    signs : SignConfig, optional
        See there.

    Returns
    -------
    LiftVerdict or None
        None for a lift without stability parts or that the catalogue does not know, and for no sets.
    """
    config = config or StabilityConfig()
    exercise = CATALOGUE.get(exercise_id)
    in_order = [one for session in by_session(sets) for one in session if one.reps]
    if exercise is None or not exercise.parts or not in_order:
        return None
    working = working_sets(in_order, config.working_fraction)
    own = _own(exercise_id, earlier, working[0], config)
    changes = [part_change(part, working, own.parts[part], own.why_not, config) for part in exercise.parts]
    worded = with_set_words(with_words(changes, config), own.why_not, config)
    worded[0] = with_day_word(worded[0], config)
    parts = tuple(with_sentences(one) for one in worded)
    found = finding(parts[0])
    day = _day(exercise_id, working, own, config, signs or SignConfig())
    return LiftVerdict(
        exercise_id=exercise_id,
        word=parts[0].word,
        sentence=found.sentence,
        headline=found.headline,
        test=found.test,
        baseline=own.state,
        parts=parts,
        index=day.index,
        signs=day.signs,
        warnings=_warnings(in_order, working, own),
    )


def _day(
    exercise_id: str, working: Sequence[LiftedSet], own: _Own, config: StabilityConfig, signs: SignConfig
) -> SessionIndex:
    """Give the index of each working set of one session, and the signs in it."""
    judged = {part: own.parts[part] for part in CATALOGUE[exercise_id].parts}
    return SessionIndex(
        working[0].session_id,
        working[0].started_at,
        tuple(set_index(one, judged, own.why_not, config) for one in working),
        tuple(item for one in working for item in find_signs(exercise_id, one, own.parts, signs)),
    )


def _warnings(every: Sequence[LiftedSet], working: Sequence[LiftedSet], own: _Own) -> tuple[str, ...]:
    warnings: list[str] = []
    if {True, False} <= {one.velocity_feedback for one in working}:
        warnings.append(FEEDBACK_WARNING)
    loads = [one.load_kg for one in working if one.load_kg is not None]
    if not own.state.ready and loads and max(loads) > (1 + LOAD_SPREAD) * min(loads):
        warnings.append("the loads differ, and without a baseline that cannot be corrected for")
    if len(working) < len(every):
        left_out = ", ".join(str(one.index + 1) for one in every if one not in working)
        warnings.append(f"warm-ups are not judged: set {left_out}")
    differing = {one.conditions for one in working}
    if len(differing) > 1:
        warnings.append("sensor or mount changed between these sets: they do not compare")
    return tuple(warnings)


def _also(parts: Sequence[PartHistory], days: Sequence[SessionIndex]) -> str:
    """Say beside the headline what it must not hide: other parts that changed, signs on the newest day."""
    quiet = {Word.NO_CLEAR_CHANGE, Word.TOO_LITTLE_DATA}
    said = [f"{MEASURES[part.part].name}: {part.word.value}" for part in parts[1:] if part.word not in quiet]
    findings = days[-1].signs if days else ()
    for sign in SIGNS:
        seen = [one.set_index + 1 for one in findings if one.sign == sign.id and one.seen is Seen.SEEN]
        if seen:
            sets = f"set{'s' if len(seen) > 1 else ''} {', '.join(map(str, seen))}"
            said.append(f"{sign.name}: seen in {sets} of the newest session")
    return f" Besides: {'; '.join(said)}." if said else ""


def judge_weeks(
    exercise_id: str,
    sets: Sequence[LiftedSet],
    config: StabilityConfig | None = None,
    signs: SignConfig | None = None,
    since: datetime | None = None,
) -> LiftHistory | None:
    """Judge one lift of one lifter across weeks; arguments as for `judge_lift`, ``sets`` of all sessions.

    ``since`` leaves earlier sessions out of the trend; the lifter's ordinary still rests on all of them.

    Returns
    -------
    LiftHistory or None
        None as for `judge_lift`. Each session's indices and signs are those that it got on its day, from what
        was known before it.
    """
    config = config or StabilityConfig()
    exercise = CATALOGUE.get(exercise_id)
    sessions = by_session(one for one in sets if one.reps)
    if exercise is None or not exercise.parts or not sessions:
        return None
    every = [one for session in sessions for one in session]
    looked_at = [one for one in every if since is None or one.started_at >= since]
    if not looked_at:
        return None
    joined = [one for session in joined_sessions(every) for one in session]
    state = baseline_state(joined, exercise.parts[0], config)
    why_not = "" if state.ready else state.words
    histories = [
        part_history(part, looked_at, fit_baseline(joined, part, config), why_not, config)
        for part in exercise.parts
    ]
    parts = tuple(replace(one, sentence=weeks_sentence(one)) for one in with_words(histories, config))
    days: list[SessionIndex] = []
    before: list[LiftedSet] = []
    for session in sessions:
        if since is None or session[0].started_at >= since:
            working = working_sets(session, config.working_fraction)
            own = _own(exercise_id, before, working[0], config)
            days.append(_day(exercise_id, working, own, config, signs or SignConfig()))
        before += session
    warnings = (FEEDBACK_WARNING,) if {True, False} <= {one.velocity_feedback for one in looked_at} else ()
    return LiftHistory(
        exercise_id=exercise_id,
        word=parts[0].word,
        sentence=f"{parts[0].sentence}{_also(parts, days)}",
        baseline=state,
        parts=parts,
        sessions=tuple(days),
        breaks=trend_breaks(looked_at),
        warnings=warnings,
    )
