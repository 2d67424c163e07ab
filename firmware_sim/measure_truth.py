"""Truth of the measures of one repetition: ``docs/metrics.md`` applied to the true motion.

Written from the definitions, independently of the analysis package, on the truth's fine grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import butter, sosfiltfilt

from firmware_sim.motion import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firmware_sim.curves import FloatArray


@dataclass(frozen=True, slots=True)
class MeasureDefinitions:
    """Numbers of the definitions; the same as the analysis declares.

    Attributes
    ----------
    part_fraction : float
        First and last part of the range of motion that count as start and lockout.
    knee_fraction : float
        Height of the knee, fraction of the range of motion.
    grip_m : float
        Distance of the points whose velocities are compared, m.
    hold_s : tuple of 2 float
        Shortest and longest hold that is looked at, s.
    hold_forward_mps : float
        Faster than this fore and aft is no holding, m/s.
    tremor_hz : tuple of 2 float
        Band of tremor, Hz.
    dip_fraction, dip_mps : float
        A sticking region is deeper than the larger of the two: fraction of the first peak, and m/s.
    """

    part_fraction: float = 0.30
    knee_fraction: float = 0.45
    grip_m: float = 1.0
    hold_s: tuple[float, float] = (0.3, 2.0)
    hold_forward_mps: float = 0.10
    tremor_hz: tuple[float, float] = (6.0, 12.0)
    dip_fraction: float = 0.1
    dip_mps: float = 0.03


@dataclass(frozen=True, slots=True, eq=False)
class TrueSignals:
    """True motion of the bar at the sensor's place; velocities through the profile's low-pass.

    Attributes
    ----------
    rate_hz : float
        Of the grid, Hz.
    forward_m, up_m, forward_mps, up_mps : (N,) float64
        Side view.
    pitch_rad, tilt_rad, tilt_rate_radps : (N,) float64
        Turns; the last through the low-pass.
    shaking_mps2 : (N, 3) float64
        Acceleration in the band of tremor.
    fixed_end : bool
        The bar turns about one end.
    """

    rate_hz: float
    forward_m: FloatArray
    up_m: FloatArray
    forward_mps: FloatArray
    up_mps: FloatArray
    pitch_rad: FloatArray
    tilt_rad: FloatArray
    tilt_rate_radps: FloatArray
    shaking_mps2: FloatArray
    fixed_end: bool


@dataclass(frozen=True, slots=True)
class TrueSpans:
    """Samples of the grid: the rep, its two phases and its turning point; ``other`` None: bar dropped."""

    start: int
    end: int
    turn: int
    concentric: tuple[int, int]
    other: tuple[int, int] | None
    slow_mps: float


def shaking(velocity_mps: FloatArray, rate_hz: float, definitions: MeasureDefinitions) -> FloatArray:
    """Acceleration in the band of tremor, (N, 3) m/s²."""
    acceleration = np.gradient(velocity_mps, axis=0) * rate_hz
    sections = butter(2, definitions.tremor_hz, "bandpass", fs=rate_hz, output="sos")
    return np.asarray(sosfiltfilt(sections, acceleration, axis=0))


def true_measures(
    signals: TrueSignals, spans: TrueSpans, definitions: MeasureDefinitions
) -> Mapping[str, float | None]:
    """Work out the true measures of one repetition by id; None where there is none."""
    return {
        **_pitch(signals, spans),
        **_side_view(signals, spans, definitions),
        **_speed(signals, spans, definitions),
        **_sides(signals, spans, definitions),
    }


def _first_above(values: FloatArray, level: float) -> int:
    return int(np.flatnonzero(values >= level)[0])


def _pitch(signals: TrueSignals, spans: TrueSpans) -> dict[str, float | None]:
    begin, end = spans.concentric
    pitch = signals.pitch_rad - signals.pitch_rad[spans.start]
    height = signals.up_m[begin : end + 1]
    middle = begin + _first_above(height, (height[0] + height[-1]) / 2)
    early = pitch[min(spans.turn, middle) : middle + 1]
    return {
        "uprightness_loss_rad": float(pitch[spans.turn]),
        "ascent_pitch_rad": float(pitch[begin : middle + 1].mean()),
        "rounding_rad": float(max(early.max() - pitch[spans.turn], 0.0)),
    }


def _side_view(
    signals: TrueSignals, spans: TrueSpans, definitions: MeasureDefinitions
) -> dict[str, float | None]:
    begin, end = spans.concentric
    forward = signals.forward_m - signals.forward_m[spans.start]
    height = signals.up_m[begin : end + 1]
    knee = begin + _first_above(height, height[0] + definitions.knee_fraction * (height[-1] - height[0]))
    peak = begin + int(np.argmax(signals.up_mps[begin : end + 1]))
    drive = signals.up_m[begin : peak + 1]
    half = begin + _first_above(drive, (drive[0] + drive[-1]) / 2)
    steps = np.diff(forward[begin : end + 1]), np.diff(height)
    return {
        "forward_displacement_m": float(forward[spans.turn]),
        "max_forward_m": float(forward[spans.start : spans.end + 1].max()),
        "forward_floor_to_knee_m": float(forward[spans.start : max(knee, spans.start) + 1].max()),
        "forward_knee_to_lockout_m": float(forward[spans.turn] - forward[knee]),
        "early_pull_angle_rad": _pull_angle(signals, begin, half),
        "late_pull_angle_rad": _pull_angle(signals, half, peak),
        "path_length_ratio": float(np.sqrt(steps[0] ** 2 + steps[1] ** 2).sum() / (height[-1] - height[0])),
        "loop_area_m2": _loop(signals, spans),
        "hold_sway_m": _hold(signals, spans, definitions),
    }


def _pull_angle(signals: TrueSignals, start: int, stop: int) -> float:
    gained = [v[stop] - v[start] for v in (signals.forward_mps, signals.up_mps)]
    carried = STANDARD_GRAVITY_MPS2 * (stop - start) / signals.rate_hz
    return float(np.arctan2(gained[0], gained[1] + carried))


def _loop(signals: TrueSignals, spans: TrueSpans) -> float | None:
    if spans.other is None:
        return None
    ways = [np.arange(a, b + 1) for a, b in (spans.concentric, spans.other)]
    low = max(float(signals.up_m[way].min()) for way in ways)
    high = min(float(signals.up_m[way].max()) for way in ways)
    levels = np.linspace(low, high, 400)
    at: list[FloatArray] = []
    for way in ways:
        order = way if signals.up_m[way[-1]] > signals.up_m[way[0]] else way[::-1]
        rising: FloatArray = np.maximum.accumulate(signals.up_m[order])
        at.append(np.asarray(np.interp(levels, rising, signals.forward_m[order])))
    return float(np.trapezoid(np.abs(at[0] - at[1]), levels))


def _hold(signals: TrueSignals, spans: TrueSpans, definitions: MeasureDefinitions) -> float | None:
    end, rate_hz = spans.concentric[1], signals.rate_hz
    stop = min(end + int(definitions.hold_s[1] * rate_hz), len(signals.up_m))
    moving = (np.abs(signals.up_mps[end:stop]) > spans.slow_mps) | (
        np.abs(signals.forward_mps[end:stop]) > definitions.hold_forward_mps
    )
    if moving.any():
        stop = end + int(np.flatnonzero(moving)[0])
    if stop - end < definitions.hold_s[0] * rate_hz:
        return None
    t = np.arange(stop - end)
    line = np.polynomial.Polynomial.fit(t, signals.forward_m[end:stop], 1)
    return float(np.std(signals.forward_m[end:stop] - line(t)))


def _speed(
    signals: TrueSignals, spans: TrueSpans, definitions: MeasureDefinitions
) -> dict[str, float | None]:
    begin, end = spans.concentric
    height = signals.up_m[begin : end + 1]
    up_mps, rate_hz = signals.up_mps[begin : end + 1], signals.rate_hz
    rom_m, peak = float(height[-1] - height[0]), int(np.argmax(up_mps))
    part_m = definitions.part_fraction * rom_m
    first = _first_above(height, height[0] + part_m)
    last = int(np.flatnonzero(height < height[-1] - part_m)[-1]) + 1
    lockout_s = (len(height) - 1 - last) / rate_hz
    power = up_mps * (np.gradient(up_mps) * rate_hz + STANDARD_GRAVITY_MPS2)
    along = up_mps
    if signals.fixed_end:
        side = signals.forward_mps[begin : end + 1]
        power = power + side * np.gradient(side) * rate_hz
        along = np.sqrt(up_mps**2 + side**2)
    measures: dict[str, float | None] = {
        "start_ratio": part_m / (first / rate_hz) / float(up_mps[peak]),
        "lockout_ratio": part_m / lockout_s / float(up_mps[peak]),
        "lockout_velocity_mps": part_m / lockout_s,
        "lockout_s": lockout_s,
        "stall_fraction": _stall(up_mps, height, definitions),
        "peak_velocity_mps": float(along.max()),
        "time_to_peak_s": peak / rate_hz,
        "peak_specific_power_wpkg": float(power.max()),
        "spectral_arc_length": _arc_length(up_mps, rate_hz),
        "log_dimensionless_jerk": _jerk(up_mps, rate_hz),
        "eccentric_velocity_mps": None,
        "eccentric_s": None,
        "time_under_tension_s": None,
    }
    if spans.other is not None:
        a, b = spans.other
        measures["eccentric_s"] = (b - a) / rate_hz
        measures["eccentric_velocity_mps"] = abs(float(signals.up_m[b] - signals.up_m[a])) * rate_hz / (b - a)
        measures["time_under_tension_s"] = (spans.end - spans.start) / rate_hz
    return measures


def _arc_length(up_mps: FloatArray, rate_hz: float) -> float:
    """Minus the length of the normalised amplitude spectrum up to 10 Hz, as far as it exceeds 0.05."""
    frequency_hz = np.arange(0.0, 10.0, 0.01)
    t_s = np.arange(len(up_mps)) / rate_hz
    wave = np.exp(-2j * np.pi * frequency_hz[:, None] * t_s[None, ::4])
    amplitude = np.abs(wave @ up_mps[::4])
    amplitude = amplitude / amplitude[0]
    stop = int(np.flatnonzero(amplitude >= 0.05)[-1])
    return -float(np.sqrt(1 / stop**2 + np.diff(amplitude[: stop + 1]) ** 2).sum())


def _jerk(up_mps: FloatArray, rate_hz: float) -> float:
    """Minus the logarithm of T³/peak² times the integral of squared jerk."""
    jerk = np.gradient(np.gradient(up_mps)) * rate_hz**2
    duration_s = (len(up_mps) - 1) / rate_hz
    return -float(np.log(duration_s**3 / up_mps.max() ** 2 * (jerk**2).sum() / rate_hz))


def _stall(up_mps: FloatArray, height: FloatArray, definitions: MeasureDefinitions) -> float | None:
    """Height of the deepest dip of speed below the lower of the highest speeds before and after it."""
    lower = np.minimum(np.maximum.accumulate(up_mps), np.maximum.accumulate(up_mps[::-1])[::-1])
    low = int(np.argmax(lower - up_mps))
    least = max(definitions.dip_mps, definitions.dip_fraction * float(up_mps[: low + 1].max()))
    if lower[low] - up_mps[low] < least:
        return None
    return float((height[low] - height[0]) / (height[-1] - height[0]))


def _sides(
    signals: TrueSignals, spans: TrueSpans, definitions: MeasureDefinitions
) -> dict[str, float | None]:
    cut = slice(spans.concentric[0], spans.concentric[1] + 1)
    tilt = signals.tilt_rad[cut] - signals.tilt_rad[spans.start]
    return {
        "tilt_rad": float(np.abs(tilt).max()),
        "side_velocity_difference_mps": definitions.grip_m
        * float(np.abs(signals.tilt_rate_radps[cut]).max()),
        "tremor_mps2": float(np.sqrt((signals.shaking_mps2[cut] ** 2).mean())),
    }
