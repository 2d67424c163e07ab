"""Which repetition of one instrument is which of the other: by time, or by order where there is no clock.

Nothing is shifted in silence: what found no partner is told, and where the order does not tell which
repetition one of the two missed, there is no pairing.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.errors import PairingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.imu import FloatArray


@dataclass(frozen=True, slots=True)
class PairingConfig:
    """Tuning of the pairing.

    Attributes
    ----------
    least_overlap : float
        Two repetitions are one if they share at least this fraction of the shorter one's time, 0.3 to 0.8.
        Definitions of where a repetition begins differ by a tenth or two of it; neighbours share nothing.
    most_missing : int
        So many repetitions may lack a partner, 1 to 4: every way to leave them out is weighed.
    least_pairs : int
        Fewer pairs cannot tell which repetition is missing, 4 to 8.
    resolution_mps : float
        Instruments tell velocity no finer, m/s: linear position transducers show two digits.
    least_odds : float
        The best alignment must be so many times as likely as the next, 10 to 100: 20 leaves the next 5 %.
    """

    least_overlap: float = 0.5
    most_missing: int = 3
    least_pairs: int = 5
    resolution_mps: float = 0.01
    least_odds: float = 20.0


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which belongs to which.

    Attributes
    ----------
    pairs : tuple of (int, int)
        Positions in the measured and in the reference sequence, in order.
    alone_measured, alone_reference : tuple of int
        Positions without a partner.
    odds : float or None
        How many times as likely as the next best this alignment is; None where it was not chosen by values.
    """

    pairs: tuple[tuple[int, int], ...]
    alone_measured: tuple[int, ...] = ()
    alone_reference: tuple[int, ...] = ()
    odds: float | None = None


def pair_by_time(
    measured: Sequence[tuple[float, float]],
    reference: Sequence[tuple[float, float]],
    config: PairingConfig | None = None,
) -> Pairing:
    """Pair what happened at the same time.

    Parameters
    ----------
    measured, reference : sequence of (float, float)
        Start and end of each repetition's concentric phase on one clock, s, in the order of time.
    config : PairingConfig, optional
        Tuning.
    """
    config = config or PairingConfig()
    shared = np.array([[_overlap(one, other) for other in reference] for one in measured])
    shared = shared.reshape(len(measured), len(reference))
    pairs: list[tuple[int, int]] = []
    for i in range(len(measured)):
        j = int(np.argmax(shared[i])) if len(reference) else 0
        if len(reference) and shared[i, j] >= config.least_overlap and int(np.argmax(shared[:, j])) == i:
            pairs.append((i, j))
    return _pairing(pairs, len(measured), len(reference))


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Time that two repetitions share, as a fraction of the shorter one."""
    shorter_s = min(one[1] - one[0], other[1] - other[0])
    return (min(one[1], other[1]) - max(one[0], other[0])) / shorter_s if shorter_s > 0 else 0.0


def pair_by_order(
    measured_mps: Sequence[float | None],
    reference_mps: Sequence[float | None],
    config: PairingConfig | None = None,
) -> Pairing:
    """Pair the first with the first and so on; where one has more, find which of them the other lacks.

    Parameters
    ----------
    measured_mps, reference_mps : sequence of float or None
        Mean velocity of each repetition, m/s.
    config : PairingConfig, optional
        Tuning.

    Returns
    -------
    Pairing
        With ``odds`` where the counts differ: alignments are weighed by how evenly the velocities differ,
        whatever the bias, so that the agreement of the pairs is flattered by the choice.

    Raises
    ------
    PairingError
        If the counts differ and the velocities do not tell which repetition is missing.

    Notes
    -----
    For each alignment the differences are taken as normal, with its own mean and variance (not below the
    instruments' resolution); the odds are those of the largest likelihoods with one degree of freedom taken
    off for the mean.
    """
    config = config or PairingConfig()
    n, m = len(measured_mps), len(reference_mps)
    if n == m:
        return _pairing([(i, i) for i in range(n)], n, m)
    shorter, missing = min(n, m), abs(n - m)
    counts = f"{n} repetitions measured, {m} in the reference"
    if missing > config.most_missing or shorter < config.least_pairs:
        raise PairingError(f"{counts}, and no common clock: which belongs to which cannot be told")
    if any(one is None for one in (*measured_mps, *reference_mps)):
        raise PairingError(
            f"{counts}, no common clock, and not every one has a mean velocity to tell them by"
        )
    longer_is_measured = n > m
    longer, other = (
        np.array(one, dtype=np.float64)
        for one in ((measured_mps, reference_mps) if longer_is_measured else (reference_mps, measured_mps))
    )
    weighed = sorted(
        (
            (_log_likelihood(np.delete(longer, alone) - other, config), alone)
            for alone in itertools.combinations(range(len(longer)), missing)
        ),
        reverse=True,
    )
    (best, alone), (second, _) = weighed[:2]
    odds = math.exp(min(best - second, 700.0))
    if odds < config.least_odds:
        raise PairingError(
            f"{counts}, and no common clock: the velocities do not tell which one is missing "
            f"(the likeliest alignment is only {odds:.1f} times as likely as the next)"
        )
    kept = [i for i in range(len(longer)) if i not in alone]
    pairs = [(i, k) if longer_is_measured else (k, i) for k, i in enumerate(kept)]
    return _pairing(pairs, n, m, odds)


def _log_likelihood(differences: FloatArray, config: PairingConfig) -> float:
    n = len(differences)
    variance = float(np.var(differences)) + config.resolution_mps**2
    return -0.5 * (n - 1) * math.log(variance)


def _pairing(pairs: list[tuple[int, int]], n: int, m: int, odds: float | None = None) -> Pairing:
    ours, theirs = {i for i, _ in pairs}, {j for _, j in pairs}
    return Pairing(
        tuple(pairs),
        tuple(i for i in range(n) if i not in ours),
        tuple(j for j in range(m) if j not in theirs),
        odds,
    )
