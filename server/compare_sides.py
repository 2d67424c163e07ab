"""What can be compared, brought into one shape: our own analysis, instruments, tables of reps, bar paths."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from analysis import QualityState
from analysis.exercises import find_exercise
from analysis.path_reps import reps_of_path
from ingest.imports.imported import BarPath, ImuTracks, ReferenceReps
from ingest.imports.importer import import_file
from ingest.instrument_recording import InstrumentRecording, read_instrument
from ingest.mcap_reader import is_mcap
from ingest.replay import ReplayedImport, ReplayedPackets, open_recording
from server.comparing import ComparedRep, Side, values_of
from server.errors import ComparisonError
from server.imports import REFERENCE_JSON, load_reference, reference_folders
from server.kept_files import kept_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis import Rep, SetSummary
    from analysis.path_reps import PathRep
    from ingest.imports.imported import ReferenceRep
    from ingest.instruments import InstrumentRep
    from ingest.replay import ReplayableRecording, ReplayOptions


def find_reference(
    text: str, references_dir: Path, exercise_id: str | None, options: ReplayOptions
) -> tuple[str, Side | ReplayableRecording]:
    """Find a reference: a file, a kept one by its folder, its id or its file's name.

    Parameters
    ----------
    text : str
        What the user says.
    references_dir : Path
        Where ``upright import`` keeps measurements of other instruments.
    exercise_id : str or None
        Of the lift, to find reps in a bar path.
    options : ReplayOptions
        For a recording of a second IMU.

    Returns
    -------
    str, Side or ReplayableRecording
        Its name for people, and a side already, or a recording of an IMU that has to be analysed first.

    Raises
    ------
    ComparisonError
        If there is none, several fit, or it cannot be compared with.
    RecordingError, ImportFileError, KeptFileError
        If it cannot be read.
    """
    path = Path(text)
    if path.is_file():
        return _from_file(path, exercise_id, options)
    folder = path if (path / REFERENCE_JSON).is_file() else _kept(text, references_dir)
    name = kept_in(folder, REFERENCE_JSON)[0].files[0].name
    return name, imported_side(load_reference(folder), name, exercise_id)


def _kept(text: str, references_dir: Path) -> Path:
    names = {
        folder: kept_in(folder, REFERENCE_JSON)[0].files[0].name
        for folder in reference_folders(references_dir)
    }
    fitting = [
        folder for folder, name in names.items() if text and (folder.name.startswith(text) or name == text)
    ]
    if len(fitting) == 1:
        return fitting[0]
    known = ", ".join(f"{folder.name[:8]} ({name})" for folder, name in names.items())
    if fitting:
        raise ComparisonError(f"Several kept references are called {text!r}.", f"Give the id: {known}.")
    hint = f"Kept by `upright import`: {known}." if known else "None is kept by `upright import` either."
    raise ComparisonError(f"There is no file {text!r} to compare with.", hint)


def _from_file(
    path: Path, exercise_id: str | None, options: ReplayOptions
) -> tuple[str, Side | ReplayableRecording]:
    instrument = read_instrument(path)
    if instrument is not None:
        return path.name, instrument_side(instrument)
    if is_mcap(path):
        return path.name, open_recording(path, options)
    file = import_file(path, options=options.imports)
    if isinstance(file.imported, ReferenceReps | BarPath):
        return path.name, imported_side(file.imported, path.name, exercise_id)
    if not isinstance(file.imported, ImuTracks):
        raise ComparisonError(
            f"{path.name} is no measurement of repetitions but: {file.format.title}.",
            "Give a recording, a table of reps or a bar path of docs/formats.md.",
        )
    return path.name, ReplayedImport(file, options)


def imu_side(name: str, recording: ReplayableRecording, sets: Sequence[SetSummary]) -> Side:
    """Make a side of our own analysis of a recording."""
    clock = recording if isinstance(recording, ReplayedPackets) and recording.counts.samples else None
    reps: list[ComparedRep] = []
    for one in sets:
        reps += [_our_rep(rep, one, clock) for rep in one.reps]
    header = recording.header
    model = f" ({header.info.model})" if header.info.model else ""
    notes = tuple(note for note in header.findings if note.startswith("WARNING"))
    return Side(f"{name}{model}", "imu", tuple(reps), header.group_id, clock is not None, notes)


def _our_rep(rep: Rep, of_set: SetSummary, clock: ReplayedPackets | None) -> ComparedRep:
    return ComparedRep(
        values_of(rep),
        None if clock is None else _span(clock, rep.concentric_start_s, rep.concentric_end_s),
        f"set {of_set.index + 1}",
        of_set.load_kg,
        is_doubtful=rep.quality.state is QualityState.NOT_RESOLVABLE,
    )


def _span(recording: ReplayedPackets, start_s: float, end_s: float) -> tuple[float, float]:
    times_s = recording.wall_times_s(np.array([start_s, end_s]))
    return float(times_s[0]), float(times_s[1])


def instrument_side(recording: InstrumentRecording) -> Side:
    """Make a side of what an instrument reported."""
    reps = tuple(
        ComparedRep(
            _values(one.rep),
            (one.begun_s, one.reported_s),
        )
        for one in recording.reps
    )
    notes = (
        (f"{recording.refused} of its messages were broken: reps may be missing.",)
        if recording.refused
        else ()
    )
    header = recording.header
    name = f"{recording.title} {header.sensor_name}".strip()
    return Side(name, "instrument", reps, header.group_id, has_wall_clock=True, notes=notes)


def _values(rep: InstrumentRep | PathRep | ReferenceRep) -> dict[str, float | None]:
    return {
        "mean_velocity_mps": rep.mean_velocity_mps,
        "peak_velocity_mps": rep.peak_velocity_mps,
        "mean_propulsive_velocity_mps": rep.mean_propulsive_velocity_mps,
        "range_of_motion_m": rep.range_of_motion_m,
    }


def imported_side(found: ReferenceReps | BarPath, name: str, exercise_id: str | None) -> Side:
    """Make a side of a table of reps or of a bar path.

    Raises
    ------
    ComparisonError
        If a path has no scale.
    UnknownExerciseError
        If the exercise is not in the catalogue.
    """
    title = f"{found.instrument} ({name})"
    if isinstance(found, BarPath):
        if not found.scale_known:
            raise ComparisonError(
                f"The bar path in {name} has no scale: its numbers are no metres.",
                "Calibrate it in the program that made it, and export it again.",
            )
        path_reps = reps_of_path(found.t_s, found.y_m, find_exercise(exercise_id))
        reps = tuple(ComparedRep(_values(one)) for one in path_reps)
        return Side(title, "path", reps, notes=found.notes)
    reps = tuple(
        ComparedRep(
            _values(one),
            set_name=one.set_name,
            load_kg=one.load_kg,
        )
        for one in found.reps
    )
    return Side(title, "reps", reps, notes=found.notes)
