import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.devices.pairing import PacketPairing, StampedPairing, StampedPairingConfig, StampedSamples

PERIOD_US = 5000.0


def stamped(first, count, *, shift_us=0.0, slope=1.0, at_limit=()):
    """Samples number `first` on; each axis is a straight line in time."""
    t_us = (first + np.arange(count)) * PERIOD_US + shift_us
    values = t_us[:, None] * np.array([1.0, -2.0, 0.5]) * slope
    return StampedSamples(t_us, values, np.isin(first + np.arange(count), at_limit), PERIOD_US)


def run(pairing, frames):
    """Push frames, ("a" or "g", samples); return what comes out."""
    return [
        pair
        for stream, samples in frames
        for pair in (pairing.push_accel(samples) if stream == "a" else pairing.push_gyro(samples))
    ]


def times(pairs):
    return [
        pair.first_us + index * pair.period_us
        for pair in pairs
        for index in range(len(pair.specific_force_mps2))
    ]


@pytest.mark.parametrize("shift_us", [0.0, 1.0, 2500.0, 4999.0])
def test_the_gyroscope_is_interpolated_to_the_accelerometer_s_times(shift_us):
    frames = [
        item
        for n in range(0, 40, 4)
        for item in (("a", stamped(n, 4, slope=3.0)), ("g", stamped(n, 4, shift_us=shift_us)))
    ]
    pairs = run(StampedPairing(), frames)
    at_us = np.array(times(pairs))
    # A sample before the first of the gyroscope has none on one side.
    np.testing.assert_allclose(at_us, np.arange(0 if shift_us == 0 else 1, 40) * PERIOD_US, atol=1e-6)
    rates = np.concatenate([pair.gyro_radps for pair in pairs if pair.gyro_radps is not None])
    np.testing.assert_allclose(rates, at_us[:, None] * np.array([1.0, -2.0, 0.5]), atol=1e-6)
    forces = np.concatenate([pair.specific_force_mps2 for pair in pairs])
    np.testing.assert_allclose(forces, 3 * rates, atol=1e-5)


@settings(max_examples=200, deadline=None)
@given(
    kept=st.lists(st.booleans(), min_size=40, max_size=40),
    shift=st.floats(0, 1),
    late=st.integers(0, 3),
)
def test_nothing_is_interpolated_across_a_gap_whatever_is_lost(kept, shift, late):
    frames = [("a", stamped(n, 4)) for n in range(0, 80, 4)]
    gyro = [("g", stamped(n, 4, shift_us=shift * PERIOD_US)) for n in range(0, 80, 4)]
    order = [item for n in range(20) for item in (frames[n : n + 1] + gyro[max(n - late, 0) :][:1])]
    lost = [index for index, keep in enumerate(kept) if not keep]
    sent = [item for index, item in enumerate(order) if index not in lost]
    seen, known, pairing = [], [], StampedPairing()
    last = {"a": -1.0, "g": -1.0}
    for stream, samples in sent:
        if samples.t_us[0] <= last[stream]:
            continue  # the driver leaves out what is repeated
        last[stream] = samples.t_us[-1]
        if stream == "g":
            known += list(samples.t_us)
        seen += run(pairing, [(stream, samples)])
    for at_us in times(seen):
        before = [t for t in known if t <= at_us]
        after = [t for t in known if t >= at_us]
        assert before
        assert after
        assert min(after) - max(before) <= PERIOD_US * 1.001
    assert times(seen) == sorted(times(seen))


def test_a_gyroscope_that_never_comes_does_not_hold_back_for_ever():
    pairing = StampedPairing()
    alone = []
    held = 0
    for n in range(0, 4000, 40):
        alone += pairing.push_accel(stamped(n, 40))
        held = max(held, n + 40 - sum(len(pair.specific_force_mps2) for pair in alone))
    assert all(pair.gyro_radps is None for pair in alone)
    assert sum(len(pair.specific_force_mps2) for pair in alone) == 4000 - 1200  # the last 6 s still wait
    assert held <= 1240


def test_a_gyroscope_that_falls_silent_costs_samples_and_comes_back():
    pairing = StampedPairing()
    frames = [("a", stamped(0, 40)), ("g", stamped(0, 40))]
    frames += [("a", stamped(n, 40)) for n in range(40, 2000, 40)]
    frames += [("g", stamped(1960, 40)), ("a", stamped(2000, 40)), ("g", stamped(2000, 40))]
    pairs = run(pairing, frames)
    assert all(pair.gyro_radps is not None for pair in pairs)
    assert times(pairs) == [n * PERIOD_US for n in [*range(40), *range(1960, 2040)]]


@pytest.mark.parametrize("stream", ["a", "g"])
def test_one_stream_alone_keeps_a_bounded_number_of_samples(stream):
    config = StampedPairingConfig(held_samples=100, patience_s=1e9)
    pairing = StampedPairing(config)
    run(pairing, [("g", stamped(0, 4)), *((stream, stamped(n, 4)) for n in range(4, 2000, 4))])
    gyro = pairing._gyro
    assert gyro is not None
    assert sum(map(len, pairing._accel)) <= 104
    assert len(gyro) <= 104


def test_a_limit_of_either_neighbour_counts():
    pairing = StampedPairing()
    pairs = run(
        pairing,
        [("a", stamped(0, 8, at_limit=(1,))), ("g", stamped(0, 8, shift_us=2500.0, at_limit=(4,)))],
    )
    assert sum(pair.clipped for pair in pairs) == 3  # its own, and the two beside the gyroscope's


