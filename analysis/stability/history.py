"""What the statistics are fed with: sets of one lift of one lifter, in the order of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.measures import MEASURES
from analysis.results import QualityState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from analysis.imu import FloatArray
    from analysis.results import Estimate, Rep, SetSummary


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must be the same for two sets to be compared.

    Attributes
    ----------
    mount, sensor, algorithm : str
        Position of the sensor, its name, name and version of the signal core.
    """

    mount: str
    sensor: str
    algorithm: str

    def differs(self, other: Conditions) -> str:
        """Say in words what differs; empty if nothing does."""
        changed = [
            f"{name}: {getattr(other, name) or 'unknown'} before, {getattr(self, name) or 'unknown'} now"
            for name in ("mount", "sensor", "algorithm")
            if getattr(self, name) != getattr(other, name)
        ]
        return "; ".join(changed)


@dataclass(frozen=True, slots=True, eq=False)
class LiftedSet:
    """One set of the lift that is looked at.

    Attributes
    ----------
    session_id : str
        Of its recording.
    started_at : datetime
        Of its session.
    index : int
        Of the set within its session.
    load_kg : float or None
        Load.
    reps : tuple of Rep
        That count: excluded ones are left out by whoever makes this.
    stability : mapping of str to Estimate
        Measures of the set.
    conditions : Conditions
        Under which it was measured.
    velocity_feedback : bool or None
        Whether the lifter saw velocities; None: nobody said.
    """

    session_id: str
    started_at: datetime
    index: int
    load_kg: float | None
    reps: tuple[Rep, ...]
    stability: Mapping[str, Estimate]
    conditions: Conditions
    velocity_feedback: bool | None = None

    @classmethod
    def of(
        cls, summary: SetSummary, session_id: str, started_at: datetime, conditions: Conditions
    ) -> LiftedSet:
        """Take a closed set."""
        return cls(
            session_id,
            started_at,
            summary.index,
            summary.load_kg,
            summary.reps,
            summary.stability,
            conditions,
            summary.velocity_feedback,
        )


@dataclass(frozen=True, slots=True, eq=False)
class PartReps:
    """One part in the reps of one set.

    Attributes
    ----------
    values, sds, velocities_mps : (n,) float64
        Of the reps that have it; for a part that takes the whole set, one value.
    rep_indices : tuple of int
        Which reps they are; empty for a part of the whole set.
    """

    values: FloatArray
    sds: FloatArray
    velocities_mps: FloatArray
    rep_indices: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.values)

    def first(self, n: int) -> PartReps:
        """Keep the first ``n`` reps."""
        return PartReps(self.values[:n], self.sds[:n], self.velocities_mps[:n], self.rep_indices[:n])


def part_reps(one: LiftedSet, part: str) -> PartReps:
    """Collect a part from the reps of a set; reps that are not resolvable are left out."""
    usable = [rep for rep in one.reps if rep.quality.state is not QualityState.NOT_RESOLVABLE]
    if MEASURES[part].scope == "set":
        whole = one.stability.get(part)
        known = [] if whole is None or whole.value is None or not usable else [whole]
        velocity = float(np.mean([rep.mean_concentric_velocity_mps for rep in usable])) if known else 0.0
        return _columns([(item.value, item.sd, velocity) for item in known], ())
    rows: list[tuple[float | None, float | None, float]] = []
    indices: list[int] = []
    for rep in usable:
        estimate = rep.measures.get(part)
        if estimate is not None and estimate.value is not None:
            rows.append((estimate.value, estimate.sd, rep.mean_concentric_velocity_mps))
            indices.append(rep.index)
    return _columns(rows, tuple(indices))


def _columns(rows: Sequence[tuple[float | None, float | None, float]], indices: tuple[int, ...]) -> PartReps:
    table = np.array([(value, sd or 0.0, velocity) for value, sd, velocity in rows], dtype=np.float64)
    values, sds, velocities = table.reshape(-1, 3).T
    return PartReps(values, sds, velocities, indices)


def by_session(sets: Iterable[LiftedSet]) -> list[list[LiftedSet]]:
    """Group sets by session, in the order of time."""
    groups: dict[str, list[LiftedSet]] = {}
    for one in sorted(sets, key=lambda item: (item.started_at, item.index)):
        groups.setdefault(one.session_id, []).append(one)
    return list(groups.values())


def working_sets(session: Sequence[LiftedSet], least_fraction: float) -> list[LiftedSet]:
    """Leave out warm-ups: sets below a fraction of the session's heaviest load, where loads are known."""
    loads = [one.load_kg for one in session if one.load_kg is not None]
    if not loads:
        return list(session)
    least = least_fraction * max(loads)
    return [one for one in session if one.load_kg is None or one.load_kg >= least]
