"""Analyses a recording anew, with the exercises that people corrected.

How reps are found depends on the lift: which way it goes first, how far. So a corrected exercise is told to
the signal core from before its set starts, in place of the label that the set had.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from analysis.events import SetFinished
from analysis.exercises import CATALOGUE
from analysis.imu import SetLabel
from ingest.errors import IngestError
from ingest.mcap_reader import read_recording
from ingest.replay import open_recording
from ingest.session import SessionRunner
from server.annotations import SessionAnnotation, match_sets
from server.errors import AnnotationError
from server.imports import find_import, load_import, open_import
from server.live_session import make_analyzer, recording_info
from server.stored import AnalysedSet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from analysis import Mount, SensorInfo, SetAnalyzer
    from analysis.estimator import MotionEstimate
    from ingest.items import TimelineItem
    from ingest.replay import ReplayableRecording, ReplayHeader
    from server.annotation_files import AnnotationFiles
    from server.session import RecordingInfo
    from server.store import Store

_OUR_NAME = re.compile(r"^\d{8}T\d{6}Z-([0-9a-f]{8})")
"""How a live session names its recordings."""
_TOLD_EVERY = 20
"""Progress is told every so many items; an imported one is a second long."""


class Watcher:
    """Hears how an analysis goes on; this one pays no attention."""

    def begins(self) -> None:
        """Hear that it begins, or begins anew with corrected lifts: what was heard before is void."""

    def reached(self, share: float) -> None:
        """Hear how much of this run is done, 0 to 1."""

    def motion(self, motion: MotionEstimate) -> None:
        """Take the final motion of a stretch that holds reps."""


class ShareWatcher(Watcher):
    """Passes on how much is done.

    Parameters
    ----------
    tell : callable
        Told the share of a run, 0 to 1.
    """

    def __init__(self, tell: Callable[[float], None]) -> None:
        self._tell = tell

    def reached(self, share: float) -> None:
        """Pass it on."""
        self._tell(share)


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a recording gave.

    Attributes
    ----------
    recording : RecordingInfo
        What it says about itself.
    sets : tuple of AnalysedSet
        In the order of time.
    """

    recording: RecordingInfo
    sets: tuple[AnalysedSet, ...]


def analyse_file(path: Path, annotation: SessionAnnotation, watcher: Watcher | None = None) -> Analysis:
    """Analyse a recording with the exercises of its annotations.

    Parameters
    ----------
    path : Path
        An ``.mcap`` file, or the folder of an import (`server.imports`). It is only read.
    annotation : SessionAnnotation
        Corrected exercises; the rest of it is left to the store.
    watcher : Watcher, optional
        Hears how the analysis goes on.

    Raises
    ------
    IngestError
        If the recording cannot be read.
    KeptFileError
        If what is kept of an import is damaged.
    """
    if path.is_dir():
        info, imported = open_import(load_import(path))
        return Analysis(info, tuple(analyse_with(imported, annotation, watcher)))
    recording = open_recording(path)
    counts = recording.counts
    return Analysis(
        replace(
            recording_info(read_recording(path).header),
            sample_rate_hz=counts.sample_rate_hz,
            lost_samples=counts.lost_samples,
        ),
        tuple(analyse_with(recording, annotation, watcher)),
    )


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What became of one recording.

    Attributes
    ----------
    n_sets : int
        Sets that it gave.
    problem : str
        What of its annotations could not be applied, in words; empty if all was.
    """

    n_sets: int
    problem: str = ""


def rebuild_recording(path: Path, store: Store, files: AnnotationFiles) -> Rebuilt:
    """Recreate the results of one recording, or of the import in a folder, in the store.

    Raises
    ------
    IngestError, KeptFileError
        If the recording cannot be read. Damaged annotations are left out and told.
    """
    annotation, problem = SessionAnnotation(), ""
    recording_id = path.name if path.is_dir() else read_recording(path).header.recording_id
    try:
        annotation = files.session(UUID(recording_id))
    except AnnotationError as error:
        problem = str(error)
    analysis = analyse_file(path, annotation)
    store.save_analysed(analysis.recording, analysis.sets, annotation)
    spans = [(item.summary.start_s, item.summary.end_s) for item in analysis.sets]
    if lost := len(annotation.sets) - len(match_sets(annotation.sets, spans)):
        problem = f"{lost} of its annotations are of sets that are not found any more; they are kept."
    return Rebuilt(len(analysis.sets), problem)


def find_recording(folder: Path, recording_id: UUID, imports_dir: Path | None = None) -> Path | None:
    """Find the file of a recording, or the folder of an import; None if it is not there or cannot be read."""
    wanted = str(recording_id)
    if imports_dir is not None and (imported := find_import(imports_dir, recording_id)) is not None:
        return imported
    named = {path: _OUR_NAME.match(path.name) for path in sorted(folder.rglob("*.mcap"))}
    for path, match in named.items():
        if match is not None and match[1] != wanted[:8]:
            continue  # a file that somebody renamed has to be opened, ours need not be
        try:
            if read_recording(path).header.recording_id == wanted:
                return path
        except (IngestError, OSError):
            continue
    return None


def analyse_with(
    recording: ReplayableRecording, annotation: SessionAnnotation, watcher: Watcher | None = None
) -> list[AnalysedSet]:
    """Replay a recording, with corrected labels where exercises were corrected.

    The recording is first analysed as it is labelled: only that tells when each set began and ended, and so
    where in the stream a correction starts and stops to hold.
    """
    watcher = watcher or Watcher()
    items = [item for _, some in recording.steps() for item in some]
    plain = _run(recording.header, [_Entry(i, _label_in(i)) for i in items], watcher)
    summaries = [found.analysed.summary for found in plain]
    places = match_sets(annotation.sets, [(one.start_s, one.end_s) for one in summaries])
    corrected: dict[int, str] = {}
    for index, place in places.items():
        wanted = annotation.sets[place].exercise_id
        if wanted is not None and wanted in CATALOGUE and wanted != summaries[index].exercise_id:
            corrected[index] = wanted
    if not corrected:
        return [found.analysed for found in plain]
    relabelled = _run(recording.header, _relabelled(items, plain, corrected), watcher)
    return [found.analysed for found in relabelled]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One item of a stream, and the recorded label that begins to hold with it, if one does."""

    item: TimelineItem
    recorded: SetLabel | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """A set, and the place in the stream of the item that closed it."""

    analysed: AnalysedSet
    closed_at: int


