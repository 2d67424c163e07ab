"""Computes the signals of one recording, in a process of its own: the live page must not wait for it.

It is started by `server.explorer.desk` as ``python -m server.explorer.computing`` with a job on its standard
input, and writes one line of JSON to its standard output whenever it has got further. The samples are written
before they are analysed, so that they can be looked at meanwhile.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from analysis import ALGORITHM_VERSION
from ingest.errors import IngestError
from ingest.replay import open_recording
from ingest.sample_table import gaps_and_labels, items_of
from server.annotation_files import AnnotationFiles
from server.annotations import SessionAnnotation
from server.errors import AnnotationError, ServerError
from server.examining import checkup_document, examine
from server.explorer.signals import raw_table, with_motion, with_unstated_limits
from server.imports import load_import, open_import
from server.own_lifts import add_own_lifts
from server.reanalysis import Watcher, analyse_with

if TYPE_CHECKING:
    import polars as pl

    from analysis.estimator import MotionEstimate
    from ingest.replay import ReplayableRecording
    from server.examining import Examined

TABLE, FACTS = "signals.parquet", "facts.json"
"""What is written for a recording; the facts come last and say what the table is made of."""
TOLD_EVERY_S = 0.2
"""Progress is told at most this often, s."""
READ, EXAMINED = 0.1, 0.25
"""Share of the work that is done when the samples are written, and when they have been examined."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be computed.

    Attributes
    ----------
    path : str
        A recording, or the folder of an import.
    recording_id : str
        Its id.
    data_dir : str
        Where annotations and lifts of the user's own are.
    folder : str
        Where the results go.
    key : str
        What they are made of; written into them.
    """

    path: str
    recording_id: str
    data_dir: str
    folder: str
    key: str


class _Progress(Watcher):
    """Tells how far it is and gathers the motions.

    Parameters
    ----------
    annotation : SessionAnnotation
        With corrected lifts the recording is analysed twice.
    """

    def __init__(self, annotation: SessionAnnotation) -> None:
        self.motions: list[MotionEstimate] = []
        self._told_at = 0.0
        self._run = 0
        self._runs = 2 if any(one.exercise_id is not None for one in annotation.sets) else 1

    def begins(self) -> None:
        self.motions.clear()
        self._run += 1

    def reached(self, share: float) -> None:
        if time.monotonic() - self._told_at > TOLD_EVERY_S:
            self._told_at = time.monotonic()
            done = min((self._run - 1 + share) / self._runs, 1.0)
            tell("analysing", EXAMINED + (1 - EXAMINED) * done)

    def motion(self, motion: MotionEstimate) -> None:
        self.motions.append(motion)


def tell(phase: str, fraction: float, problem: str = "") -> None:
    """Say how far it is, on standard output."""
    line = {"phase": phase, "fraction": round(fraction, 3), "problem": problem}
    print(json.dumps(line), flush=True)  # noqa: T201 -- whoever started this process reads it


def compute(job: Job) -> None:
    """Read, examine and analyse a recording; write its signals and facts.

    Raises
    ------
    IngestError, ServerError, OSError
        If it cannot be read, or the results cannot be written.
    """
    tell("reading", 0.0)
    recording = _open(Path(job.path))
    items = items_of(recording)
    table = raw_table(items, recording.header.info)
    gaps, labels = gaps_and_labels(items)
    facts: dict[str, Any] = {
        "key": job.key,
        "algorithm": ALGORITHM_VERSION,
        "is_complete": False,
        "damage": recording.header.damage,
        "why_no_forward": recording.header.mount.why_no_forward,
        "gaps": gaps,
        "labels": labels,
        "rests": [],
        "stretches": [],
        "checkup": None,
    }
    _write(Path(job.folder), table, facts)
    tell("examining", READ)
    examined = examine(recording)
    table = with_unstated_limits(table, examined.checkup.clipping)
    facts |= {
        "rests": [[rest.start_s, rest.end_s] for rest in examined.checkup.rests],
        "checkup": _checkup(examined),
    }
    _write(Path(job.folder), table, facts)
    tell("analysing", EXAMINED)
    annotation = _annotation(job)
    progress = _Progress(annotation)
    found = analyse_with(recording, annotation, progress)
    sets = [one.summary for one in found]
    table, stretches = with_motion(table, progress.motions, sets, recording.header.mount)
    facts |= {"is_complete": True, "stretches": [asdict(one) for one in stretches]}
    _write(Path(job.folder), table, facts)


def _open(path: Path) -> ReplayableRecording:
    return open_import(load_import(path))[1] if path.is_dir() else open_recording(path)


def _annotation(job: Job) -> SessionAnnotation:
    try:
        return AnnotationFiles(Path(job.data_dir)).session(UUID(job.recording_id))
    except AnnotationError:
        return SessionAnnotation()  # whoever edits is told; the signals are as recorded


def _checkup(examined: Examined) -> dict[str, Any]:
    from server.checkup_words import findings  # noqa: PLC0415 -- not before the samples are there

    return {
        "document": checkup_document(examined),
        "findings": [{"subject": subject, "words": words} for subject, words in findings(examined)],
    }


def _write(folder: Path, table: pl.DataFrame, facts: dict[str, Any]) -> None:
    """Replace the results so that a reader never sees half of them."""
    folder.mkdir(parents=True, exist_ok=True)
    waiting = folder / f".{TABLE}.part"
    table.write_parquet(waiting, compression="zstd", statistics=False)
    waiting.replace(folder / TABLE)
    waiting = folder / f".{FACTS}.part"
    waiting.write_text(json.dumps(facts, allow_nan=False), encoding="utf-8")
    waiting.replace(folder / FACTS)


def main() -> int:
    """Do the job on standard input; 0 if it is done."""
    if hasattr(os, "nice"):
        os.nice(5)  # whoever lifts comes first
    job = Job(**json.load(sys.stdin))
    try:
        add_own_lifts(Path(job.data_dir) / "lifts")
        compute(job)
    except (IngestError, ServerError, OSError) as error:
        tell("failed", 1.0, problem=str(error))
        return 1
    tell("done", 1.0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
