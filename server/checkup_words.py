"""What was found in a recording, in sentences for people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from analysis.bar_axis import option_text
from analysis.checkup import CheckupConfig, quiet_rests
from analysis.imu import STANDARD_GRAVITY_MPS2
from analysis.unit_check import Suspicion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.checkup import Checkup, Rest
    from server.examining import Examined
    from server.listening import Heard

MICRO_G_MPS2 = 1e-6 * STANDARD_GRAVITY_MPS2
SHOWN_EVENTS = 3
"""So many times are named; more are counted."""
QUIET = 0.5
"""Noise below this multiple of the data sheets' smallest is remarked upon."""

_SUSPICIONS = {
    Suspicion.FORCE_IN_G: "The acceleration looks like g, not like m/s².",
    Suspicion.NO_GRAVITY: "Gravity is missing: this is linear acceleration, not what an accelerometer feels.",
    Suspicion.FORCE_SCALE: "The acceleration has another scale than m/s²: gravity has the wrong size.",
    Suspicion.TURN_IN_DEGREES: "The rate of turn looks like degrees per second, not like rad/s.",
    Suspicion.TURN_REVERSED: "The gyroscope contradicts how gravity moves: its axes or signs are others.",
    Suspicion.NO_TURN: "The gyroscope never says anything.",
}


def findings(examined: Examined) -> list[tuple[str, str]]:
    """Say what was found.

    Parameters
    ----------
    examined : Examined
        A recording.

    Returns
    -------
    list of (str, str)
        Subject and sentences, in the order in which they matter.
    """
    checkup = examined.checkup
    if not checkup.samples:
        return [("recording", _nothing(examined))]
    quiet = quiet_rests(checkup.rests)
    told = [
        ("recording", _recording(examined)),
        ("import", " ".join(examined.header.findings)),
        ("units", " ".join(_SUSPICIONS[one] for one in checkup.suspicions)),
        ("rate", _rate(checkup, says_its_rate=examined.header.refused_packets is not None)),
        ("arrivals", _arrivals(examined)),
        ("packets", _packets(examined)),
        ("gaps", _gaps(checkup)),
        ("clipping", _clipping(checkup)),
        ("still", _still(checkup)),
        ("gravity", _gravity(quiet, checkup.orientations)),
        ("noise", _noise(quiet)),
        ("gyro bias", _bias(quiet)),
        ("mount", _mount(examined)),
    ]
    return [(subject, sentence) for subject, sentence in told if sentence]


def _nothing(examined: Examined) -> str:
    n = examined.counts.samples
    seen = f"{n} samples of an accelerometer without a gyroscope" if n else "No samples"
    return f"{seen}. File {examined.header.damage}."


def link_words(heard: Heard) -> str:
    """Say what the link to a sensor was like, as far as it told."""
    status = heard.status
    name = status.sensor_name or "sensor without a name"
    charge = status.battery_charge_fraction
    parts = [
        f"{name} at {status.address}, read by {heard.driver or 'no driver'}",
        "signal not told" if status.rssi_dbm is None else f"signal {status.rssi_dbm} dBm when it was found",
        "MTU not told" if status.mtu is None else f"MTU {status.mtu} bytes",
        "battery not told" if charge is None else f"battery {charge:.0%}",
    ]
    if status.connections > 1:
        parts.append(f"the link was lost {_counted(status.connections - 1, 'time')}")
    return f"{'; '.join(parts)}."


def in_one_line(checkup: Checkup) -> str:
    """Say the most important in one line, for a title."""
    if not checkup.samples:
        return "no samples"
    rate = checkup.rate.measured_hz
    parts = [
        f"{checkup.duration_s:.0f} s" if rate is None else f"{checkup.duration_s:.0f} s at {rate:.1f} Hz",
        _counted(len(checkup.gaps), "gap"),
        f"{checkup.clipping.samples} samples clipped" if checkup.clipping.samples else "nothing clipped",
        _counted(len(checkup.rests), "rest"),
    ]
    return ", ".join(parts)


