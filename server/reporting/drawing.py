"""What the plots of a report share: style, and figures as SVG that goes into a page.

Text stays text and colours become the page's own, so that a plot is light, dark or printed with the
page around it, and the same figure always gives the same bytes.
"""

# matplotlib leaves its keyword arguments untyped.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import io
import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Generator

    from matplotlib.axes import Axes

    from analysis.stability.judgement import Interval

INK, SOFT, FAINT, PAPER = "#14171b", "#656d76", "#c9cbc5", "#fffffe"
MAIN, SECOND, USUAL = "#0072b2", "#b45f06", "#d5ecd9"
"""Blind-safe, different in lightness too: `server.plotting` has the same blue."""

_VARIABLES = {
    INK: "--ink",
    SOFT: "--ink-3",
    FAINT: "--line-2",
    PAPER: "--paper",
    MAIN: "--main",
    SECOND: "--second",
    USUAL: "--usual",
}
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "upright",
    "font.size": 11.0,
    "axes.labelsize": 11.0,
    "axes.titlesize": 11.0,
    "axes.titlelocation": "left",
    "xtick.labelsize": 10.5,
    "ytick.labelsize": 10.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "text.color": INK,
    "axes.labelcolor": SOFT,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": SOFT,
    "axes.unicode_minus": True,
}
_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))
_POINTS_PER_INCH = 72.0

_lock = threading.RLock()
"""matplotlib keeps its settings in one place for the whole process; a server draws in several threads."""


def new_figure(width: float, height: float) -> Figure:
    """Make a figure of a size in points, which are the page's pixels; within `styled`."""
    return Figure(figsize=(width / _POINTS_PER_INCH, height / _POINTS_PER_INCH), layout="constrained")


@contextmanager
def styled() -> Generator[None]:
    """Set the report's style while a figure is made and written; one thread at a time."""
    with _lock, mpl.rc_context(_STYLE):
        yield


def quiet_axes(axes: Axes) -> None:
    """Take away the ticks' marks; leave the numbers."""
    axes.tick_params(length=0)
    axes.locator_params(axis="y", nbins=5)


def mark_usual(axes: Axes, usual: Interval, factor: float, start: float | None = None) -> None:
    """Draw the lifter's usual band, named beside it; from ``start`` on the x axis, or all along."""
    low, high = factor * usual.low, factor * usual.high
    if start is None:
        axes.axhspan(low, high, facecolor=USUAL, edgecolor="none", zorder=0)
    else:
        axes.fill_between((start, axes.get_xlim()[1]), low, high, facecolor=USUAL, edgecolor="none", zorder=0)
    axes.annotate("usual", (1.0, (low + high) / 2), xycoords=("axes fraction", "data"), ha="left",
                  va="center", xytext=(4, 0), textcoords="offset points", fontsize=10,
                  color=SOFT)  # fmt: skip


def to_svg(figure: Figure, name: str, alt: str) -> Markup:
    """Write a figure as an element for the page.

    Parameters
    ----------
    figure : Figure
        What was drawn.
    name : str
        Unique in the page: letters, digits and dashes. Ids inside begin with it.
    alt : str
        What the plot shows, for those who do not see it.
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata=_NO_METADATA)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>", "", text, flags=re.DOTALL)
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r"url\(#", f"url(#{name}-", text)
    text = re.sub(r'(?:xlink:)?href="#', f'href="#{name}-', text)
    for colour, variable in _VARIABLES.items():
        text = re.sub(re.escape(colour), f"var({variable})", text, flags=re.IGNORECASE)
    text = re.sub(r"font-family:[^;\"]*;?\s*", "", text)
    text = re.sub(r"font: ([\d.]+px)[^;\"]*", r"font-size: \1", text)
    text = re.sub(r"\n\s*\n+", "\n", text)
    width, height, box = _size(text)
    head = (
        f'<svg class="plot" data-plot="{name}" viewBox="{box}" width="{width}" height="{height}" role="img" '
        f'aria-label="{Markup.escape(alt)}">'
    )
    return Markup(re.sub(r"<svg[^>]*>", lambda _: head, text, count=1))  # noqa: S704 -- our own drawing


def _size(svg: str) -> tuple[str, str, str]:
    """Find width, height and box of a figure."""
    found = re.search(r'viewBox="([^"]+)"', svg)
    box = found.group(1) if found else "0 0 0 0"
    _, _, width, height = box.split()
    return width, height, box
