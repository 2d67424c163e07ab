"""One set as a figure: velocity, height with its segmentation, the bar path from the side, velocity by rep.

Colours are blind-safe (Okabe and Ito 2008) and differ in lightness, so that the figure survives a grey print.
"""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from analysis import QualityState
from analysis.intervals import Z95
from ingest.errors import ImportFileError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

    from analysis import Gap, Rep, SetSummary
    from analysis.estimator import MotionEstimate

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#E69F00", "#009E73", "#777777"
MARGIN_S = 2.0
"""Shown before the first and after the last rep."""


def draw_set(summary: SetSummary, motion: MotionEstimate, gaps: Sequence[Gap] = ()) -> Figure:
    """Draw a set.

    Parameters
    ----------
    summary : SetSummary
        With at least one rep.
    motion : MotionEstimate
        Final motion of the stretch that holds it.
    gaps : sequence of Gap
        Where samples are missing.
    """
    figure = Figure(figsize=(12, 9), layout="constrained")
    grid = figure.add_gridspec(3, 2, height_ratios=(1.0, 1.0, 1.15))
    velocity, height = figure.add_subplot(grid[0, :]), figure.add_subplot(grid[1, :])
    height.sharex(velocity)
    name = (summary.exercise_id or "lift not told").replace("_", " ")
    load = "" if summary.load_kg is None else f", {summary.load_kg:g} kg"
    figure.suptitle(f"Set {summary.index + 1}: {name}{load}, {len(summary.reps)} reps", fontsize=14)
    _velocity(velocity, summary, motion)
    _height(height, summary, motion, gaps)
    _path(figure.add_subplot(grid[2, 0]), summary)
    _by_rep(figure.add_subplot(grid[2, 1]), summary)
    return figure


def save(figure: Figure, path: Path) -> None:
    """Write a figure; the ending of the name decides the format.

    Raises
    ------
    ImportFileError
        If the format is not known or the file cannot be written.
    """
    try:
        figure.savefig(path, dpi=110)
    except (OSError, ValueError) as error:
        raise ImportFileError(path, None, f"cannot be written: {error}; use .png, .svg or .pdf") from error


def _end_s(rep: Rep) -> float:
    return max(rep.concentric_end_s, rep.end_s or 0.0)


def _velocity(axes: Axes, summary: SetSummary, motion: MotionEstimate) -> None:
    t_s = motion.samples.t_s
    axes.axhline(0.0, color=GREY, linewidth=0.6)
    axes.plot(t_s, motion.velocity_mps, color=BLUE, linewidth=1.2)
    for rep in summary.reps:
        start, end = rep.concentric_start_s, rep.concentric_end_s
        axes.axvspan(start, end, color=ORANGE, alpha=0.25, linewidth=0)
        mean = rep.mean_concentric_velocity_mps
        axes.plot((start, end), (mean, mean), color="black", linewidth=1.4)
        axes.annotate(
            f"{rep.index + 1}", ((start + end) / 2, 1.0), xycoords=("data", "axes fraction"), ha="center",
            va="bottom",
        )  # fmt: skip
    axes.set_xlim(summary.reps[0].start_s - MARGIN_S, _end_s(summary.reps[-1]) + MARGIN_S)
    inside = (t_s > summary.reps[0].start_s - MARGIN_S) & (t_s < _end_s(summary.reps[-1]) + MARGIN_S)
    top = 1.15 * float(np.abs(motion.velocity_mps[inside]).max())
    axes.set_ylim(-top, top)
    axes.set_ylabel("vertical velocity, m/s")
    axes.set_title(
        "Velocity; concentric phases shaded, their mean as a line", loc="left", fontsize=10, pad=16
    )