def _counted(n: int, what: str) -> str:
    return f"{n or 'no'} {what}{'' if n == 1 else 's'}"


def _recording(examined: Examined) -> str:
    header, checkup = examined.header, examined.checkup
    when = f" of {header.started_at:%Y-%m-%d %H:%M %Z}" if header.started_at else ""
    model = f", sensor {header.info.model}" if header.info.model not in {"", header.kind} else ""
    return (
        f"{header.kind}{when}{model}: {checkup.samples} samples in {checkup.duration_s:.1f} s; "
        f"file {header.damage}."
    )


def _rate(checkup: Checkup, *, says_its_rate: bool) -> str:
    rate = checkup.rate
    if rate.measured_hz is None or rate.step_sd_s is None or rate.largest_step_s is None:
        return "Too few samples to tell."
    stated = f", {rate.nominal_hz:g} Hz stated" if says_its_rate else ""
    words = (
        f"{rate.measured_hz:.2f} Hz measured{stated}; steps between samples vary by "
        f"{1000 * rate.step_sd_s:.2f} ms, the longest that is no gap is {1000 * rate.largest_step_s:.1f} ms."
    )
    if rate.repeated_fraction > 0.001:
        words += f" {rate.repeated_fraction:.1%} of the samples repeat the one before."
    return words


def _arrivals(examined: Examined) -> str:
    arrivals = examined.arrivals
    if arrivals is None:
        return ""
    words = (
        f"{arrivals.packets} packets; 95 % come within "
        f"{1000 * arrivals.late_s:.0f} ms of the most punctual, the latest {1000 * arrivals.latest_s:.0f} ms "
        f"after it; longest silence {arrivals.longest_silence_s:.2f} s."
    )
    drift = examined.counts.drift_ppm
    return words if drift is None else f"{words} The sensor's clock is {_slow(drift)}."


def _slow(drift_ppm: float) -> str:
    return f"{abs(drift_ppm):.0f} parts per million {'slow' if drift_ppm > 0 else 'fast'}"


def _packets(examined: Examined) -> str:
    counts, refused = examined.counts, examined.header.refused_packets
    if refused is None:
        return ""
    odd = {
        "broke their protocol": refused,
        "came twice": counts.duplicates,
        "came too late": counts.late_packets,
    }
    parts = [f"{n} {what}" for what, n in odd.items() if n]
    if counts.restarts:
        parts.append(f"the sensor restarted {counts.restarts} times")
    return f"{', '.join(parts)}." if parts else "All were understood."


def _gaps(checkup: Checkup) -> str:
    if not checkup.gaps:
        return "None."
    share = checkup.lost_samples / (checkup.lost_samples + checkup.samples)
    longest = max(checkup.gaps, key=lambda gap: gap.end_s - gap.start_s)
    return (
        f"{_counted(len(checkup.gaps), 'gap')}, {checkup.lost_samples} samples ({share:.1%}) missing; the "
        f"longest is {longest.end_s - longest.start_s:.2f} s at {longest.start_s:.1f} s"
        f"{f' ({longest.reason})' if longest.reason else ''}."
    )


def _clipping(checkup: Checkup) -> str:
    clipping = checkup.clipping
    if not clipping.samples:
        return "None."
    axes = ", ".join(
        f"{axis} at ±{limit:.1f} {'m/s²' if axis[0] == 'a' else 'rad/s'} ({clipping.by_axis[axis]})"
        for axis, limit in clipping.limits.items()
    )
    events = clipping.intervals
    when = ", ".join(f"{start_s:.1f} s" for start_s, _ in events[:SHOWN_EVENTS])
    more = f" and {len(events) - SHOWN_EVENTS} more" if len(events) > SHOWN_EVENTS else ""
    return f"{clipping.samples} samples at a limit: {axes}; at {when}{more}."


