import numpy as np
import pytest

from ingest.clock_fit import ClockFit, ClockFitConfig


def feed(fit, *, seconds, drift, start_s=0.0, delay_s=0.0, seed=0):
    rng = np.random.default_rng(seed)
    for device_s in np.arange(start_s, start_s + seconds, 0.05):
        fit.add(device_s, device_s * (1 + drift) + delay_s + rng.uniform(0, 0.015))


def test_the_rate_is_one_before_there_is_data():
    fit = ClockFit(ClockFitConfig())
    assert fit.drift_fraction == 0
    feed(fit, seconds=9, drift=0.01)  # one window closed: no slope yet
    assert fit.drift_fraction == 0


def test_a_drift_is_found_and_its_uncertainty_shrinks():
    fit = ClockFit(ClockFitConfig())
    feed(fit, seconds=30, drift=40e-6)
    early_sd = fit.drift_sd_fraction
    feed(fit, seconds=270, drift=40e-6, start_s=30)
    assert fit.drift_sd_fraction < early_sd / 5
    assert fit.drift_fraction == pytest.approx(40e-6, abs=3 * fit.drift_sd_fraction)


def test_a_new_link_with_another_delay_does_not_bend_the_slope():
    fit = ClockFit(ClockFitConfig())
    feed(fit, seconds=120, drift=20e-6)
    fit.new_segment()
    feed(fit, seconds=120, drift=20e-6, start_s=150, delay_s=0.2)
    assert fit.drift_fraction == pytest.approx(20e-6, abs=10e-6)


def test_stamps_that_make_no_sense_cannot_run_the_clock_away():
    config = ClockFitConfig()
    fit = ClockFit(config)
    feed(fit, seconds=120, drift=-0.5)
    assert fit.drift_fraction == -config.limit_fraction
