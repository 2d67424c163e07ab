import numpy as np
import pytest

from firmware_sim.devices.openbarbell_protocol import (
    Instrument,
    InstrumentConfig,
    MeasuredRep,
    encode_float,
    group,
    ticks,
)

CONFIG = InstrumentConfig()


def lift(t_s, height_m, instrument=None):
    """What the instrument makes of a path: movements begun, and repetitions."""
    instrument = instrument or Instrument()
    begun, reps = 0, []
    for at_s, upwards in ticks(t_s, height_m, CONFIG.tick_um):
        t_us = round(at_s * 1e6)
        if upwards:
            begun += instrument.up(t_us)
        elif (rep := instrument.down(t_us)) is not None:
            reps.append(rep)
    return begun, reps


def smooth_rep(rom_m=0.6, up_s=1.0, start_s=2.0):
    """Half a cosine up, a hold of 0.5 s, and down again; mean rom/up, peak pi/2 times that."""
    t_s = np.arange(0.0, start_s + 4.0, 0.001)
    phase = np.clip((t_s - start_s) / up_s, 0, 1)
    back = np.clip((t_s - start_s - up_s - 0.5) / 2.0, 0, 1)
    return t_s, rom_m * 0.5 * (1 - np.cos(np.pi * phase)) - rom_m * 0.5 * (1 - np.cos(np.pi * back))


def test_float32_little_endian_by_hand():
    # -3456 = -1.6875 * 2^11: sign 1, exponent 138 = 0x8A, fraction 0.6875 = 0x580000.
    assert encode_float(-3456.0).hex(" ") == "00 00 58 c5"
    assert encode_float(1.0).hex(" ") == "00 00 80 3f"


def test_ticks_come_every_tick_of_string_and_turn_with_it():
    t_s = np.linspace(0, 2, 2001)
    found = list(ticks(t_s, 0.101 * (1 - np.abs(t_s - 1)), 2000))
    assert [upwards for _, upwards in found] == [True] * 50 + [False] * 50
    # The height rises at 0.101 m/s: a tick of 2 mm each 0.0198 s, interpolated between the samples.
    np.testing.assert_allclose([at for at, _ in found[:50]], 2 / 101 * np.arange(1, 51), atol=1e-6)


def test_a_wobble_below_one_tick_makes_no_ticks():
    t_s = np.linspace(0, 1, 1000)
    assert list(ticks(t_s, 0.0012 * np.sin(50 * t_s), CONFIG.tick_um)) == []


def test_the_instrument_reads_a_smooth_repetition_by_its_own_definitions():
    begun, (rep,) = lift(*smooth_rep())
    assert begun == 1
    assert rep.number == 1
    # The first and last fraction of a tick are not seen: the first begins the repetition but counts no path.
    assert 600 - 2 * 2.718 - 1 <= rep.range_of_motion_mm <= 600
    # Both ends of the cosine are cut where it is slow, so the mean is a little above 0.6 m/s.
    assert 0.60 < rep.mean_velocity_mps < 0.68
    # An average over 16 ticks (43 mm) around the peak of 0.942 m/s.
    assert rep.peak_velocity_mps == pytest.approx(0.6 * np.pi / 2, rel=0.01)
    assert 45 <= rep.peak_location_percent <= 58
    assert rep.duration_us + rep.waiting_us == pytest.approx(1e6, rel=0.12)


def test_waiting_in_a_repetition_is_not_counted():
    t_s, height_m = smooth_rep()
    pause = 1500
    held = np.concatenate([height_m[:2500], np.full(pause, height_m[2500]), height_m[2500:]])
    longer_s = np.arange(len(held)) * 0.001
    (plain,), (waited,) = lift(t_s, height_m)[1], lift(longer_s, held)[1]
    assert waited.waiting_us == pytest.approx(plain.waiting_us + pause * 1000, abs=5000)
    assert waited.mean_velocity_mps == pytest.approx(plain.mean_velocity_mps, rel=0.01)


def test_short_movements_are_announced_and_not_counted():
    instrument = Instrument()
    assert lift(*smooth_rep(rom_m=0.14), instrument) == (1, [])
    begun, (rep,) = lift(*smooth_rep(start_s=3.0), instrument)
    assert (begun, rep.number) == (1, 1)


def test_a_repetition_that_is_not_lowered_is_not_reported_yet():
    t_s, height_m = smooth_rep()
    assert lift(t_s[:3400], height_m[:3400]) == (1, [])


def test_rest_is_whole_minutes_between_repetitions():
    t_s, height_m = smooth_rep()
    later_s = np.concatenate([t_s, t_s + 130.0])
    _, reps = lift(later_s, np.concatenate([height_m, height_m]))
    assert [rep.rest_min for rep in reps] == [0, 2]


def test_the_group_has_the_order_of_the_page():
    rep = MeasuredRep(3, 0.5, 612, 0.9, 48, 2.5, 1_224_000, 2, 70_000_000, 0, (20_000, 1, 1, 1, 1, 30_000))
    assert group(rep, 87, CONFIG) == [
        *(3, 0.5, 612, 0.9, 48, 2.5, 1_224_000, 2, 70_000_000, 0),
        *(130_000, 10_000, 150_000, 1, 1, 3.01, 5555, 200, 20, 1),
        *(-9999, 5, 10, -9876, 2000.3, -6789, 87),
    ]


def test_bulk_values_that_do_not_fit_into_pairs_travel_alone():
    rep = MeasuredRep(
        1, 0.5, 612, 0.9, 48, 2.5, 1_224_000, 0, 0, 0, (120_000, 0, 0, 0, 0, 30_000, *[9] * 4, 10_000)
    )
    values = group(rep, 87, CONFIG)
    assert values[values.index(-9876) + 1 : values.index(-6789)] == [12_000, 3000, 1000]
