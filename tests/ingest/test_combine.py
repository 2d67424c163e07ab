import numpy as np
import pytest

from analysis.imu import Gap, ImuBlock
from ingest.imports.combine import combine
from ingest.imports.imported import Track
from ingest.timeline import RESTARTED


def force(t_s):
    t_s = np.asarray(t_s, dtype=np.float64)
    return Track(t_s, np.stack([t_s, np.zeros(len(t_s)), np.full(len(t_s), 9.81)], axis=1))


def turn(t_s):
    t_s = np.asarray(t_s, dtype=np.float64)
    return Track(t_s, np.stack([2 * t_s, t_s, -t_s], axis=1))


def blocks(stream):
    return [item for item in stream.items if isinstance(item, ImuBlock)]


def gaps(stream):
    return [item for item in stream.items if isinstance(item, Gap)]


def test_the_rate_of_turn_is_interpolated_at_the_times_of_the_accelerometer():
    stream = combine(force(np.arange(400) * 0.01), turn(np.arange(101) * 0.04))
    assert stream is not None
    t_s = np.concatenate([block.t_s for block in blocks(stream)])
    rates = np.concatenate([block.gyro_radps for block in blocks(stream)])
    np.testing.assert_allclose(rates[:, 0], 2 * t_s, atol=1e-9)
    assert stream.counts.samples == 400
    assert stream.counts.sample_rate_hz == pytest.approx(100)


def test_nothing_is_interpolated_across_a_gap_of_the_gyroscope():
    gyro_s = np.delete(np.arange(200) * 0.02, slice(100, 110))
    stream = combine(force(np.arange(390) * 0.01), turn(gyro_s))
    assert stream is not None
    (gap,) = gaps(stream)
    assert (gap.start_s, gap.end_s) == pytest.approx((1.98, 2.2))
    assert gap.missing == 21
    for block in blocks(stream):
        np.testing.assert_allclose(block.gyro_radps[:, 0], 2 * block.t_s, atol=1e-9)


def test_missing_samples_of_the_accelerometer_are_a_gap():
    accel_s = np.delete(np.arange(400) * 0.01, slice(150, 200))
    stream = combine(force(accel_s), turn(np.arange(400) * 0.01))
    assert stream is not None
    assert [gap.missing for gap in gaps(stream)] == [50]
    assert stream.counts.lost_samples == 50
    assert stream.counts.sample_rate_hz == pytest.approx(100)


def test_only_the_time_of_both_channels_counts_and_begins_at_zero():
    stream = combine(force(np.arange(500) * 0.01), turn(1 + np.arange(300) * 0.01))
    assert stream is not None
    assert stream.first_s == pytest.approx(1.0)
    assert blocks(stream)[0].t_s[0] == 0
    assert stream.counts.duration_s == pytest.approx(2.99)


def test_a_restart_is_a_gap_of_which_nobody_knows_how_much_was_lost():
    t_s = np.concatenate([np.arange(300) * 0.01, 12.99 + np.arange(300) * 0.01])
    stream = combine(force(t_s), turn(t_s), (12.99,))
    assert stream is not None
    (gap,) = gaps(stream)
    assert (gap.missing, gap.reason) == (0, RESTARTED)
    assert stream.counts.restarts == 1
    assert stream.counts.lost_samples == 0
    assert stream.counts.sample_rate_hz == pytest.approx(100)


@pytest.mark.parametrize("gyro_s", [np.arange(300) * 0.01 + 60, np.arange(50) * 0.01])
def test_channels_with_less_than_a_second_in_common_are_no_recording(gyro_s):
    assert combine(force(np.arange(300) * 0.01), turn(gyro_s)) is None
