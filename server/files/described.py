"""Says of a file what it is and what would come of it, for the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.imu import MountPosition
from ingest.imports import training_log_format
from ingest.imports.imported import BarPath, ImuTracks, ReferenceReps
from ingest.replay import ReplayedImport
from server.annotations import SessionAnnotation
from server.files.page_words import asked_in, for_page, sentence
from server.files.schemas import (
    FoundSetModel,
    ItemKind,
    ItemModel,
    Question,
    QuestionModel,
    RecordingFoundModel,
)
from server.import_words import possible
from server.imports import moment_of
from server.kept_files import content_id
from server.reanalysis import ShareWatcher, analyse_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from ingest.imports.importer import ImportedFile
    from server.files.logs import JudgedLog
    from server.stored import AnalysedSet

_WARNING = "WARNING: "
_MOUNT_WHY = "The file does not say where the sensor sat."
_AXIS_WHY = "Without it forward and back are not known; velocity and reps do not need it."
_DATE_WHY = "The file does not say when it was recorded: taken from the time when it was last written."
_SIGN_WHY = "Nothing in the file proves it; only the sign of forward and back hangs on it."


def describe(
    file: ImportedFile, known: ItemModel, imports_dir: Path, progress: Callable[[float], None]
) -> ItemModel:
    """Say what a file that was read is; a recording is analysed as if it were kept.

    Raises
    ------
    InvalidMountError
        If the bar axis that a person gave has no direction.
    """
    found = file.imported
    if isinstance(found, ImuTracks):
        return _described_recording(file, found, known, imports_dir, progress)
    if isinstance(found, ReferenceReps):
        exercises = sorted({rep.exercise for rep in found.reps if rep.exercise})
        of = f" of {', '.join(exercises)}" if exercises else ""
        summary = f"{_count(len(found.reps), 'rep')}{of}, measured by {found.instrument}."
        return _item(known, ItemKind.REFERENCE_REPS, summary, found.notes)
    if isinstance(found, BarPath):
        duration_s = float(found.t_s[-1] - found.t_s[0]) if len(found.t_s) else 0.0
        scale = "in metres" if found.scale_known else "in a unit that the file does not say"
        summary = (
            f"A bar path of {duration_s:.1f} s, {len(found.t_s)} points, {scale}, by {found.instrument}."
        )
        return _item(known, ItemKind.BAR_PATH, summary, found.notes)
    raise TypeError(type(found).__name__)  # a log has a way of its own


def described_log(blank: ItemModel, judged: JudgedLog) -> ItemModel:
    """Say what a training log is and what the audit finds in it."""
    log = judged.log
    first, last = log.sets[0].date, log.sets[-1].date
    n_sessions = log.sets[-1].session + 1
    summary = (
        f"{_count(len(log.sets), 'set')} in {_count(n_sessions, 'session')}, "
        f"{first:%d %B %Y} to {last:%d %B %Y}, logged with {log.format.capitalize()}."
    )
    skipped = [f"{count} {what} are left out." for what, count in log.skipped.items()]
    unknown = judged.audit.unknown_names
    named = [f"Not known which lifts these are: {', '.join(unknown)}."] if unknown else []
    findings = [finding.sentence for finding in judged.audit.findings]
    title = training_log_format.FORMAT
    item = blank.model_copy(update={"format": title.name, "format_title": title.title})
    return _item(item, ItemKind.TRAINING_LOG, summary, [*findings, *skipped, *named, *log.notes])


def refused(blank: ItemModel, why: str) -> ItemModel:
    """Say why a file is refused, and ask what would help, where something would."""
    asked = asked_in(why)
    questions = tuple(QuestionModel(name=name, is_needed=True) for name in asked)
    return blank.model_copy(
        update={"kind": ItemKind.REFUSED, "problem": sentence(for_page(why)), "questions": questions}
    )


def _described_recording(
    file: ImportedFile,
    tracks: ImuTracks,
    known: ItemModel,
    imports_dir: Path,
    progress: Callable[[float], None],
) -> ItemModel:
    decision = known.choices.decision
    recording = ReplayedImport(file, decision.replay_options)
    sets = analyse_with(recording, SessionAnnotation(), ShareWatcher(progress))
    counts, mount = recording.counts, recording.header.mount
    started_at, is_dated = moment_of(file, decision)
    recording_id = content_id((file.path, *file.companions))
    rate_hz = counts.sample_rate_hz
    return _item(
        known,
        ItemKind.RECORDING,
        _outcome(sets),
        file.findings,
        questions=_questions(tracks, file.findings, known, mount.position, is_dated=is_dated),
        recording=RecordingFoundModel(
            recording_id=recording_id,
            is_known=(imports_dir / str(recording_id)).is_dir(),
            sensor=tracks.sensor or "",
            mount=mount.position,
            started_at=started_at,
            is_dated=is_dated,
            duration_s=counts.duration_s,
            sample_rate_hz=rate_hz,
            samples=counts.samples,
            gaps=counts.gaps,
            lost_samples=counts.lost_samples,
            longest_gap_s=counts.longest_gap_s,
            possible=tuple(
                sentence(for_page(text))
                for text in possible(rate_hz or recording.header.info.sample_rate_hz, mount)
            ),
            sets=tuple(_found_set(item) for item in sets),
        ),
    )


def _questions(
    tracks: ImuTracks,
    findings: Iterable[str],
    known: ItemModel,
    position: MountPosition,
    *,
    is_dated: bool,
) -> tuple[QuestionModel, ...]:
    """List what to ask of a recording: what physics cannot decide, and what it doubts."""
    said = known.choices
    asked = [QuestionModel(name=Question.EXERCISE), QuestionModel(name=Question.LOAD)]
    if tracks.position is None:
        asked.append(QuestionModel(name=Question.MOUNT, why=_MOUNT_WHY))
    if position is not MountPosition.WRIST:
        asked.append(QuestionModel(name=Question.BAR_AXIS, why=_AXIS_WHY))
    if not is_dated or said.started_at is not None:
        asked.append(QuestionModel(name=Question.STARTED_AT, why=_DATE_WHY))
    doubted = [name for text in findings for name in asked_in(text)]
    overruled = [
        name
        for name in (Question.ACCEL_UNIT, Question.ACCEL_SIGN, Question.GYRO_UNIT, Question.GYRO_SIGN)
        if getattr(said, name.value) is not None
    ]
    named = dict.fromkeys([*doubted, *overruled])
    whys = {Question.ACCEL_SIGN: _SIGN_WHY}
    return (*asked, *(QuestionModel(name=name, why=whys.get(name, "")) for name in named))


def _outcome(sets: Iterable[AnalysedSet]) -> str:
    reps = [len(item.summary.reps) for item in sets]
    if not reps:
        return "No set was found in it. It can be kept, but there is nothing to show of it."
    return f"{_count(len(reps), 'set')} with {_count(sum(reps), 'rep')} would be kept."


def _found_set(item: AnalysedSet) -> FoundSetModel:
    one = item.summary
    velocities = [rep.mean_concentric_velocity_mps for rep in one.reps]
    return FoundSetModel(
        n_reps=len(one.reps),
        n_rejected=len(one.rejected),
        start_s=one.start_s,
        end_s=one.end_s,
        mean_velocity_mps=float(np.mean(velocities)) if velocities else None,
    )


def _item(known: ItemModel, kind: ItemKind, summary: str, notes: Iterable[str], **more: object) -> ItemModel:
    told = [for_page(text) for text in notes]
    warnings = [sentence(text.removeprefix(_WARNING)) for text in told if text.startswith(_WARNING)]
    findings = [sentence(text) for text in told if not text.startswith(_WARNING)]
    return known.model_copy(
        update={
            "kind": kind,
            "summary": summary,
            "findings": tuple(findings),
            "warnings": tuple(warnings),
            **more,
        }
    )


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
