"""How a report writes numbers, dates and verdicts: glyph and word together, units from the measures."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.exercises import CATALOGUE
from analysis.measures import MEASURES
from analysis.stability.judgement import Seen, Word
from analysis.stability.sentences import shown
from analysis.stability.statistics import mean_sd

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from analysis.results import Estimate
    from analysis.stability.judged_weeks import PartHistory
    from analysis.stability.judgement import Interval, LiftVerdict, PartChange

PROXY_NOTE = (
    "Stability here is a declared proxy; unvalidated against trunk motion capture. "
    "Never compare it between people."
)
UNKNOWN = "–"

_BEFORE_UNIT = re.compile(r"(\d) (%|cm|m/s|kg|W/kg|s\b|m\b)")
_NUMBER = re.compile(r"^([+−]?[\d.]+)(.*)$")
_NOT_SHARES = frozenset({"spectral_arc_length", "log_dimensionless_jerk"})
"""Without a unit, and no share of anything: not written in percent."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A word with the glyph and the tone that stand beside it; colour never stands alone."""

    glyph: str
    word: str
    tone: str


_VERDICTS = {
    Word.CLEARLY_WORSE: ("▼", "bad"),
    Word.PROBABLY_WORSE: ("▽", "warn"),
    Word.NO_CLEAR_CHANGE: ("=", "calm"),
    Word.PROBABLY_BETTER: ("△", "good"),
    Word.CLEARLY_BETTER: ("▲", "good"),
    Word.TOO_LITTLE_DATA: ("…", "calm"),
}
_SEEN = {Seen.SEEN: ("●", "bad"), Seen.NOT_SEEN: ("○", "good"), Seen.CANNOT_TELL: ("?", "calm")}


def verdict_mark(word: Word) -> Mark:
    """Write a verdict."""
    glyph, tone = _VERDICTS[word]
    return Mark(glyph, sentence_case(word.value), tone)


def headline_mark(verdict: LiftVerdict) -> Mark:
    """Write what stands large over a lift: a word, or what it would hide, which begins with one."""
    word = next(word for word in Word if verdict.headline.startswith(word.value))
    mark = verdict_mark(word)
    return Mark(mark.glyph, sentence_case(verdict.headline), mark.tone)


def seen_mark(seen: Seen) -> Mark:
    """Write whether a sign shows."""
    glyph, tone = _SEEN[seen]
    return Mark(glyph, sentence_case(seen.value), tone)


def glued(text: str) -> str:
    """Keep numbers and their units on one line."""
    return _BEFORE_UNIT.sub("\\1\u00a0\\2", text)


def sentence_case(text: str) -> str:
    """Begin with a capital."""
    return text[:1].upper() + text[1:]


def lift_name(exercise_id: str | None) -> str:
    """Name a lift; one that the catalogue no longer has by its id."""
    if exercise_id is None:
        return "Lift not named"
    known = CATALOGUE.get(exercise_id)
    return known.name if known else sentence_case(exercise_id.replace("_", " "))


def part_name(part: str) -> str:
    """Name a measure; one that is no longer known by its id."""
    return MEASURES[part].name if part in MEASURES else part


def part_heading(part: PartChange | PartHistory, *, with_word: bool) -> str:
    """Head the plot of a part: its name and unit, on a second line the word on it where that is asked for."""
    heading = part_name(part.part) + (f", {unit(part.part)}" if unit(part.part) else "")
    if not with_word:
        return heading
    mark = verdict_mark(part.word)
    return f"{heading}\n{mark.glyph} {mark.word.lower()}"


def number(part: str, value: float) -> str:
    """Write a value of a measure without its unit."""
    found = _NUMBER.match(_shown(part, value))
    return found.group(1) if found else f"{value:g}"


def unit(part: str) -> str:
    """Name the unit in which people are shown a measure."""
    found = _NUMBER.match(_shown(part, 0.0))
    return found.group(2).strip() if found else ""


def scale(part: str) -> float:
    """Factor from SI to the unit in which people are shown a measure."""
    if part not in MEASURES:
        return 1.0
    return {"°": math.degrees(1.0), "cm": 100.0, "%": 100.0, "cm²": 1e4}.get(unit(part), 1.0)


def _shown(part: str, value: float) -> str:
    if part in _NOT_SHARES:
        return f"{value:.2f}".replace("-", "−")
    return shown(part, value) if part in MEASURES else f"{value:.3g}"


def with_sd(part: str, estimate: Estimate | None) -> str:
    """Write a value with its standard deviation, without the unit; a dash where it is not known."""
    if estimate is None or estimate.value is None:
        return UNKNOWN
    spread = "" if estimate.sd is None else f" ± {number(part, estimate.sd)}"
    return number(part, estimate.value) + spread


def plain(value: float | None, sd: float | None = None, digits: int = 2) -> str:
    """Write a number that is no measure with its standard deviation; a dash where it is not known."""
    if value is None:
        return UNKNOWN
    spread = "" if sd is None else f" ± {sd:.{digits}f}"
    return f"{value:.{digits}f}{spread}".replace("-", "−")


def percent(value: float | None) -> str:
    """Write a share."""
    return UNKNOWN if value is None else f"{value:.0%}".replace("%", " %")


def load(load_kg: float | None) -> str:
    """Write a load with its unit; empty where nobody said."""
    return "" if load_kg is None else f"{load_kg:g} kg"


def index_words(interval: Interval | None) -> str:
    """Write an index with its 90 % interval."""
    if interval is None:
        return UNKNOWN
    return f"{interval.value:.0f} ({interval.low:.0f} to {interval.high:.0f})"


def is_moved(part: str, value: float | None, adjusted: float | None, usual: Interval | None) -> bool:
    """Tell whether the correction for load and velocity moves a mean visibly.

    That is by half of what the sensor can tell apart, or by an eighth of the usual band.
    """
    if value is None or adjusted is None or part not in MEASURES:
        return False
    least = MEASURES[part].resolution / 2
    if usual is not None:
        least = min(least, (usual.high - usual.low) / 8)
    return abs(adjusted - value) > max(least, 1e-9)


def listed(names: Sequence[str]) -> str:
    """Write "a, b and c"."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def new_reasons(sentence: str, reasons: Sequence[str]) -> tuple[str, ...]:
    """Keep the reasons that the sentence does not say already."""
    return tuple(sentence_case(one) for one in reasons if one.lower() not in sentence.lower())


def plural(n: int, word: str) -> str:
    """Count something."""
    return f"{n} {word}{'' if n == 1 else 's'}"


def day(at: datetime) -> str:
    """Write a date in this computer's time zone, without the time."""
    here = at.astimezone()
    return f"{here.day} {here:%b %Y}"


def moment(at: datetime) -> str:
    """Write a date with weekday and time in this computer's time zone."""
    here = at.astimezone()
    return f"{here:%A} {here.day} {here:%B %Y, %H:%M}"


def mean_of(values: Sequence[float], sds: Sequence[float | None]) -> tuple[float | None, float | None]:
    """Mean over reps with the standard deviation of that mean: their scatter and their own (metrics.md)."""
    if not values:
        return None, None
    return sum(values) / len(values), mean_sd(np.array(values), np.array([sd or 0.0 for sd in sds]))
