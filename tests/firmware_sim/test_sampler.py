import numpy as np
import pytest

from firmware_sim.sampler import Sampler
from firmware_sim.scenarios import single_set

FIRST_S = 50.0


@pytest.fixture
def scenario():
    return single_set("deadlift", 1, 100.0, seed=2)


def test_a_sample_is_due_from_its_instant_on(scenario):
    sampler = Sampler(scenario.stream(), FIRST_S)
    period_s = sampler.period_s
    assert sampler.due(FIRST_S - period_s / 2) == 0
    assert sampler.due(FIRST_S + period_s / 2) == 1
    assert sampler.due(FIRST_S + 9.5 * period_s) == 10
    sampler.take(4)
    assert sampler.due(FIRST_S + 9.5 * period_s) == 6
    assert sampler.instant_s() == pytest.approx(FIRST_S + 4 * period_s)
    assert sampler.instant_s(-1) == pytest.approx(FIRST_S + 3 * period_s)


def test_samples_do_not_depend_on_how_they_are_asked_for(scenario):
    expected = scenario.stream().read(500).raw
    sampler = Sampler(scenario.stream(), FIRST_S, lookahead_s=0.2)
    taken = [sampler.take(count) for count in (1, 7, 92, 300, 100)]
    assert np.array_equal(np.concatenate(taken), expected)


def test_what_was_let_pass_is_missing_and_nothing_else(scenario):
    ideal = single_set("deadlift", 1, 100.0, seed=2, mems="ideal")
    expected = ideal.stream().read(1000).raw
    sampler = Sampler(ideal.stream(), FIRST_S)
    sampler.take(10)
    sampler.let_pass(FIRST_S + 99.5 * sampler.period_s)
    assert sampler.taken == 100
    assert np.array_equal(sampler.take(50), expected[100:150])
    sampler.let_pass(FIRST_S + 799.5 * sampler.period_s)
    assert np.array_equal(sampler.take(50), expected[800:850])