def packet(first):
    values = np.arange(first, first + 3, dtype=np.float64)[:, None] * np.ones(3)
    return values, np.zeros(3, dtype=bool)


def run_packets(sent):
    """Push packets like "a0", "g0"; return (number of the accelerometer's, of the gyroscope's, missing)."""
    pairing, found = PacketPairing(), []
    for name in sent:
        push = pairing.push_accel if name[0] == "a" else pairing.push_gyro
        for pair in push(*packet(3 * int(name[1:]))):
            gyro = None if pair.gyro_radps is None else round(pair.gyro_radps[0, 0] / 3)
            found.append((round(pair.specific_force_mps2[0, 0] / 3), gyro, pair.missing))
    return found


def in_turn(numbers):
    return [f"{stream}{number}" for number in numbers for stream in "ag"]


def without(sent, *lost):
    return [name for name in sent if name not in lost]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("a0 g0 a1 g1", [(0, 0, 0), (1, 1, 0)]),
        ("g0 a1 g1", [(1, 1, 0)]),
        ("a0 a1 a2 g2", [(2, 2, 0)]),  # the gyroscope starts later
        ("a0 a0 g0 g0 a1 a1 g1 g1", [(0, 0, 0), (1, 1, 0)]),  # a host that repeats
    ],
)
def test_packets_without_times_are_paired_by_their_count(sent, expected):
    assert run_packets(sent.split()) == expected


@pytest.mark.parametrize(
    ("lost", "missing"),
    [
        (["g60"], {61: 3}),
        (["a60"], {61: 3}),
        (["g60", "g61", "g62"], {63: 9}),
        (["a60", "a61"], {62: 6}),
        (["g60", "a85"], {61: 3, 86: 3}),
        (["a60", "g85"], {61: 3, 86: 3}),
    ],
)
def test_what_one_stream_loses_the_other_tells_and_no_pair_is_wrong(lost, missing):
    found = run_packets(without(in_turn(range(120)), *lost))
    assert all(accel == gyro for accel, gyro, _ in found)
    assert {accel: count for accel, _, count in found if count} == missing
    numbers = {accel for accel, _, _ in found}
    assert {int(name[1:]) for name in lost}.isdisjoint(numbers)
    assert len(found) == 120 - len(lost)


@pytest.mark.parametrize("seed", range(20))
def test_packets_that_come_in_changing_order_are_no_loss(seed):
    """Both at nearly the same instants: now one comes first, now the other, some by more than a packet."""
    draw = np.random.default_rng(seed)
    at = [(number + draw.normal(0, 0.3), f"a{number}") for number in range(2000)]
    at += [(number + draw.normal(0, 0.3), f"g{number}") for number in range(2000)]
    # Packets of one stream keep their order.
    order = iter(sorted(at))
    streams = [name[0] for _, name in order]
    count = {"a": 0, "g": 0}
    sent = []
    for stream in streams:
        sent.append(f"{stream}{count[stream]}")
        count[stream] += 1
    found = run_packets(sent)
    assert sum(missing for _, _, missing in found) == 0
    assert len({accel - gyro for accel, gyro, _ in found[64:]}) == 1  # a constant shift
    assert len(found) >= 1980


@pytest.mark.parametrize("seed", range(10))
def test_a_lost_packet_among_changing_orders_is_told_and_made_up_for(seed):
    draw = np.random.default_rng(seed)
    sent = [str(name) for n in range(400) for name in draw.permutation([f"a{n}", f"g{n}"])]
    (shift,) = {accel - gyro for accel, gyro, _ in run_packets(sent)[64:]}
    found = run_packets(without(sent, "g200"))
    assert sum(missing for _, _, missing in found) == 3
    wrong = [accel for accel, gyro, _ in found[64:] if accel - gyro != shift]
    assert len(wrong) <= 24  # until the mean of the last 24 packets tells


def test_packets_of_a_gyroscope_that_never_comes_do_not_hold_back_the_accelerometer_s():
    found = run_packets([f"a{n}" for n in range(300)])
    assert found == [(n, None, 0) for n in range(200, 300)]
    found = run_packets([*(f"a{n}" for n in range(300)), "a300", "g300", "a301", "g301"])
    assert found[-2:] == [(300, None, 0), (301, 301, 0)]


def test_packets_of_a_gyroscope_that_falls_silent_are_missing_until_it_is_back():
    silent = [f"g{number}" for number in range(80, 180)]
    found = run_packets(without(in_turn(range(300)), *silent))
    assert sum(missing for _, _, missing in found) == 300
    assert [accel for accel, gyro, _ in found if accel == gyro][-100:] == list(range(200, 300))
    assert len([1 for accel, gyro, _ in found if accel != gyro]) <= 8


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from("ag"), max_size=600))
def test_any_order_of_packets_keeps_a_bounded_number(streams):
    pairing = PacketPairing()
    for number, stream in enumerate(streams):
        (pairing.push_accel if stream == "a" else pairing.push_gyro)(*packet(number))
        assert len(pairing._waiting) <= 160
        assert len(pairing._held) < 24


def test_packets_of_different_lengths_are_not_paired():
    pairing = PacketPairing()
    pairing.push_accel(*packet(0))
    assert pairing.push_gyro(np.zeros((1, 3)), np.zeros(1, dtype=bool)) == []
