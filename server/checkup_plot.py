"""A recording as a figure: how hard it was shaken, how fast it turned, and whether samples came in time."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from analysis.imu import STANDARD_GRAVITY_MPS2
from server.checkup_words import in_one_line
from server.plotting import BLUE, GREEN, GREY, ORANGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from analysis.checkup import Checkup
    from analysis.imu import BoolArray, FloatArray

MAX_POINTS = 4000
"""A longer signal is drawn as the band between the least and the largest value of each of so many parts."""


def draw_checkup(checkup: Checkup, name: str) -> Figure:
    """Draw what was found.

    Parameters
    ----------
    checkup : Checkup
        Of a recording.
    name : str
        For the title, such as the file's.
    """
    figure = Figure(figsize=(12, 8), layout="constrained")
    force, turn, step = figure.subplots(3, 1, sharex=True)
    figure.suptitle(f"{name}: {in_one_line(checkup)}", fontsize=13)
    for one in checkup.stretches:
        # What was bridged was not measured: the line is broken there.
        _draw(force, one.t_s, np.linalg.norm(one.specific_force_mps2, axis=1), one.lost)
        _draw(turn, one.t_s, np.degrees(np.linalg.norm(one.gyro_radps, axis=1)), one.lost)
        _draw(step, one.t_s[1:], 1000 * np.diff(one.t_s), one.lost[1:] | one.lost[:-1])
    force.axhline(STANDARD_GRAVITY_MPS2, color=GREY, linewidth=0.6)
    for axes, title, unit in (
        (force, "Specific force; the line is gravity", "m/s²"),
        (turn, "Rate of turn", "°/s"),
        (step, "Time from each sample to the next, gaps left out", "ms"),
    ):
        axes.set_title(title, loc="left", fontsize=10)
        axes.set_ylabel(unit)
        _shade(axes, checkup)
    step.set_ylim(0.0, 1.3 * (1000 * (checkup.rate.largest_step_s or 0.0) or 1.0))
    step.set_xlabel("time since the recording began, s")
    if force.get_legend_handles_labels()[1]:
        force.legend(loc="upper right", fontsize=8)
    return figure


def _draw(axes: Axes, t_s: FloatArray, values: FloatArray, hidden: BoolArray) -> None:
    shown = np.where(hidden, np.nan, values)
    if len(t_s) <= MAX_POINTS:
        axes.plot(t_s, shown, color=BLUE, linewidth=0.8)
        return
    starts = np.linspace(0, len(t_s), MAX_POINTS, endpoint=False).astype(np.intp)
    low, high = np.fmin.reduceat(shown, starts), np.fmax.reduceat(shown, starts)
    axes.fill_between(t_s[starts], low, high, color=BLUE, linewidth=0.5)


def _shade(axes: Axes, checkup: Checkup) -> None:
    for k, rest in enumerate(checkup.rests):
        axes.axvspan(rest.start_s, rest.end_s, color=GREEN, alpha=0.2, linewidth=0,
                     label=None if k else "still")  # fmt: skip
    for k, gap in enumerate(checkup.gaps):
        # A short gap must still be seen in a long recording.
        axes.axvspan(gap.start_s, gap.end_s, color="black", alpha=0.5, linewidth=1.0,
                     label=None if k else "no samples")  # fmt: skip
    for k, (start_s, end_s) in enumerate(checkup.clipping.intervals):
        axes.axvspan(start_s, end_s, color=ORANGE, alpha=0.8, linewidth=1.5,
                     label=None if k else "clipped")  # fmt: skip
