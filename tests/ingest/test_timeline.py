import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.imu import Gap, ImuBlock
from ingest.devices.driver import DeviceSamples
from ingest.timeline import DROPPED, LOST, RESTARTED, Timeline

K = 10
PERIOD_US = 5000
PACKET_S = K * PERIOD_US * 1e-6


def packet(n, *, first_us=1_000_000, k=K, period_us=PERIOD_US, sequence=None, **extra):
    """The n-th packet of a perfect sensor; the x axis carries the sample number."""
    force = np.zeros((k, 3))
    force[:, 0] = n * k + np.arange(k)
    return DeviceSamples(
        sequence=(n if sequence is None else sequence) % 65536,
        sequence_wrap=65536,
        ticks_us=(first_us + n * k * period_us) % 2**32,
        tick_wrap=2**32,
        period_us=period_us,
        specific_force_mps2=force,
        gyro_radps=np.zeros((k, 3)),
        **extra,
    )


def run(packets, timeline=None):
    """Push (samples, arrival) pairs and flush."""
    timeline = timeline or Timeline()
    items = [item for samples, arrival_s in packets for item in timeline.push(samples, arrival_s)]
    return items + timeline.flush(), timeline


def blocks(items):
    return [item for item in items if isinstance(item, ImuBlock)]


def numbers(items):
    return np.concatenate([block.specific_force_mps2[:, 0] for block in blocks(items)]).astype(int)


def gaps(items):
    return [item for item in items if isinstance(item, Gap)]


def on_time(indices, **extra):
    return [(packet(n, **extra), 100 + n * PACKET_S) for n in indices]


def synthetic_link(seed, *, seconds, clock_ppm, odr_error, interval_s=0.015, per=0.05, stall=0.002):
    """Arrivals over a radio with connection events, retransmissions and rare host stalls; true times too."""
    rng = np.random.default_rng(seed)
    period_s = PERIOD_US * 1e-6 * (1 + odr_error)
    count = int(seconds / (K * period_s))
    first_true_s = np.arange(count) * K * period_s
    complete_s = first_true_s + (K - 1) * period_s
    phase_s = rng.uniform(0, interval_s)
    event_s = np.ceil((complete_s - phase_s) / interval_s) * interval_s + phase_s
    event_s += (rng.geometric(1 - per, count) - 1) * interval_s
    event_s[rng.random(count) < stall] += rng.uniform(0.05, 0.4)
    arrival_s = np.maximum.accumulate(event_s + 0.0005 + rng.exponential(0.001, count))
    packets = []
    for n in range(count):
        force = np.zeros((K, 3))
        packets.append(
            DeviceSamples(
                sequence=n % 65536,
                sequence_wrap=65536,
                ticks_us=round(first_true_s[n] * (1 + clock_ppm * 1e-6) * 1e6) + 3_700_000,
                tick_wrap=2**32,
                period_us=round(period_s * (1 + clock_ppm * 1e-6) * 1e6),
                specific_force_mps2=force,
                gyro_radps=force,
            )
        )
    true_s = (first_true_s[:, None] + np.arange(K) * period_s).ravel()
    return packets, arrival_s, true_s


@pytest.mark.parametrize("clock_ppm", [-50, 0, 50])
@pytest.mark.parametrize("odr_error", [-0.005, 0.0013, 0.005])
@pytest.mark.parametrize("seconds", [30, 180])
def test_sample_times_are_within_a_millisecond_of_the_true_instants(clock_ppm, odr_error, seconds):
    packets, arrival_s, true_s = synthetic_link(1, seconds=seconds, clock_ppm=clock_ppm, odr_error=odr_error)
    items, timeline = run(zip(packets, arrival_s, strict=True))
    t_s = np.concatenate([block.t_s for block in blocks(items)])
    error_s = t_s - true_s
    assert np.std(error_s) < 1e-3  # the requirement: 1 ms RMS up to a constant
    expected_hz = 1 / (PERIOD_US * 1e-6 * (1 + odr_error))
    assert timeline.counts.sample_rate_hz == pytest.approx(expected_hz, rel=60e-6)  # the clock's own error


def test_drift_is_measured_within_three_standard_deviations():
    for seed in range(5):
        packets, arrival_s, _ = synthetic_link(seed, seconds=300, clock_ppm=30, odr_error=0.002)
        _, timeline = run(zip(packets, arrival_s, strict=True))
        counts = timeline.counts
        assert counts.drift_sd_ppm is not None
        assert counts.drift_ppm == pytest.approx(-30, abs=3 * counts.drift_sd_ppm + 1)
        assert counts.drift_sd_ppm < 5


def test_a_perfect_stream_starts_at_zero_and_keeps_every_sample():
    items, timeline = run(on_time(range(50)))
    assert numbers(items).tolist() == list(range(500))
    t_s = np.concatenate([block.t_s for block in blocks(items)])
    assert t_s[0] == 0
    assert np.diff(t_s) == pytest.approx(0.005, rel=1e-4)
    assert timeline.counts.lost_samples == 0
    assert [block.first_index for block in blocks(items)] == list(range(0, 500, 10))


