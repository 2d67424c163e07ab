"""What a report says of a session, a set and a rep as plain columns: the place where a new field is added.

A field of the store that a report should show (athlete, notes, RPE, an excluded rep) is one entry here:
`session_facts` for the header, `SET_COLUMNS` for the table of sets, `REP_ROWS` for the table of reps,
`set_remarks` for what is said below it. The template escapes all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.measures import MEASURES
from analysis.results import QualityState
from server.reporting.words import (
    UNKNOWN,
    load,
    mean_of,
    part_name,
    percent,
    plain,
    plural,
    sentence_case,
    unit,
    with_sd,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from analysis.results import Rep, SetSummary
    from server.session import RecordingInfo


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table of sets."""

    name: str
    unit: str
    text: Callable[[SetSummary], str]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table of reps: a quantity and its value in each rep."""

    name: str
    unit: str
    texts: tuple[str, ...]
    explain: str = ""


@dataclass(frozen=True, slots=True)
class RepTable:
    """All that is known of the reps of one set."""

    title: str
    reps: tuple[int, ...]
    rows: tuple[Row, ...]
    remarks: tuple[str, ...]


def session_facts(recording: RecordingInfo) -> tuple[tuple[str, str], ...]:
    """Say what the session was measured with."""
    rate = recording.sample_rate_hz
    return (
        ("Sensor", recording.sensor_name or "not known"),
        ("Mount", recording.mount_position),
        ("Rate", "not known" if rate is None else f"{rate:.1f} Hz"),
        ("Loss", plural(recording.lost_samples, "sample")),
        ("Source", recording.source),
        ("Algorithm", recording.algorithm),
    )


def _mean_velocity(summary: SetSummary) -> str:
    return plain(
        *mean_of(
            [rep.mean_concentric_velocity_mps for rep in summary.reps],
            [rep.mean_concentric_velocity_sd_mps for rep in summary.reps],
        )
    )


def _peak_velocity(summary: SetSummary) -> str:
    return plain(
        *mean_of(
            [rep.peak_concentric_velocity_mps for rep in summary.reps],
            [rep.peak_concentric_velocity_sd_mps for rep in summary.reps],
        )
    )


def _load(summary: SetSummary) -> str:
    return load(summary.load_kg).removesuffix(" kg") or UNKNOWN


SET_COLUMNS = (
    Column("Load", "kg", _load),
    Column("Reps", "", lambda summary: str(len(summary.reps))),
    Column("Mean velocity", "m/s", _mean_velocity),
    Column("Peak velocity", "m/s", _peak_velocity),
    Column("Velocity loss", "", lambda summary: percent(summary.velocity_loss_fraction)),
)
"""Of every set; the parts of its lift come after them."""


def part_columns(parts: Sequence[str]) -> tuple[Column, ...]:
    """Make the columns of the parts of a lift."""

    def of(part: str) -> Callable[[SetSummary], str]:
        return lambda summary: with_sd(part, summary.stability.get(part))

    return tuple(Column(part_name(part), unit(part), of(part)) for part in parts)


REP_ROWS: tuple[tuple[str, str, Callable[[Rep], str]], ...] = (
    ("Start", "s", lambda rep: plain(rep.start_s, digits=1)),
    (
        "Mean velocity",
        "m/s",
        lambda rep: plain(rep.mean_concentric_velocity_mps, rep.mean_concentric_velocity_sd_mps),
    ),
    (
        "Peak velocity",
        "m/s",
        lambda rep: plain(rep.peak_concentric_velocity_mps, rep.peak_concentric_velocity_sd_mps),
    ),
    ("Mean propulsive velocity", "m/s", lambda rep: plain(rep.mean_propulsive_velocity_mps)),
    ("Range of motion", "m", lambda rep: plain(rep.range_of_motion_m, rep.range_of_motion_sd_m)),
)
"""Of every rep; the measures that it carries come after them."""

_SAID_ALREADY = frozenset({"peak_velocity_mps"})


def rep_table(summary: SetSummary, title: str) -> RepTable:
    """Write down every rep of a set with all measures that any carries, in the order of the table."""
    carried = {part for rep in summary.reps for part in rep.measures} - _SAID_ALREADY
    ordered = [part for part in MEASURES if part in carried]
    ordered += sorted(carried - set(ordered))
    rows = [Row(name, of, tuple(text(rep) for rep in summary.reps)) for name, of, text in REP_ROWS]
    for part in ordered:
        measure = MEASURES.get(part)
        research = " (research)" if measure is not None and measure.research else ""
        rows.append(
            Row(
                part_name(part) + research,
                unit(part),
                tuple(with_sd(part, rep.measures.get(part)) for rep in summary.reps),
                measure.explain if measure else "",
            )
        )
    rows.append(Row("Quality", "", tuple(_quality(rep) for rep in summary.reps)))
    return RepTable(title, tuple(rep.index + 1 for rep in summary.reps), tuple(rows), set_remarks(summary))


def _quality(rep: Rep) -> str:
    glyph = {QualityState.GOOD: "", QualityState.LOW_QUALITY: "! ", QualityState.NOT_RESOLVABLE: "? "}
    return glyph[rep.quality.state] + rep.quality.state.value.replace("_", " ")


def set_remarks(summary: SetSummary) -> tuple[str, ...]:
    """Say what is doubtful about the reps and why a measure is missing, each reason once."""
    doubts: dict[str, list[int]] = {}
    for rep in summary.reps:
        for reason in rep.quality.reasons:
            doubts.setdefault(reason, []).append(rep.index + 1)
    for rep in summary.reps:
        for part, estimate in rep.measures.items():
            if estimate.reason:
                doubts.setdefault(f"{part_name(part)}: {estimate.reason}", []).append(rep.index + 1)
    remarks = [
        f"{'Rep' if len(reps) == 1 else 'Reps'} {', '.join(map(str, reps))}: {reason}."
        for reason, reps in doubts.items()
    ]
    if summary.bar_axis.reason:
        remarks.append(f"Bar axis: {summary.bar_axis.reason}.")
    lost, clipped = summary.lost_samples, summary.clipped_samples
    if lost or clipped:
        remarks.append(f"In this set {plural(lost, 'sample')} lost, {clipped} clipped.")
    return tuple(sentence_case(remark.replace("..", ".")) for remark in remarks)
