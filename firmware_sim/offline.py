"""A scenario as the analysis would get it over a perfect radio, truth beside it; no Bluetooth, no waiting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from firmware_sim.mems import BoolArray, Int16Array, to_physical

if TYPE_CHECKING:
    from firmware_sim.curves import FloatArray
    from firmware_sim.scenarios import Scenario, ScheduledSet

CHUNK_SAMPLES = 2000


@dataclass(frozen=True, slots=True, eq=False)
class OfflineRecording:
    """Every sample of a scenario.

    Attributes
    ----------
    sample_rate_hz : float
        Nominal, Hz.
    t_true_s : (N,) float64, s
        True instants, scenario time.
    t_s : (N,) float64, s
        The same instants by the sensor's clock since its first sample.
    raw : (N, 6) int16
        As in the packets.
    specific_force_mps2, gyro_radps : (N, 3) float64, sensor frame
        As a decoder would get them, quantised.
    clipped : (N,) bool
        Some axis was at its limit since the sample before.
    kept : (N,) bool
        The sample arrived; the radio lost the others.
    bar_axis, lever_m : tuple of 3 float
        Sensor frame, as the user would state them.
    sets : tuple of ScheduledSet
        With truths, in scenario time.
    position_m, velocity_mps : (N, 3) float64, bar frame
        True motion of the bar's axis at the sensor's place.
    pitch_rad : (N,) float64
        True pitch of the shaft.
    """

    sample_rate_hz: float
    t_true_s: FloatArray
    t_s: FloatArray
    raw: Int16Array
    specific_force_mps2: FloatArray
    gyro_radps: FloatArray
    clipped: BoolArray
    kept: BoolArray
    bar_axis: tuple[float, float, float]
    lever_m: tuple[float, float, float]
    sets: tuple[ScheduledSet, ...]
    position_m: FloatArray
    velocity_mps: FloatArray
    pitch_rad: FloatArray


def simulate_offline(
    scenario: Scenario, tail_s: float = 0.0, *, loss_fraction: float = 0.0, packet_samples: int = 10
) -> OfflineRecording:
    """Run a scenario from its start to ``tail_s`` after its end.

    Parameters
    ----------
    scenario : Scenario
        What happens.
    tail_s : float
        Stillness after it, s.
    loss_fraction : float
        Part of the packets that the radio loses, in bursts, 0 to 0.5.
    packet_samples : int
        Samples of a packet.

    Raises
    ------
    InvalidSettingError
        From the sensor's settings.
    """
    stream = scenario.stream()
    count = max(int((scenario.duration_s + tail_s) / stream.period_s), 1)
    parts = [stream.read(min(CHUNK_SAMPLES, count - at)) for at in range(0, count, CHUNK_SAMPLES)]
    t_true_s = np.concatenate([part.t_s for part in parts])
    raw = np.concatenate([part.raw for part in parts])
    quantised = scenario.unit.model.quantised
    values = (
        to_physical(raw, scenario.settings) if quantised else np.concatenate([part.values for part in parts])
    )
    point = scenario.axis_point(t_true_s)
    return OfflineRecording(
        sample_rate_hz=float(scenario.settings.rate_hz),
        t_true_s=t_true_s,
        t_s=(t_true_s - t_true_s[0]) * (1 + scenario.unit.clock_error_fraction),
        raw=raw,
        specific_force_mps2=values[:, :3].copy(),
        gyro_radps=values[:, 3:].copy(),
        clipped=np.concatenate([part.clipped for part in parts]),
        kept=_kept(count, loss_fraction, packet_samples, (scenario.seed, 5, crc32(scenario.name.encode()))),
        bar_axis=scenario.bar_axis,
        lever_m=scenario.lever_m,
        sets=scenario.sets,
        position_m=point.position_m,
        velocity_mps=point.velocity_mps,
        pitch_rad=point.pitch_rad,
    )


def _kept(count: int, loss_fraction: float, packet_samples: int, seed: tuple[int, ...]) -> BoolArray:
    """Mark the samples that arrive: a two-state (Gilbert) channel, bursts of two packets on average."""
    rng = np.random.default_rng(seed)
    stays_bad = 0.5
    turns_bad = loss_fraction * (1 - stays_bad) / max(1 - loss_fraction, 0.5)
    packets = -(-count // packet_samples)
    lost = np.zeros(packets, dtype=np.bool_)
    for k in range(1, packets):
        lost[k] = rng.random() < (stays_bad if lost[k - 1] else turns_bad)
    return ~np.repeat(lost, packet_samples)[:count]
