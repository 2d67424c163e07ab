"""Puts the time stamps of imported channels in order, without inventing any sample.

Files hold what programs wrote: rows swapped, rows twice, stamps of a whole radio packet at once, clocks that
began anew in the middle. What can be told apart is mended and said, the rest is refused.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ingest.imports.imported import Track

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.imu import BoolArray, FloatArray, IntArray


class StampError(Exception):
    """The stamps of a channel make no sense; says why."""


@dataclass(frozen=True, slots=True)
class StampConfig:
    """What is taken for what.

    Attributes
    ----------
    restart_s : float
        A step back of more than this is a clock that began anew, less is a swapped row, s; 0.5 to 5.
    max_restarts : int
        With more of them the column is no time; 5 to 100.
    pause_s : float
        What is put between two stretches whose distance nobody knows, s. Longer than any gap that is bridged.
    burst_fraction : float
        With more equal stamps than this, they are the times when packets arrived; 0.1 to 0.4.
    burst_gap : float
        Between packets, a step of more than this many usual ones is a gap; 2 to 4.
    max_burst_error_s : float
        How far even times may lie from such stamps, s; a packet of 0.5 s is the largest known.
    held_fraction : float
        With more rows than this that repeat the row before, they are old values written again; 0.2 to 0.5.
    held_rows : int
        So often at most; 2 to 6. A sensor that lies still and reads coarsely repeats for longer.
    rate_hz : tuple of float
        Slowest and fastest rate that an inertial sensor has, Hz.
    max_step_s : float
        A longer step has nothing to do with a session, s.
    """

    restart_s: float = 1.0
    max_restarts: int = 20
    pause_s: float = 10.0
    burst_fraction: float = 0.2
    burst_gap: float = 2.5
    max_burst_error_s: float = 0.5
    held_fraction: float = 0.3
    held_rows: int = 4
    rate_hz: tuple[float, float] = (4.0, 20_000.0)
    max_step_s: float = 86_400.0


@dataclass(frozen=True, slots=True, eq=False)
class Channels:
    """Channels whose stamps increase strictly, on one clock.

    Attributes
    ----------
    tracks : mapping of str to Track
        By name.
    restarts_s : tuple of float
        A stretch whose distance from the one before is unknown begins at each of these, s.
    notes : tuple of str
        What was mended.
    """

    tracks: Mapping[str, Track]
    restarts_s: tuple[float, ...]
    notes: tuple[str, ...]


def in_order(tracks: Mapping[str, Track], config: StampConfig | None = None) -> Channels:
    """Put the stamps of the channels of a file in order.

    Raises
    ------
    StampError
        If a channel has no samples, or its stamps are no times of a sensor.
    """
    config = config or StampConfig()
    notes: list[str] = []
    pieces: dict[str, list[Track]] = {}
    for name, one in tracks.items():
        if len(one) < 2:
            raise StampError(f"{name} has too few samples: {len(one)}")
        pieces[name] = [
            _even(_sorted(piece, name, notes), name, config, notes)
            for piece in _cut(_without_spikes(one, name, notes), config)
        ]
    counts = {len(some) for some in pieces.values()}
    if max(counts) > config.max_restarts + 1:
        raise StampError(f"time jumps back {max(counts) - 1} times: the column is no time")
    if len(counts) > 1:
        raise StampError("the clocks of its channels jump back at different times")
    restarts_s = _lay_out(pieces, config)
    if restarts_s:
        notes.append(
            f"The clock began anew {len(restarts_s)} times; how long each pause was, the file does not say."
        )
    joined = {
        name: Track(
            np.concatenate([piece.t_s for piece in some]),
            np.concatenate([piece.values for piece in some]),
            tracks[name].dropped,
        )
        for name, some in pieces.items()
    }
    for name, one in joined.items():
        _check_rate(one, name, config)
    return Channels(joined, restarts_s, tuple(dict.fromkeys(notes)))


def _check_rate(one: Track, name: str, config: StampConfig) -> None:
    if len(one) < 2:
        raise StampError(f"{name} has too few samples: {len(one)}")
    steps_s = np.diff(one.t_s)
    rate_hz = 1 / float(np.median(steps_s))
    slowest, fastest = config.rate_hz
    if not slowest <= rate_hz <= fastest:
        raise StampError(
            f"{name} has {rate_hz:.3g} samples a second, and no motion sensor has that: is the time "
            f"in another "
            "unit, or only events?"
        )
    if steps_s.max() > config.max_step_s:
        raise StampError(f"the time of {name} jumps by {steps_s.max() / 86_400:.3g} days")


def _keep(one: Track, kept: BoolArray | IntArray) -> Track:
    return Track(one.t_s[kept], one.values[kept], one.dropped)


def _without_spikes(one: Track, name: str, notes: list[str]) -> Track:
    """Leave out single rows whose stamp stands out of two neighbours that fit together."""
    t_s = one.t_s
    before, here, after = t_s[:-2], t_s[1:-1], t_s[2:]
    odd = ((here > after) | (here < before)) & (after > before)
    if not odd.any():
        return one
    # Next to a spike only the farther of two candidates is one: never leave out neighbours together.
    odd[1:] &= ~odd[:-1]
    notes.append(f"{name}: {int(odd.sum())} rows with a stamp that fits to neither neighbour are left out.")
    return _keep(one, np.concatenate([[True], ~odd, [True]]))


def _cut(one: Track, config: StampConfig) -> list[Track]:
    cuts = np.flatnonzero(np.diff(one.t_s) < -config.restart_s) + 1
    edges = [0, *(int(cut) for cut in cuts), len(one)]
    return [Track(one.t_s[start:stop], one.values[start:stop]) for start, stop in itertools.pairwise(edges)]


def _sorted(one: Track, name: str, notes: list[str]) -> Track:
    swapped = int(np.count_nonzero(np.diff(one.t_s) < 0))
    if not swapped:
        return one
    notes.append(f"{name}: {swapped} rows that came out of order are put in order.")
    return _keep(one, np.argsort(one.t_s, kind="stable"))


def _even(one: Track, name: str, config: StampConfig, notes: list[str]) -> Track:
    """Make time increase strictly: leave out rows that come twice, spread packets over their time."""
    if len(one) < 3:
        return one
    same_time = np.diff(one.t_s) == 0
    same_values = (np.diff(one.values, axis=0) == 0).all(axis=1)
    held = same_values if _are_held(same_values, config) else same_values & same_time
    if held.any():
        notes.append(f"{name}: {int(held.sum())} rows that repeat the row before are left out.")
        one = _keep(one, np.concatenate([[True], ~held]))
        same_time = np.diff(one.t_s) == 0
    if not same_time.any():
        return one
    if same_time.mean() <= config.burst_fraction:
        notes.append(f"{name}: {int(same_time.sum())} rows with the stamp of the row before are left out.")
        return _keep(one, np.concatenate([[True], ~same_time]))
    notes.append(f"{name}: samples that came in packets share a stamp; they are spread evenly.")
    return Track(_spread(one.t_s, config, name), one.values, one.dropped)


def _are_held(repeats: BoolArray, config: StampConfig) -> bool:
    """Tell old values that are written again, a few times each, from a sensor that truly reads the same."""
    if repeats.mean() <= config.held_fraction:
        return False
    lengths = np.diff(np.flatnonzero(np.concatenate([[True], ~repeats, [True]]))) - 1
    few = int(lengths[lengths <= config.held_rows].sum())
    return few > 0.9 * int(np.count_nonzero(repeats))


def _spread(t_s: FloatArray, config: StampConfig, name: str) -> FloatArray:
    """Give samples that arrived in packets even times, anew after each gap."""
    steps_s = np.diff(t_s)
    moved = steps_s[steps_s > 0]
    if not len(moved):
        raise StampError(f"the time of {name} stands still")
    gaps = np.flatnonzero(steps_s > config.burst_gap * float(np.median(moved))) + 1
    edges = [0, *(int(gap) for gap in gaps), len(t_s)]
    whole = [(start, stop) for start, stop in itertools.pairwise(edges) if stop - start > 1]
    if not whole:
        raise StampError(f"the stamps of {name} do not fit any even rate")
    # One rate for all: the slope of each stretch, weighted by its length.
    slopes = [_slope(t_s[start:stop]) for start, stop in whole]
    lengths = [stop - start for start, stop in whole]
    period_s = float(np.average(slopes, weights=lengths))
    even = np.array(t_s, dtype=np.float64)
    for start, stop in itertools.pairwise(edges):
        ramp = period_s * np.arange(stop - start)
        even[start:stop] = ramp + float(np.mean(t_s[start:stop] - ramp))
    if period_s <= 0 or np.abs(even - t_s).max() > config.max_burst_error_s or (np.diff(even) <= 0).any():
        raise StampError(f"the stamps of {name} do not fit any even rate")
    return even


def _slope(t_s: FloatArray) -> float:
    index = np.arange(len(t_s)) - (len(t_s) - 1) / 2
    return float(index @ t_s / (index @ index))


def _lay_out(pieces: dict[str, list[Track]], config: StampConfig) -> tuple[float, ...]:
    """Put stretches that a restart parts one after the other, all channels alike."""
    restarts: list[float] = []
    n = len(next(iter(pieces.values())))
    for k in range(1, n):
        end_s = max(float(some[k - 1].t_s[-1]) for some in pieces.values())
        start_s = min(float(some[k].t_s[0]) for some in pieces.values())
        shift_s = end_s + config.pause_s - start_s
        for some in pieces.values():
            some[k] = Track(some[k].t_s + shift_s, some[k].values)
        restarts.append(end_s + config.pause_s)
    return tuple(restarts)
