from dataclasses import replace

import numpy as np
import pytest

from firmware_sim.errors import InvalidSettingError, UnknownMemsError
from firmware_sim.mems import MemsSettings, MemsStream, to_physical
from firmware_sim.mems_models import IDEAL, PRESETS, draw_unit, mems_by_name
from firmware_sim.motion import PointFeel, resting_feel

DEFAULT = MemsSettings()


def at_rest(t_s: np.ndarray) -> PointFeel:
    return resting_feel(len(t_s))


def stream_of(model, feel=at_rest, settings=DEFAULT, seed=1) -> MemsStream:
    unit = draw_unit(model, np.random.default_rng(seed))
    return MemsStream(feel, np.eye(3), unit, settings, 0.0)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_at_rest_reads_one_g_within_its_stated_errors(name):
    samples = stream_of(mems_by_name(name)).read(400)
    mean = samples.values[:, :3].mean(axis=0)
    # Five sigma of 12 mg bias and 0.6 % scale in length; 1 dps of gyro bias plus g-sensitivity.
    assert np.linalg.norm(mean) == pytest.approx(9.80665, abs=5 * np.hypot(0.118, 0.059))
    assert np.abs(samples.values[:, 3:].mean(axis=0)).max() < np.deg2rad(1.3)


def test_an_ideal_sensor_reads_exactly_the_truth():
    samples = stream_of(IDEAL).read(50)
    assert samples.values[:, 2] == pytest.approx(9.80665, abs=1e-12)
    assert np.diff(samples.t_s) == pytest.approx(0.005)
    assert not samples.clipped.any()


def test_result_does_not_depend_on_how_the_stream_is_cut():
    model = mems_by_name("LSM6DSO")
    whole = stream_of(model).read(300)
    cut = stream_of(model)
    parts = [cut.read(count) for count in (1, 7, 92, 200)]
    assert np.array_equal(whole.raw, np.concatenate([part.raw for part in parts]))
    assert np.array_equal(whole.t_s, np.concatenate([part.t_s for part in parts]))


@pytest.mark.parametrize("name", ["BMI160", "BMI270", "LSM6DSO", "ICM-42688"])
def test_noise_after_the_low_pass_has_the_density_of_the_data_sheet(name):
    model = replace(mems_by_name(name), accel_drift_mps2=0.0, gyro_drift_radps=0.0)
    samples = stream_of(model).read(20000)
    noise = samples.values.std(axis=0)
    # A second-order Butterworth passes 1.11 times its corner of 84 Hz.
    bandwidth_hz = 1.11 * 0.42 * 200
    assert noise[:3] == pytest.approx(model.accel_noise_mps2_rthz * np.sqrt(bandwidth_hz), rel=0.06)
    assert noise[3:] == pytest.approx(model.gyro_noise_radps_rthz * np.sqrt(bandwidth_hz), rel=0.06)


def test_clipping_happens_before_the_low_pass_and_is_reported():
    def blow(t_s: np.ndarray) -> PointFeel:
        feel = resting_feel(len(t_s))
        feel.specific_force_mps2[(t_s > 0.5) & (t_s < 0.502), 2] = 400.0
        return feel

    samples = stream_of(replace(IDEAL, lowpass_odr_fraction=0.42, clipped=True), blow).read(200)
    assert samples.clipped.sum() in (1, 2)
    # 2 ms of 16 g through an 84 Hz low-pass: corrupted, but nowhere near the full scale.
    assert samples.values[:, 2].max() < 0.9 * 16 * 9.80665


def test_raw_numbers_mean_what_the_protocol_says():
    settings = MemsSettings(accel_range_g=4, gyro_range_dps=250)
    samples = stream_of(replace(IDEAL, quantised=True), settings=settings).read(3)
    assert samples.raw[0].tolist() == [0, 0, 8192, 0, 0, 0]
    assert to_physical(samples.raw, settings)[0, 2] == pytest.approx(9.80665)


def test_clock_and_rate_errors_stay_within_their_tolerance_and_differ_between_parts():
    units = [draw_unit(mems_by_name("BMI270"), np.random.default_rng(seed)) for seed in range(50)]
    rates = np.array([unit.odr_error_fraction for unit in units])
    clocks = np.array([unit.clock_error_fraction for unit in units])
    assert 0.002 < np.abs(rates).max() <= 0.005
    assert 20e-6 < np.abs(clocks).max() <= 50e-6
    period = MemsStream(at_rest, np.eye(3), units[0], MemsSettings(), 0.0).period_s
    assert period == pytest.approx(0.005 / (1 + rates[0]))


def test_skipped_samples_leave_time_running():
    stream = stream_of(IDEAL)
    stream.read(10)
    stream.skip(90)
    assert stream.read(1).t_s[0] == pytest.approx(0.5)


def test_unknown_presets_and_settings_are_refused():
    with pytest.raises(UnknownMemsError, match="BMI270"):
        mems_by_name("MPU6050")
    with pytest.raises(InvalidSettingError) as caught:
        MemsSettings(rate_hz=0)
    assert caught.value.setting == "rate_hz"