def _still(checkup: Checkup) -> str:
    if not checkup.still_s:
        return "Never."
    if not checkup.rests:
        return f"{checkup.still_s:.1f} s in all, but never for a second."
    longest = max(checkup.rests, key=lambda rest: rest.duration_s)
    rocked = len(checkup.rests) - len(quiet_rests(checkup.rests))
    but = f" In {rocked} of them something still rocked; they are left out below." if rocked else ""
    return (
        f"{_counted(len(checkup.rests), 'still period')} of a second or more, {checkup.still_s:.1f} s still "
        f"in all; the longest is {longest.duration_s:.1f} s at {longest.start_s:.1f} s.{but}"
    )


def _gravity(rests: Sequence[Rest], orientations: int) -> str:
    if not rests:
        return ""
    sizes = [rest.gravity_mps2 for rest in rests]
    mean = float(np.mean(sizes))
    spread = f", {min(sizes):.3f} to {max(sizes):.3f} over the rests" if len(sizes) > 1 else ""
    ways = _counted(orientations, "orientation")
    return (
        f"{mean:.3f} m/s² at rest{spread}, in {ways}; true is about {STANDARD_GRAVITY_MPS2:.3f}, so it "
        f"is off by {1000 * (mean / STANDARD_GRAVITY_MPS2 - 1):+.1f} mg."
    )


def _noise(rests: Sequence[Rest]) -> str:
    if not rests:
        return ""
    usual = CheckupConfig().usual
    # The quietest tell the sensor's own noise: floors shake, and lifters lean on racks.
    accel = float(np.quantile([rest.accel_noise_mps2_rthz for rest in rests], 0.25))
    gyro = float(np.quantile([rest.gyro_noise_radps_rthz for rest in rests], 0.25))
    units = (MICRO_G_MPS2, math.radians(1e-3))
    (a_low, a_high), (g_low, g_high) = usual.accel_noise_mps2_per_rthz, usual.gyro_noise_radps_per_rthz
    margin = usual.noise_margin
    return (
        f"Accelerometer {accel / units[0]:.0f} µg/√Hz, {_compared(accel, a_low, a_high, margin)} "
        f"({a_low / units[0]:.0f} to {a_high / units[0]:.0f}); gyroscope {gyro / units[1]:.1f} m°/s/√Hz, "
        f"{_compared(gyro, g_low, g_high, margin)} ({g_low / units[1]:.1f} to {g_high / units[1]:.1f})."
    )


def _compared(noise: float, low: float, high: float, margin: float) -> str:
    if noise > margin * high:
        return "more than any data sheet says"
    if noise < QUIET * low:
        return "less than any data sheet says: filtered, rounded or computed"
    return "as data sheets of such sensors say" if noise <= high else "a little more than data sheets say"


def _bias(rests: Sequence[Rest]) -> str:
    if not rests:
        return ""
    every = np.degrees([rest.gyro_radps for rest in rests])
    x, y, z = (float(value) for value in every.mean(axis=0))
    moved = f"; it wandered by {np.ptp(every, axis=0).max():.2f} °/s" if len(rests) > 1 else ""
    return f"{x:+.2f}, {y:+.2f}, {z:+.2f} °/s{moved}."


def _mount(examined: Examined) -> str:
    guess, stated = examined.checkup.mount, examined.header.mount
    words = f"Taken for: {stated.position.value} (as recorded, paired or said with --mount)."
    if guess.across_radps is None or guess.share is None or guess.rolled_rad is None:
        return f"{words} It moved for {guess.moving_s:.1f} s, too little to tell."
    fits = " or ".join(one.value for one in guess.positions)
    words += f" Suspected: {fits or 'the motion does not tell bar from wrist'}"
    words += (
        f" ({guess.share:.0%} of the turning about one axis, {math.degrees(guess.across_radps):.0f} °/s "
        f"across it, rolled by {math.degrees(guess.rolled_rad):.0f}°)."
    )
    axis = guess.bar_axis
    if axis.axis is not None and axis.sd_rad is not None:
        words += (
            f" Bar along {option_text(axis.axis)} or its opposite in the sensor, "
            f"± {math.degrees(axis.sd_rad):.1f}°."
        )
    elif axis.reason:
        words += f" No bar axis: {axis.reason}."
    return words