def _height(axes: Axes, summary: SetSummary, motion: MotionEstimate, gaps: Sequence[Gap]) -> None:
    t_s, samples = motion.samples.t_s, motion.samples
    first = int(np.searchsorted(t_s, summary.reps[0].start_s))
    height = motion.height_m - motion.height_m[min(first, len(t_s) - 1)]
    axes.plot(t_s, height, color=BLUE, linewidth=1.2)
    for k, rep in enumerate(summary.reps):
        end = _end_s(rep)
        axes.axvspan(rep.start_s, rep.turning_point_s, color=GREEN, alpha=0.16, linewidth=0,
                     label=None if k else "first phase")  # fmt: skip
        axes.axvspan(rep.turning_point_s, end, color=ORANGE, alpha=0.22, linewidth=0,
                     label=None if k else "second phase")  # fmt: skip
    low, high = axes.get_xlim()
    seen: set[str] = set()
    for movement in summary.rejected:
        if movement.end_s > low and movement.start_s < high:
            label = None if movement.reason in seen else f"not counted: {movement.reason}"
            seen.add(movement.reason)
            axes.axvspan(movement.start_s, movement.end_s, facecolor="none", edgecolor=GREY, hatch="///",
                         linewidth=0, label=label)  # fmt: skip
    for k, gap in enumerate(gaps):
        axes.axvspan(gap.start_s, gap.end_s, color="black", alpha=0.5, label=None if k else "no samples")
    unsure = samples.lost | samples.clipped
    if unsure.any():
        axes.plot(t_s[unsure], height[unsure], ".", color="black", markersize=3, label="lost or clipped")
    axes.set_xlim(low, high)
    axes.set_ylabel("height, m")
    axes.set_xlabel("time since the recording began, s")
    axes.set_title("Height above the first rep's start, and what was made of it", loc="left", fontsize=10)
    axes.legend(loc="upper left", bbox_to_anchor=(0.0, -0.22), ncols=3, fontsize=8, frameon=False)


def _path(axes: Axes, summary: SetSummary) -> None:
    axes.set_title("Bar path from the side, 95 % band", loc="left", fontsize=10)
    shades = np.linspace(0.35, 1.0, len(summary.reps))
    drawn = 0
    for rep, shade in zip(summary.reps, shades, strict=True):
        path = rep.path
        if path.forward_m is None or path.forward_sd_m is None:
            continue
        drawn += 1
        forward_cm, band_cm = 100 * path.forward_m, 196 * path.forward_sd_m
        axes.fill_betweenx(
            100 * path.up_m, forward_cm - band_cm, forward_cm + band_cm, color=BLUE, alpha=0.06
        )
        axes.plot(forward_cm, 100 * path.up_m, color=BLUE, alpha=float(shade), linewidth=1.2)
    if not drawn:
        told = "; ".join(
            dict.fromkeys(r for rep in summary.reps for r in rep.quality.reasons if "forward" in r)
        )
        axes.text(0.5, 0.5, textwrap.fill(told or "no path", 40), ha="center", va="center",
                  transform=axes.transAxes)  # fmt: skip
        axes.set_xticks([])
        axes.set_yticks([])
        return
    axes.axvline(0.0, color=GREY, linewidth=0.6)
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_xlabel("forward of the rep's start, cm (light: first rep, dark: last)")
    axes.set_ylabel("up, cm")


def _by_rep(axes: Axes, summary: SetSummary) -> None:
    axes.set_title("Mean concentric velocity with its 95 % interval", loc="left", fontsize=10)
    for rep in summary.reps:
        good = rep.quality.state is QualityState.GOOD
        axes.errorbar(
            rep.index + 1, rep.mean_concentric_velocity_mps, Z95 * rep.mean_concentric_velocity_sd_mps,
            fmt="o", color=BLUE, markerfacecolor=BLUE if good else "white", capsize=4,
        )  # fmt: skip
    axes.set_xticks([rep.index + 1 for rep in summary.reps])
    axes.set_ylim(bottom=0.0)
    axes.set_ylabel("m/s")
    reasons = dict.fromkeys(reason for rep in summary.reps for reason in rep.quality.reasons)
    note = f"hollow: {'; '.join(reasons)}" if reasons else "every rep of good quality"
    axes.set_xlabel(f"rep\n{textwrap.fill(note, 70)}", fontsize=9)
