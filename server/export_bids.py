"""A folder in Motion-BIDS, the Brain Imaging Data Structure for motion, with the samples of each session.

Nothing personal goes into it but the label of each athlete: no names unless asked for, no notes, no titles,
no addresses of sensors. Dates are moved, for each athlete by whole days, so that the first session is on the
first of January 1900: intervals and times of day stay.

References
----------
.. [1] S. Jeung et al., "Motion-BIDS: an extension to the brain imaging data structure to organize motion data
   for reproducible research", Scientific Data 11, 716, 2024. doi:10.1038/s41597-024-03559-8
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import polars as pl

from analysis.imu import Gap, MountPosition
from ingest.imports.imu_csv import COLUMNS
from ingest.sample_table import SAMPLE_INDEX, items_of, sample_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from uuid import UUID

    from ingest.items import TimelineItem
    from ingest.replay import ReplayableRecording
    from server.annotations import Athlete
    from server.session import RecordingInfo
    from server.stored import StoredSession

BIDS_VERSION = "1.11.2"
"""Whose schema the files were checked against."""
TASK, TRACKSYS = "barbell", "imu"
UNKNOWN = "n/a"
FIRST_DAY = date(1900, 1, 1)
"""Where moved dates begin. Before 1925, as BIDS asks, so that nobody takes them for real ones."""
NOBODY = "00"
"""Label of the lifter without a name."""

_TRACKED = {
    MountPosition.SHAFT: ("BarShaft", "on the shaft of the barbell"),
    MountPosition.SLEEVE: ("BarSleeve", "on the rotating sleeve of the barbell"),
    MountPosition.WRIST: ("Wrist", "on the lifter's wrist"),
}
CHANNELS = (
    *((f"acc_{axis}", axis, "ACCEL", "m/s^2") for axis in "xyz"),
    *((f"gyro_{axis}", axis, "GYRO", "rad/s") for axis in "xyz"),
    ("latency", UNKNOWN, "LATENCY", "s"),
)
"""Name, component, type and unit of each column of ``*_motion.tsv``."""
_TSV_COLUMNS = (*COLUMNS[1:], COLUMNS[0])
EVENTS: Mapping[str, tuple[pl.DataType | type[pl.DataType], str]] = {
    "onset": (pl.Float64, "s since the first sample"),
    "duration": (pl.Float64, "s; of a rep to the end of the last phase that was seen"),
    "trial_type": (pl.String, "what happened"),
    "set_index": (pl.Int64, "which set, from 0"),
    "rep_index": (pl.Int64, "which rep of the set, from 0"),
    "exercise_id": (pl.String, "lift"),
    "load_kg": (pl.Float64, "load, bar included, kg"),
    "counts": (pl.Boolean, "whether the rep counts"),
    "mean_concentric_velocity_mps": (pl.Float64, "mean vertical velocity of the concentric phase, m/s"),
    "mean_concentric_velocity_sd_mps": (pl.Float64, "its standard deviation, m/s"),
    "range_of_motion_m": (pl.Float64, "height gained in the concentric phase, m"),
    "quality_state": (pl.String, "how far the rep's numbers can be trusted"),
    "lost_samples": (pl.Int64, "samples that are missing in a gap"),
}  # fmt: skip
"""Columns of ``*_events.tsv`` with their types and meanings."""

_FORMATS: Mapping[object, str] = {
    pl.Float64: "number",
    pl.Int64: "integer",
    pl.String: "string",
    pl.Boolean: "boolean",
}

README = """Barbell training, measured by an inertial sensor on the bar or the wrist and exported by Upright.

Each session has one recording: specific force (a sensor at rest reads +9.81 m/s^2 upward), rate of turn, and
the time of each sample (channel `latency`: the sensor's own clock, fitted to the host's). Lost samples are
rows of `n/a`. Sets, reps and gaps are in `*_events.tsv`.

