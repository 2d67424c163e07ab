"""Imported recordings: kept with what was decided about them, analysed, analysed again by a rebuild.

The files in ``imports/`` are a truth like the recordings: the database can be made from them. Measurements of
other instruments go to ``references/``, to compare with.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from analysis import ALGORITHM_VERSION
from analysis.imu import MountPosition  # noqa: TC001 -- pydantic reads the annotations
from ingest.imports.imported import AccelUnit, BarPath, GyroUnit, ImuTracks, ReferenceReps
from ingest.imports.importer import ImportedFile, ImportOptions, import_file
from ingest.imports.judging import Overrides
from ingest.replay import MountChange, ReplayedImport, ReplayOptions
from server.errors import KeptFileError
from server.kept_files import Kept, content_id, folders, keep, kept_in
from server.session import RecordingInfo

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

IMPORT_SCHEMA, REFERENCE_SCHEMA = "upright.import/1", "upright.reference/1"
IMPORT_JSON, REFERENCE_JSON = "import.json", "reference.json"

_BY_FILE = "when the file was written"
"""How the moment of a recording is known where neither file nor user say it."""


@dataclass(frozen=True, slots=True)
class ImportDecision:
    """What the user said of a file: enough, with the file, to import it again.

    Attributes
    ----------
    exercise_id, load_kg
        Of its sets.
    mount : MountPosition or None
        None: as the format says, or the shaft.
    bar_axis, lever_m : tuple of 3 float or None
        See `analysis.imu.Mount`.
    accel_unit, accel_sign, gyro_unit, gyro_sign
        See `ingest.imports.judging.Overrides`.
    columns : dict of str to str
        See `ingest.imports.source.ImportSource`.
    started_at : datetime or None
        When it was recorded, if the file does not say; with time zone.
    """

    exercise_id: str | None = None
    load_kg: float | None = None
    mount: MountPosition | None = None
    bar_axis: tuple[float, float, float] | None = None
    lever_m: tuple[float, float, float] | None = None
    accel_unit: AccelUnit | None = None
    accel_sign: int | None = None
    gyro_unit: GyroUnit | None = None
    gyro_sign: int | None = None
    columns: dict[str, str] = field(default_factory=dict[str, str])
    started_at: datetime | None = None

    @property
    def import_options(self) -> ImportOptions:
        """What the reader of the file needs of it."""
        overrides = Overrides(self.accel_unit, self.accel_sign, self.gyro_unit, self.gyro_sign)
        return ImportOptions(overrides, self.columns)

    @property
    def replay_options(self) -> ReplayOptions:
        """What the analysis needs of it."""
        mount = MountChange(self.mount, self.bar_axis, self.lever_m)
        return ReplayOptions(mount, self.exercise_id, self.load_kg, self.import_options)


_DECISION = TypeAdapter(ImportDecision)


@dataclass(frozen=True, slots=True)
class KeptImport:
    """An import that is kept.

    Attributes
    ----------
    kept : Kept
        Its files.
    decision : ImportDecision
        What the user said.
    started_at : datetime
        When it was recorded.
    is_dated : bool
        False: nobody says when; it is taken from the time when the file was written.
    is_new : bool
        False: the same bytes with the same decision were there before.
    """

    kept: Kept
    decision: ImportDecision
    started_at: datetime
    is_dated: bool = True
    is_new: bool = True


def keep_import(imports_dir: Path, file: ImportedFile, decision: ImportDecision) -> KeptImport:
    """Copy a recording and what belongs to it, and write down what was decided.

    Raises
    ------
    KeptFileError
        If that cannot be done.
    """
    paths = (file.path, *file.companions)
    folder = imports_dir / str(content_id(paths))
    if (folder / IMPORT_JSON).exists():
        before = load_import(folder)
        if _said(before.decision) == _said(decision):
            return replace(before, is_new=False)
    started_at, how = _started_at(file, decision)
    counts = None if file.stream is None else file.stream.counts
    content = {
        "schema": IMPORT_SCHEMA,
        "format": file.format.name,
        "sensor": file.imported.sensor if isinstance(file.imported, ImuTracks) else "",
        "started_at": started_at.isoformat(),
        "started_at_is": how,
        "decision": _said(decision),
        "findings": list(file.findings),
        "samples": None if counts is None else counts.samples,
        "sample_rate_hz": None if counts is None else counts.sample_rate_hz,
    }
    kept = keep(imports_dir, paths, IMPORT_JSON, content)
    return KeptImport(kept, decision, started_at, is_dated=how != _BY_FILE)


def load_import(folder: Path) -> KeptImport:
    """Read what is kept of a recording.

    Raises
    ------
    KeptFileError
        If it is damaged.
    """
    kept, content = kept_in(folder, IMPORT_JSON)
    if content.get("schema") != IMPORT_SCHEMA:
        raise KeptFileError(folder / IMPORT_JSON, f"its schema is {content.get('schema')!r}")
    try:
        decision = _DECISION.validate_python(content.get("decision"))
        started_at = datetime.fromisoformat(str(content.get("started_at")))
    except (ValidationError, ValueError) as error:
        raise KeptFileError(folder / IMPORT_JSON, str(error).splitlines()[0]) from error
    if started_at.tzinfo is None:
        raise KeptFileError(folder / IMPORT_JSON, "its time has no zone")
    return KeptImport(kept, decision, started_at, is_dated=content.get("started_at_is") != _BY_FILE)


def import_folders(imports_dir: Path) -> list[Path]:
    """List the folders of all imports that are kept."""
    return folders(imports_dir, IMPORT_JSON)


def find_import(imports_dir: Path, recording_id: UUID) -> Path | None:
    """Find the folder of an import; None if there is none."""
    folder = imports_dir / str(recording_id)
    return folder if (folder / IMPORT_JSON).is_file() else None


def open_import(one: KeptImport) -> tuple[RecordingInfo, ReplayedImport]:
    """Open an import for the signal core.

    Raises
    ------
    ImportFileError
        If its files cannot be imported any more.
    """
    path, *others = one.kept.files
    file = import_file(path, others, one.decision.import_options)
    recording = ReplayedImport(file, one.decision.replay_options)
    header = recording.header
    return RecordingInfo(
        recording_id=one.kept.id,
        started_at=one.started_at,
        algorithm=ALGORITHM_VERSION,
        title=path.name,
        source="import",
        sensor_name=header.info.model,
        mount_position=header.mount.position.value,
        sample_rate_hz=recording.counts.sample_rate_hz,
        lost_samples=recording.counts.lost_samples,
    ), recording


def keep_reference(references_dir: Path, file: ImportedFile) -> tuple[Kept, bool]:
    """Keep what another instrument measured; tell whether it is new.

    Raises
    ------
    KeptFileError
        If that cannot be done.
    """
    paths = (file.path, *file.companions)
    is_new = not (references_dir / str(content_id(paths)) / REFERENCE_JSON).exists()
    content: dict[str, Any] = {"schema": REFERENCE_SCHEMA, "format": file.format.name}
    if isinstance(file.imported, ReferenceReps):
        reps = [
            {
                key: value.isoformat() if isinstance(value, datetime) else value
                for key, value in asdict(rep).items()
            }
            for rep in file.imported.reps
        ]
        content |= {
            "kind": "reps",
            "instrument": file.imported.instrument,
            "notes": list(file.imported.notes),
        }
        content["reps"] = reps
    elif isinstance(file.imported, BarPath):
        path = file.imported
        content |= {"kind": "bar_path", "instrument": path.instrument, "notes": list(path.notes)}
        content |= {"points": len(path.t_s), "scale_known": path.scale_known}
        content["duration_s"] = float(path.t_s[-1] - path.t_s[0]) if len(path.t_s) else 0.0
    return keep(references_dir, paths, REFERENCE_JSON, content), is_new


def load_reference(folder: Path) -> ReferenceReps | BarPath:
    """Read a measurement of another instrument from its original.

    Parameters
    ----------
    folder : Path
        ``references/<id>``.

    Raises
    ------
    KeptFileError, ImportFileError
        If it is damaged.
    """
    kept, _ = kept_in(folder, REFERENCE_JSON)
    found = import_file(kept.files[0], kept.files[1:]).imported
    if not isinstance(found, ReferenceReps | BarPath):
        raise KeptFileError(folder, "its file is no measurement to compare with")
    return found


def reference_folders(references_dir: Path) -> list[Path]:
    """List the folders of all measurements of other instruments."""
    return folders(references_dir, REFERENCE_JSON)


def moment_of(file: ImportedFile, decision: ImportDecision) -> tuple[datetime, bool]:
    """Say when a recording began, and whether somebody knows it; else it is guessed by its file's time."""
    started_at, how = _started_at(file, decision)
    return started_at, how != _BY_FILE


def _said(decision: ImportDecision) -> dict[str, Any]:
    return _DECISION.dump_python(decision, mode="json", exclude_defaults=True)


def _started_at(file: ImportedFile, decision: ImportDecision) -> tuple[datetime, str]:
    """Find when a recording began: as told, as the file says, or before the file was last written."""
    if decision.started_at is not None:
        return decision.started_at, "as told"
    stated = file.imported.started_at if isinstance(file.imported, ImuTracks) else None
    if stated is not None:
        return stated, "in the file"
    written = datetime.fromtimestamp(file.path.stat().st_mtime, UTC)
    duration_s = 0.0 if file.stream is None else file.stream.counts.duration_s
    return written - timedelta(seconds=duration_s), _BY_FILE
