import numpy as np
import pytest

from ingest.imports.imported import Track, track
from ingest.imports.stamps import StampConfig, StampError, in_order

RNG = np.random.default_rng(11)


def channel(t_s):
    t_s = np.asarray(t_s, dtype=np.float64)
    return Track(t_s, RNG.normal(size=(len(t_s), 3)))


def test_good_stamps_are_left_as_they_are():
    one = channel(np.arange(500) * 0.01)
    found = in_order({"accel": one, "gyro": channel(np.arange(250) * 0.02)})
    np.testing.assert_array_equal(found.tracks["accel"].t_s, one.t_s)
    np.testing.assert_array_equal(found.tracks["accel"].values, one.values)
    assert found.notes == ()
    assert found.restarts_s == ()


def test_swapped_rows_are_put_in_order():
    one = channel(np.arange(500) * 0.01)
    order = np.arange(500)
    order[[100, 101, 102, 103]] = [102, 103, 100, 101]
    found = in_order({"accel": Track(one.t_s[order], one.values[order])})
    np.testing.assert_array_equal(found.tracks["accel"].values, one.values)
    assert "out of order" in found.notes[0]


def test_a_single_impossible_stamp_is_left_out():
    t_s = np.arange(500) * 0.01
    t_s[200], t_s[300] = 1e6, -50.0
    found = in_order({"accel": channel(t_s)})
    assert len(found.tracks["accel"]) == 498
    assert found.tracks["accel"].t_s[-1] == pytest.approx(4.99)


def test_rows_that_came_twice_count_once():
    one = channel(np.repeat(np.arange(500), np.where(np.arange(500) % 50 == 7, 2, 1)) * 0.01)
    found = in_order({"accel": one})
    np.testing.assert_allclose(found.tracks["accel"].t_s, np.arange(500) * 0.01)


def test_stamps_of_packets_are_spread_over_their_time_and_anew_after_a_gap():
    true_s = np.concatenate([np.arange(400), np.arange(600, 1000)]) * 0.01
    stamped_s = np.ceil(true_s / 0.1 - 1e-9) * 0.1  # ten samples share the time of their packet
    found = in_order({"accel": channel(stamped_s)})
    t_s = found.tracks["accel"].t_s
    assert len(t_s) == 800
    lag_s = t_s - true_s
    assert np.ptp(lag_s) < 0.02
    assert np.diff(t_s)[399] == pytest.approx(2.01, abs=0.02)
    np.testing.assert_allclose(np.delete(np.diff(t_s), 399), 0.01, rtol=0.02)
    assert "share a stamp" in found.notes[0]


def test_old_values_that_are_written_again_are_no_new_samples():
    one = channel(np.arange(300) * 0.02)
    twice = Track(np.arange(600, dtype=np.float64) * 0.01, np.repeat(one.values, 2, axis=0))
    found = in_order({"accel": twice})
    np.testing.assert_allclose(found.tracks["accel"].values, one.values)


def test_a_sensor_that_truly_reads_the_same_keeps_its_samples():
    still = Track(np.arange(600, dtype=np.float64) * 0.01, np.tile([0.0, 0.0, 9.81], (600, 1)))
    assert len(in_order({"accel": still}).tracks["accel"]) == 600


def test_a_clock_that_began_anew_parts_two_stretches_in_all_channels_alike():
    t_s = np.concatenate([np.arange(300), np.arange(400)]) * 0.01
    slow_s = np.concatenate([np.arange(150), np.arange(200)]) * 0.02
    found = in_order({"accel": channel(t_s), "gyro": channel(slow_s)})
    (restart_s,) = found.restarts_s
    pause_s = StampConfig().pause_s
    assert restart_s == pytest.approx(2.99 + pause_s)
    for one in found.tracks.values():
        assert (np.diff(one.t_s) > 0).all()
        assert np.diff(one.t_s).max() >= pause_s
    assert "began anew 1 times" in found.notes[0]


@pytest.mark.parametrize(
    ("t_s", "what"),
    [
        ([0.0], "too few samples"),
        (np.zeros(50), "stands still|too few"),
        (np.arange(50) * 60.0, "no motion sensor"),
        (np.arange(50) * 1e-7, "no motion sensor"),
        (np.tile(np.arange(10) * 0.5, 40), "jumps back|no motion sensor"),
        ([*(np.arange(100) * 0.01), 9e8], "jumps by .* days"),
    ],
)
def test_stamps_that_are_no_times_are_refused(t_s, what):
    with pytest.raises(StampError, match=what):
        in_order({"accel": channel(t_s)})


def test_channels_whose_clocks_began_anew_differently_are_refused():
    t_s = np.concatenate([np.arange(300), np.arange(400)]) * 0.01
    with pytest.raises(StampError, match="at different times"):
        in_order({"accel": channel(t_s), "gyro": channel(np.arange(400) * 0.01)})


def test_rows_without_all_their_numbers_are_left_out_and_counted():
    values = np.ones((6, 3))
    values[2, 1], values[3, 0], values[4, 2] = np.nan, np.inf, 1e300
    found = track(np.array([0, 1, 2, 3, 4, np.nan]), values)
    assert found.t_s.tolist() == [0, 1]
    assert found.dropped == 4
