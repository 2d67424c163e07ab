from dataclasses import replace

import numpy as np
import pytest

from firmware_sim.errors import InvalidSettingError
from firmware_sim.mems import MemsSettings, MemsStream
from firmware_sim.mems_models import MemsUnit, draw_unit, mems_by_name
from firmware_sim.motion import PointFeel
from firmware_sim.offline import simulate_offline
from firmware_sim.scenarios import single_set, still

DELAY_S = 0.0023  # no whole number of samples at any rate


def unit_of(name: str, delay_s: float) -> MemsUnit:
    return replace(draw_unit(mems_by_name(name), np.random.default_rng(4)), accel_delay_s=delay_s)


def shaken(t_s: np.ndarray) -> PointFeel:
    """3 Hz in every axis, each with its own phase."""
    angle = 2 * np.pi * 3.0 * t_s[:, None] + np.arange(6)
    return PointFeel(5.0 * np.sin(angle[:, :3]), 2.0 * np.sin(angle[:, 3:]))


def test_an_ideal_sensor_reads_the_force_of_earlier_and_the_turn_of_now():
    scenario = single_set("power_clean", 1, 60.0, seed=7, mems="ideal", accel_delay_s=DELAY_S)
    recording = simulate_offline(scenario)
    rotation, t_s = scenario.mount.rotation, recording.t_true_s
    force = scenario.feel(t_s - DELAY_S).specific_force_mps2 @ rotation
    assert np.allclose(recording.specific_force_mps2, force, atol=1e-12)
    assert np.array_equal(recording.gyro_radps, scenario.feel(t_s).gyro_radps @ rotation)
    assert np.abs(force - scenario.feel(t_s).specific_force_mps2 @ rotation).max() > 1.0


def test_a_filtered_sensor_reads_what_an_earlier_stream_reads():
    quiet = replace(mems_by_name("ideal"), lowpass_odr_fraction=0.42)
    unit = draw_unit(quiet, np.random.default_rng(4))
    late = MemsStream(shaken, np.eye(3), replace(unit, accel_delay_s=DELAY_S), MemsSettings(), 1.0).read(400)
    early = MemsStream(shaken, np.eye(3), unit, MemsSettings(), 1.0 - DELAY_S).read(400)
    now = MemsStream(shaken, np.eye(3), unit, MemsSettings(), 1.0).read(400)
    assert np.allclose(late.values[:, :3], early.values[:, :3], atol=1e-9)
    assert np.array_equal(late.values[:, 3:], now.values[:, 3:])


@pytest.mark.parametrize("delay_s", [0.0005, 0.0023, 0.007])
def test_the_phase_between_force_and_turn_is_the_delay(delay_s):
    stream = MemsStream(shaken, np.eye(3), unit_of("ideal", delay_s), MemsSettings(), 0.0)
    samples = stream.read(2000)
    tone = np.exp(-2j * np.pi * 3.0 * samples.t_s)  # 30 whole periods
    phase = np.angle((tone @ samples.values[:, 0]) / (tone @ samples.values[:, 3])) + 3.0
    assert -phase / (2 * np.pi * 3.0) == pytest.approx(delay_s, abs=1e-9)


def test_the_gyroscope_bends_under_the_force_of_now():
    bent = replace(mems_by_name("ideal"), g_sensitivity_radps_per_mps2=1e-3)
    unit = draw_unit(bent, np.random.default_rng(4))
    late, now = (
        MemsStream(shaken, np.eye(3), replace(unit, accel_delay_s=delay_s), MemsSettings(), 0.0).read(100)
        for delay_s in (DELAY_S, 0.0)
    )
    assert np.array_equal(late.values[:, 3:], now.values[:, 3:])


def test_no_delay_is_bit_for_bit_the_sensor_without_the_option():
    plain = single_set("deadlift", 1, 100.0, seed=7)
    zero = single_set("deadlift", 1, 100.0, seed=7, accel_delay_s=0.0)
    assert np.array_equal(simulate_offline(plain).raw, simulate_offline(zero).raw)


@pytest.mark.parametrize("delay_s", [-0.001, 2.0, np.nan])
def test_impossible_delays_are_refused(delay_s):
    with pytest.raises(InvalidSettingError, match="accel_delay_s"):
        still(1.0, accel_delay_s=delay_s)
