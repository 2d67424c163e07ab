"""Readings of a set: which evidence speaks for and against a candidate, one kind at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from analysis.candidates import LANDING_REACH_S, Surroundings, Table, candidates, with_surroundings
from analysis.config import RepConfig
from analysis.exercises import CATALOGUE
from analysis.imu import FloatArray
from analysis.legs import Leg, find_legs
from analysis.readings import Reading, best_reading, log_prior, templates
from tests.analysis.simulated import minimum_jerk

CONFIG = RepConfig()
RATE_HZ = 200.0
BOUNDS_M = (0.3, 0.9)
SIGN = 1
"""Every set here is pulled from the floor: up first."""


def moved(levels_m: list[float], legs_s: list[float] | None = None) -> tuple[FloatArray, list[Leg], Table]:
    """Height, legs and candidates of a bar that goes from level to level, a second each unless told."""
    height, velocity = minimum_jerk(levels_m, legs_s or [1.0] * (len(levels_m) - 1), RATE_HZ)
    legs = find_legs(height, velocity, RATE_HZ, CONFIG.smallest_leg * BOUNDS_M[0], CONFIG)
    return height, legs, candidates(legs, height, velocity, RATE_HZ, (SIGN, 1), BOUNDS_M, CONFIG)


def best(height: FloatArray, legs: list[Leg], table: Table) -> Reading:
    """Most likely reading over all templates of the table."""
    readings = [
        best_reading(table, legs, height, RATE_HZ, SIGN, template, CONFIG)
        for template in templates(table, BOUNDS_M)
    ]
    return max(readings, key=lambda reading: reading.score)


def pulls(count: int) -> list[float]:
    """Levels of equal pulls with a second on the floor around each."""
    return [0.0, *[0.0, 0.6, 0.0] * count, 0.0]


def starts_s(reading: Reading) -> list[float]:
    return [float(reading.table.samples[i, 0]) / RATE_HZ for i in reading.chosen]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_equal_pulls_are_all_read_as_reps(count):
    reading = best(*moved(pulls(count)))
    assert len(reading.chosen) == count
    assert reading.range_m == pytest.approx(0.6, abs=0.005)


@given(st.lists(st.floats(0.32, 0.88), min_size=1, max_size=6))
def test_chosen_reps_never_share_a_movement_and_are_in_order(ranges):
    levels = [0.0, 0.0]
    for range_m in ranges:
        levels += [range_m, 0.0, 0.0]
    reading = best(*moved(levels))
    chosen = reading.table.legs[list(reading.chosen)]
    assert np.all(chosen[1:, 0] >= chosen[:-1, 2])
    assert reading.score > 0


@given(st.floats(-5.0, 5.0))
def test_zero_of_height_does_not_matter(offset_m):
    height, legs, table = moved(pulls(3))
    assert best(height + offset_m, legs, table).score == pytest.approx(best(height, legs, table).score)


def test_nothing_to_read_scores_nothing():
    height, legs, table = moved([0.0, 0.0, 0.0])
    assert templates(table, BOUNDS_M) == []
    assert best_reading(table, legs, height, RATE_HZ, SIGN, (0.5, 1.0), CONFIG).chosen == ()


def test_templates_are_the_sizes_that_occur_and_within_bounds():
    _, _, table = moved([0.0, 0.0, 0.7, 0.0, 0.0, 0.7, 0.0, 0.0, 0.4, 0.0, 0.0])
    ranges = [range_m for range_m, _ in templates(table, BOUNDS_M)]
    assert any(range_m == pytest.approx(0.7, abs=0.01) for range_m in ranges)
    assert any(range_m == pytest.approx(0.4, abs=0.01) for range_m in ranges)
    assert all(BOUNDS_M[0] <= range_m <= BOUNDS_M[1] for range_m in ranges)


def test_range_that_is_known_decides_before_the_catalogue_does():
    lift = CATALOGUE["deadlift"]
    known = [log_prior(range_m, BOUNDS_M, lift, 0.4) for range_m in (0.3, 0.4, 0.55, 0.8)]
    assert max(known) == known[1] == 0.0
    told = [log_prior(range_m, BOUNDS_M, lift, None) for range_m in (0.3, 0.4, 0.52, 0.9)]
    assert max(told) == told[2]
    assert log_prior(0.31, BOUNDS_M, None, None) == log_prior(0.89, BOUNDS_M, None, None)


@given(st.floats(0.1, 0.9), st.floats(1.05, 3.0))
def test_prior_treats_half_and_double_alike(known_m, factor):
    above = log_prior(known_m * factor, BOUNDS_M, None, known_m)
    assert above == pytest.approx(log_prior(known_m / factor, BOUNDS_M, None, known_m))
    assert above < 0


def test_movement_between_reps_counts_against_the_reading():
    plain = best(*moved([0.0, 0.0, 0.6, 0.0, 0.0, 0.0, 0.0, 0.6, 0.0, 0.0]))
    fumbled = best(*moved([0.0, 0.0, 0.6, 0.0, 0.0, 0.2, 0.0, 0.6, 0.0, 0.0]))
    assert len(plain.chosen) == len(fumbled.chosen) == 2
    assert fumbled.score < plain.score


def test_reps_of_a_set_begin_where_the_one_before_ended():
    plain = best(*moved([0.0, 0.0, 0.6, 0.0, 0.0, 0.6, 0.0, 0.0]))
    height, legs, table = moved([0.0, 0.0, 0.6, 0.0, 0.0, 0.6, 0.0, 0.0])
    lifted = height + np.where(np.arange(len(height)) > 3.5 * RATE_HZ, 0.3, 0.0)  # set on blocks meanwhile
    assert best(lifted, legs, table).score < plain.score


def test_fatigue_surprises_less_than_haste():
    """Three pulls of one second and one of two seconds, or of half a second."""
    usual = [1.0, *[1.0, 1.0, 1.0] * 3]
    slow = best(*moved(pulls(4), [*usual, 2.0, 1.0, 1.0]))
    fast = best(*moved(pulls(4), [*usual, 0.5, 1.0, 1.0]))
    assert len(slow.chosen) == 4
    assert slow.score > fast.score


def test_long_pause_costs_and_never_more_than_a_rep_is_worth():
    short = best(*moved(pulls(2)))
    long = best(*moved(pulls(2), [1.0, 1.0, 1.0, 15.0, 1.0, 1.0, 1.0]))
    endless = best(*moved(pulls(2), [1.0, 1.0, 1.0, 90.0, 1.0, 1.0, 1.0]))
    assert short.score > long.score > endless.score
    assert len(endless.chosen) == 2


def hitting(height: FloatArray, *times_s: float) -> np.ndarray:
    """An impact of 50 ms at each of the times."""
    hits = np.zeros(len(height), dtype=np.bool_)
    for time_s in times_s:
        hits[round((time_s - 0.025) * RATE_HZ) : round((time_s + 0.025) * RATE_HZ)] = True
    return hits


def test_one_that_does_not_land_is_less_likely_if_the_others_do():
    height, legs, table = moved(pulls(4))
    all_land = with_surroundings(
        table,
        Surroundings(impact=hitting(height, 3.0, 6.0, 9.0, 12.0)),
        len(height),
        RATE_HZ,
        from_floor=True,
    )
    three_land = with_surroundings(
        table, Surroundings(impact=hitting(height, 3.0, 6.0, 9.0)), len(height), RATE_HZ, from_floor=True
    )
    lost = best(height, legs, all_land).score - best(height, legs, three_land).score
    assert 0 < lost <= CONFIG.landing_cost


def test_landing_alone_rejects_a_look_alike():
    """A little smaller and slower than the reps, which by itself is no reason."""
    levels = [0.0, 0.0, 0.5, 0.0, *pulls(3)]
    height, legs, table = moved(levels, [1.0, 1.4, 1.4, *[1.0] * (len(levels) - 4)])
    ends_s = [7.8, 10.8, 13.8]
    assert len(best(height, legs, table).chosen) == 4
    costly = replace(CONFIG, landing_cost=10.0)  # whatever it is tuned to
    landed = with_surroundings(
        table, Surroundings(impact=hitting(height, *ends_s)), len(height), RATE_HZ, from_floor=True
    )
    template = max(templates(landed, BOUNDS_M))
    reading = best_reading(landed, legs, height, RATE_HZ, SIGN, template, costly)
    assert len(reading.chosen) == 3
    assert min(starts_s(reading)) > 3.5


def test_nobody_is_expected_to_land_where_nothing_ever_hits():
    height, legs, table = moved(pulls(3))
    silent = Surroundings(impact=np.zeros(len(height), dtype=np.bool_))
    heard = with_surroundings(table, silent, len(height), RATE_HZ, from_floor=True)
    assert not heard.lands
    assert best(height, legs, heard).score == best(height, legs, table).score


def test_an_impact_is_a_landing_only_at_the_end_of_the_rep():
    height, _, table = moved(pulls(1))
    for time_s, lands in ((2.0, False), (3.0, True), (3.0 + 2 * LANDING_REACH_S + 0.5, False)):
        heard = with_surroundings(
            table, Surroundings(impact=hitting(height, time_s)), len(height), RATE_HZ, from_floor=True
        )
        assert heard.landed.tolist() == [lands]


def held(table: Table, tilts_rad: list[float], rotation: Rotation | None = None) -> Table:
    """The upward direction at start and turning point, tilted by so much in each candidate."""
    up = np.stack([np.sin(tilts_rad), np.zeros(len(tilts_rad)), np.cos(tilts_rad)], axis=1)
    up = up if rotation is None else rotation.apply(up)
    return replace(table, up=np.repeat(up[:, None, :], 2, axis=1))


def test_attitude_alone_rejects_a_look_alike():
    height, legs, table = moved(pulls(4))
    assert len(table.out_m) == 4  # one candidate per pull, so that tilts can be given one by one
    assert len(best(height, legs, held(table, [0.0] * 4)).chosen) == 4
    strict = replace(CONFIG, attitude_sd_rad=0.1, rep_bonus=4.0)  # whatever it is tuned to
    other = held(table, [1.5, 0.0, 0.0, 0.0])
    reading = best_reading(other, legs, height, RATE_HZ, SIGN, templates(table, BOUNDS_M)[0], strict)
    assert len(reading.chosen) == 3
    assert min(starts_s(reading)) > 3.0


@given(st.integers(0, 2**31))
def test_how_the_sensor_is_mounted_does_not_matter(seed):
    height, legs, table = moved(pulls(4))
    tilts = [0.6, 0.0, 0.1, -0.1]
    turned = held(table, tilts, Rotation.random(random_state=seed))
    expected = best(height, legs, held(table, tilts)).score
    assert best(height, legs, turned).score == pytest.approx(expected)


def test_sleeve_that_spins_says_nothing_about_attitude():
    height, legs, table = moved(pulls(4))
    spinning = held(table, [0.0, np.pi / 2, np.pi, -np.pi / 2])
    assert best(height, legs, spinning).score == best(height, legs, table).score
