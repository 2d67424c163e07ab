"""The sentence that a coach would say, with its numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from analysis.measures import MEASURES
from analysis.stability.judgement import ENDS, SET, Significance, Word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.stability.judged_weeks import PartHistory
    from analysis.stability.judgement import DayChange, Interval, PartChange, SetChange

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
    rounded = round(value * factor, digits) + 0.0  # what rounds to nothing has no sign
    text = f"{rounded:{'+' if sign and rounded else ''}.{digits}f}{unit}"
    return text.replace("-", "−")


def _range(part: str, interval: Interval) -> str:
    low, high = shown(part, interval.low, sign=True), shown(part, interval.high, sign=True)
    return f"{shown(part, interval.value, sign=True)} (90 % interval {low} to {high})"


def coach(part: str, word: Word) -> str:
    """Say what happened in a coach's words."""
    worse, better = _COACH.get(part, (f"{MEASURES[part].name}: worse", f"{MEASURES[part].name}: better"))
    return worse if word in _WORSE else better


def _why_no_word(part: str, change: Interval, test: Significance | SetChange, least: float | None) -> str:
    """Say why there is no word for a change: chance explains it, may well explain it, or it is too small."""
    if change.low <= 0.0 <= change.high:
        return "no more than chance explains"
    if test.alpha and test.p_value is not None and test.p_value < test.alpha:
        return f"too little to matter, which takes {shown(part, least or 0.0)}"
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
        detectable = change.minimal_detectable_change
        limit = ""
        if detectable is not None and abs(judged.value) < detectable:
            limit = (
                f"; only {shown(change.part, detectable)} or more would stand out from your ordinary scatter"
            )
        why = _why_no_word(change.part, judged, change.test, change.smallest_worthwhile_change)
        return f"{name}: {numbers}: {why}{limit}."
    from_set_to_set = "" if change.test.of == ENDS else " from set to set"
    return f"{coach(change.part, change.word)}{from_set_to_set}: {numbers}."


def day_sentence(part: str, day: DayChange, least: float | None) -> str:
    """Say how the day as a whole compares with the lifter's ordinary days."""
    numbers = f"{_range(part, day.difference)} in the first reps of the first sets"
    if day.word in _NO_CHANGE:
        why = _why_no_word(part, day.difference, day.test, least)
        return f"{MEASURES[part].name} against your ordinary days: {numbers}: {why}."
    return f"{coach(part, day.word)} than on your ordinary days: {numbers}."


def usual_sentence(change: PartChange) -> str:
    """Say which sets lie beyond the band of the lifter's ordinary ones."""
    if change.usual is None or not any(point.value is not None for point in change.points):
        return ""
    outside = change.outside_usual
    if not outside:
        return f"{MEASURES[change.part].name}: every set lies within your ordinary sets, or is better."
    lie = "lies" if len(outside) == 1 else "lie"
    sets = sets_named(outside)
    beyond = f"{lie} beyond the band of your ordinary sets"
    return f"{sets[0].upper()}{sets[1:]} {beyond}, which 1 ordinary set in 20 leaves on this side."


def with_sentences(change: PartChange) -> PartChange:
    """Add the sentences on the session, the day and the band."""
    day = change.day
    if day is not None and day.test.alpha is not None:
        day = replace(day, sentence=day_sentence(change.part, day, change.smallest_worthwhile_change))
    return replace(change, sentence=session_sentence(change), day=day, usual_sentence=usual_sentence(change))


@dataclass(frozen=True, slots=True)
class Finding:
    """What stands large over a session, the sentence that says it, and the test behind it."""

    headline: str
    sentence: str
    test: Significance


def finding(primary: PartChange) -> Finding:
    """Find what a session has to say: its word, or what "no clear change" would hide.

    Sets that were worse in between come before a day that was worse from its start; the sentences say all
    that was found.
    """
    day = primary.day
    away = day is not None and day.word not in _NO_CHANGE
    sentence = f"{primary.sentence} {day.sentence}" if day and away else primary.sentence
    if primary.word not in _NO_CHANGE:
        return Finding(primary.word.value, sentence, primary.test)
    worse = [one for one in primary.sets if one.word in _WORSE]
    if worse:
        surest = min(worse, key=lambda one: one.p_value or 0.0)
        test = Significance(SET, "baseline", surest.p_value, surest.alpha)
        said = " ".join(one.sentence for one in worse)
        named = sets_named([one.set_index for one in worse])
        return Finding(f"{surest.word.value} in {named}", f"{said} {sentence}", test)
    if day and day.word in _WORSE:
        headline = f"{day.word.value} than usual"
        return Finding(headline, f"{day.sentence} {primary.sentence}", day.test)
    return Finding(primary.word.value, sentence, primary.test)


def sets_named(indices: Sequence[int]) -> str:
    """Name sets as people count them: "sets 3, 4 and 5"."""
    numbers = [str(index + 1) for index in indices]
    if len(numbers) == 1:
        return f"set {numbers[0]}"
    return f"sets {', '.join(numbers[:-1])} and {numbers[-1]}"


def set_sentence(change: PartChange, one: SetChange, why_no_baseline: str) -> str:
    """Say how one set compares with the first ones, and how sure that is."""
    part, name = change.part, f"Set {one.set_index + 1}"
    against = f"against {sets_named(one.against)}"
    by = "" if one.difference is None else f"{shown(part, one.difference, sign=True)} {against}"
    if one.interval is None:
        why = why_no_baseline or "your ordinary sets are not known yet"
        return f"{name}: {MEASURES[part].name} {by}; how sure that is cannot be told: {why}."
    low, high = (shown(part, end, sign=True) for end in (one.interval.low, one.interval.high))
    numbers = f"{by} (90 % interval {low} to {high})"
    if one.word in _NO_CHANGE:
        why = _why_no_word(part, one.interval, one, change.smallest_worthwhile_change)
        return f"{name}, no clear change: {MEASURES[part].name} {numbers}: {why}."
    happened = coach(part, one.word)
    return f"{name} was {one.word.value}: {happened[0].lower()}{happened[1:]}, {numbers}."


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
        why = _why_no_word(history.part, history.change, history.test, history.smallest_worthwhile_change)
        return f"{name}: {numbers}: {why}."
    return f"{coach(history.part, history.word)}: {numbers}."
