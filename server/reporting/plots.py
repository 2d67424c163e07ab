"""The plots of a report: a part across sets or weeks, the index, bar paths laid over each other."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.results import QualityState
from server.reporting.drawing import (
    FAINT,
    INK,
    MAIN,
    PAPER,
    SECOND,
    SOFT,
    mark_usual,
    new_figure,
    quiet_axes,
    styled,
    to_svg,
)
from server.reporting.words import is_moved, load, part_heading, part_name, scale

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup
    from matplotlib.axes import Axes

    from analysis.results import SetSummary
    from analysis.stability.judgement import PartChange, SetIndex, SetPoint

REP_SPREAD = 0.36
"""Over what share of the distance between two sets their reps are spread."""


def part_plot(
    name: str, change: PartChange, sets: Mapping[int, SetSummary], *, small: bool = False
) -> Markup | None:
    """Draw one part across the sets of a session; None where no set has it.

    Parameters
    ----------
    name : str
        Unique in the page.
    change : PartChange
        What was found.
    sets : mapping of int to SetSummary
        By index within the session.
    small : bool
        One of many.
    """
    known = [point for point in change.points if point.value is not None]
    if not known:
        return None
    with styled():
        figure = new_figure(*((270, 176) if small else (400, 280)))
        axes = figure.add_subplot()
        factor = scale(change.part)
        if change.usual is not None:
            mark_usual(axes, change.usual, factor)
        for place, point in enumerate(change.points):
            _set(axes, place, point, change, sets, factor)
        _set_ticks(axes, change.points, small=small)
        quiet_axes(axes)
        axes.margins(y=0.12)
        axes.set_title(part_heading(change, with_word=small), color=INK)
        return to_svg(figure, name, f"{part_name(change.part)} across the sets: {change.sentence}")


def _set(
    axes: Axes,
    place: int,
    point: SetPoint,
    change: PartChange,
    sets: Mapping[int, SetSummary],
    factor: float,
) -> None:
    """Draw the reps of a set and their mean."""
    if point.value is None:
        axes.annotate("not\nknown", (place, 0.5), xycoords=("data", "axes fraction"), ha="center",
                      va="center", fontsize=9, color=SOFT)  # fmt: skip
        return
    blamed = {rep.rep_index for rep in change.blamed if rep.set_index == point.set_index}
    summary = sets.get(point.set_index)
    reps = [] if summary is None else [
        (rep.index, estimate.value)
        for rep in summary.reps
        if rep.quality.state is not QualityState.NOT_RESOLVABLE
        and (estimate := rep.measures.get(change.part)) is not None
        and estimate.value is not None
    ]  # fmt: skip
    for k, (index, value) in enumerate(reps):
        offset = REP_SPREAD * ((k + 0.5) / len(reps) - 0.5)
        outside = index in blamed
        axes.plot(
            place + offset, factor * value, "D" if outside else "o", markersize=4.5 if outside else 3.6,
            color=SECOND if outside else FAINT, markeredgewidth=0, zorder=2,
        )  # fmt: skip
    half = None if point.interval is None else factor * (point.interval.high - point.interval.value)
    axes.errorbar(
        place, factor * point.value, half,
        fmt="o", color=MAIN, markersize=7, elinewidth=1.6, capsize=0, markeredgecolor=PAPER,
        markeredgewidth=1.0, zorder=4,
    )  # fmt: skip
    if is_moved(change.part, point.value, point.adjusted, change.usual):
        axes.plot(place, factor * (point.adjusted or 0.0), "D", markersize=5, markerfacecolor="none",
                  markeredgecolor=INK, markeredgewidth=1.1, zorder=5)  # fmt: skip


def _set_ticks(axes: Axes, points: Sequence[SetPoint], *, small: bool) -> None:
    axes.set_xlim(-0.55, max(len(points), 2) - 0.45)
    few = len({point.load_kg for point in points}) == 1
    labels = [
        str(point.set_index + 1)
        + ("" if small or few or point.load_kg is None else f"\n{load(point.load_kg)}")
        for point in points
    ]
    axes.set_xticks(range(len(points)), labels)
    if not small:
        same = f", all {load(points[0].load_kg)}" if few and points[0].load_kg is not None else ""
        axes.set_xlabel(f"set{same}")


def index_plot(name: str, indices: Sequence[SetIndex]) -> Markup | None:
    """Draw the index of each set with its 90 % interval; None before there is one."""
    if all(one.index is None for one in indices):
        return None
    with styled():
        figure = new_figure(300, 170)
        axes = figure.add_subplot()
        axes.axhline(100, color=FAINT, linewidth=0.8)
        for place, one in enumerate(indices):
            found = one.index
            if found is None:
                continue
            axes.plot((place, place), (found.low, found.high), color=MAIN, linewidth=1.6)
            axes.plot(place, found.value, "o", color=MAIN, markersize=7, markeredgecolor=PAPER)
            below = -8 if found.value > 94 else 0  # clear of the line at 100
            axes.annotate(f"{found.value:.0f}", (place, found.value), xytext=(6, below), va="center",
                          textcoords="offset points", fontsize=10.5, color=INK)  # fmt: skip
        axes.set_xlim(-0.55, max(len(indices), 2) - 0.35)
        axes.set_xticks(range(len(indices)), [str(one.set_index + 1) for one in indices])
        axes.set_ylim(-4, 106)
        quiet_axes(axes)
        axes.set_title("100: your own ordinary day", color=INK)
        return to_svg(figure, name, "Stability index of each set with its 90 % interval")