Dates are moved for each participant by whole days; intervals and times of day are kept.
"""


@dataclass(frozen=True, slots=True)
class BidsLabels:
    """Where a session goes.

    Attributes
    ----------
    subject, session : str
        Labels of BIDS: letters and digits.
    moved_days : int
        By how many days its date is moved.
    """

    subject: str
    session: str
    moved_days: int

    @property
    def stem(self) -> str:
        """Beginning of the names of its files."""
        return f"sub-{self.subject}_ses-{self.session}"


def bids_labels(
    recordings: Iterable[RecordingInfo], athletes: Sequence[Athlete], *, uses_names: bool = False
) -> dict[UUID, BidsLabels]:
    """Give numbers to athletes and their sessions.

    Parameters
    ----------
    recordings : iterable of RecordingInfo
        All sessions that there are, so that the labels of one do not depend on which are exported.
    athletes : sequence of Athlete
        In the order in which they were added.
    uses_names : bool
        Take the letters and digits of an athlete's name where they are some, and nobody before has the same.

    Returns
    -------
    dict of UUID to BidsLabels
        By recording.
    """
    subjects = _subjects(athletes, uses_names=uses_names)
    first: dict[str, date] = {}
    n_sessions: dict[str, int] = {}
    labels: dict[UUID, BidsLabels] = {}
    for info in sorted(recordings, key=lambda info: (info.started_at, info.recording_id)):
        subject = NOBODY if info.athlete_id is None else subjects.get(info.athlete_id, NOBODY)
        began = first.setdefault(subject, info.started_at.astimezone(UTC).date())
        n_sessions[subject] = n_sessions.get(subject, 0) + 1
        labels[info.recording_id] = BidsLabels(
            subject, f"{n_sessions[subject]:03d}", (FIRST_DAY - began).days
        )
    return labels


def _subjects(athletes: Sequence[Athlete], *, uses_names: bool) -> dict[UUID, str]:
    subjects: dict[UUID, str] = {}
    for number, athlete in enumerate(athletes, start=1):
        plain = unicodedata.normalize("NFKD", athlete.name)
        name = re.sub(r"[^0-9A-Za-z]", "", plain) if uses_names else ""
        if name.isdigit():  # could be another athlete's number
            name = ""
        taken = {label.lower() for label in subjects.values()} | {NOBODY}
        subjects[athlete.id] = name if name and name.lower() not in taken else f"{number:02d}"
    return subjects


class BidsDataset:
    """Writes a dataset, session by session.

    Parameters
    ----------
    folder : Path
        Made if it is not there; what is in it stays.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._subjects: set[str] = set()
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, labels: BidsLabels, session: StoredSession, recording: ReplayableRecording) -> Path:
        """Write one session; return its folder.

        Parameters
        ----------
        labels : BidsLabels
            Where it goes.
        session : StoredSession
            Sets and reps.
        recording : ReplayableRecording
            Samples.

        Raises
        ------
        OSError
            If a file cannot be written.
        """
        self._subjects.add(labels.subject)
        whole = self._folder / f"sub-{labels.subject}" / f"ses-{labels.session}"
        folder = whole / "motion"
        folder.mkdir(parents=True, exist_ok=True)
        items = items_of(recording)
        stem = f"{labels.stem}_task-{TASK}_tracksys-{TRACKSYS}"
        motion = folder / f"{stem}_motion.tsv"
        _write_table(motion, motion_table(items), header=False)
        _write_json(folder / f"{stem}_motion.json", motion_sidecar(recording))
        _write_table(folder / f"{stem}_channels.tsv", channels_table(recording.header.mount.position))
        _write_table(folder / f"{stem}_events.tsv", events_table(session, items))
        started_at = recording.header.started_at or session.recording.started_at
        acquired = {
            "filename": [motion.relative_to(whole).as_posix()],
            "acq_time": [_moved(started_at, labels.moved_days)],
        }
        _write_table(whole / f"{labels.stem}_scans.tsv", pl.DataFrame(acquired))
        return whole

    def finish(self) -> None:
        """Write what stands for the whole dataset.

        Raises
        ------
        OSError
            If a file cannot be written.
        """
        folder = self._folder
        description = {
            "Name": "Barbell training",
            "BIDSVersion": BIDS_VERSION,
            "DatasetType": "raw",
            "GeneratedBy": [{"Name": "Upright", "Version": version("upright")}],
        }
        _write_json(folder / "dataset_description.json", description)
        (folder / "README.md").write_text(README, encoding="utf-8")
        subjects = [f"sub-{subject}" for subject in sorted(self._subjects)]
        _write_table(folder / "participants.tsv", pl.DataFrame({"participant_id": subjects}))
        about_id = {"Description": "number of the participant, or the label chosen instead"}
        _write_json(folder / "participants.json", {"participant_id": about_id})
        stem = f"task-{TASK}_tracksys-{TRACKSYS}"
        _write_json(folder / f"{stem}_channels.json", _about_channels())
        _write_json(folder / f"{stem}_events.json", _about_events())


def motion_table(items: Iterable[TimelineItem]) -> pl.DataFrame:
    """Return the columns of ``*_motion.tsv``, in the order of `CHANNELS`; a row of nulls is a lost sample."""
    table = sample_table(items)
    n_taken = 0 if table.is_empty() else int(table[SAMPLE_INDEX][-1]) + 1
    every = pl.DataFrame({SAMPLE_INDEX: range(n_taken)}, schema={SAMPLE_INDEX: pl.Int64})
    return every.join(table, on=SAMPLE_INDEX, how="left", maintain_order="left").select(_TSV_COLUMNS)


