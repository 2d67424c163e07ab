"""From p-values and intervals to the words of a verdict, for sets and for weeks alike."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from analysis.measures import MEASURES
from analysis.stability.judged_weeks import PartHistory
from analysis.stability.judgement import PartChange, Word
from analysis.stability.statistics import holm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.stability.config import StabilityConfig
    from analysis.stability.judgement import Interval

Judged = TypeVar("Judged", PartChange, PartHistory)


def with_words(parts: Sequence[Judged], config: StabilityConfig) -> list[Judged]:
    """Turn p-values into words: the first, primary part on its own, all others together by Holm."""
    judged = [k for k, one in enumerate(parts) if one.test.p_value is not None]
    others = [k for k in judged if k > 0]
    steps = holm([parts[k].test.p_value or 0.0 for k in others], config.others_alpha)
    alphas = dict(zip(others, steps, strict=True))
    if 0 in judged:
        alphas[0] = config.primary_alpha
    return [
        replace(
            one,
            primary=k == 0,
            word=verdict(
                one.judged, one.test.p_value, alphas.get(k), one.smallest_worthwhile_change, one.part, config
            ),
            test=replace(one.test, alpha=alphas.get(k)),
        )
        for k, one in enumerate(parts)
    ]


def with_day_word(primary: PartChange, config: StabilityConfig) -> PartChange:
    """Add the word on the day as a whole: of the primary part alone, by `StabilityConfig.day_alpha`."""
    day = primary.day
    if day is None:
        return primary
    least, alpha = primary.smallest_worthwhile_change, config.day_alpha
    word = verdict(day.difference, day.test.p_value, alpha, least, primary.part, config)
    return replace(primary, day=replace(day, word=word, test=replace(day.test, alpha=alpha)))


def verdict(
    change: Interval | None,
    p: float | None,
    alpha: float | None,
    worthwhile: float | None,
    part: str,
    config: StabilityConfig,
) -> Word:
    """Find the word for a change.

    Probably: the p-value is below what it is held against and the change exceeds the smallest worthwhile one.
    Clearly: five times below, and the whole 90 % interval lies beyond the smallest worthwhile change.
    """
    worse = MEASURES[part].worse
    if change is None or p is None or alpha is None:
        return Word.TOO_LITTLE_DATA
    least = worthwhile or 0.0
    if worse == 0 or p >= alpha or abs(change.value) <= least:
        return Word.NO_CLEAR_CHANGE
    is_worse = change.value * worse > 0
    inner = min(abs(change.low), abs(change.high)) if change.low * change.high > 0 else 0.0
    if p < alpha / config.clear_factor and inner > least:
        return Word.CLEARLY_WORSE if is_worse else Word.CLEARLY_BETTER
    return Word.PROBABLY_WORSE if is_worse else Word.PROBABLY_BETTER