def _label_in(item: TimelineItem) -> SetLabel | None:
    return item if isinstance(item, SetLabel) else None


def _run(header: ReplayHeader, entries: Sequence[_Entry], watcher: Watcher) -> list[_Found]:
    def watched(info: SensorInfo, mount: Mount, label: SetLabel) -> SetAnalyzer:
        return make_analyzer(info, mount, label, watcher.motion)

    watcher.begins()
    runner = SessionRunner(watched, header.mount, header.initial_label)
    recorded = header.initial_label
    found: list[_Found] = []
    place = -1
    for place, entry in enumerate(entries):
        if place % _TOLD_EVERY == 0:
            watcher.reached(place / len(entries))
        events = runner.advance([entry.item], header.info)
        # A label closes the set that was lifted under the one before it.
        found += [
            _Found(AnalysedSet(e.summary, recorded), place) for e in events if isinstance(e, SetFinished)
        ]
        recorded = entry.recorded or recorded
    rest = runner.finish()
    found += [_Found(AnalysedSet(e.summary, recorded), place + 1) for e in rest if isinstance(e, SetFinished)]
    return found


def _relabelled(items: list[TimelineItem], plain: list[_Found], corrected: dict[int, str]) -> list[_Entry]:
    """Put corrected labels into a stream: each from the end of the set before to the end of its own set."""
    instead: dict[int, SetLabel] = {}
    after: dict[int, SetLabel] = {}
    for index, exercise_id in sorted(corrected.items()):
        found = plain[index]
        recorded = found.analysed.labelled
        label = replace(recorded, exercise_id=exercise_id)
        before = plain[index - 1].closed_at if index else -1
        own = [i for i in range(max(before, 0), found.closed_at) if isinstance(items[i], SetLabel)]
        if own:
            instead[own[-1]] = label
        else:
            after[before] = label
        closes = found.closed_at
        if closes < len(items) and not isinstance(items[closes], SetLabel):
            after[closes] = recorded  # replaced above if the next set is corrected too and has no label
    entries = [_Entry(after[-1])] if -1 in after else []
    for place, item in enumerate(items):
        entries.append(_Entry(instead.get(place, item), _label_in(item)))
        if place in after:
            entries.append(_Entry(after[place]))
    return entries
