from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.imu import Gap, ImuBlock, SensorInfo
from analysis.samples import SampleBuffer, samples_of

INFO = SensorInfo(100.0)


def ramp(start: int, count: int) -> ImuBlock:
    """Samples whose every value tells their index."""
    index = np.arange(start, start + count, dtype=np.float64)
    return ImuBlock(
        index / 100.0, np.tile(index[:, None] * 1e-3, 3), np.tile(-index[:, None] * 1e-3, 3), start
    )


@given(st.lists(st.integers(1, 700), min_size=1, max_size=12))
def test_growth_keeps_every_sample_however_the_stream_is_cut(lengths):
    buffer, start = SampleBuffer(INFO), 0
    for length in lengths:
        buffer.append(ramp(start, length))
        start += length
    samples = buffer.samples()
    whole = samples_of([ramp(0, start)], INFO)
    assert len(buffer) == len(samples) == start
    np.testing.assert_array_equal(samples.t_s, whole.t_s)
    np.testing.assert_array_equal(samples.specific_force_mps2, whole.specific_force_mps2)
    np.testing.assert_array_equal(samples.gyro_radps, whole.gyro_radps)


@given(st.integers(1, 1500), st.integers(0, 2000))
def test_keep_last_keeps_the_newest_and_tells_how_many_went(count, keep):
    buffer = SampleBuffer(INFO)
    buffer.append(ramp(0, count))
    dropped = buffer.keep_last(keep)
    assert dropped == max(count - keep, 0)
    assert len(buffer) == count - dropped
    np.testing.assert_array_equal(buffer.samples().t_s, np.arange(dropped, count) / 100.0)
    buffer.append(ramp(count, 3))
    assert buffer.last_t_s == (count + 2) / 100.0


def test_empty_buffer_has_no_time_and_the_nominal_rate():
    buffer = SampleBuffer(INFO)
    assert buffer.last_t_s is None
    assert buffer.samples().rate_hz == 100.0
    buffer.append(ramp(0, 5))
    buffer.clear()
    assert len(buffer) == 0


def test_rate_is_measured_not_nominal():
    block = ImuBlock(np.arange(50) / 98.0, np.ones((50, 3)), np.zeros((50, 3)))
    assert samples_of([block], INFO).rate_hz == pytest.approx(98.0)


def test_short_gap_is_bridged_by_a_straight_line_and_marked_lost():
    buffer = SampleBuffer(INFO)
    buffer.append(ramp(0, 10))
    after = ramp(13, 5)
    buffer.bridge(Gap(0.09, 0.13, 3), after)
    buffer.append(after)
    samples = buffer.samples()
    np.testing.assert_allclose(samples.specific_force_mps2[:, 0], np.arange(18) * 1e-3, atol=1e-12)
    np.testing.assert_allclose(samples.t_s, np.arange(18) / 100.0, atol=1e-12)
    np.testing.assert_array_equal(np.flatnonzero(samples.lost), [10, 11, 12])
    assert not samples.clipped.any()


def test_nothing_is_bridged_before_the_first_sample_or_where_nothing_is_known_to_be_missing():
    buffer = SampleBuffer(INFO)
    buffer.bridge(Gap(0.0, 0.1, 9), ramp(10, 5))
    assert len(buffer) == 0
    buffer.append(ramp(0, 5))
    buffer.bridge(Gap(0.04, 0.1, 0), ramp(10, 5))
    assert len(buffer) == 5


@pytest.mark.parametrize("sign", [-1.0, 1.0])
@pytest.mark.parametrize("axis", range(3))
def test_samples_at_either_limit_of_any_axis_are_clipped(axis, sign):
    force, gyro = np.zeros((4, 3)), np.zeros((4, 3))
    force[1, axis] = sign * INFO.accel_range_mps2
    gyro[2, axis] = sign * INFO.gyro_range_radps
    samples = samples_of([ImuBlock(np.arange(4) / 100.0, force, gyro)], INFO)
    np.testing.assert_array_equal(samples.clipped, [False, True, True, False])


def test_part_cuts_everything_alike():
    samples = samples_of([ramp(0, 20)], INFO)
    part = samples.part(5, 9)
    assert len(part) == 4
    assert part.dt_s == samples.dt_s
    np.testing.assert_array_equal(part.t_s, samples.t_s[5:9])
    np.testing.assert_array_equal(part.gyro_radps, samples.gyro_radps[5:9])


def test_what_the_buffer_hands_out_is_a_copy():
    buffer = SampleBuffer(INFO)
    buffer.append(ramp(0, 5))
    buffer.samples().t_s[:] = -1.0
    assert buffer.last_t_s == 0.04
