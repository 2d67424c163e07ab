"""The sentence that a coach would say, with its numbers."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING

from analysis.measures import MEASURES
from analysis.stability.judgement import ENDS, Word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.stability.judgement import Interval, PartChange, PartHistory, SetChange

_COACH: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "forward_displacement_m": ("The bar ran further forward", "The bar stayed closer to its line"),
        "max_forward_m": ("The bar ran further forward", "The bar stayed closer to its line"),
        "forward_floor_to_knee_m": (
            "The bar got in front of you below the knee",
            "The bar stayed closer below the knee",
        ),
        "forward_knee_to_lockout_m": (
            "The bar was reined in less above the knee",
            "The bar was reined in better above the knee",
        ),
        "uprightness_loss_rad": (
            "You tipped further forward in the hole",
            "You stayed more upright in the hole",
        ),
        "ascent_pitch_rad": ("You came up tipped further forward", "You came up more upright"),
        "rounding_rad": ("You rounded over more on the way up", "You rounded over less on the way up"),
        "early_pull_angle_rad": (
            "You pulled the bar further forward early on",
            "You pulled straighter early on",
        ),
        "late_pull_angle_rad": ("You pulled the bar further forward", "You pulled the bar straighter"),
        "lockout_ratio": (
            "The lockout slowed down more than the rest of the lift",
            "The lockout got faster against the rest of the lift",
        ),
        "path_sway_m": ("The bar wandered more from its own path", "The bar kept closer to its own path"),
        "tilt_rad": ("One side lagged more", "The bar stayed more level"),
        "hold_sway_m": ("The bar swayed more at lockout", "The bar was held stiller at lockout"),
        "path_consistency_m": ("Reps within a set became less alike", "Reps within a set became more alike"),
        "peak_velocity_mps": ("The bar moved more slowly", "The bar moved faster"),
    }
)
"""What worse and better mean in words; others are named and said to rise or fall."""

_WORSE = {Word.CLEARLY_WORSE, Word.PROBABLY_WORSE}
_NO_CHANGE = {Word.NO_CLEAR_CHANGE, Word.TOO_LITTLE_DATA}

_SCALE: Mapping[str, tuple[float, str, int]] = MappingProxyType(
    {"m": (100.0, " cm", 1), "rad": (math.degrees(1.0), "°", 1), "m²": (1e4, " cm²", 0), "": (100.0, " %", 0)}
)
"""Factor, unit and decimals for people; other units as they are, with two decimals."""


def scale(part: str) -> tuple[float, str, int]:
    """Give factor, unit (with the space before it) and decimals by which people read a measure."""
    plain = (1.0, f" {MEASURES[part].unit}".rstrip(), 2)
    return plain if MEASURES[part].research else _SCALE.get(MEASURES[part].unit, plain)


def shown(part: str, value: float, *, sign: bool = False) -> str:
    """Write a value of a measure for people."""
    factor, unit, digits = scale(part)
    if sign and unit == " %":
        unit = " points"  # of per cent: not a share of what it was
    text = f"{value * factor:{'+' if sign else ''}.{digits}f}{unit}"
    return text.replace("-", "−")


def _range(part: str, interval: Interval) -> str:
    low, high = shown(part, interval.low, sign=True), shown(part, interval.high, sign=True)
    return f"{shown(part, interval.value, sign=True)} (90 % interval {low} to {high})"


def coach(part: str, word: Word) -> str:
    """Say what happened in a coach's words."""
    worse, better = _COACH.get(part, (f"{MEASURES[part].name}: worse", f"{MEASURES[part].name}: better"))
    return worse if word in _WORSE else better


def _too_uncertain(interval: Interval) -> str:
    """Say why there is no word for a change: chance alone, or not rare enough for how often one looks."""
    if interval.low <= 0.0 <= interval.high:
        return "no more than chance explains"
    return "your ordinary sessions differ by as much too often to call it a change"


def session_sentence(change: PartChange) -> str:
    """Say how a part changed across the sets of a session."""
    name = MEASURES[change.part].name
    n = sum(point.value is not None for point in change.points)
    judged = change.judged
    if judged is None:
        return f"{name}: {change.reasons[0] if change.reasons else 'not known'}."
    where = f"from the first to the last of {n} sets"
    if change.test.of == ENDS:
        where = "in the last set against the first"
    numbers = f"{_range(change.part, judged)} {where}"
    if change.word is Word.NO_CLEAR_CHANGE:
        least = change.minimal_detectable_change
        limit = ""
        if least is not None and abs(judged.value) < least:
            limit = f"; only {shown(change.part, least)} or more would stand out from your ordinary scatter"
        return f"{name}: {numbers}: {_too_uncertain(judged)}{limit}."
    from_set_to_set = "" if change.test.of == ENDS else " from set to set"
    return f"{coach(change.part, change.word)}{from_set_to_set}: {numbers}."


def headline(primary: PartChange) -> str:
    """Say in few words what stands large over a session: see `LiftVerdict.headline`."""
    changed = {one.set_index for one in primary.sets if one.word in _WORSE}
    worse = [str(index + 1) for index in sorted(changed | set(primary.worse_than_usual))]
    if primary.word is not Word.NO_CLEAR_CHANGE or not worse:
        return primary.word.value
    if len(worse) == 1:
        return f"set {worse[0]} is worse"
    return f"sets {', '.join(worse[:-1])} and {worse[-1]} are worse"


def set_sentence(part: str, change: SetChange, why_no_baseline: str) -> str:
    """Say how one set compares with the first ones, and how sure that is."""
    name = f"Set {change.set_index + 1}"
    first = " and ".join(str(index + 1) for index in change.against)
    against = f"against set{'s' if len(change.against) > 1 else ''} {first}"
    by = "" if change.difference is None else f"{shown(part, change.difference, sign=True)} {against}"
    if change.interval is None:
        why = why_no_baseline or "your ordinary sets are not known yet"
        return f"{name}: {MEASURES[part].name} {by}; how sure that is cannot be told: {why}."
    low, high = (shown(part, end, sign=True) for end in (change.interval.low, change.interval.high))
    numbers = f"{by} (90 % interval {low} to {high})"
    if change.word in _NO_CHANGE:
        return f"{name}, no clear change: {MEASURES[part].name} {numbers}: {_too_uncertain(change.interval)}."
    happened = coach(part, change.word)
    return f"{name} was {change.word.value}: {happened[0].lower()}{happened[1:]}, {numbers}."


def weeks_sentence(history: PartHistory) -> str:
    """Say how a part changed across weeks."""
    name = MEASURES[history.part].name
    if history.change is None:
        return f"{name}: {history.reasons[0] if history.reasons else 'not known'}."
    n = sum(point.joined and point.value is not None for point in history.points)
    numbers = f"{_range(history.part, history.change)} over {n} sessions"
    if history.test.method == "baseline":
        numbers = f"{_range(history.part, history.change)} against your sessions before"
    if history.word is Word.NO_CLEAR_CHANGE:
        return f"{name}: {numbers}: {_too_uncertain(history.change)}."
    return f"{coach(history.part, history.word)}: {numbers}."
