"""What an export holds: the columns of its tables, their types and what they mean.

``docs/export.md`` lists them; after a change run ``uv run python -m server.export_columns``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from analysis.measures import MEASURES
from analysis.results import Rep, StickingRegion, VelocityCurve

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "export.md"
BEGIN, END = "<!-- columns: made by server.export_columns -->", "<!-- end of columns -->"

TEXT, NUMBER, COUNT, YES_NO, MOMENT = pl.String, pl.Float64, pl.Int64, pl.Boolean, pl.Datetime("us", "UTC")
_TYPE_NAMES: Mapping[object, str] = {
    TEXT: "text",
    NUMBER: "number",
    COUNT: "whole number",
    YES_NO: "true or false",
    MOMENT: "moment, UTC",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name ends with its unit where it has one."""

    name: str
    kind: pl.DataType | type[pl.DataType]
    meaning: str


NOT_NUMBERS = frozenset({"index", "path", "quality", "curve", "measures"})
"""Fields of a rep that have columns of their own or none."""
_CURVE = "curve_"
_STICKING = "sticking_"

_REP_MEANINGS = {
    "start_s": "start of the first phase",
    "turning_point_s": "extremum of height between the two phases",
    "concentric_start_s": "start of the concentric phase",
    "concentric_end_s": "end of the concentric phase",
    "end_s": "end of the last phase; null if the bar was dropped or the phase was not seen",
    "mean_concentric_velocity_mps": "mean vertical velocity of the concentric phase",
    "peak_concentric_velocity_mps": "peak of it",
    "mean_propulsive_velocity_mps": "mean of it as long as the lifter pushes",
    "range_of_motion_m": "height gained in the concentric phase",
    "forward_drift_m": "forward position at the turning point minus that at the start, forward positive",
    "max_forward_m": "most forward position between start and end",
    "pitch_change_rad": "pitch of the shaft at the turning point relative to the start, forward positive",
    "lockout_ratio": "mean velocity in the last 30 % of the range of motion over the peak velocity",
    "eccentric_velocity_mps": "mean speed of the eccentric phase",
    "dropped": "whether the bar was dropped",
}
_CURVE_MEANINGS = {
    "time_to_peak_s": "from the concentric start to the peak of velocity",
    "lockout_velocity_mps": "mean velocity over the last 30 % of the range of motion",
    "lockout_s": "time spent there",
    "reversals": "how often the bar went back on its way",
    "spectral_arc_length": "smoothness, research",
    "log_dimensionless_jerk": "smoothness, research",
}


def base_of_sd(name: str) -> str:
    """Return the name of the number whose standard deviation this is; empty if it is none."""
    for mark in ("_sd_", "_sd"):
        before, found, unit = name.rpartition(mark)
        if found and (mark == "_sd_") == bool(unit):
            return f"{before}_{unit}" if unit else before
    return ""


def _meaning(name: str, meanings: Mapping[str, str]) -> str:
    base = base_of_sd(name)
    return f"standard deviation of `{base}`" if base else meanings.get(name, "see `analysis/results.py`")


def _kind(declared: object) -> type[pl.DataType]:
    """Choose a type by how a field is declared; all modules postpone annotations, so it is text."""
    kinds: dict[str, type[pl.DataType]] = {"int": COUNT, "bool": YES_NO, "str": TEXT}
    return kinds.get(str(declared).split(" ", maxsplit=1)[0], NUMBER)


def _rep_numbers() -> Iterable[Column]:
    for field in fields(Rep):
        if field.name not in NOT_NUMBERS:
            yield Column(field.name, _kind(field.type), _meaning(field.name, _REP_MEANINGS))
    for field in fields(VelocityCurve):
        if field.name != "sticking":
            yield Column(_CURVE + field.name, _kind(field.type), _meaning(field.name, _CURVE_MEANINGS))
    for field in fields(StickingRegion):
        yield Column(
            _STICKING + field.name, NUMBER, "of the sticking region, see `docs/metrics.md`; null if none"
        )


REP_NUMBERS = tuple(_rep_numbers())
"""Numbers of a rep beside its measures."""


def measure_columns(scopes: Iterable[str], taken: Iterable[Column]) -> tuple[Column, ...]:
    """Make three columns of each measure of these scopes, but for those that have one already."""
    names, wanted = {column.name for column in taken}, set(scopes)
    columns = [
        column
        for one in MEASURES.values()
        if one.scope in wanted
        for column in (
            Column(one.id, NUMBER, one.explain),
            Column(f"{one.id}_sd", NUMBER, f"standard deviation of `{one.id}`"),
            Column(f"{one.id}_state", TEXT, "good, low_quality or not_resolvable; null: not of this lift"),
        )
    ]
    return tuple(column for column in columns if column.name not in names)


_WHICH_SESSION = Column("recording_id", TEXT, "which session, UUID")
_WHICH_SET = (_WHICH_SESSION, Column("set_index", COUNT, "which set, from 0"))
_WHICH_REP = (*_WHICH_SET, Column("rep_index", COUNT, "which rep of the set, from 0"))
_LIFT = (
    Column("exercise_id", TEXT, "lift, corrected where it was corrected; null: nobody said"),
    Column("load_kg", NUMBER, "load, bar included, corrected where it was corrected"),
)

