"""Laws of the timeline for sensors that do not count, and for those that have no clock either."""

import numpy as np
import pytest

from analysis.imu import Gap, ImuBlock
from ingest.items import AccelBlock
from ingest.timeline import LOST, NOT_COUNTED, RESTARTED, Timeline
from tests.ingest.uncounted import sent_over, uncounted

RATE_HZ = 200.0


def run(sent, renewed_s=()):
    """Push (samples, arrival) pairs; new connections begin at ``renewed_s``."""
    timeline, items, renewals = Timeline(), [], list(renewed_s)
    for samples, arrival_s in sent:
        while renewals and arrival_s >= renewals[0]:
            timeline.link_renewed()
            del renewals[0]
        items += timeline.push(samples, arrival_s)
    return items + timeline.flush(), timeline


def blocks(items):
    return [item for item in items if isinstance(item, ImuBlock | AccelBlock)]


def gaps(items):
    return [item for item in items if isinstance(item, Gap)]


def numbers(items):
    return np.concatenate([block.specific_force_mps2[:, 0] for block in blocks(items)])


def times_s(items):
    return np.concatenate([block.t_s for block in blocks(items)])


def assert_lawful(items, sent):
    """Every sample once and in order, time runs forward, indices go on by samples and by what is missing."""
    np.testing.assert_array_equal(
        numbers(items), np.concatenate([samples.specific_force_mps2[:, 0] for samples, _ in sent])
    )
    assert np.all(np.diff(times_s(items)) > 0)
    index = 0
    for item in items:
        if isinstance(item, Gap):
            assert item.start_s < item.end_s
            index += item.missing
        else:
            assert item.first_index == index
            index += len(item)


@pytest.mark.parametrize("rate_error", [0.0, 0.01, -0.01])
@pytest.mark.parametrize("k", [1, 3, 10])
def test_without_a_clock_stalls_make_no_gap_and_losses_their_length(k, rate_error):
    losses = [(8, 8.3), (14, 15), (20, 25)]
    stalls = [(3, 3.2), (6, 6.4), (11, 11.3), (17, 17.4), (28, 28.4)]
    sent = sent_over(k, 32, k=k, rate_error=rate_error, stalls=stalls, losses=losses)
    items, timeline = run(sent)
    assert_lawful(items, sent)
    missing = [gap.missing for gap in gaps(items)]
    true_rate_hz = RATE_HZ * (1 + rate_error)
    assert len(missing) == len(losses)
    for told, (begin_s, end_s) in zip(missing, losses, strict=True):
        # Whole packets are lost, and the radio jitters by half an interval of 30 ms.
        assert told == pytest.approx((end_s - begin_s) * true_rate_hz, abs=k + 3)
    assert {gap.reason for gap in gaps(items)} == {NOT_COUNTED}
    counts = timeline.counts
    assert counts.sample_rate_hz == pytest.approx(true_rate_hz, rel=2e-3)
    assert counts.lost_samples == sum(missing)
    assert counts.drift_ppm is None


@pytest.mark.parametrize("rate_error", [0.0, 0.01, -0.01])
def test_without_a_clock_times_stay_with_the_sensor(rate_error):
    """To 30 ms over a minute with losses and a new connection, where 1 % by the label would be 0.6 s."""
    sent = sent_over(11, 60, k=5, rate_error=rate_error, losses=[(20, 22), (40, 43)])
    items, _ = run(sent, renewed_s=[43])
    true_s = numbers(items) / (RATE_HZ * (1 + rate_error))
    error_s = times_s(items) - true_s
    assert np.ptp(error_s) < 0.03


def test_without_a_clock_a_new_connection_is_a_gap_of_its_length():
    sent = sent_over(12, 30, k=5, losses=[(10, 13.5), (20, 28)])
    items, _ = run(sent, renewed_s=[13.5, 28])
    assert [gap.missing for gap in gaps(items)] == [pytest.approx(700, abs=8), pytest.approx(1600, abs=8)]


def test_without_a_clock_the_same_packets_give_the_same_items():
    sent = sent_over(13, 15, k=5, losses=[(5, 6)], stalls=[(8, 8.4)])
    (once, _), (again, _) = run(sent), run(sent)
    np.testing.assert_array_equal(times_s(once), times_s(again))
    assert gaps(once) == gaps(again)


def stamped(indices, *, first_us=1_000_000, k=8, rate_hz=104.0, tick_us=1000, **extra):
    """Packets of a sensor that stamps in ms and does not count, as they would arrive on time."""
    return [
        (
            uncounted(
                n * k,
                k,
                rate_hz,
                ticks_us=round((first_us + n * k * 1e6 / rate_hz) / tick_us) * tick_us % 2**32,
                **extra,
            ),
            50 + n * k / rate_hz,
        )
        for n in indices
    ]


def test_stamps_in_whole_milliseconds_make_no_gap():
    sent = stamped(range(300))
    items, timeline = run(sent)
    assert_lawful(items, sent)
    assert gaps(items) == []
    assert timeline.counts.sample_rate_hz == pytest.approx(104.0, rel=1e-4)


def test_stamps_of_a_sensor_that_is_three_percent_off_its_label_make_no_gap():
    for rate_hz in (101.0, 107.0):
        true = stamped(range(300), rate_hz=rate_hz)
        sent = [
            (uncounted(n * 8, 8, 104.0, ticks_us=samples.ticks_us), arrival_s)
            for n, (samples, arrival_s) in enumerate(true)
        ]
        items, _ = run(sent)
        assert gaps(items) == []
        assert np.all(np.diff(times_s(items)) > 0)
        assert times_s(items)[-1] == pytest.approx(2399 / rate_hz, abs=0.01)


def test_a_loss_shows_in_the_stamps_exactly():
    sent = stamped([n for n in range(200) if n not in {50, 90, 91, 150}])
    items, _ = run(sent)
    assert_lawful(items, sent)
    assert [gap.missing for gap in gaps(items)] == [8, 16, 8]
    assert {gap.reason for gap in gaps(items)} == {LOST}


def test_a_stamp_that_comes_twice_gives_no_sample_twice():
    sent = stamped(range(50))
    items, timeline = run([*sent[:30], sent[29], *sent[30:]])
    assert_lawful(items, sent)
    assert timeline.counts.duplicates == 1


def test_neighbours_that_the_host_swapped_are_put_back():
    sent = stamped(range(50))
    swapped = [*sent[:20], sent[21], sent[20], *sent[22:]]
    items, _ = run(swapped)
    assert_lawful(items, sent)
    assert gaps(items) == []


def test_stamps_run_on_across_their_wrap():
    sent = stamped(range(50), first_us=2**32 - 1_000_000, tick_us=1)
    items, _ = run(sent)
    assert_lawful(items, sent)
    assert gaps(items) == []


def test_a_clock_that_begins_anew_is_a_restart_of_unknown_length():
    before = stamped(range(50))
    after = [(samples, arrival_s + 10) for samples, arrival_s in stamped(range(50), first_us=5000)]
    items, timeline = run([*before, *after])
    assert timeline.counts.restarts == 1
    assert [(gap.missing, gap.reason) for gap in gaps(items)] == [(0, RESTARTED)]


def test_samples_without_a_gyroscope_keep_their_times_and_their_kind():
    sent = stamped(range(20), gyro=False)
    items, _ = run(sent)
    assert all(isinstance(item, AccelBlock) for item in items)
    np.testing.assert_array_equal(times_s(items), times_s(run(stamped(range(20)))[0]))
