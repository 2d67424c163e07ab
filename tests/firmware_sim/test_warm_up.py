from dataclasses import replace

import numpy as np
import pytest

from firmware_sim.errors import InvalidSettingError
from firmware_sim.mems import MemsSettings
from firmware_sim.mems_models import IDEAL, PRESETS, MemsModel, draw_unit
from firmware_sim.offline import simulate_offline
from firmware_sim.scenarios import single_set, still
from firmware_sim.warm_up import WarmUp

WARMING = WarmUp(rise_k=12.0, time_constant_s=60.0)
# The only error it has is its temperature's.
NOTHING_ELSE = replace(IDEAL, accel_bias_mps2_per_k=2.5e-3, gyro_bias_radps_per_k=np.deg2rad(0.015))


def still_values(warm_up: WarmUp, mems: MemsModel = NOTHING_ELSE):
    settings = MemsSettings(rate_hz=50)
    scenario = still(300.0, seed=3, mems=mems, settings=settings, warm_up=warm_up)
    recording = simulate_offline(scenario)
    return scenario, recording, np.hstack((recording.specific_force_mps2, recording.gyro_radps))


def test_a_still_sensor_shows_the_exponential_of_every_axis():
    scenario, recording, warm = still_values(WARMING)
    cold = still_values(WarmUp())[2]
    grown = 12.0 * (1 - np.exp(-recording.t_true_s / 60.0))
    assert np.allclose(warm - cold, grown[:, None] * scenario.unit.bias_per_k, rtol=1e-9, atol=1e-12)
    assert np.abs(warm[0] - cold[0]).max() == 0.0


def test_what_is_left_falls_to_a_third_in_every_time_constant():
    _, recording, warm = still_values(WARMING)
    at = [int(np.searchsorted(recording.t_true_s, t_s)) for t_s in (0.0, 60.0, 120.0, 180.0)]
    steps = np.diff(warm[at], axis=0)
    assert np.allclose(steps[1:] / steps[:-1], np.exp(-1), rtol=1e-3)


def test_twice_as_warm_is_twice_the_change_and_colder_is_the_other_way():
    cold, warm, twice, colder = (
        still_values(replace(WARMING, rise_k=rise_k))[2] for rise_k in (0.0, 12.0, 24.0, -12.0)
    )
    assert np.allclose(twice - cold, 2 * (warm - cold), atol=1e-12)
    assert np.allclose(colder - cold, cold - warm, atol=1e-12)


def test_before_the_scenario_begins_nothing_has_warmed():
    assert not WARMING.warmer_by(np.array([-100.0, 0.0])).any()


@pytest.mark.parametrize(
    ("name", "mg_per_k", "dps_per_k"),
    [
        ("BMI160", 1.0, 0.05),
        ("BMI270", 0.25, 0.015),
        ("LSM6DSO", 0.1, 0.010),
        ("ICM-42688", 0.15, 0.005),
    ],
)
def test_parts_of_a_kind_spread_as_its_data_sheet_says(name, mg_per_k, dps_per_k):
    drawn = np.array([draw_unit(PRESETS[name], np.random.default_rng(k)).bias_per_k for k in range(400)])
    expected = np.repeat((mg_per_k * 9.80665e-3, np.deg2rad(dps_per_k)), 3)
    # 400 parts: 3.5 % standard error of a spread, 5 % of a spread of a mean.
    assert drawn.std(axis=0) == pytest.approx(expected, rel=0.15)
    assert np.abs(drawn.mean(axis=0) / expected).max() < 0.2


def test_an_ideal_sensor_knows_no_temperature():
    assert np.array_equal(still_values(WARMING, IDEAL)[2], still_values(WarmUp(), IDEAL)[2])


def test_warmth_moves_no_other_draw():
    plain = single_set("deadlift", 1, 100.0, seed=7)
    warm = single_set("deadlift", 1, 100.0, seed=7, warm_up=WARMING)
    # The last number that a part draws, before temperature was simulated.
    assert plain.unit.noise_seed == warm.unit.noise_seed == 6656222498334161003
    assert np.array_equal(plain.unit.bias_per_k, warm.unit.bias_per_k)
    same = single_set("deadlift", 1, 100.0, seed=7, warm_up=WarmUp(rise_k=0.0, time_constant_s=5.0))
    assert np.array_equal(simulate_offline(plain).raw, simulate_offline(same).raw)


@pytest.mark.parametrize(("rise_k", "time_constant_s"), [(1.0, 0.0), (1.0, np.inf), (np.nan, 60.0)])
def test_impossible_warmth_is_refused(rise_k, time_constant_s):
    with pytest.raises(InvalidSettingError):
        WarmUp(rise_k, time_constant_s)