SESSIONS = (
    _WHICH_SESSION,
    Column("started_at", MOMENT, "first sample"),
    Column("title", TEXT, "for people"),
    Column("athlete_id", TEXT, "who lifted, UUID; null: the lifter without a name"),
    Column("athlete_name", TEXT, "for people"),
    Column("source", TEXT, "sensor, simulator, replay or import"),
    Column("sensor_name", TEXT, "of the sensor"),
    Column("mount_position", TEXT, "shaft, sleeve or wrist"),
    Column("algorithm", TEXT, "name and version of what computed the results"),
    Column("sample_rate_hz", NUMBER, "measured"),
    Column("lost_samples", COUNT, "over the whole recording"),
    Column("velocity_feedback", YES_NO, "whether the lifter was told the velocities; null: not known"),
    Column("note", TEXT, "as written"),
    Column("n_sets", COUNT, "sets"),
    Column("n_reps", COUNT, "reps that count"),
)

_SET_NUMBERS = (
    *_WHICH_SET,
    Column("lifted_at", MOMENT, "start of the set"),
    *_LIFT,
    Column("labelled_exercise_id", TEXT, "lift as the recording says"),
    Column("labelled_load_kg", NUMBER, "load as the recording says"),
    Column("analysed_exercise_id", TEXT, "lift as which the reps were found"),
    Column("algorithm", TEXT, "name and version of what computed the results"),
    Column("start_s", NUMBER, "start of the first rep, from the recording's first sample"),
    Column("end_s", NUMBER, "end of the last rep"),
    Column("n_reps", COUNT, "reps that count"),
    Column("n_excluded", COUNT, "reps that were found and do not count"),
    Column("n_rejected", COUNT, "movements that were not taken for reps"),
    Column("velocity_loss_fraction", NUMBER, "1 - slowest rep after the fastest / fastest"),
    Column("rpe", NUMBER, "rating of perceived exertion, 0 to 10"),
    Column("velocity_feedback", YES_NO, "whether the lifter was told the velocities; null: not known"),
    Column("note", TEXT, "as written"),
    Column("sample_rate_hz", NUMBER, "measured"),
    Column("lost_samples", COUNT, "within the set"),
    Column("clipped_samples", COUNT, "within the set"),
    Column("bar_axis_x", NUMBER, "direction of the bar in the sensor frame"),
    Column("bar_axis_y", NUMBER, "the same"),
    Column("bar_axis_z", NUMBER, "the same"),
    Column("bar_axis_sd_rad", NUMBER, "standard deviation of its direction"),
    Column("bar_axis_source", TEXT, "stated or data"),
)
SETS = (*_SET_NUMBERS, *measure_columns(("rep", "set"), _SET_NUMBERS))

_REP_COLUMNS = (
    *_WHICH_REP,
    *_LIFT,
    Column("counts", YES_NO, "false where somebody excluded the rep"),
    Column("excluded_reason", TEXT, "why it does not count"),
    Column("quality_state", TEXT, "good, low_quality or not_resolvable"),
    Column("quality_reasons", TEXT, "why, separated by semicolons"),
    *REP_NUMBERS,
)
REPS = (*_REP_COLUMNS, *measure_columns(("rep",), _REP_COLUMNS))

PATHS = (
    *_WHICH_REP,
    Column("t_s", NUMBER, "time from the recording's first sample"),
    Column("forward_m", NUMBER, "forward of the rep's start, forward positive; null where not resolvable"),
    Column("up_m", NUMBER, "above the rep's start"),
    Column("forward_sd_m", NUMBER, "standard deviation of `forward_m`"),
)

SHEET = (
    Column("date", TEXT, "day of the set, in the time of the computer that exports"),
    Column("time", TEXT, "when the set began, in the same time"),
    Column("athlete", TEXT, "name; empty: the lifter without a name"),
    Column("lift", TEXT, "name of the lift; empty: nobody said"),
    Column("load_kg", NUMBER, "load, bar included"),
    Column("set", COUNT, "which set of the session, from 1 as on the page"),
    Column("rep", COUNT, "which rep of the set, from 1"),
    Column("counts", YES_NO, "false where somebody left the rep out"),
    Column("mean_velocity_mps", NUMBER, "mean concentric velocity"),
    Column("mean_velocity_95_mps", NUMBER, "half of its 95 % interval"),
    Column("peak_velocity_mps", NUMBER, "peak concentric velocity"),
    Column("range_of_motion_cm", NUMBER, "height gained in the concentric phase"),
    Column("forward_cm", NUMBER, "forward at the turning point; empty where not resolvable"),
    Column("lockout_percent", NUMBER, "mean velocity of the last 30 % of the way over the peak"),
    Column("stability_measure", TEXT, "name of the measure that judges this lift"),
    Column("stability_value", NUMBER, "of this rep; empty where not known"),
    Column("stability_unit", TEXT, "cm, ° or %"),
    Column("quality", TEXT, "measured well, or why not"),
)

TABLES: Mapping[str, tuple[Column, ...]] = {
    "sheet": SHEET,
    "sessions": SESSIONS,
    "sets": SETS,
    "reps": REPS,
    "paths": PATHS,
}
"""The tables by name."""


def schema(table: str) -> dict[str, pl.DataType | type[pl.DataType]]:
    """Return the types of a table's columns."""
    return {column.name: column.kind for column in TABLES[table]}


def in_markdown() -> str:
    """List all columns for the document."""
    parts: list[str] = []
    for table, columns in TABLES.items():
        rows = "\n".join(f"| `{one.name}` | {_TYPE_NAMES[one.kind]} | {one.meaning} |" for one in columns)
        parts.append(f"### {table}\n\n| column | type | meaning |\n|---|---|---|\n{rows}\n")
    return "\n".join(parts)


def documented(text: str) -> str:
    """Return the document with its lists of columns made anew."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{in_markdown()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    DOCUMENT.write_text(documented(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
