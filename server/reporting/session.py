"""What the page of one session shows, lift by lift, ready for the template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.exercises import CATALOGUE
from analysis.stability.parts import UNTOLD_PARTS
from analysis.stability.signs import sign_name
from server.reporting.facts import SET_COLUMNS, Column, RepTable, part_columns, rep_table
from server.reporting.path_plot import path_plot, why_no_path
from server.reporting.plots import index_plot, part_plot
from server.reporting.words import (
    Mark,
    headline_mark,
    index_words,
    is_moved,
    lift_name,
    load,
    new_reasons,
    part_name,
    plural,
    seen_mark,
    sentence_case,
    verdict_mark,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markupsafe import Markup

    from analysis.results import SetSummary
    from analysis.stability.judged_weeks import PartHistory
    from analysis.stability.judgement import LiftVerdict, PartChange, SetIndex, SignFinding


@dataclass(frozen=True, slots=True)
class SignLine:
    """One of the article's signs in one set."""

    set_name: str
    mark: Mark
    sentence: str


@dataclass(frozen=True, slots=True)
class SignBlock:
    """One of the article's signs over the sets."""

    name: str
    lines: tuple[SignLine, ...]


@dataclass(frozen=True, slots=True)
class PartLine:
    """The verdict on one part."""

    name: str
    mark: Mark
    sentence: str
    reasons: tuple[str, ...]
    plot: Markup | None
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, part: PartChange | PartHistory, plot: Markup | None, notes: Sequence[str]) -> PartLine:
        """Say what was found of a part, across sets or weeks."""
        reasons = new_reasons(part.sentence, part.reasons)
        return cls(part_name(part.part), verdict_mark(part.word), part.sentence, reasons, plot, tuple(notes))


@dataclass(frozen=True, slots=True)
class SetLine:
    """One row of the table of sets."""

    name: str
    role: str
    index: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LiftView:
    """Everything of one lift in one session."""

    anchor: str
    name: str
    summary: str
    mark: Mark | None
    sentence: str
    baseline: str
    parts: tuple[PartLine, ...]
    signs: tuple[SignBlock, ...]
    index_plot: Markup | None
    index_reason: str
    index_missing: tuple[str, ...]
    path_plot: Markup | None
    why_no_path: str
    columns: tuple[Column, ...]
    sets: tuple[SetLine, ...]
    reps: tuple[RepTable, ...]
    rejected: tuple[str, ...]
    warnings: tuple[str, ...]


def n_steps(sets: Sequence[SetSummary], verdicts: Sequence[LiftVerdict]) -> int:
    """Count the plots that a page will have, for its progress bar."""
    return sum(len(verdict.parts) for verdict in verdicts) + 2 * len({one.exercise_id for one in sets})


def lift_views(
    sets: Sequence[SetSummary], verdicts: Sequence[LiftVerdict], step: Callable[[], None]
) -> tuple[LiftView, ...]:
    """Make the view of every lift, in the order in which they were done.

    Parameters
    ----------
    sets : sequence of SetSummary
        Of one session.
    verdicts : sequence of LiftVerdict
        On its lifts.
    step : callable
        Called after each plot.
    """
    judged = {verdict.exercise_id: verdict for verdict in verdicts}
    views: list[LiftView] = []
    for number, exercise_id in enumerate(dict.fromkeys(one.exercise_id for one in sets), 1):
        own = [one for one in sets if one.exercise_id == exercise_id]
        views.append(_view(f"lift{number}", exercise_id, own, judged.get(exercise_id or ""), step))
    return tuple(views)


