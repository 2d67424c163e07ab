"""The two signs of a weak upper back that the source article names, looked for in one set.

"The deadlift leaves the floor and stalls at lockout" and "the front squat rounds over in the hole". Each rep
is seen, not seen or cannot tell, by the probability that its measure lies beyond a threshold: the lifter's
own fresh reps where there is a baseline, else a stated number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm

from analysis.measures import MEASURES
from analysis.results import QualityState
from analysis.stability.judgement import RepEvidence, Seen, SignFinding
from analysis.stability.sentences import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.results import Estimate, Rep
    from analysis.stability.baseline import PartBaseline
    from analysis.stability.history import LiftedSet


@dataclass(frozen=True, slots=True)
class SignConfig:
    """When a sign is one.

    Attributes
    ----------
    own_scatters : float
        Beyond the lifter's fresh reps by so many of their standard deviations. 2 to 3.
    sure : float
        Probability from which a rep counts as seen, and below one minus which as not seen. 0.8 to 0.95.
    least_reps : int
        A set shows the sign if so many reps do, or all where it has fewer.
    clear_share : float
        A set does not show it if this share of its reps clearly does not and none does.
    lockout_ratio, lockout_drop : float
        Without a baseline a lockout below this share of the peak speed is a stall (simulated fresh deadlifts:
        0.40 to 0.55, stalls below 0.25); with one the drop is at least this.
    start_ratio_drop : float
        The bar left the floor if the start is not slower than in fresh reps by more than this share.
    rounding_rad, rounding_gain_rad : float
        Without a baseline more forward pitch than this between the deepest point and half-way up is rounding
        over, rad (assumed: 5 degrees; no study of bars gives a number); with one the gain is at least this
        (2 degrees: what a coach sees).
    """

    own_scatters: float = 2.5
    sure: float = 0.9
    least_reps: int = 2
    clear_share: float = 0.6
    lockout_ratio: float = 0.30
    lockout_drop: float = 0.08
    start_ratio_drop: float = 0.10
    rounding_rad: float = 0.087
    rounding_gain_rad: float = 0.035


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign.

    Attributes
    ----------
    id : str
        Stable.
    name : str
        For people.
    exercises : tuple of str
        Lifts that it is looked for in.
    parts : tuple of str
        Measures that show it: any of them is enough.
    """

    id: str
    name: str
    exercises: tuple[str, ...]
    parts: tuple[str, ...]


STALLS_AT_LOCKOUT = Sign(
    "stalls_at_lockout",
    "Deadlift leaves the floor, stalls at lockout",
    ("deadlift", "sumo_deadlift"),
    ("lockout_ratio",),
)
ROUNDS_OVER = Sign(
    "rounds_over",
    "Front squat rounds over in the hole",
    ("front_squat",),
    ("rounding_rad", "uprightness_loss_rad"),
)
SIGNS = (STALLS_AT_LOCKOUT, ROUNDS_OVER)


def sign_name(sign_id: str) -> str:
    """Name a sign for people; one that is not known any more stands for itself."""
    return next((sign.name for sign in SIGNS if sign.id == sign_id), sign_id)


def find_signs(
    exercise_id: str,
    one: LiftedSet,
    baselines: Mapping[str, PartBaseline | None],
    config: SignConfig,
) -> tuple[SignFinding, ...]:
    """Look for the signs that belong to a lift in one set."""
    return tuple(_find(sign, one, baselines, config) for sign in SIGNS if exercise_id in sign.exercises)


def _find(
    sign: Sign, one: LiftedSet, baselines: Mapping[str, PartBaseline | None], config: SignConfig
) -> SignFinding:
    evidence = tuple(_of_rep(sign, rep, one, baselines, config) for rep in one.reps)
    seen = [item for item in evidence if item.seen is Seen.SEEN]
    clear = [item for item in evidence if item.seen is Seen.NOT_SEEN]
    if evidence and len(seen) >= min(config.least_reps, len(evidence)):
        numbers = ", ".join(str(item.rep_index + 1) for item in seen)
        sure = float(np.mean([item.probability or 0.0 for item in seen]))
        reps = f"rep{'s' if len(seen) > 1 else ''} {numbers} of {len(evidence)}"
        sentence = f"Seen in {reps} ({seen[0].words}), {_sure(sure)} sure."
        return SignFinding(sign.id, one.index, Seen.SEEN, sentence, evidence)
    if evidence and not seen and len(clear) >= config.clear_share * len(evidence):
        sentence = f"Not seen: {len(clear)} of {len(evidence)} reps clearly show none of it."
        return SignFinding(sign.id, one.index, Seen.NOT_SEEN, sentence, evidence)
    unclear = next((item.words for item in evidence if item.seen is Seen.CANNOT_TELL), "")
    if seen:
        unclear = f"only rep {seen[0].rep_index + 1} shows it ({seen[0].words})"
    return SignFinding(
        sign.id, one.index, Seen.CANNOT_TELL, f"Cannot tell: {unclear or 'no reps'}.", evidence
    )