def test_missing_packets_become_a_gap_with_the_number_of_lost_samples():
    items, timeline = run(on_time([0, 1, 2, 7, 8]))
    (gap,) = gaps(items)
    assert (gap.missing, gap.reason) == (40, LOST)
    assert gap.start_s == pytest.approx(0.145, abs=1e-5)
    assert gap.end_s == pytest.approx(0.350, abs=1e-5)
    assert blocks(items)[-2].first_index == 70
    assert timeline.counts.lost_samples == 40
    assert timeline.counts.sample_rate_hz == pytest.approx(200, rel=1e-4)


def test_packets_that_the_sensor_dropped_are_counted_as_its_own():
    packets = [*on_time([0, 1]), (packet(4, dropped=2), 100.2)]
    items, timeline = run(packets)
    assert gaps(items)[0].reason == DROPPED
    assert timeline.counts.dropped_by_sensor == 20


@pytest.mark.parametrize("order", [[0, 2, 1, 3], [0, 3, 2, 1, 4], [0, 2, 3, 1, 4], [0, 1, 1, 2, 2, 3]])
def test_neighbours_that_the_host_swapped_or_repeated_are_put_right(order):
    arrivals = [(packet(n), 100 + i * PACKET_S) for i, n in enumerate(order)]
    items, timeline = run(arrivals)
    assert numbers(items).tolist() == list(range((max(order) + 1) * K))
    assert not gaps(items)
    assert timeline.counts.duplicates == len(order) - len(set(order))


def test_a_packet_that_comes_after_its_place_was_given_out_is_left_out():
    items, timeline = run([(packet(n), 100 + i * PACKET_S) for i, n in enumerate([0, 2, 3, 4, 1, 5])])
    assert numbers(items).tolist() == [n for n in range(60) if not 10 <= n < 20]
    assert timeline.counts.late_packets == 1


def test_clock_and_sequence_may_wrap():
    count = 200
    first_us = 2**32 - 3_000_000
    packets = [(packet(n, first_us=first_us, sequence=65500 + n), 100 + n * PACKET_S) for n in range(count)]
    items, timeline = run(packets)
    assert numbers(items).tolist() == list(range(count * K))
    assert timeline.counts.restarts == 0
    assert not gaps(items)


def test_a_link_lost_for_longer_than_the_clock_takes_to_wrap_is_measured_by_arrival():
    away = int(80 * 60 / PACKET_S)  # 80 minutes; the counter wraps after 71.6
    items, timeline = run(on_time([0, 1, away, away + 1]))
    (gap,) = gaps(items)
    assert gap.missing == (away - 2) * K
    assert timeline.counts.restarts == 0


@pytest.mark.parametrize("flag", [True, False])
def test_a_sensor_that_restarts_is_anchored_by_arrival_and_nobody_knows_what_was_lost(flag):
    before = on_time(range(200))
    after = [
        (packet(n, first_us=200_000, restarted=flag and n == 0), 100 + 200 * PACKET_S + 3 + n * PACKET_S)
        for n in range(5)
    ]
    items, timeline = run(before + after)
    (gap,) = gaps(items)
    assert (gap.missing, gap.reason) == (0, RESTARTED)
    assert gap.end_s - gap.start_s == pytest.approx(3, abs=0.06)
    assert timeline.counts.restarts == 1
    assert timeline.counts.samples == 205 * K


def test_a_stall_of_the_host_is_neither_a_gap_nor_a_restart():
    packets = on_time(range(20)) + [(packet(n), 100 + 20 * PACKET_S + 8 + n * 1e-4) for n in range(20, 200)]
    items, timeline = run(packets)
    assert not gaps(items)
    assert timeline.counts.restarts == 0


def test_what_was_given_out_never_changes_when_more_comes():
    packets, arrival_s, _ = synthetic_link(4, seconds=40, clock_ppm=50, odr_error=0.003)
    whole, _ = run(zip(packets, arrival_s, strict=True))
    half, _ = run(zip(packets[:300], arrival_s[:300], strict=True))
    for a, b in zip(blocks(half), blocks(whole), strict=False):
        np.testing.assert_array_equal(a.t_s, b.t_s)


anything = st.builds(
    DeviceSamples,
    sequence=st.integers(0, 65535),
    sequence_wrap=st.just(65536),
    ticks_us=st.integers(0, 2**32 - 1) | st.integers(0, 10**6),
    tick_wrap=st.just(2**32),
    period_us=st.integers(1, 65535),
    specific_force_mps2=st.just(np.zeros((3, 3))),
    gyro_radps=st.just(np.zeros((3, 3))),
    dropped=st.integers(0, 255),
    restarted=st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(anything, st.floats(0, 10)), max_size=30))
def test_time_never_runs_backwards_whatever_the_sensor_sends(stream):
    arrival_s = 0.0
    packets = []
    for samples, step_s in stream:
        arrival_s += step_s
        packets.append((samples, arrival_s))
    items, timeline = run(packets)
    last_s = -math.inf
    for item in items:
        if isinstance(item, Gap):
            assert item.start_s == pytest.approx(last_s)
            assert item.end_s >= item.start_s
        elif isinstance(item, ImuBlock):
            assert item.t_s[0] > last_s
            last_s = item.t_s[-1]
    counts = timeline.counts
    assert counts.samples + 3 * (counts.duplicates + counts.late_packets) == 3 * len(stream)
