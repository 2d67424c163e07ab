"""The count of a sensor without a clock, against a radio whose losses and stalls are known."""

from itertools import pairwise

import numpy as np
import pytest

from ingest.counted_clock import CountedClock, CountedClockConfig
from tests.ingest.uncounted import sent_over, uncounted

PERIOD_S = 0.005


def count(sent, drift_fraction=0.0):
    clock, counted = CountedClock(), []
    for samples, arrival_s in sent:
        counted += clock.push(samples, arrival_s, drift_fraction)
    return counted + clock.flush(drift_fraction)


def number(packet):
    return round(packet.samples.specific_force_mps2[0, 0])


def gaps(counted):
    """Missing samples by the count and in truth, wherever one of them has any."""
    found = []
    for before, after in pairwise(counted):
        told = round((after.device_s - before.end_s) / PERIOD_S)
        true = number(after) - number(before) - len(before.samples)
        if told or true:
            found.append((told, true))
    return found


@pytest.mark.parametrize("interval_s", [0.015, 0.03, 0.045])
@pytest.mark.parametrize("k", [1, 3, 10])
def test_losses_are_counted_to_the_jitter_of_the_radio(k, interval_s):
    losses = [(5, 5.3), (8, 8.6), (12, 13), (16, 18), (20, 25)]
    sent = sent_over(k, 28, k=k, interval_s=interval_s, losses=losses)
    found = gaps(count(sent))
    assert len(found) == len(losses)
    for told, true in found:
        # The least late packet of 0.4 s waits for an event much less than an interval: half of one is ample.
        assert abs(told - true) * PERIOD_S <= interval_s / 2 + PERIOD_S


@pytest.mark.parametrize("interval_s", [0.015, 0.03, 0.045])
@pytest.mark.parametrize("k", [1, 10])
def test_stalls_with_bursts_are_no_losses(k, interval_s):
    stalls = [(3 + 2 * n, 3 + 2 * n + 0.05 * n) for n in range(1, 9)]
    assert gaps(count(sent_over(k, 24, k=k, interval_s=interval_s, stalls=stalls))) == []


def test_a_burst_that_comes_slowly_is_waited_for():
    """Of ten packets in an event six are needed: 0.4 s take another 0.6 s, longer than a burst may pause."""
    stalls = [(5, 5.4), (10, 10.4), (15, 15.4)]
    assert gaps(count(sent_over(2, 20, k=1, packets_per_event=10, stalls=stalls))) == []


def test_losses_with_little_between_them_are_counted_each():
    losses = [(5, 5.5), (5.7, 6.2), (10, 10.4), (10.5, 11.5)]
    found = gaps(count(sent_over(3, 15, k=1, losses=losses)))
    assert len(found) == 4
    assert all(abs(told - true) <= 3 for told, true in found)  # half an interval of 30 ms


def test_a_loss_within_a_stall_is_what_remains_after_the_burst():
    found = gaps(count(sent_over(4, 10, k=1, stalls=[(5, 5.4)], losses=[(5.1, 5.3)])))
    assert sum(told for told, _ in found) == pytest.approx(40, abs=3)


def test_a_loss_without_a_silence_is_counted_within_two_seconds():
    """0.15 s are no silence; the place is late, the number is right, and it is told once."""
    counted = count(sent_over(5, 15, k=1, losses=[(6, 6.15)]))
    told = [(number(counted), missing) for counted, missing in told_gaps(counted)]
    assert len(told) == 1
    at, missing = told[0]
    assert missing == pytest.approx(30, abs=3)
    assert 1200 <= at <= 1600


def told_gaps(counted):
    return [
        (after, round((after.device_s - before.end_s) / PERIOD_S))
        for before, after in pairwise(counted)
        if round((after.device_s - before.end_s) / PERIOD_S)
    ]


def test_many_losses_without_a_silence_do_not_slow_the_time_down():
    """A sensor that loses every second packet: the count keeps up with the host to about a second."""
    sent = [pair for n, pair in enumerate(sent_over(6, 20, k=1)) if n % 2]
    counted = count(sent)
    behind_s = [packet.arrival_s - packet.device_s for packet in counted]
    assert max(behind_s[1000:]) - behind_s[0] < 1.0
    assert np.all(np.diff([packet.device_s for packet in counted]) > 0)


@pytest.mark.parametrize("rate_error", [0.01, -0.01])
def test_a_known_rate_error_is_not_added_to_a_loss(rate_error):
    """5 s at 202 or 198 Hz are 1010 or 990 samples, not 1000."""
    sent = sent_over(7, 14, k=1, rate_error=rate_error, losses=[(6, 11)])
    ((told, true),) = gaps(count(sent, 1 / (1 + rate_error) - 1))
    assert abs(told - true) <= 3
    assert abs(true - 1000) == pytest.approx(10, abs=1)


def test_a_rate_error_of_one_percent_that_nobody_knows_yet_is_no_loss():
    for rate_error in (0.01, -0.01):
        assert gaps(count(sent_over(8, 20, k=1, rate_error=rate_error, interval_s=0.045))) == []


def test_an_hour_of_counting_does_not_make_a_loss_of_a_better_drift():
    clock, sent = CountedClock(), sent_over(9, 10, k=5)
    hour_s = 3600.0
    for n in range(0, 720_000, 500):  # an hour in large packets
        clock.push(uncounted(n, 500), (n + 500) * PERIOD_S, 0.0)
    counted = []
    for samples, arrival_s in sent:
        drift = 0.0 if arrival_s < 5 else 1e-4  # 0.36 s over an hour
        counted += clock.push(samples, hour_s + arrival_s + (0.3 if arrival_s >= 5 else 0.0), drift)
    counted += clock.flush(1e-4)
    # The one thing that happened is a pause of 0.3 s.
    assert [missing for _, missing in told_gaps(counted)] == [pytest.approx(60, abs=3)]


def test_every_packet_is_given_once_in_order_and_none_is_held_for_long():
    sent = sent_over(10, 30, k=1, stalls=[(5, 5.4), (9, 9.4)], losses=[(12, 13), (13.3, 14), (20, 21)])
    clock, given, longest_s = CountedClock(), [], 0.0
    for samples, arrival_s in sent:
        out = clock.push(samples, arrival_s, 0.0)
        longest_s = max([longest_s, *(arrival_s - packet.arrival_s for packet in out)])
        given += out
    given += clock.flush(0.0)
    assert [packet.samples for packet in given] == [samples for samples, _ in sent]
    assert [packet.arrival_s for packet in given] == [arrival_s for _, arrival_s in sent]
    assert longest_s <= CountedClockConfig().longest_s + 0.1
    assert clock.flush(0.0) == []


def test_a_flush_gives_what_is_held_with_what_is_known():
    clock = CountedClock()
    for n in range(400):
        clock.push(uncounted(n, 1), (n + 1) * PERIOD_S, 0.0)
    assert clock.push(uncounted(600, 1), 601 * PERIOD_S, 0.0) == []
    (packet,) = clock.flush(0.0)
    assert packet.device_s == pytest.approx(600 * PERIOD_S)