def _sure(probability: float) -> str:
    return "more than 99 %" if probability > 0.99 else f"{100 * probability:.0f} %"


def _of_rep(
    sign: Sign,
    rep: Rep,
    one: LiftedSet,
    baselines: Mapping[str, PartBaseline | None],
    config: SignConfig,
) -> RepEvidence:
    if rep.quality.state is QualityState.NOT_RESOLVABLE:
        return RepEvidence(rep.index, Seen.CANNOT_TELL, None, None, "the rep is not resolvable")
    if sign is STALLS_AT_LOCKOUT and (why := _never_left(rep, baselines, config)):
        return RepEvidence(rep.index, Seen.NOT_SEEN, None, 0.0, why)
    found = [
        item
        for part in sign.parts
        if (item := _of_part(part, rep, one, baselines.get(part), config)) is not None
    ]
    if not found:
        reasons = (rep.measures[part].reason for part in sign.parts if part in rep.measures)
        why = next((reason for reason in reasons if reason), "not measured")
        return RepEvidence(rep.index, Seen.CANNOT_TELL, None, None, why)
    best = max(found, key=lambda item: item.probability or 0.0)
    if sign is STALLS_AT_LOCKOUT and rep.curve is not None and rep.curve.reversals:
        return RepEvidence(rep.index, Seen.SEEN, best.how_much, 1.0, "the bar went back on its way: hitching")
    return best


def _never_left(rep: Rep, baselines: Mapping[str, PartBaseline | None], config: SignConfig) -> str:
    """Say that the lift was slow from the start, which is another matter; empty if it left the floor well."""
    start, baseline = rep.measures.get("start_ratio"), baselines.get("start_ratio")
    if start is None or start.value is None or baseline is None:
        return ""
    least = baseline.centre * (1 - config.start_ratio_drop) - config.own_scatters * baseline.rep_sd
    return "slow off the floor already" if start.value < least else ""


def _of_part(
    part: str, rep: Rep, one: LiftedSet, baseline: PartBaseline | None, config: SignConfig
) -> RepEvidence | None:
    """Compare one measure of a rep with its threshold."""
    estimate = rep.measures.get(part)
    if estimate is None or estimate.value is None:
        return None
    worse = MEASURES[part].worse
    if baseline is None:
        stated = {"lockout_ratio": config.lockout_ratio, "rounding_rad": config.rounding_rad}.get(part)
        if stated is None:
            return None
        beyond, against = (
            worse * (estimate.value - stated),
            f"threshold {shown(part, stated)}, no baseline yet",
        )
        value = estimate.value
    else:
        least = {"lockout_ratio": config.lockout_drop}.get(part, config.rounding_gain_rad)
        margin = max(config.own_scatters * baseline.rep_sd, least)
        value = _at_baseline(rep, estimate, one, baseline)
        beyond = worse * (value - baseline.centre) - margin
        against = f"your fresh reps {shown(part, baseline.centre)}"
    sd = estimate.sd or 1e-9
    probability = float(norm.cdf(beyond / sd))
    seen = Seen.CANNOT_TELL
    if probability >= config.sure:
        seen = Seen.SEEN
    elif probability <= 1 - config.sure:
        seen = Seen.NOT_SEEN
    words = f"{MEASURES[part].name.lower()} {shown(part, value)}, {against}"
    return RepEvidence(rep.index, seen, estimate.value, probability, words)


def _at_baseline(rep: Rep, estimate: Estimate, one: LiftedSet, baseline: PartBaseline) -> float:
    """Give the rep's value as it would be at the baseline's load and velocity."""
    velocity = np.array([rep.mean_concentric_velocity_mps])
    return float(
        (estimate.value or 0.0) - baseline.effects.shift(baseline.covariates(velocity, one.load_kg))[0]
    )


def count_seen(findings: Sequence[SignFinding], sign: str) -> tuple[int, int]:
    """Count in how many sets a sign is seen, and in how many it could be told."""
    known = [item for item in findings if item.sign == sign and item.seen is not Seen.CANNOT_TELL]
    return sum(item.seen is Seen.SEEN for item in known), len(known)