def motion_sidecar(recording: ReplayableRecording) -> dict[str, Any]:
    """Describe the samples, for ``*_motion.json``; what is not known is left out."""
    header, counts = recording.header, recording.counts
    info, mount = header.info, header.mount
    kinds = [kind for _, _, kind, _ in CHANNELS]
    content = {
        "TaskName": TASK,
        "TaskDescription": "strength training with a barbell; sets and reps are in the events",
        "SamplingFrequency": info.sample_rate_hz,
        "SamplingFrequencyEffective": counts.sample_rate_hz,
        "RecordingDuration": counts.duration_s,
        "TrackingSystemName": "inertial measurement unit",
        "ManufacturersModelName": info.model or None,
        "SoftwareVersions": info.firmware or None,
        "TrackedPointsCount": 1,
        "MotionChannelCount": len(CHANNELS),
        **{f"{kind}ChannelCount": kinds.count(kind) for kind in dict.fromkeys(kinds)},
        "MissingValues": UNKNOWN,
        # Beyond BIDS, which allows further fields: how the sensor was fixed, in its own frame.
        "MountPosition": mount.position.value,
        "BarAxis": mount.bar_axis,
        "LeverArm": mount.lever_m,
        "AccelerometerRange": info.accel_range_mps2,
        "GyroscopeRange": info.gyro_range_radps,
    }
    return {name: value for name, value in content.items() if value is not None}


def channels_table(position: MountPosition) -> pl.DataFrame:
    """Describe the columns of the samples, for ``*_channels.tsv``."""
    point, placement = _TRACKED[position]
    rows = [
        {
            "name": name,
            "component": component,
            "type": kind,
            "tracked_point": point,
            "units": unit,
            "placement": placement,
            "reference_frame": "sensor" if component in "xyz" else UNKNOWN,
        }
        for name, component, kind, unit in CHANNELS
    ]
    return pl.DataFrame(rows)


def events_table(session: StoredSession, items: Iterable[TimelineItem]) -> pl.DataFrame:
    """List sets, reps and gaps in the order of time, for ``*_events.tsv``."""
    rows = [*_set_events(session), *(_gap_event(item) for item in items if isinstance(item, Gap))]
    schema = {name: kind for name, (kind, _) in EVENTS.items()}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("onset", maintain_order=True)


def _set_events(session: StoredSession) -> Iterator[dict[str, Any]]:
    for item in session.stored_sets:
        one = item.summary
        lift = {"set_index": one.index, "exercise_id": one.exercise_id, "load_kg": one.load_kg}
        yield lift | {"onset": one.start_s, "duration": one.end_s - one.start_s, "trial_type": "set"}
        for rep in one.reps:
            end_s = rep.concentric_end_s if rep.end_s is None else rep.end_s
            yield lift | {
                "onset": rep.start_s,
                "duration": end_s - rep.start_s,
                "trial_type": "rep",
                "rep_index": rep.index,
                "counts": rep.index not in item.excluded,
                "mean_concentric_velocity_mps": rep.mean_concentric_velocity_mps,
                "mean_concentric_velocity_sd_mps": rep.mean_concentric_velocity_sd_mps,
                "range_of_motion_m": rep.range_of_motion_m,
                "quality_state": rep.quality.state.value,
            }


def _gap_event(gap: Gap) -> dict[str, Any]:
    # A sensor that restarted cannot tell how many samples it did not take.
    return {
        "onset": gap.start_s,
        "duration": gap.end_s - gap.start_s,
        "trial_type": "gap",
        "lost_samples": gap.missing or None,
    }


def _about_channels() -> dict[str, Any]:
    frame = (
        "the sensor's own axes, which turn with it, right-handed; ACCEL is specific force: at rest it reads "
        "+9.81 m/s^2 along the axis that points up"
    )
    return {
        "reference_frame": {"Levels": {"sensor": {"Description": frame, "RotationRule": "right-hand"}}},
    }


def _about_events() -> dict[str, Any]:
    about: dict[str, Any] = {
        name: {"Description": meaning, "Format": _FORMATS[kind]} for name, (kind, meaning) in EVENTS.items()
    }
    about["trial_type"]["Levels"] = {
        "set": "from the start of the first rep to the end of the last",
        "rep": "one repetition",
        "gap": "samples are missing",
    }
    about["quality_state"]["Levels"] = {
        "good": "as measured",
        "low_quality": "something was wrong",
        "not_resolvable": "not a measurement",
    }
    return about


def _moved(moment: datetime, days: int) -> str:
    return (moment.astimezone(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _write_table(path: Path, table: pl.DataFrame, *, header: bool = True) -> None:
    table.write_csv(path, separator="\t", null_value=UNKNOWN, include_header=header, quote_style="never")


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")
