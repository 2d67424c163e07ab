"""A comparison as a figure: for each quantity Bland and Altman's differences, and the identity."""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from server.compare_words import unit_of
from server.comparing import QUANTITIES
from server.plotting import BLUE, GREY, ORANGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from analysis.agreement import Agreement
    from analysis.imu import FloatArray
    from server.comparing import Comparison


def draw_comparison(comparison: Comparison) -> Figure:
    """Draw a comparison: a row for each quantity of which there are pairs."""
    names = list(comparison.agreements)
    figure = Figure(figsize=(11, 3.6 * len(names) + 0.6), layout="constrained")
    figure.suptitle(f"{comparison.measured.name}\nagainst {comparison.reference.name}", fontsize=12)
    grid = figure.subplots(len(names), 2, squeeze=False)
    for (left, right), name in zip(grid, names, strict=True):
        pairs = np.array(comparison.pairs_of(name), dtype=np.float64)
        _differences(left, name, pairs, comparison.agreements[name])
        _identity(right, name, pairs)
    return figure


def _differences(axes: Axes, name: str, pairs: FloatArray, found: Agreement) -> None:
    unit = unit_of(name)
    axes.axhline(0.0, color=GREY, linewidth=0.6)
    axes.plot(pairs.mean(axis=1), pairs[:, 0] - pairs[:, 1], "o", color=BLUE)
    axes.axhline(found.mean_difference, color=ORANGE)
    words = f"{QUANTITIES[name]}: mean difference {found.mean_difference:+.3f}"
    if found.limits is not None:
        for limit in found.limits:
            axes.axhline(limit, color=ORANGE, linestyle="--")
        words += f", limits of agreement {found.limits[0]:+.3f} to {found.limits[1]:+.3f}"
    axes.set_title(words, loc="left", fontsize=9)
    axes.set_xlabel(f"mean of both, {unit}")
    axes.set_ylabel(f"measured - reference, {unit}")


def _identity(axes: Axes, name: str, pairs: FloatArray) -> None:
    unit = unit_of(name)
    low, high = float(pairs.min()), float(pairs.max())
    margin = 0.05 * (high - low) or 0.05
    line = (low - margin, high + margin)
    axes.plot(line, line, color=GREY, linewidth=0.8)
    axes.plot(pairs[:, 1], pairs[:, 0], "o", color=BLUE)
    for number, (ours, theirs) in enumerate(pairs.tolist(), 1):
        axes.annotate(f"{number}", (theirs, ours), xytext=(4, 3), textcoords="offset points", fontsize=7)
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_title("Both against each other; the line is identity", loc="left", fontsize=9)
    axes.set_xlabel(f"reference, {unit}")
    axes.set_ylabel(f"measured, {unit}")
