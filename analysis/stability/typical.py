"""What one rep is held against while it is lifted: the lifter's own ordinary, else the sets before it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from analysis.stability.baseline import baseline_state, comparable, fit_baseline
from analysis.stability.config import StabilityConfig
from analysis.stability.history import part_reps
from analysis.stability.judgement import BaselineState, Interval
from analysis.stability.statistics import Spread, interval

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from analysis.stability.history import Conditions, LiftedSet

FORWARD = "forward_displacement_m"
"""The measure that stands beside every rep."""
LEAST_REPS = 3
"""Reps of this session before their scatter says anything. 3 to 6."""


class TypicalSource(StrEnum):
    """Where the typical rep comes from."""

    BASELINE = "baseline"
    """The lifter's own baseline of earlier sessions."""
    SESSION = "session"
    """The sets of this session before it."""
    NONE = "none"
    """Too little is known."""


@dataclass(frozen=True, slots=True)
class Typical:
    """What is typical of a rep of one lift now.

    Attributes
    ----------
    part : str
        Id of the measure.
    source : TypicalSource
        See there.
    usual : Interval or None
        Centre and the band in which 90 % of ordinary reps lie; None: too little is known.
    n_reps : int
        Behind it.
    baseline : BaselineState
        How far the lifter's baseline is.
    """

    part: str
    source: TypicalSource
    usual: Interval | None
    n_reps: int
    baseline: BaselineState


@dataclass(frozen=True, slots=True)
class Now:
    """Under which circumstances the rep is lifted.

    Attributes
    ----------
    conditions : Conditions
        Sensor, mount, algorithm.
    started_at : datetime
        Of the session.
    load_kg : float or None
        On the bar.
    """

    conditions: Conditions
    started_at: datetime
    load_kg: float | None


def typical_rep(
    now: Now,
    sets: Sequence[LiftedSet],
    earlier: Sequence[LiftedSet],
    part: str = FORWARD,
    config: StabilityConfig | None = None,
) -> Typical:
    """Say what is typical of a rep.

    Parameters
    ----------
    now : Now
        Load and circumstances.
    sets : sequence of LiftedSet
        Of the same lift, closed in this session.
    earlier : sequence of LiftedSet
        Of this lift and lifter in earlier sessions.
    part : str
        Id of a measure of a rep.
    config : StabilityConfig, optional
        See there.

    Notes
    -----
    The baseline's centre is shifted by the effect of the load, not of the velocity: slowing down in a set is
    what the lifter wants to see. Without a baseline: mean of this session's reps and Student's t for one
    more, warm-ups left out.
    """
    config = config or StabilityConfig()
    same = comparable(earlier, now.conditions, now.started_at, config)
    state = baseline_state(same, part, config)
    baseline = fit_baseline(same, part, config)
    if baseline is not None:
        band = baseline.usual_rep(config.level)
        shift = float(
            baseline.effects.shift(baseline.covariates(np.array([baseline.velocity_mps]), now.load_kg))[0]
        )
        usual = Interval(band.value + shift, band.low + shift, band.high + shift)
        return Typical(part, TypicalSource.BASELINE, usual, baseline.n_reps, state)
    least_kg = None if now.load_kg is None else config.working_fraction * now.load_kg
    like = [one for one in sets if least_kg is None or one.load_kg is None or one.load_kg >= least_kg]
    values = np.concatenate([np.empty(0), *(part_reps(one, part).values for one in like)])
    if len(values) < LEAST_REPS:
        return Typical(part, TypicalSource.NONE, None, len(values), state)
    spread = Spread.of([values]).scaled(1.0 + 1.0 / len(values))
    usual = interval(float(values.mean()), spread, config.level)
    return Typical(part, TypicalSource.SESSION, usual, len(values), state)
