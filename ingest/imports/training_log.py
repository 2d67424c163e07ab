"""Reads the training logs that Strong and Hevy export: one row for each set.

Neither app documents its format. What is accepted here are the header families that people have published:

- Strong, old: ``Date, Workout Name, Duration, Exercise Name, Set Order, Weight, Reps, ...``, without a unit;
- Strong, between: the same with ``Weight Unit`` in every row;
- Strong, today: ``Workout #; Date; ...; Weight (kg); Reps; RPE; ...``, unit in the header;
- Hevy: ``title, start_time, ..., exercise_title, ..., set_type, weight_kg, reps, ..., rpe``, unit likewise.

They are told apart by their columns, in any order, between commas, semicolons or tabs. What a file does not
say (the unit, the order of day and month) is asked for, never guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from analysis.logged_sets import LoggedSet, SetKind
from ingest.errors import ImportFileError
from ingest.imports.lift_names import Lift, LoadColumn, read_name
from ingest.imports.log_fields import DateReader, FieldError, parse_number, plain
from ingest.imports.log_table import LogFormat, LogTable, Row, read_table

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

KG_PER_LB = 0.45359237


class WeightUnit(StrEnum):
    """Unit of the weights of a file."""

    KG = "kg"
    LB = "lb"


@dataclass(frozen=True, slots=True)
class TrainingLogConfig:
    """Bounds of plausibility; what lies beyond is a misread column or a damaged file.

    Attributes
    ----------
    max_bytes : int
        Largest file that is read, bytes. A row has about 100: 50 MB are a long life of training.
    max_load_kg : float
        Heaviest load of a set, kg; 500 to 2000 (leg presses).
    max_reps : int
        Most reps of a set; 100 to 10000.
    """

    max_bytes: int = 50_000_000
    max_load_kg: float = 1500.0
    max_reps: int = 2000


@dataclass(frozen=True, slots=True)
class TrainingLogOptions:
    """What the user says because the file does not.

    Attributes
    ----------
    unit : WeightUnit or None
        For files without one; a file that names its unit is believed.
    day_first : bool or None
        How ``03/04/2025`` is meant.
    lifts : mapping of str to Lift
        What lifts are, by their names as logged in small letters; they count before the tables.
    """

    unit: WeightUnit | None = None
    day_first: bool | None = None
    lifts: Mapping[str, Lift] = field(default_factory=dict[str, Lift])


@dataclass(frozen=True, slots=True)
class TrainingLog:
    """An imported log.

    Attributes
    ----------
    format : LogFormat
        Whose file it is.
    sets : tuple of LoggedSet
        By session in the order of time, in each as the file has them.
    lifts : mapping of str to Lift
        How each name of the file was understood.
    skipped : mapping of str to int
        Rows that are no sets, by the reason.
    notes : tuple of str
        What else a person should know about the file.
    """

    format: LogFormat
    sets: tuple[LoggedSet, ...]
    lifts: Mapping[str, Lift]
    skipped: Mapping[str, int]
    notes: tuple[str, ...]


def read_training_log(
    path: Path, options: TrainingLogOptions | None = None, config: TrainingLogConfig | None = None
) -> TrainingLog:
    """Read a file.

    Parameters
    ----------
    path : Path
        CSV, UTF-8 or UTF-16.
    options : TrainingLogOptions, optional
        What the file does not say.
    config : TrainingLogConfig, optional
        Bounds of plausibility.

    Raises
    ------
    ImportFileError
        With the line, where one is at fault: unreadable, too large, not text, neither app's columns, a row
        cut off, a field that cannot be read, a unit or an order of day and month that has to be said.
    """
    options, config = options or TrainingLogOptions(), config or TrainingLogConfig()
    table = read_table(path, config.max_bytes)
    reader = _RowReader(table, options, config)
    drafts: list[_Draft] = []
    for row in table.rows:
        try:
            draft = reader.read(row)
        except FieldError as error:
            raise ImportFileError(path, row.line, str(error)) from None
        if draft is not None:
            drafts.append(draft)
    if not drafts:
        raise ImportFileError(path, None, "has no set with reps in it; export the whole log")
    moments = _moments(path, drafts, options)
    return TrainingLog(
        table.format,
        _in_sessions(drafts, moments),
        reader.lifts,
        dict(sorted(reader.skipped.items())),
        tuple(
            f"set type {kind!r} is not known; sets with it, taken as work: {count}"
            for kind, count in sorted(reader.odd_kinds.items())
        ),
    )


@dataclass(frozen=True, slots=True)
class _Draft:
    """A set whose date is still a text: what dates mean shows only when all are read."""

    line: int
    session: tuple[str, ...]
    date: str
    name: str
    lift: Lift
    load_kg: float | None
    reps: int
    rpe: float | None
    kind: SetKind


_KINDS = {
    "w": SetKind.WARM_UP,
    "warmup": SetKind.WARM_UP,
    "warm up": SetKind.WARM_UP,
    "d": SetKind.DROP,
    "drop": SetKind.DROP,
    "dropset": SetKind.DROP,
    "drop set": SetKind.DROP,
    "f": SetKind.FAILURE,
    "failure": SetKind.FAILURE,
    "normal": SetKind.NORMAL,
    "": SetKind.NORMAL,
}
_NUMBERED = re.compile(r"\d+(?:[.,]0)?")
_NO_SETS = {"rest timer": "rest timers", "note": "notes"}
"""Rows that are no sets, by their set order."""
_UNITS = {"kg": 1.0, "kgs": 1.0, "lb": KG_PER_LB, "lbs": KG_PER_LB}


class _RowReader:
    """Turns rows into drafts, and counts what it leaves out."""

    def __init__(self, table: LogTable, options: TrainingLogOptions, config: TrainingLogConfig) -> None:
        self.lifts: dict[str, Lift] = {}
        self.skipped: Counter[str] = Counter()
        self.odd_kinds: Counter[str] = Counter()
        self._unit = table.unit
        self._options = options
        self._config = config

    def read(self, row: Row) -> _Draft | None:
        """Read a row; None if it is no set.

        Raises
        ------
        FieldError
            If a field cannot be read.
        """
        name, kind = plain(row.name), plain(row.kind).casefold().replace("-", " ").replace("_", " ")
        if reason := _NO_SETS.get(kind) or _NO_SETS.get(name.casefold()):
            self.skipped[reason] += 1
            return None
        reps = self._reps(row)
        if reps is None:
            self.skipped["rows without reps (timed, distances, failed)"] += 1
            return None
        if not name:
            raise FieldError("the exercise has no name")
        lift = self.lifts.get(name) or self._options.lifts.get(name.casefold()) or read_name(name)
        self.lifts[name] = lift
        return _Draft(
            line=row.line,
            session=row.session,
            date=plain(row.date),
            name=name,
            lift=lift,
            load_kg=self._load_kg(row, lift),
            reps=reps,
            rpe=_rpe(row),
            kind=self._kind(kind),
        )

    def _kind(self, kind: str) -> SetKind:
        known = _KINDS.get(kind)
        if known is None and not _NUMBERED.fullmatch(kind):
            self.odd_kinds[kind] += 1
        return known or SetKind.NORMAL

    def _reps(self, row: Row) -> int | None:
        reps = parse_number(row.reps)
        if reps is None or reps == 0:
            return None
        if reps != int(reps) or not 1 <= reps <= self._config.max_reps:
            raise FieldError(f"{plain(row.reps)} reps make no set; correct or delete the row")
        return int(reps)

    def _load_kg(self, row: Row, lift: Lift) -> float | None:
        weight = parse_number(row.weight)
        if lift.load is LoadColumn.MEANINGLESS:
            return None
        if not weight:
            return 0.0 if lift.load is LoadColumn.ADDED else None
        load_kg = weight * self._kg_per_unit(row)
        if abs(load_kg) > self._config.max_load_kg:
            raise FieldError(f"{load_kg:.0f} kg is no load; correct the weight or delete the row")
        if lift.load is LoadColumn.ASSISTANCE:
            return -abs(load_kg)
        if load_kg < 0 and lift.load is LoadColumn.EXTERNAL:
            raise FieldError(f"a weight of {plain(row.weight)} makes no sense; correct or delete the row")
        return load_kg

    def _kg_per_unit(self, row: Row) -> float:
        unit = (plain(row.unit or "") or self._unit or self._options.unit or "").casefold()
        if not unit:
            raise FieldError(
                "the file does not say whether weights are in kg or lb; say which with --unit kg or --unit lb"
            )
        if unit not in _UNITS:
            raise FieldError(f"{unit!r} is not a known unit of weight; expected kg or lb")
        return _UNITS[unit]


def _rpe(row: Row) -> float | None:
    """Read the effort; 0 and nothing are both "not noted"."""
    rpe = parse_number(row.rpe or "")
    if not rpe:
        return None
    if not 1 <= rpe <= 10:
        raise FieldError(f"RPE goes from 1 to 10, not {rpe:g}; correct the row")
    return rpe


def _moments(path: Path, drafts: Sequence[_Draft], options: TrainingLogOptions) -> dict[str, dt.datetime]:
    """Read each different date once."""
    lines = {draft.date: draft.line for draft in reversed(drafts)}  # the first line of each
    try:
        reader = DateReader.for_texts(lines, day_first=options.day_first)
    except FieldError as error:
        raise ImportFileError(path, None, str(error)) from None
    moments: dict[str, dt.datetime] = {}
    for text, line in lines.items():
        try:
            moments[text] = reader.read(text)
        except FieldError as error:
            raise ImportFileError(path, line, str(error)) from None
    return moments


def _in_sessions(drafts: Sequence[_Draft], moments: Mapping[str, dt.datetime]) -> tuple[LoggedSet, ...]:
    """Group by session and put the sessions in the order of time; Hevy writes the newest first."""
    sessions: dict[tuple[str, ...], list[_Draft]] = {}
    for draft in drafts:
        sessions.setdefault(draft.session, []).append(draft)
    in_order = sorted(sessions.values(), key=lambda inside: moments[inside[0].date])
    return tuple(
        LoggedSet(
            date=moments[draft.date].date(),
            session=number,
            position=position,
            name=draft.name,
            exercise_id=draft.lift.exercise_id,
            group=draft.lift.group,
            load_kg=draft.load_kg,
            reps=draft.reps,
            rpe=draft.rpe,
            kind=draft.kind,
        )
        for number, inside in enumerate(in_order)
        for position, draft in enumerate(inside)
    )
