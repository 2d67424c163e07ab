"""Repairs what a killed process, a power cut or a bad disk left behind.

Runs at start, before anything is recorded. Nothing is deleted: a file that cannot be read, and the original
of one that lost more than its tail, stay beside the result under another name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.errors import IngestError, RecordingError
from ingest.file_lock import is_held
from ingest.mcap_reader import Damage, Recording, read_recording
from ingest.recording import PART_SUFFIX, Recorder

if TYPE_CHECKING:
    from pathlib import Path

_WORK_SUFFIX = ".recovering"


@dataclass(frozen=True, slots=True)
class RecoveryReport:
    """What became of one ``.part`` file.

    Attributes
    ----------
    part_path : Path
        The file that was found.
    path : Path or None
        The recording that was made of it; None if nothing could be read.
    packets : int
        Packets saved.
    damage : Damage or None
        What was lost; None if nothing could be read.
    problem : str
        Why nothing could be read, in words; empty otherwise.
    """

    part_path: Path
    path: Path | None
    packets: int
    damage: Damage | None
    problem: str = ""


def recover_part(part_path: Path) -> RecoveryReport:
    """Turn a ``.part`` file into a finished recording.

    Raises
    ------
    RecordingError
        If nothing can be read from it, or the result cannot be written. The file stays as it is.
    """
    recording = read_recording(part_path)
    if not recording.packets:
        raise RecordingError(part_path, "holds no packets")
    path = _free_name(part_path.with_name(part_path.name.removesuffix(PART_SUFFIX)))
    finished = _rewrite(recording, path.with_name(path.name + _WORK_SUFFIX))
    finished.rename(path)
    if recording.damage.damaged_places or recording.damage.missing_packets:
        part_path.rename(_free_name(path.with_name(path.name + ".damaged")))
    else:
        part_path.unlink()
    return RecoveryReport(part_path, path, len(recording.packets), recording.damage)


def recover_all(folder: Path) -> list[RecoveryReport]:
    """Recover every ``.part`` file of a folder and its subfolders; a bad file is reported, not raised.

    Files that another process is writing now are left alone.
    """
    reports: list[RecoveryReport] = []
    for leftover in sorted(folder.rglob(f"*{_WORK_SUFFIX}*")):
        if not is_held(leftover):
            leftover.unlink()  # of a recovery that was itself interrupted; its source is still there
    for part_path in sorted(folder.rglob(f"*.mcap{PART_SUFFIX}")):
        if is_held(part_path):
            continue
        try:
            reports.append(recover_part(part_path))
        except (IngestError, OSError) as error:
            aside = _free_name(part_path.with_name(part_path.name.removesuffix(PART_SUFFIX) + ".unreadable"))
            part_path.rename(aside)
            reports.append(RecoveryReport(part_path, None, 0, None, str(error)))
    return reports


def being_written(folder: Path) -> list[Path]:
    """List the recordings of a folder that some process is writing now."""
    return [path for path in sorted(folder.rglob(f"*.mcap{PART_SUFFIX}")) if is_held(path)]


def _rewrite(recording: Recording, path: Path) -> Path:
    path.unlink(missing_ok=True)
    recorder = Recorder(path, recording.header)
    for packet in recording.packets:
        recorder.write(packet)
    return recorder.close()


def _free_name(path: Path) -> Path:
    """Return the path itself, or one with a number, that no file has."""
    candidate, number = path, 1
    while candidate.exists():
        number += 1
        candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return candidate
