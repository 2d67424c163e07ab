"""Movements in one direction: what a set's height is cut into, before anybody says which of them are reps."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analysis.config import RepConfig
from analysis.filters import integrate
from analysis.legs import Leg, find_legs
from tests.analysis.simulated import minimum_jerk

CONFIG = RepConfig()
RATE_HZ = 200.0
SMALLEST_M = 0.08

levels_m = st.lists(st.floats(-1.0, 1.0), min_size=2, max_size=12)


def legs_of(levels_m: list[float], legs_s: list[float] | None = None, rate_hz: float = RATE_HZ) -> list[Leg]:
    """Legs of a bar that goes from level to level, a second each unless told."""
    height, velocity = minimum_jerk(levels_m, legs_s or [1.0] * (len(levels_m) - 1), rate_hz)
    return find_legs(height, velocity, rate_hz, SMALLEST_M, CONFIG)


@pytest.mark.parametrize("sign", [-1, 1])
def test_one_movement_is_one_leg_of_its_sign_and_range(sign):
    (leg,) = legs_of([0.2, 0.2 + sign * 0.5])
    assert leg.sign == sign
    # Slow beginnings and ends belong to it for as long as a movement reaches into a pause: next to nothing.
    assert leg.range_m == pytest.approx(0.5, abs=0.002)


def test_legs_of_a_set_alternate_and_meet_at_its_extremes():
    legs = legs_of([0.0, -0.6, 0.05, -0.55, 0.0])
    assert [leg.sign for leg in legs] == [-1, 1, -1, 1]
    for k, (before, after) in enumerate(itertools.pairwise(legs)):
        assert before.stop == pytest.approx((k + 1) * RATE_HZ, abs=2)
        assert after.start == pytest.approx((k + 1) * RATE_HZ, abs=2)
    np.testing.assert_allclose([leg.range_m for leg in legs], [0.6, 0.65, 0.6, 0.55], atol=0.002)


@given(levels_m)
def test_legs_are_in_order_do_not_overlap_and_say_what_the_height_does(levels):
    height, velocity = minimum_jerk(levels, [1.0] * (len(levels) - 1), RATE_HZ)
    legs = find_legs(height, velocity, RATE_HZ, SMALLEST_M, CONFIG)
    for leg in legs:
        assert 0 <= leg.start < leg.stop < len(height)
        assert leg.range_m == leg.sign * (height[leg.stop] - height[leg.start])
        assert leg.range_m > 0
    assert all(before.stop <= after.start for before, after in itertools.pairwise(legs))


@given(levels_m)
@example([0.0, -0.9999999999999999, -1.0])  # level but for the last bit
def test_upside_down_the_legs_are_the_same_with_other_signs(levels):
    upright, flipped = legs_of(levels), legs_of([-level for level in levels])
    assert [(leg.start, leg.stop, leg.sign) for leg in upright] == [
        (leg.start, leg.stop, -leg.sign) for leg in flipped
    ]


@pytest.mark.parametrize("rate_hz", [50.0, 100.0, 400.0, 1000.0])
def test_legs_do_not_depend_on_the_sampling_rate(rate_hz):
    levels = [0.0, -0.6, 0.0, 0.0, -0.5, 0.1]
    for leg, expected in zip(legs_of(levels, rate_hz=rate_hz), legs_of(levels), strict=True):
        assert leg.sign == expected.sign
        # A sample at either end at 50 Hz.
        assert leg.start / rate_hz == pytest.approx(expected.start / RATE_HZ, abs=0.02)
        assert leg.stop / rate_hz == pytest.approx(expected.stop / RATE_HZ, abs=0.02)
        assert leg.range_m == pytest.approx(expected.range_m, abs=0.002)


def test_reversal_below_the_smallest_range_is_no_movement_of_its_own():
    assert {leg.sign for leg in legs_of([0.0, 0.3, 0.3 - 0.9 * SMALLEST_M, 0.6])} == {1}
    assert [leg.sign for leg in legs_of([0.0, 0.3, 0.3 - 1.1 * SMALLEST_M, 0.6])] == [1, -1, 1]


def test_pause_on_the_way_cuts_and_creeping_in_it_belongs_to_neither_part():
    legs = legs_of([0.0, 0.3, 0.33, 0.63], [1.0, 3.0, 1.0])  # three centimetres in three seconds
    assert [leg.sign for leg in legs] == [1, 1]
    assert legs[1].start - legs[0].stop > 1.5 * RATE_HZ
    crept_m = 0.63 - sum(leg.range_m for leg in legs)
    assert 0.01 < crept_m <= 0.03


@pytest.mark.parametrize(("factor", "parts"), [(0.5, 1), (1.5, 2)])
def test_only_a_pause_that_is_long_enough_cuts(factor, parts):
    """Rise, stop, rise, with corners: nothing but the stop itself is slow."""
    rise, stop = np.full(200, 0.5), np.zeros(round(factor * CONFIG.pause_s * RATE_HZ))
    velocity = np.concatenate([rise, stop, rise])
    height = integrate(velocity, 1 / RATE_HZ)
    assert len(find_legs(height, velocity, RATE_HZ, SMALLEST_M, CONFIG)) == parts


def test_rest_before_and_after_belongs_to_no_leg():
    (leg,) = legs_of([0.0, 0.0, 0.6, 0.6], [5.0, 1.0, 5.0])
    reach = CONFIG.pause_reach_s * RATE_HZ
    assert leg.start >= 5 * RATE_HZ - reach - 1
    assert leg.stop <= 6 * RATE_HZ + reach + 1


def test_bar_that_does_not_move_has_no_legs():
    assert find_legs(np.zeros(500), np.zeros(500), RATE_HZ, SMALLEST_M, CONFIG) == []
    assert legs_of([0.0, 0.5 * SMALLEST_M, 0.0]) == []


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_next_to_no_samples_have_no_legs(n):
    assert find_legs(np.zeros(n), np.zeros(n), RATE_HZ, SMALLEST_M, CONFIG) == []
