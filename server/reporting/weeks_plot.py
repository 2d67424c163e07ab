"""The plots of a block of weeks: a part and the index over dates, breaks drawn."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from analysis.stability.weeks import SECONDS_PER_WEEK
from server.reporting.drawing import (
    FAINT,
    INK,
    MAIN,
    PAPER,
    SOFT,
    mark_usual,
    new_figure,
    quiet_axes,
    styled,
    to_svg,
)
from server.reporting.words import is_moved, part_heading, part_name, scale

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from markupsafe import Markup
    from matplotlib.axes import Axes

    from analysis.stability.judged_weeks import PartHistory, SessionIndex, SessionPoint, TrendBreak

SECONDS_PER_DAY = 86400.0
MOST_TICKS, FEW_TICKS = 7, 4
"""Dates written below a plot, at most; the newest always."""


def history_plot(
    name: str, history: PartHistory, breaks: Sequence[TrendBreak], *, small: bool = False
) -> Markup | None:
    """Draw one part over the dates of the sessions; None where no session has it."""
    known = [point for point in history.points if point.value is not None]
    if not known:
        return None
    factor = scale(history.part)
    with styled():
        figure = new_figure(*((270, 176) if small else (400, 250)))
        axes = figure.add_subplot()
        times = [point.started_at for point in history.points]
        _time_axis(axes, times, small=small)
        joined = [point for point in known if point.joined]
        if history.usual is not None:
            start = _days([joined[0].started_at])[0] - 1 if joined else axes.get_xlim()[0]
            mark_usual(axes, history.usual, factor, start)
        for point in known:
            _point(axes, history, point, factor)
        _line(axes, history, joined, factor)
        _breaks(axes, breaks, small=small)
        quiet_axes(axes)
        axes.margins(y=0.14)
        axes.set_title(part_heading(history, with_word=small), color=INK)
        return to_svg(figure, name, f"{part_name(history.part)} over the sessions: {history.sentence}")


def session_index_plot(
    name: str, sessions: Sequence[SessionIndex], breaks: Sequence[TrendBreak]
) -> Markup | None:
    """Draw the index of each set over the dates of the sessions; None before there is one."""
    if all(one.index is None for session in sessions for one in session.index):
        return None
    with styled():
        figure = new_figure(400, 160)
        axes = figure.add_subplot()
        _time_axis(axes, [session.started_at for session in sessions], small=False)
        axes.axhline(100, color=FAINT, linewidth=0.8)
        low, high = axes.get_xlim()
        step = (high - low) / 110
        for session in sessions:
            n = len(session.index)
            for k, one in enumerate(session.index):
                if one.index is None:
                    continue
                x = _days([session.started_at])[0] + step * (k - (n - 1) / 2)
                axes.plot((x, x), (one.index.low, one.index.high), color=MAIN, linewidth=1.0, alpha=0.55)
                axes.plot(x, one.index.value, "o", color=MAIN, markersize=4.5, markeredgecolor=PAPER,
                          markeredgewidth=0.6)  # fmt: skip
        _breaks(axes, breaks, small=True)
        axes.set_ylim(-4, 106)
        quiet_axes(axes)
        axes.set_title("Stability index of each set; 100: your own ordinary day", color=INK)
        return to_svg(figure, name, "Stability index of every set over the sessions, with 90 % intervals")


def _days(times: Sequence[datetime]) -> list[float]:
    return [at.timestamp() / SECONDS_PER_DAY for at in times]


def _time_axis(axes: Axes, times: Sequence[datetime], *, small: bool) -> None:
    days = _days(times)
    pad = max(0.06 * (max(days) - min(days)), 1.0)
    axes.set_xlim(min(days) - pad, max(days) + pad)
    least = (max(days) - min(days) + 2 * pad) / (FEW_TICKS if small else MOST_TICKS)
    labelled: list[int] = []
    for k in sorted(range(len(days)), key=lambda k: -days[k]):
        if not labelled or days[labelled[-1]] - days[k] >= least:
            labelled.append(k)
    here = [times[k].astimezone() for k in labelled]
    axes.set_xticks([days[k] for k in labelled], [f"{at.day} {at:%b}" for at in here])


def _point(axes: Axes, history: PartHistory, point: SessionPoint, factor: float) -> None:
    x, value = _days([point.started_at])[0], factor * (point.value or 0.0)
    if not point.joined:
        axes.plot(x, value, "o", markersize=6, markerfacecolor="none", markeredgecolor=FAINT,
                  markeredgewidth=1.3, zorder=3)  # fmt: skip
        return
    if is_moved(history.part, point.value, point.adjusted, history.usual):
        adjusted = factor * (point.adjusted or 0.0)
        axes.plot((x, x), (value, adjusted), color=FAINT, linewidth=1.0, zorder=2)
        axes.plot(x, adjusted, "D", markersize=5, markerfacecolor="none", markeredgecolor=INK,
                  markeredgewidth=1.1, zorder=5)  # fmt: skip
    axes.plot(x, value, "o", markersize=7, color=MAIN, markeredgecolor=PAPER, zorder=4)


def _line(axes: Axes, history: PartHistory, joined: Sequence[SessionPoint], factor: float) -> None:
    """Draw the fitted line: it passes through the mean of the adjusted values."""
    used = [point for point in joined if point.adjusted is not None]
    if history.slope_per_week is None or len(used) < 2:
        return
    weeks = np.array([(point.started_at - used[0].started_at).total_seconds() for point in used])
    weeks /= SECONDS_PER_WEEK
    mean = float(np.mean([point.adjusted for point in used if point.adjusted is not None]))
    ends = np.array((weeks[0], weeks[-1]))
    values = factor * (mean + history.slope_per_week * (ends - weeks.mean()))
    axes.plot(_days([used[0].started_at, used[-1].started_at]), values, color=MAIN, linewidth=1.4,
              alpha=0.7, zorder=1)  # fmt: skip


def _breaks(axes: Axes, breaks: Sequence[TrendBreak], *, small: bool) -> None:
    for number, one in enumerate(breaks, 1):
        x = _days([one.started_at - timedelta(hours=36)])[0]
        axes.axvline(x, color=SOFT, linewidth=1.0, linestyle=(0, (4, 3)))
        label = str(number) if small else f"break {number}"
        axes.annotate(label, (x, 1.0), xycoords=("data", "axes fraction"), ha="right", va="top",
                      xytext=(-3, 0), textcoords="offset points", fontsize=9.5, color=SOFT)  # fmt: skip
