"""Constructed sets of one lift, for the tests of the statistics of stability."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from analysis.results import Estimate
from analysis.stability.history import Conditions, LiftedSet
from tests.analysis.simulated import constructed_rep

SHAFT = Conditions("shaft", "Upright-01", "core/1")
PART = "uprightness_loss_rad"
"""Primary part of the squats."""


def lifted_set(
    values: Sequence[float],
    index: int = 0,
    day: int = 0,
    *,
    part: str = PART,
    load_kg: float | None = 100.0,
    sd: float = 0.002,
    velocity_mps: float = 0.5,
    conditions: Conditions = SHAFT,
    velocity_feedback: bool | None = None,
) -> LiftedSet:
    """Make a set whose reps have the given values of a part."""
    reps = tuple(
        constructed_rep(
            index=k, measures={part: Estimate(value, sd)}, mean_concentric_velocity_mps=velocity_mps
        )
        for k, value in enumerate(values)
    )
    started_at = datetime(2026, 9, 7, 18, tzinfo=UTC) + timedelta(days=day)
    return LiftedSet(
        f"day {day}", started_at, index, load_kg, reps, {}, conditions, velocity_feedback=velocity_feedback
    )


def ordinary_day(rng: np.random.Generator, day: int, n_sets: int = 4, **options: object) -> list[LiftedSet]:
    """Make an ordinary session: 0.10 rad, reps scatter by 0.01, sets by 0.004, days by 0.003."""
    today = 0.10 + 0.003 * rng.standard_normal()
    return [
        lifted_set(
            (today + 0.004 * rng.standard_normal() + 0.01 * rng.standard_normal(5)).tolist(),
            index,
            day,
            **options,  # pyright: ignore[reportArgumentType]  # names are those of lifted_set
        )
        for index in range(n_sets)
    ]


def ordinary_weeks(seed: int = 0, n_sessions: int = 3) -> list[LiftedSet]:
    """Make ordinary sessions a week apart."""
    rng = np.random.default_rng(seed)
    return [one for week in range(n_sessions) for one in ordinary_day(rng, 7 * week)]
