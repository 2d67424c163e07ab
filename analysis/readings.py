"""Readings of a set: which of its candidates are reps, if all reps are like one template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.candidates import Table
    from analysis.config import RepConfig
    from analysis.exercises import Exercise
    from analysis.imu import BoolArray, FloatArray
    from analysis.legs import Leg


KNOWN_RANGE_SD = 0.12
"""Standard deviation of the logarithm of a set's range of motion between one estimate of it and another."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One way to read the set."""

    score: float
    chosen: tuple[int, ...]
    table: Table
    sign: int
    range_m: float


def templates(table: Table, bounds: tuple[float, float]) -> list[tuple[float, float]]:
    """Ranges of motion and durations that the reps of the set may share."""
    ranges = np.sort(table.concentric_m[table.concentric_m <= bounds[1]])
    templates: list[tuple[float, float]] = []
    while len(ranges):
        near = ranges[ranges < 1.25 * ranges[0]]
        middle = float(np.median(near))
        alike = np.abs(np.log(table.concentric_m / middle)) < 0.15
        if alike.any():
            templates.append((middle, float(np.median(table.concentric_s[alike]))))
        ranges = ranges[ranges > max(middle * 1.1, float(ranges[0]) * 1.12)]
    return templates


def log_prior(
    range_m: float, bounds: tuple[float, float], exercise: Exercise | None, known_m: float | None
) -> float:
    """How likely a template's range of motion is before the set is looked at.

    Like that of the reps that are known already; else middling ranges of the lift are likelier than its
    extremes; nothing is known without the lift.
    """
    if known_m is not None:
        return float(-0.5 * min((np.log(range_m / known_m) / KNOWN_RANGE_SD) ** 2, 25.0))
    if exercise is None:
        return 0.0
    low, high = np.log(bounds)
    return float(-0.5 * ((np.log(range_m) - 0.5 * (low + high)) / (0.35 * (high - low))) ** 2)


def best_reading(
    table: Table,
    legs: Sequence[Leg],
    height_m: FloatArray,
    rate_hz: float,
    sign: int,
    template: tuple[float, float],
    config: RepConfig,
) -> Reading:
    """Find the most likely sequence of reps for one template."""
    range_m, duration_s = template
    score = _scores(table, range_m, duration_s, config)
    order = np.flatnonzero(score > 0)
    order = order[np.argsort(table.legs[order, 2], kind="stable")]
    if not len(order):
        return Reading(0.0, (), table, sign, range_m)
    # Movement between two reps that belongs to neither counts against reading them as one set.
    travel = np.concatenate([[0.0], np.cumsum([leg.range_m for leg in legs])])
    total = score[order].copy()
    before = np.full(len(order), -1)
    begin, end = table.legs[order, 0], table.legs[order, 2]
    start, stop = table.samples[order, 0], table.samples[order, 2]
    for k in range(1, len(order)):
        earlier = np.flatnonzero(end[:k] <= begin[k])
        if not len(earlier):
            continue
        between = (travel[begin[k]] - travel[end[earlier]]) / range_m
        level = (height_m[start[k]] - height_m[stop[earlier]]) / range_m
        pause_s = np.maximum((start[k] - stop[earlier]) / rate_hz - config.usual_pause_s, 0.0)
        link = (
            config.between_cost * np.minimum(between, 3.0)
            + 0.5 * np.minimum((level / config.level_sd) ** 2, 9.0)
            + np.minimum(config.pause_cost_per_s * pause_s, 3.0)
        )
        value = total[earlier] - link
        best = int(np.argmax(value))
        if value[best] > 0:
            total[k] += value[best]
            before[k] = earlier[best]
    k = int(np.argmax(total))
    final = float(total[k])
    chosen: list[int] = []
    while k >= 0:
        chosen.append(int(order[k]))
        k = int(before[k])
    return Reading(final, tuple(reversed(chosen)), table, sign, range_m)


def _scores(table: Table, range_m: float, duration_s: float, config: RepConfig) -> FloatArray:
    """Log likelihood of each candidate as a rep of the template, over its being anything else."""
    size = np.log(table.concentric_m / range_m) / config.range_sd
    back_m = np.where(table.back_m > 0, table.back_m, table.out_m)  # the way back was not seen
    balance = np.log(table.out_m / back_m) / config.balance_sd
    pace = np.log(table.concentric_s / duration_s)
    pace /= np.where(pace > 0, config.slower_sd, config.faster_sd)
    score = config.rep_bonus - 0.5 * (size**2 + balance**2 + pace**2) - table.flaws
    alike = np.abs(size) < 1.2
    if not alike.any():
        return score
    if table.landed[alike].mean() > (0.4 if table.lands else 0.6):
        score -= config.landing_cost * (~table.landed & (table.back_m > 0))
    return score - _held_otherwise(table.up, alike, config)


def _held_otherwise(up: FloatArray, alike: BoolArray, config: RepConfig) -> FloatArray:
    """Cost of a sensor that is held otherwise than in most candidates that look like the template."""
    cost = np.zeros(len(up))
    for k in range(up.shape[1]):
        near = np.median(up[alike, k] @ up[alike, k].T, axis=1)
        usual = int(np.argmax(near))  # the most central: a median of components would depend on the frame
        if near[usual] < 0.5:
            continue  # nothing known, or a sleeve that spins
        angle = np.arccos(np.clip(up[:, k] @ up[alike, k][usual], -1.0, 1.0))
        sd = max(config.attitude_sd_rad, 1.5 * float(np.median(angle[alike])))
        cost += 0.25 * np.minimum((angle / sd) ** 2, 9.0)
    return cost
