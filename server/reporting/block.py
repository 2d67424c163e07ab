"""What the page of a block of weeks shows, lift by lift, ready for the template."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from analysis.stability.judge import judge_weeks
from analysis.stability.judgement import Seen
from analysis.stability.signs import sign_name
from server.judging import Judge, lifted_as_stored
from server.reporting.session import PartLine
from server.reporting.weeks_plot import history_plot, session_index_plot
from server.reporting.words import (
    UNKNOWN,
    Mark,
    day,
    is_moved,
    lift_name,
    listed,
    load,
    part_name,
    plain,
    plural,
    scale,
    seen_mark,
    sentence_case,
    unit,
    verdict_mark,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from markupsafe import Markup

    from analysis.stability.judged_weeks import LiftHistory, PartHistory
    from analysis.stability.judgement import SignFinding
    from server.store import Store


@dataclass(frozen=True, slots=True)
class SignRow:
    """One sign in one session: a mark for each set, and the same in words."""

    date: str
    marks: tuple[tuple[str, Mark], ...]
    words: str


@dataclass(frozen=True, slots=True)
class SignGrid:
    """One sign over the sessions."""

    name: str
    rows: tuple[SignRow, ...]


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One row of the table of sessions."""

    date: str
    role: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HistoryView:
    """Everything of one lift over a block of weeks."""

    anchor: str
    name: str
    summary: str
    mark: Mark
    sentence: str
    baseline: str
    parts: tuple[PartLine, ...]
    index_plot: Markup | None
    index_reason: str
    signs: tuple[SignGrid, ...]
    columns: tuple[tuple[str, str], ...]
    sessions: tuple[SessionLine, ...]
    breaks: tuple[str, ...]
    warnings: tuple[str, ...]


def block_histories(
    store: Store, exercise_ids: Sequence[str], since: datetime, athlete_id: UUID | None
) -> tuple[LiftHistory, ...]:
    """Judge lifts of one lifter across the sessions since a time.

    Notes
    -----
    The change is that of the block: of its sessions alone. Index and signs of each session are those that it
    got on its day, from everything before it, block or not.
    """
    histories: list[LiftHistory] = []
    for exercise_id in exercise_ids:
        stored = store.lifted_sets(exercise_id, athlete_id)
        inside = [lifted_as_stored(one) for one in stored if one.recording.started_at >= since]
        history = judge_weeks(exercise_id, inside)
        everything = Judge(store).weeks(exercise_id, athlete_id)
        if history is None or everything is None:
            continue
        days = tuple(one for one in everything.sessions if one.started_at >= since)
        histories.append(replace(history, sessions=days))
    return tuple(histories)


def block_start(newest: datetime, weeks: int) -> datetime:
    """Say where a block of so many weeks begins that ends with the newest session."""
    return newest - timedelta(weeks=weeks)


def n_steps(histories: Sequence[LiftHistory]) -> int:
    """Count the plots that a page will have, for its progress bar."""
    return sum(len(history.parts) + 1 for history in histories)


def history_views(histories: Sequence[LiftHistory], step: Callable[[], None]) -> tuple[HistoryView, ...]:
    """Make the view of every lift; ``step`` is called after each plot."""
    return tuple(_view(f"lift{number}", history, step) for number, history in enumerate(histories, 1))


def _view(anchor: str, history: LiftHistory, step: Callable[[], None]) -> HistoryView:
    parts: list[PartLine] = []
    for number, part in enumerate(history.parts):
        parts.append(_part(f"{anchor}-part{number}", part, history))
        step()
    drawn_index = session_index_plot(f"{anchor}-index", history.sessions, history.breaks)
    step()
    primary = history.parts[0]
    n_sets = sum(point.n_sets for point in primary.points)
    return HistoryView(
        anchor=anchor,
        name=lift_name(history.exercise_id),
        summary=f"{plural(len(primary.points), 'session')}, {plural(n_sets, 'working set')}",
        mark=verdict_mark(history.word),
        sentence=history.sentence,
        baseline=sentence_case(history.baseline.words),
        parts=tuple(parts),
        index_plot=drawn_index,
        index_reason=next(
            (one.reason for session in history.sessions for one in session.index if one.reason), ""
        ),
        signs=_grids(history),
        columns=tuple((part_name(part.part), unit(part.part)) for part in history.parts),
        sessions=_lines(history),
        breaks=tuple(
            f"Break {number}, {day(one.started_at)}: {one.reason}"
            for number, one in enumerate(history.breaks, 1)
        ),
        warnings=tuple(sentence_case(warning) for warning in history.warnings),
    )


def _part(name: str, part: PartHistory, history: LiftHistory) -> PartLine:
    plot = history_plot(name, part, history.breaks, small=not part.primary)
    notes: list[str] = []
    if part.slope_per_week is not None:
        per_week = plain(part.slope_per_week * scale(part.part))
        of = unit(part.part)
        notes.append(f"Slope: {per_week}{'' if of in {'', '°'} else ' '}{of} per week.")
    used = [point for point in part.points if point.joined]
    if plot is not None and any(is_moved(part.part, p.value, p.adjusted, part.usual) for p in used):
        notes.append("◇ the mean after the effects of load and velocity are taken out: what is judged.")
    if plot is not None and part.primary and len(used) < len(part.points):
        notes.append("Faint: before a break, shown and not used.")
    return PartLine.of(part, plot, notes)


def _grids(history: LiftHistory) -> tuple[SignGrid, ...]:
    found = dict.fromkeys(one.sign for session in history.sessions for one in session.signs)
    return tuple(
        SignGrid(
            sign_name(sign),
            tuple(
                SignRow(
                    day(session.started_at),
                    tuple(
                        (f"Set {one.set_index + 1}: {one.sentence}", seen_mark(one.seen))
                        for one in session.signs
                        if one.sign == sign
                    ),
                    _in_words([one for one in session.signs if one.sign == sign]),
                )
                for session in history.sessions
            ),
        )
        for sign in found
    )


def _in_words(findings: Sequence[SignFinding]) -> str:
    """Say in which sets a sign is seen, and in which one cannot tell."""
    told: list[str] = []
    for seen in (Seen.SEEN, Seen.CANNOT_TELL):
        numbers = [str(one.set_index + 1) for one in findings if one.seen is seen]
        if numbers:
            told.append(f"{seen.value} in set{'' if len(numbers) == 1 else 's'} {listed(numbers)}")
    return sentence_case("; ".join(told)) if told else ("Not seen" if findings else UNKNOWN)


def _lines(history: LiftHistory) -> tuple[SessionLine, ...]:
    indices = {session.session_id: session.index for session in history.sessions}
    lines: list[SessionLine] = []
    for number, point in enumerate(history.parts[0].points):
        values = (
            UNKNOWN
            if (own := part.points[number]).value is None
            else plain(own.value * scale(part.part), digits=1)
            for part in history.parts
        )
        index = ", ".join(f"{one.index.value:.0f}" for one in indices.get(point.session_id, ()) if one.index)
        weight = load(point.load_kg).removesuffix(" kg")
        counts = (str(point.n_sets), str(point.n_reps), weight or UNKNOWN)
        lines.append(
            SessionLine(
                day(point.started_at),
                "" if point.joined else "before a break",
                (*counts, *values, index or UNKNOWN),
            )
        )
    return tuple(lines)
