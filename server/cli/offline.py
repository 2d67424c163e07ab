"""A whole recording through the signal core, with progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.cli.terminal import terminal

if TYPE_CHECKING:
    from analysis import Event, Gap, SetSummary
    from analysis.estimator import MotionEstimate
    from ingest.replay import ReplayableRecording


def run_offline(
    recording: ReplayableRecording,
) -> tuple[list[SetSummary], list[Gap], list[MotionEstimate]]:
    """Analyse a recording; return its sets, the gaps and the final motion of each stretch that holds reps."""
    from rich.progress import Progress

    from analysis import SensorGap, SetAnalyzer, SetFinished
    from ingest.session import SessionRunner

    sets: list[SetSummary] = []
    gaps: list[Gap] = []
    motions: list[MotionEstimate] = []
    header = recording.header
    runner = SessionRunner(
        lambda info, mount, label: SetAnalyzer(info, mount, label, on_motion=motions.append),
        header.mount,
        header.initial_label,
    )
    console = terminal(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("analysing", total=max(recording.counts.duration_s, 1e-9))
        events: list[Event] = []
        for due_s, items in recording.steps():
            events += runner.advance(items, header.info)
            progress.update(task, completed=due_s)
        events += runner.finish()
    for event in events:
        if isinstance(event, SetFinished):
            sets.append(event.summary)
        elif isinstance(event, SensorGap):
            gaps.append(event.gap)
    return sets, gaps, motions
