"""A radio for sensors that neither count nor stamp: connection events, retransmissions, stalls and losses."""

import math

import numpy as np

from ingest.devices.driver import DeviceSamples


def uncounted(first, k=5, rate_hz=200.0, ticks_us=None, gyro=True):
    """Samples whose x axis carries their number."""
    force = np.zeros((k, 3))
    force[:, 0] = first + np.arange(k)
    return DeviceSamples(
        sequence=None,
        sequence_wrap=0,
        ticks_us=ticks_us,
        tick_wrap=2**32,
        period_us=1e6 / rate_hz,
        specific_force_mps2=force,
        gyro_radps=np.zeros((k, 3)) if gyro else None,
    )


def sent_over(
    seed,
    seconds,
    *,
    k=5,
    rate_hz=200.0,
    rate_error=0.0,
    interval_s=0.03,
    packet_error=0.05,
    packets_per_event=1000,
    stalls=(),
    losses=(),
):
    """Return (samples, arrival) pairs of what arrives, with the true rate `rate_hz` * (1 + `rate_error`).

    In ``stalls`` nothing arrives and everything is kept; what is measured in ``losses`` never arrives.
    """
    rng = np.random.default_rng(seed)
    measured_s = (np.arange(int(seconds * rate_hz * (1 + rate_error) / k)) * k + k - 1) / (
        rate_hz * (1 + rate_error)
    )
    waiting = [
        (n, at_s)
        for n, at_s in enumerate(measured_s)
        if not any(begin_s <= at_s < end_s for begin_s, end_s in losses)
    ]
    event_s, sent = float(rng.uniform(0, interval_s)), []
    while waiting:
        stalled = any(begin_s <= event_s < end_s for begin_s, end_s in stalls)
        if not stalled and rng.random() >= packet_error:
            ready = sum(at_s <= event_s for _, at_s in waiting[:packets_per_event])
            sent += [(n, event_s + rng.exponential(0.001)) for n, _ in waiting[:ready]]
            del waiting[:ready]
        event_s += interval_s
        if waiting and waiting[0][1] > event_s:
            event_s += interval_s * math.floor((waiting[0][1] - event_s) / interval_s)
    arrivals_s = np.maximum.accumulate([arrival_s for _, arrival_s in sent])
    return [
        (uncounted(n * k, k, rate_hz), float(arrival_s))
        for (n, _), arrival_s in zip(sent, arrivals_s, strict=True)
    ]
