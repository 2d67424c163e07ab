"""What the browser says and gets of imports and exports; the same objects come from the working process."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from analysis.imu import MountPosition
from ingest.imports.imported import AccelUnit, GyroUnit
from ingest.imports.training_log import WeightUnit
from server.export import FileFormat
from server.imports import ImportDecision
from server.rep_schemas import Model, Number
from server.schemas import ErrorModel

Component = Annotated[float, Field(ge=-10, le=10, allow_inf_nan=False)]
ColumnName = Annotated[str, Field(min_length=1, max_length=200)]


class JobState(StrEnum):
    """How far a job is."""

    RECEIVING = "receiving"
    LOOKING = "looking"
    ASKING = "asking"
    KEEPING = "keeping"
    EXPORTING = "exporting"
    READY = "ready"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobKind(StrEnum):
    """What a job is for."""

    IMPORT = "import"
    EXPORT = "export"


class ItemKind(StrEnum):
    """What a file turned out to be."""

    RECORDING = "recording"
    REFERENCE_REPS = "reference_reps"
    BAR_PATH = "bar_path"
    TRAINING_LOG = "training_log"
    REFUSED = "refused"


class Question(StrEnum):
    """What only a person can say; each is a field of `ChoicesModel`."""

    EXERCISE = "exercise_id"
    LOAD = "load_kg"
    MOUNT = "mount"
    BAR_AXIS = "bar_axis"
    STARTED_AT = "started_at"
    ACCEL_UNIT = "accel_unit"
    ACCEL_SIGN = "accel_sign"
    GYRO_UNIT = "gyro_unit"
    GYRO_SIGN = "gyro_sign"
    COLUMNS = "columns"
    WEIGHT_UNIT = "weight_unit"
    DAY_FIRST = "day_first"


class ChoicesModel(Model):
    """What a person says of a file; what is left out is as the file says, or not known."""

    exercise_id: str | None = Field(default=None, max_length=64)
    load_kg: float | None = Field(default=None, ge=0, le=1000, allow_inf_nan=False)
    mount: MountPosition | None = None
    bar_axis: tuple[Component, Component, Component] | None = Field(
        default=None, description="Along the bar to the lifter's left, in the sensor's own axes."
    )
    accel_unit: AccelUnit | None = None
    accel_sign: Literal[-1, 1] | None = None
    gyro_unit: GyroUnit | None = None
    gyro_sign: Literal[-1, 1] | None = None
    columns: dict[ColumnName, ColumnName] = Field(default_factory=dict[str, str], max_length=20)
    started_at: AwareDatetime | None = None
    weight_unit: WeightUnit | None = None
    day_first: bool | None = None

    @property
    def decision(self) -> ImportDecision:
        """As `server.imports` keeps it."""
        return ImportDecision(
            self.exercise_id,
            self.load_kg,
            self.mount,
            self.bar_axis,
            None,
            self.accel_unit,
            self.accel_sign,
            self.gyro_unit,
            self.gyro_sign,
            dict(self.columns),
            self.started_at,
        )


class LookRequest(Model):
    """Look at a file again, with what a person says of it."""

    item: int = Field(ge=0)
    choices: ChoicesModel = ChoicesModel()


class KeepRequest(Model):
    """Keep files of an import: what to keep, by its index, and what a person says of it; null keeps all."""

    choices: dict[int, ChoicesModel] | None = Field(default=None, max_length=1000)


class ExportKind(StrEnum):
    """What can be exported."""

    SHEET = "sheet"
    REPS = "reps"
    SETS = "sets"
    SESSIONS = "sessions"
    PATHS = "paths"
    SAMPLES = "samples"
    FIT = "fit"
    MOTION_BIDS = "motion-bids"
    REPORT = "report"


class ExportRequest(Model):
    """What to export of which sessions; without sessions, athlete and date: all."""

    kinds: tuple[ExportKind, ...] = Field(min_length=1, max_length=len(ExportKind))
    file_format: FileFormat = Field(default=FileFormat.CSV, alias="format")
    sessions: tuple[UUID, ...] | None = Field(default=None, min_length=1, max_length=1000)
    athlete_id: UUID | None = None
    since: AwareDatetime | None = None
    names: bool = Field(default=False, description="Motion-BIDS: label athletes by their names.")


class StepModel(Model):
    """What a job does now."""

    words: str
    number: int = 0
    of: int = 0
    fraction: Number = None


class FoundSetModel(Model):
    """A set that a recording gives."""

    n_reps: int
    n_rejected: int
    start_s: float
    end_s: float
    mean_velocity_mps: Number


class RecordingFoundModel(Model):
    """What a recording of a sensor is like, and what would come of it."""

    recording_id: UUID
    is_known: bool
    sensor: str
    mount: MountPosition
    started_at: datetime
    is_dated: bool
    duration_s: float
    sample_rate_hz: Number
    samples: int
    gaps: int
    lost_samples: int
    longest_gap_s: float
    possible: tuple[str, ...]
    sets: tuple[FoundSetModel, ...]


class QuestionModel(Model):
    """What a person has to say, or may."""

    name: Question
    is_needed: bool = False
    why: str = ""


class ItemModel(Model):
    """One thing that was found in what was uploaded: a file with those that belong to it."""

    index: int
    name: str
    with_names: tuple[str, ...] = ()
    kind: ItemKind
    format: str | None = None
    format_title: str | None = None
    beginning: str = ""
    summary: str = ""
    findings: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    problem: str = ""
    questions: tuple[QuestionModel, ...] = ()
    recording: RecordingFoundModel | None = None
    choices: ChoicesModel = ChoicesModel()


class StoredModel(Model):
    """What became of a file that was to be kept."""

    name: str
    words: str
    session_id: UUID | None = None
    reference_id: UUID | None = None
    n_sets: int | None = None
    problem: str = ""


class ExportedModel(Model):
    """The file that an export made."""

    name: str
    bytes: int
    files: tuple[str, ...]
    told: tuple[str, ...]


class JobModel(Model):
    """An import or an export."""

    id: UUID
    kind: JobKind
    title: str
    state: JobState
    created_at: datetime
    step: StepModel
    files: tuple[str, ...] = ()
    received_bytes: int = 0
    items: tuple[ItemModel, ...] = ()
    stored: tuple[StoredModel, ...] = ()
    exported: ExportedModel | None = None
    problem: ErrorModel | None = None


class LimitsModel(Model):
    """What the page should know before it sends anything."""

    max_upload_bytes: int
    max_job_bytes: int
    max_files: int
    free_bytes: int


class JobsModel(Model):
    """All jobs of this run of the server, newest first."""

    limits: LimitsModel
    jobs: tuple[JobModel, ...]
