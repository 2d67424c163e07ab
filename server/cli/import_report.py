"""What ``upright import`` says of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analysis import Mount
    from ingest.imports.combine import Stream
    from ingest.imports.importer import ImportedFile

_WARNING = "WARNING: "


def warnings_of(findings: Iterable[str]) -> list[str]:
    """Pick what a person must read."""
    return [text.removeprefix(_WARNING) for text in findings if text.startswith(_WARNING)]


def report_lines(file: ImportedFile, mount: Mount) -> list[str]:
    """Say what a file is, what was found in it and what can be made of it; lines in rich's markup."""
    from rich.markup import escape

    from ingest.imports.imported import BarPath, ImuTracks, ReferenceReps
    from server.import_words import possible

    title = f"[bold]{escape(file.path.name)}[/]: {escape(file.format.title)}"
    found = file.imported
    if isinstance(found, ImuTracks) and file.stream is not None:
        sensor = f", {escape(found.sensor)}" if found.sensor else ""
        when = "" if found.started_at is None else f", {found.started_at:%Y-%m-%d %H:%M %Z}"
        with_it = ", ".join(escape(path.name) for path in file.companions)
        lines = [f"{title}{sensor}{when}", f"  {_stream_line(file.stream)}"]
        lines += [f"  with {with_it}"] if with_it else []
        lines += [_finding_line(text) for text in file.findings]
        rate_hz = file.stream.counts.sample_rate_hz or 1 / file.stream.period_s
        return [*lines, *(f"  {line}" for line in possible(rate_hz, mount))]
    if isinstance(found, ReferenceReps):
        exercises = sorted({rep.exercise for rep in found.reps if rep.exercise})
        what = f"{len(found.reps)} reps" + (f" of {', '.join(exercises)}" if exercises else "")
        return [title, f"  {escape(what)}: to compare with", *(_finding_line(text) for text in found.notes)]
    if isinstance(found, BarPath):
        duration_s = float(found.t_s[-1] - found.t_s[0]) if len(found.t_s) else 0.0
        scale = "in metres" if found.scale_known else "in a unit that the file does not say"
        what = f"a bar path of {duration_s:.1f} s, {len(found.t_s)} points, {scale}: to compare with"
        return [title, f"  {what}", *(_finding_line(text) for text in found.notes)]
    return [title]


def _stream_line(stream: Stream) -> str:
    counts = stream.counts
    rate = "?" if counts.sample_rate_hz is None else f"{counts.sample_rate_hz:.1f}"
    gaps = f", {counts.gaps} gaps with {counts.lost_samples} lost samples" if counts.gaps else ", no gaps"
    longest = f" (longest {counts.longest_gap_s:.2f} s)" if counts.gaps else ""
    return f"{counts.duration_s:.1f} s at {rate} Hz, {counts.samples} samples{gaps}{longest}"


def _finding_line(text: str) -> str:
    from rich.markup import escape

    if text.startswith(_WARNING):
        return f"  [yellow]! {escape(text.removeprefix(_WARNING))}[/]"
    return f"  - {escape(text)}"
