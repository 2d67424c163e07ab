"""Statistics of agreement against data whose bias and standard deviation are known."""

import math

import numpy as np
import pytest

from analysis.agreement import agreement
from analysis.errors import InvalidFieldError


def test_a_known_bias_and_spread_are_found():
    generator = np.random.default_rng(1)
    truth = generator.uniform(0.2, 1.2, 4000)
    measured = truth + 0.03 + generator.normal(0, 0.02, truth.size)
    found = agreement(measured.tolist(), truth.tolist())
    assert found is not None
    assert found.pairs == 4000
    # Five standard errors: 0.02 / sqrt(4000) = 0.3 mm/s, and 0.02 / sqrt(8000).
    assert found.mean_difference == pytest.approx(0.03, abs=0.0016)
    assert found.sd_of_differences == pytest.approx(0.02, abs=0.0012)
    assert found.mean_difference_se == pytest.approx(0.02 / math.sqrt(4000), rel=0.06)
    assert found.limits == pytest.approx((0.03 - 1.96 * 0.02, 0.03 + 1.96 * 0.02), abs=0.004)
    assert found.rmse == pytest.approx(math.hypot(0.03, 0.02), abs=0.002)
    assert found.limits is not None
    inside = np.mean((measured - truth > found.limits[0]) & (measured - truth < found.limits[1]))
    assert inside == pytest.approx(0.95, abs=0.02)


def test_a_small_example_counted_by_hand():
    found = agreement([1.0, 2.0, 4.0], [1.0, 1.0, 2.0])  # differences 0, 1, 2
    assert found is not None
    assert (found.mean_difference, found.sd_of_differences) == (1.0, 1.0)
    assert found.mean_difference_se == pytest.approx(1 / math.sqrt(3))
    assert found.mean_difference_interval == pytest.approx(
        (1 - 4.3027 / 3**0.5, 1 + 4.3027 / 3**0.5), abs=1e-4
    )
    assert found.limits == pytest.approx((-0.96, 2.96))
    assert found.limits_se == pytest.approx(math.sqrt(1 / 3 + 1.96**2 / 4))
    assert found.rmse == pytest.approx(math.sqrt(5 / 3))
    assert found.correlation == pytest.approx(np.corrcoef([1, 2, 4], [1, 1, 2])[0, 1])


def test_the_interval_of_the_bias_holds_the_truth_as_often_as_it_says():
    generator = np.random.default_rng(2)
    held = 0
    for _ in range(1000):
        found = agreement(generator.normal(0.1, 0.05, 6).tolist(), [0.0] * 6)
        assert found is not None
        assert found.mean_difference_interval is not None
        held += found.mean_difference_interval[0] < 0.1 < found.mean_difference_interval[1]
    assert held / 1000 == pytest.approx(0.95, abs=0.03)  # four standard errors


def test_little_is_said_of_little():
    assert agreement([], []) is None
    one = agreement([0.5], [0.4])
    assert one is not None
    assert one.mean_difference == pytest.approx(0.1)
    assert (one.sd_of_differences, one.limits, one.correlation) == (None, None, None)
    two = agreement([0.5, 0.6], [0.4, 0.5])
    assert two is not None
    assert two.correlation is None
    constant = agreement([0.5, 0.6, 0.7], [0.4, 0.4, 0.4])
    assert constant is not None
    assert constant.correlation is None


@pytest.mark.parametrize("pairs", [([0.5], []), ([math.nan], [0.5]), ([0.5], [math.inf])])
def test_what_are_no_pairs_are_refused(pairs):
    with pytest.raises(InvalidFieldError, match="pairs"):
        agreement(*pairs)
