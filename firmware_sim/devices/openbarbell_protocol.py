"""What OpenBarbell V3 measures and sends; from ``docs/sensors/openbarbell.md`` alone.

The instrument sees ticks of its encoder and nothing else. What it makes of them, warts and all, is its own
definition of a repetition and of its velocities.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firmware_sim.curves import FloatArray

SERVICE_UUID, NOTIFY_UUID, WRITE_UUID, DISCONNECT_UUID = "2220", "2221", "2222", "2223"
ADVERTISED_TEXT = b"OBBT"

START, BULK_SETTINGS, BULK_BEGIN, BULK_END = -3456.0, -9999.0, -9876.0, -6789.0


@dataclass(frozen=True, slots=True)
class InstrumentConfig:
    """What is burnt into the firmware.

    Attributes
    ----------
    tick_um : int
        String per tick, micrometres; calibrated per unit (2600 to 2800).
    shortest_rep_um : int
        Shorter movements are no repetitions, micrometres.
    longest_tick_us : int
        More time than this between two ticks is waiting, microseconds.
    averaged_ticks : int
        Times between ticks that are averaged.
    bulk_every, bulk_unit_us : int
        Every so manieth averaged time is sent, in this unit.
    unit_number : int
        Of the instrument.
    version : float
        Of the firmware.
    """

    tick_um: int = 2718
    shortest_rep_um: int = 150_000
    longest_tick_us: int = 130_000
    averaged_ticks: int = 16
    bulk_every: int = 5
    bulk_unit_us: int = 10
    unit_number: int = 5555
    version: float = 3.01


@dataclass(frozen=True, slots=True)
class MeasuredRep:
    """One repetition as the instrument has it.

    Attributes
    ----------
    number : int
        From 1.
    mean_velocity_mps, peak_velocity_mps, peak_acceleration_mps2 : float
        By its own definitions.
    range_of_motion_mm, peak_location_percent, duration_us, waiting_us, ended_us : int
        The last one on its own clock.
    rest_min : int
        Since the last repetition.
    averages_us : tuple of int
        Averaged times between ticks.
    """

    number: int
    mean_velocity_mps: float
    range_of_motion_mm: int
    peak_velocity_mps: float
    peak_location_percent: int
    peak_acceleration_mps2: float
    duration_us: int
    rest_min: int
    ended_us: int
    waiting_us: int
    averages_us: tuple[int, ...]


@dataclass(slots=True)
class _Ascent:
    """What is kept of the movement upwards that goes on."""

    started_us: int
    ticks: int = 0
    waiting_us: int = 0
    times_us: list[int] = field(default_factory=list[int])
    averages_us: list[int] = field(default_factory=list[int])
    fastest_us: int = 1_000_000
    fastest_at: int = 0
    acceleration_mps2: float = 0.0


class Instrument:
    """Makes repetitions of ticks.

    Parameters
    ----------
    config : InstrumentConfig, optional
        What is burnt in.
    """

    def __init__(self, config: InstrumentConfig | None = None) -> None:
        self._config = config or InstrumentConfig()
        self._ascent: _Ascent | None = None
        self._last_up_us = 0
        self._number = 0
        self._rested_from_us = 0

    def up(self, t_us: int) -> bool:
        """Take a tick upwards at this time of the instrument's clock; True if a movement began with it."""
        began = self._ascent is None
        if self._ascent is None:
            self._ascent = _Ascent(t_us)
            self._number += 1
        else:
            self._ascent.ticks += 1
            if t_us - self._last_up_us > self._config.longest_tick_us:
                self._ascent.waiting_us += t_us - self._last_up_us
        self._time(self._ascent, t_us - self._last_up_us)
        self._last_up_us = t_us
        return began

    def _time(self, ascent: _Ascent, since_us: int) -> None:
        """Average the times between ticks, once there are enough within the movement."""
        many = self._config.averaged_ticks
        ascent.times_us.append(since_us // many)
        if len(ascent.times_us) <= many:
            return
        average_us = max(1, sum(ascent.times_us[-many:]))
        if ascent.averages_us and average_us < ascent.averages_us[-1]:
            gain_mps = self._config.tick_um / average_us - self._config.tick_um / ascent.averages_us[-1]
            ascent.acceleration_mps2 = max(ascent.acceleration_mps2, gain_mps / (average_us / 1e6))
        ascent.averages_us.append(average_us)
        if average_us < ascent.fastest_us:
            ascent.fastest_us = average_us
            ascent.fastest_at = len(ascent.times_us) - 1

    def down(self, t_us: int) -> MeasuredRep | None:
        """Take a tick downwards; gives the repetition that it ends, if it was long enough for one."""
        ascent, self._ascent = self._ascent, None
        if ascent is None:
            return None
        cfg = self._config
        path_um = ascent.ticks * cfg.tick_um
        duration_us = self._last_up_us - ascent.started_us - ascent.waiting_us
        if path_um <= cfg.shortest_rep_um or duration_us <= 0:
            self._number -= 1
            return None
        rest_min = (t_us - self._rested_from_us) // 60_000_000 if self._number > 1 else 0
        self._rested_from_us = t_us
        return MeasuredRep(
            number=self._number,
            mean_velocity_mps=path_um / duration_us,
            range_of_motion_mm=path_um // 1000,
            peak_velocity_mps=cfg.tick_um / ascent.fastest_us,
            peak_location_percent=ascent.fastest_at * 100 // len(ascent.times_us),
            peak_acceleration_mps2=ascent.acceleration_mps2,
            duration_us=duration_us,
            rest_min=rest_min,
            ended_us=self._last_up_us,
            waiting_us=ascent.waiting_us,
            averages_us=tuple(ascent.averages_us),
        )


def ticks(t_s: FloatArray, height_m: FloatArray, tick_um: int) -> Iterator[tuple[float, bool]]:
    """Give the encoder's ticks, (time in s, whether upwards), of heights at rising times.

    A turn counts as soon as the string has moved one whole tick back.
    """
    tick_m = tick_um * 1e-6
    level_m = float(height_m[0]) if len(height_m) else 0.0
    before_s, before_m = (float(t_s[0]), level_m) if len(t_s) else (0.0, 0.0)
    for now_s, now_m in zip(t_s.tolist(), height_m.tolist(), strict=True):
        while abs(now_m - level_m) >= tick_m:
            upwards = now_m > level_m
            level_m += tick_m if upwards else -tick_m
            share = (level_m - before_m) / (now_m - before_m)
            yield before_s + share * (now_s - before_s), upwards
        before_s, before_m = now_s, now_m


def encode_float(value: float) -> bytes:
    """Write one notification."""
    return struct.pack("<f", value)


def group(rep: MeasuredRep, battery_percent: int, config: InstrumentConfig) -> list[float]:
    """Give the numbers of one repetition in the order of sending, without the start that went before them."""
    return [
        float(rep.number),
        rep.mean_velocity_mps,
        float(rep.range_of_motion_mm),
        rep.peak_velocity_mps,
        float(rep.peak_location_percent),
        rep.peak_acceleration_mps2,
        float(rep.duration_us),
        float(rep.rest_min),
        float(rep.ended_us % 2**32),
        float(rep.waiting_us),
        float(config.longest_tick_us),
        10_000.0,  # display time-out
        float(config.shortest_rep_um),
        1.0,  # bulk data are compressed
        1.0,  # and filtered
        config.version,
        float(config.unit_number),
        200.0,  # colour
        20.0,  # brightness
        1.0,  # brightness when the battery is low
        BULK_SETTINGS,
        float(config.bulk_every),
        float(config.bulk_unit_us),
        BULK_BEGIN,
        *_bulk(rep, config),
        BULK_END,
        float(battery_percent),
    ]


def _bulk(rep: MeasuredRep, config: InstrumentConfig) -> Iterator[float]:
    """Give the averaged times, two whole numbers in one where both are below 10000."""
    chosen = [one // config.bulk_unit_us & 0xFFFF for one in rep.averages_us[:: config.bulk_every]]
    for first, second in zip(chosen[::2], [*chosen[1::2], None], strict=False):
        if second is None:
            yield float(first)
        elif first < 10_000 and second < 10_000:
            yield first + second / 10_000
        else:
            yield float(first)
            yield float(second)
