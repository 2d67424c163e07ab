"""Each set against the first ones of its session: which set was worse, and how sure that is.

The words are a second question, asked after that for the whole session, and must not add false alarms.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.stability.judgement import SetChange, Word
from analysis.stability.means import contrast
from analysis.stability.sentences import set_sentence
from analysis.stability.statistics import holm, interval, p_value
from analysis.stability.words import verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.stability.baseline import PartBaseline
    from analysis.stability.config import StabilityConfig
    from analysis.stability.judgement import PartChange
    from analysis.stability.means import Means

FIRST_SETS = 2
"""A set is held against the first so many: two pin down how the day began, a third is often the question."""

_CHANGED = {Word.CLEARLY_WORSE, Word.PROBABLY_WORSE, Word.PROBABLY_BETTER, Word.CLEARLY_BETTER}


def set_changes(
    means: Means, baseline: PartBaseline | None, config: StabilityConfig
) -> tuple[SetChange, ...]:
    """Compare each set but the first with the first ones; words come later (`with_set_words`).

    Parameters
    ----------
    means : Means
        Of one part, in the order of time.
    baseline : PartBaseline or None
        Says how far ordinary sets of this lifter differ; None: the differences have no interval.
    config : StabilityConfig
        See there.
    """
    found: list[SetChange] = []
    for k in range(1, len(means)):
        first = min(FIRST_SETS, k)
        shares = np.zeros(len(means))
        shares[:first], shares[k] = -1.0 / first, 1.0
        difference = float(shares @ means.value)
        one = SetChange(means.indices[k], Word.TOO_LITTLE_DATA, "", means.indices[:first], difference)
        if baseline is not None:
            spread = contrast(shares, means, baseline)
            one = replace(
                one,
                interval=interval(difference, spread, config.level),
                p_value=p_value(difference, spread),
            )
        found.append(one)
    return tuple(found)


def with_set_words(
    parts: Sequence[PartChange], why_no_baseline: str, config: StabilityConfig
) -> list[PartChange]:
    """Add words and sentences to the sets of parts that have their own words.

    Notes
    -----
    A part that changed over the session opens its sets: Holm over them at the level that the part was held
    against. Where it did not, the sets of the primary part alone are looked at, by Holm at
    `StabilityConfig.sets_alpha`: one set in the middle may stand out of an even session. So a session in
    which nothing changed gets a word with a probability of at most the sum of the three levels.
    """
    return [replace(part, sets=_worded(part, why_no_baseline, config)) for part in parts]


def _worded(part: PartChange, why_no_baseline: str, config: StabilityConfig) -> tuple[SetChange, ...]:
    alpha = 0.0
    if part.word in _CHANGED:
        alpha = part.test.alpha or 0.0
    elif part.primary:
        alpha = config.sets_alpha
    judged = [one for one in part.sets if one.p_value is not None]
    steps = iter(holm([one.p_value or 0.0 for one in judged], alpha))
    worded: list[SetChange] = []
    for one in part.sets:
        new = one
        if one.p_value is not None:
            step = next(steps)
            least = part.smallest_worthwhile_change
            word = verdict(one.interval, one.p_value, step, least, part.part, config)
            new = replace(one, word=word, alpha=step)
        worded.append(replace(new, sentence=set_sentence(part, new, why_no_baseline)))
    return tuple(worded)
