"""Bar paths of two sets from the side, laid over each other: mean path at matched height with its band."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.intervals import Z90
from analysis.results import QualityState
from server.reporting.drawing import (
    FAINT,
    INK,
    MAIN,
    SECOND,
    new_figure,
    quiet_axes,
    styled,
    to_svg,
)
from server.reporting.words import plural

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.axes import Axes

    from analysis.imu import FloatArray
    from analysis.results import Rep, SetSummary

HEIGHTS = 60
"""Heights at which the reps are compared. 20 to 200; 60 are one each centimetre of a squat."""

LEAST_HALF_WIDTH_CM = 10.0
"""Shown to both sides at least, so that small motion looks small."""

HEIGHT_PT = 270.0


@dataclass(frozen=True, slots=True, eq=False)
class MeanPath:
    """Mean path of a set on the lifting way.

    Attributes
    ----------
    up_m, forward_m, sd_m : (n,) float64, m
        Height above and place forward of the reps' start, standard deviation of the mean.
    n_reps : int
        Reps that have a path.
    """

    up_m: FloatArray
    forward_m: FloatArray
    sd_m: FloatArray
    n_reps: int


def mean_path(summary: SetSummary) -> MeanPath | None:
    """Average the concentric paths of a set at matched height; None where no rep has one."""
    ways = [way for rep in summary.reps if (way := _way(rep)) is not None]
    if not ways:
        return None
    low = max(float(up[0]) for up, _, _ in ways)
    high = min(float(up[-1]) for up, _, _ in ways)
    if high <= low:
        return None
    up_m = np.linspace(low, high, HEIGHTS)
    forward = np.array([np.interp(up_m, up, forward) for up, forward, _ in ways])
    own = np.array([np.interp(up_m, up, sd) for up, _, sd in ways])
    scatter = forward.var(axis=0, ddof=1) if len(ways) > 1 else np.zeros(HEIGHTS)
    sd_m = np.sqrt((scatter + (own**2).mean(axis=0)) / len(ways))
    return MeanPath(up_m, forward.mean(axis=0), sd_m, len(ways))


def _way(rep: Rep) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    """Height, forward and its standard deviation over the concentric phase, ordered by height."""
    path = rep.path
    if path.forward_m is None or rep.quality.state is QualityState.NOT_RESOLVABLE:
        return None
    inside = (path.t_s >= rep.concentric_start_s) & (path.t_s <= rep.concentric_end_s)
    if inside.sum() < 3:
        return None
    order = np.argsort(path.up_m[inside], kind="stable")
    forward = path.forward_m[inside][order]
    sd = np.zeros_like(forward) if path.forward_sd_m is None else path.forward_sd_m[inside][order]
    return path.up_m[inside][order], forward, sd


def why_no_path(summary: SetSummary) -> str:
    """Say why a set has no path."""
    told = dict.fromkeys(
        reason for rep in summary.reps for reason in rep.quality.reasons if "forward" in reason
    )
    return next(iter(told), summary.bar_axis.reason or "no rep has a path")


def path_plot(name: str, first: SetSummary, last: SetSummary) -> Markup | None:
    """Draw the mean paths of two sets; None where neither has one. The same set twice is drawn once."""
    pairs = [(first, SECOND, "--")] if first.index != last.index else []
    drawn = [
        (path, summary, colour, dashes)
        for summary, colour, dashes in (*pairs, (last, MAIN, "-"))
        if (path := mean_path(summary)) is not None
    ]
    if not drawn:
        return None
    reach = max(float(np.abs(path.forward_m).max() + Z90 * path.sd_m.max()) for path, *_ in drawn)
    half = max(LEAST_HALF_WIDTH_CM, 110.0 * reach)
    low = 100 * min(float(path.up_m[0]) for path, *_ in drawn) - 3
    high = 100 * max(float(path.up_m[-1]) for path, *_ in drawn) + 3
    with styled():
        # Room for the labels beside, the axes keep one scale for both directions.
        width = HEIGHT_PT * 0.72 * 2 * half / (high - low) + 115
        figure = new_figure(min(max(width, 200.0), 420.0), HEIGHT_PT)
        axes = figure.add_subplot()
        axes.axvline(0.0, color=FAINT, linewidth=0.8)
        for path, _, colour, dashes in drawn:
            _draw(axes, path, colour, dashes)
        axes.set_xlim(-half, half)
        axes.set_ylim(low, high)
        axes.set_aspect("equal", adjustable="box")
        quiet_axes(axes)
        round_cm = 5 * int(half // 5)
        axes.set_xticks((-round_cm, 0, round_cm))
        axes.set_xlabel("forward, cm")
        axes.set_ylabel("height, cm")
        axes.set_title("Bar path, side view", color=INK)
        for k, (path, summary, colour, dashes) in enumerate(drawn):
            key = "╌╌" if dashes == "--" else "━━"
            axes.annotate(
                f"{key}\nset {summary.index + 1}\n{plural(path.n_reps, 'rep')}", (1.0, 0.99 - 0.22 * k),
                xycoords="axes fraction", xytext=(6, 0), textcoords="offset points", va="top", fontsize=10.5,
                color=colour,
            )  # fmt: skip
        return to_svg(figure, name, "Mean bar paths of the first and the last set from the side")


def _draw(axes: Axes, path: MeanPath, colour: str, dashes: str) -> None:
    up, forward, band = 100 * path.up_m, 100 * path.forward_m, 100 * Z90 * path.sd_m
    axes.fill_betweenx(up, forward - band, forward + band, facecolor=colour, alpha=0.16, linewidth=0)
    axes.plot(forward, up, color=colour, linewidth=2.0, linestyle=dashes)