def _view(
    anchor: str,
    exercise_id: str | None,
    sets: Sequence[SetSummary],
    verdict: LiftVerdict | None,
    step: Callable[[], None],
) -> LiftView:
    by_index = {one.index: one for one in sets}
    judged = [by_index[point.set_index] for point in verdict.parts[0].points] if verdict else list(sets)
    with_reps = [one for one in judged if one.reps]
    paths = path_plot(f"{anchor}-path", with_reps[0], with_reps[-1]) if with_reps else None
    step()
    indices = verdict.index if verdict else ()
    drawn_index = index_plot(f"{anchor}-index", indices) if indices else None
    step()
    parts: list[PartLine] = []
    for number, change in enumerate(verdict.parts if verdict else ()):
        parts.append(_part(f"{anchor}-part{number}", change, by_index))
        step()
    catalogued = CATALOGUE.get(exercise_id or "")
    columns = (*SET_COLUMNS, *part_columns(catalogued.parts if catalogued else UNTOLD_PARTS))
    reps = sum(len(one.reps) for one in sets)
    return LiftView(
        anchor=anchor,
        name=lift_name(exercise_id),
        summary=f"{plural(len(sets), 'set')}, {plural(reps, 'rep')}",
        mark=headline_mark(verdict) if verdict else None,
        sentence=verdict.sentence if verdict else _why_not_judged(exercise_id, sets),
        baseline=sentence_case(verdict.baseline.words) if verdict else "",
        parts=tuple(parts),
        signs=sign_blocks(verdict.signs) if verdict else (),
        index_plot=drawn_index,
        index_reason=next((one.reason for one in indices if one.reason), ""),
        index_missing=missing_parts(indices),
        path_plot=paths,
        why_no_path="" if paths or not with_reps else sentence_case(why_no_path(with_reps[-1])),
        columns=columns,
        sets=tuple(_set_line(one, columns, indices, is_judged=one in judged) for one in sets),
        reps=tuple(rep_table(one, _title(one)) for one in sets if one.reps),
        rejected=tuple(
            f"Set {one.index + 1}, {movement.start_s:.1f} to {movement.end_s:.1f} s: {movement.reason}"
            for one in sets
            for movement in one.rejected
        ),
        warnings=tuple(sentence_case(warning) for warning in verdict.warnings) if verdict else (),
    )


def _why_not_judged(exercise_id: str | None, sets: Sequence[SetSummary]) -> str:
    if exercise_id is None:
        return "Not judged: nobody said which lift this is."
    if exercise_id not in CATALOGUE:
        return "Not judged: the catalogue has no such lift."
    return "Not judged: no reps." if not any(one.reps for one in sets) else "Shown, not judged."


def _title(one: SetSummary) -> str:
    weight = load(one.load_kg)
    return f"Set {one.index + 1}" + (f", {weight}" if weight else "")


def _part(name: str, change: PartChange, sets: dict[int, SetSummary]) -> PartLine:
    plot = part_plot(name, change, sets, small=not change.primary)
    notes: list[str] = []
    if change.outside_usual:
        notes.append(change.usual_sentence)
    means = [(point.value, point.adjusted) for point in change.points]
    if plot is not None and any(is_moved(change.part, *pair, change.usual) for pair in means):
        notes.append("◇ the mean after the effects of load and velocity are taken out: what is judged.")
    if change.blamed:
        notes.append("◆ reps outside your band of ordinary reps.")
    return PartLine.of(change, plot, notes)


def sign_blocks(findings: Sequence[SignFinding]) -> tuple[SignBlock, ...]:
    """Group findings by sign."""
    return tuple(
        SignBlock(
            sign_name(sign),
            tuple(
                SignLine(f"Set {one.set_index + 1}", seen_mark(one.seen), one.sentence)
                for one in findings
                if one.sign == sign
            ),
        )
        for sign in dict.fromkeys(one.sign for one in findings)
    )


def missing_parts(indices: Sequence[SetIndex]) -> tuple[str, ...]:
    """Say which parts an index did not use, each once; nothing before there is an index."""
    return tuple(
        dict.fromkeys(
            f"{part_name(item.part)}: {item.reason}"
            for one in indices
            if one.index is not None
            for item in one.missing
        )
    )


def _set_line(
    one: SetSummary, columns: Sequence[Column], indices: Sequence[SetIndex], *, is_judged: bool
) -> SetLine:
    found = next((item.index for item in indices if item.set_index == one.index), None)
    role = "" if is_judged else ("warm-up" if one.reps else "no reps")
    return SetLine(
        str(one.index + 1), role, index_words(found), tuple(column.text(one) for column in columns)
    )
