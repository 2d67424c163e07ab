"""Reps as a person bounded them: one that was counted as two, several that were counted as one.

The bounds are given, the numbers are not: each rep that was made by hand is measured on the estimated motion
of its set by the same definitions, with the same covariance, as the reps that were found.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from analysis.config import AnalysisConfig
from analysis.estimator import estimate_motion
from analysis.exercises import find_exercise
from analysis.metrics import measure_rep
from analysis.repetitions import Candidate
from analysis.results import RejectedMovement
from analysis.samples import stretches_of
from analysis.stability.parts import with_path_sway

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from analysis.estimator import MotionEstimate
    from analysis.imu import Mount, SensorInfo, StreamItem
    from analysis.results import Rep

BY_HAND = "by hand"
NO_PHASE = "this part has no lifting phase of its own"
HOME_BETWEEN = "the bar comes home in between"
NO_MOTION = "samples were lost here, or the motion of this part cannot be told"


@dataclass(frozen=True, slots=True)
class Split:
    """The rep that holds a time, s, is two: one ends and the other begins there."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Merge:
    """The reps from the one that holds ``first_s`` to the one that holds ``second_s``, s, are one."""

    first_s: float
    second_s: float


Regrouping: TypeAlias = Split | Merge


@dataclass(frozen=True, slots=True)
class Regrouped:
    """The reps of a set after it was regrouped.

    Attributes
    ----------
    reps : tuple of Rep
        In the order of time, counted from 0. Those that nobody touched have the numbers that they had.
    rejected : tuple of RejectedMovement
        What is left of reps and is none, with the reason.
    ignored : tuple of int
        Places of regroupings that fit no rep of the set.
    """

    reps: tuple[Rep, ...]
    rejected: tuple[RejectedMovement, ...] = ()
    ignored: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch that is one rep, s; ``rep`` where it was found so, ``how`` where it was made by hand.

    An edge that somebody set is taken as it is; one that was found lies where the bar is still at home. What
    was several reps must hold a time of the first and of the last of them to be one.
    """

    begin_s: float
    end_s: float
    rep: Rep | None
    how: str = ""
    begin_is_set: bool = False
    end_is_set: bool = False
    holds_s: tuple[float, ...] = ()

    @property
    def span_s(self) -> tuple[float, float]:
        return self.begin_s, self.end_s


def regroup(
    items: Iterable[StreamItem],
    info: SensorInfo,
    mount: Mount,
    exercise_id: str | None,
    reps: Sequence[Rep],
    regroupings: Sequence[Regrouping],
    config: AnalysisConfig | None = None,
) -> Regrouped:
    """Measure the reps of one set as they were regrouped.

    Parameters
    ----------
    items : iterable of ImuBlock, Gap or SetLabel
        The set's part of the stream, with the rest before and after it.
    info, mount, exercise_id
        As the set was analysed.
    reps : sequence of Rep
        As they were found.
    regroupings : sequence of Split or Merge
        In the order in which they hold.
    config : AnalysisConfig, optional
        Everything tuned.

    Returns
    -------
    Regrouped
        Of a set to which no regrouping applies, the reps as they were found.
    """
    config = config or AnalysisConfig()
    pieces, ignored = _pieces(reps, regroupings)
    motions = _motions(items, info, mount, exercise_id, reps, pieces, config)
    measured: list[Rep] = []
    rejected: list[RejectedMovement] = []
    for piece in pieces:
        rep = piece.rep or _measured(piece, motions, mount, exercise_id, config)
        if isinstance(rep, str):
            rejected.append(RejectedMovement(*piece.span_s, f"{piece.how}: {rep}"))
        else:
            measured.append(replace(rep, index=len(measured)))
    if all(piece.rep is not None for piece in pieces):
        return Regrouped(tuple(reps), (), ignored)
    return Regrouped(with_path_sway(measured), tuple(rejected), ignored)


def is_by_hand(rep: Rep) -> bool:
    """Tell whether a person set the bounds of a rep."""
    return any(reason.endswith(BY_HAND) for reason in rep.quality.reasons)


def _pieces(reps: Sequence[Rep], regroupings: Sequence[Regrouping]) -> tuple[list[_Piece], tuple[int, ...]]:
    """Cut and join, in order; return also which regroupings fit nothing."""
    pieces = [_Piece(rep.start_s, _end_s(rep), rep) for rep in reps]
    ignored: list[int] = []
    for place, wish in enumerate(regroupings):
        times = (wish.at_s, wish.at_s) if isinstance(wish, Split) else (wish.first_s, wish.second_s)
        first, last = (_holding(pieces, at_s) for at_s in times)
        if first is None or last is None or (isinstance(wish, Merge) and last <= first):
            ignored.append(place)
        elif isinstance(wish, Split):
            pieces[first : first + 1] = _halves(pieces[first], wish.at_s)
        else:
            one, other = pieces[first], pieces[last]
            joined = _Piece(
                one.begin_s,
                other.end_s,
                None,
                f"{last - first + 1} reps counted as one {BY_HAND}",
                one.begin_is_set,
                other.end_is_set,
                (*one.holds_s, *other.holds_s, *times),
            )
            pieces[first : last + 1] = [joined]
    return pieces, tuple(ignored)


def _halves(piece: _Piece, at_s: float) -> list[_Piece]:
    how = f"one rep counted as two {BY_HAND}"
    return [
        replace(piece, end_s=at_s, rep=None, how=how, end_is_set=True, holds_s=()),
        replace(piece, begin_s=at_s, rep=None, how=how, begin_is_set=True, holds_s=()),
    ]


def _holding(pieces: Sequence[_Piece], at_s: float) -> int | None:
    return next((i for i, piece in enumerate(pieces) if piece.begin_s < at_s < piece.end_s), None)


def _motions(
    items: Iterable[StreamItem],
    info: SensorInfo,
    mount: Mount,
    exercise_id: str | None,
    reps: Sequence[Rep],
    pieces: Sequence[_Piece],
    config: AnalysisConfig,
) -> list[MotionEstimate]:
    """Estimate the motion of each uninterrupted stretch that holds something made by hand."""
    exercise = find_exercise(exercise_id)
    made = [piece for piece in pieces if piece.rep is None]
    motions: list[MotionEstimate] = []
    for samples in stretches_of(items, info, config.reps.max_bridged_gap_s) if made else []:
        first_s, last_s = samples.t_s[0], samples.t_s[-1]
        if not any(first_s <= piece.begin_s and piece.end_s <= last_s for piece in made):
            continue
        known = tuple(rep for rep in reps if first_s < rep.start_s and _end_s(rep) < last_s)
        motion = estimate_motion(samples, exercise, mount, config, announced=known)
        motions += [] if motion is None else [motion]
    return motions


def _measured(
    piece: _Piece,
    motions: Sequence[MotionEstimate],
    mount: Mount,
    exercise_id: str | None,
    config: AnalysisConfig,
) -> Rep | str:
    """Measure a piece; say why where it cannot be."""
    for motion in motions:
        t_s = motion.samples.t_s
        if t_s[0] <= piece.begin_s and piece.end_s <= t_s[-1]:
            rep = measure_rep(motion, _candidate(piece, motion), 0, find_exercise(exercise_id), mount, config)
            if rep is None:
                return NO_PHASE
            if not all(rep.start_s < at_s < _end_s(rep) for at_s in piece.holds_s):
                return HOME_BETWEEN
            quality = replace(rep.quality, reasons=(*rep.quality.reasons, piece.how))
            return replace(rep, quality=quality)
    return NO_MOTION


def _candidate(piece: _Piece, motion: MotionEstimate) -> Candidate:
    """Put a piece onto the samples of its stretch: from home over the furthest point to home again."""
    start, stop = (int(i) for i in np.searchsorted(motion.samples.t_s, piece.span_s))
    for found in motion.found.accepted:
        if not piece.begin_is_set and found.start <= start < found.turn:
            start = found.start
        if not piece.end_is_set and found.turn < stop <= found.stop:
            stop = found.stop
    height = motion.height_m
    turn = start + int(np.argmax(motion.found.first_sign * height[start : stop + 1]))
    out_m, back_m = (abs(float(height[turn] - height[i])) for i in (start, stop))
    return Candidate(start, turn, stop, out_m, back_m)


def _end_s(rep: Rep) -> float:
    return max(rep.concentric_end_s, rep.end_s or 0.0)
