"""Which rep is which: by time, by order, and not at all where nothing tells."""

import numpy as np
import pytest

from analysis.errors import PairingError
from analysis.rep_pairing import pair_by_order, pair_by_time

SET = [0.62, 0.65, 0.60, 0.57, 0.55, 0.50, 0.46, 0.41]


def test_by_time_an_extra_rep_and_a_missing_one_find_no_partner():
    measured = [(10.0, 11.0), (13.0, 14.0), (16.0, 17.2), (19.0, 20.0)]
    reference = [(2.0, 2.9), (9.9, 11.1), (15.9, 17.5), (19.05, 20.1)]
    found = pair_by_time(measured, reference)
    assert found.pairs == ((0, 1), (2, 2), (3, 3))
    assert (found.alone_measured, found.alone_reference) == ((1,), (0,))
    assert found.odds is None


def test_by_time_two_that_meet_one_are_not_both_taken():
    found = pair_by_time([(0.0, 2.0)], [(0.0, 0.9), (1.0, 2.0)])
    assert len(found.pairs) == 1
    assert len(found.alone_reference) == 1
    assert pair_by_time([(0.0, 1.0)], [(0.9, 2.0)]).pairs == ()
    assert pair_by_time([], [(0.0, 1.0)]).alone_reference == (0,)
    assert pair_by_time([(1.0, 1.0)], [(1.0, 1.0)]).pairs == ()


def test_equal_counts_are_paired_in_order_whatever_the_values():
    found = pair_by_order([0.5, None, 0.1], [0.1, 0.5, 0.9])
    assert found.pairs == ((0, 0), (1, 1), (2, 2))
    assert found.odds is None


@pytest.mark.parametrize("missing", [0, 3, 7])
@pytest.mark.parametrize("longer_is_measured", [True, False])
def test_a_missing_rep_is_found_by_the_velocities_whatever_the_bias(missing, longer_is_measured):
    pattern = np.array([0.62, 0.75, 0.55, 0.70, 0.48, 0.64, 0.43, 0.57])  # neighbours differ by ten errors
    noise = np.random.default_rng(3).normal(0, 0.01, 8)
    other = np.delete(pattern + 0.05 + noise, missing)
    longer, shorter = pattern.tolist(), other.tolist()
    found = pair_by_order(longer, shorter) if longer_is_measured else pair_by_order(shorter, longer)
    alone = found.alone_measured if longer_is_measured else found.alone_reference
    assert alone == (missing,)
    assert found.odds is not None
    assert found.odds > 20
    assert len(found.pairs) == 7


def test_where_the_velocities_do_not_tell_nothing_is_paired():
    steady = [0.50, 0.51, 0.50, 0.49, 0.50, 0.51, 0.50]
    with pytest.raises(PairingError, match="do not tell which one is missing"):
        pair_by_order(steady, steady[1:])
    with pytest.raises(PairingError, match="8 repetitions measured, 4 in the reference"):
        pair_by_order(SET, SET[:4])
    with pytest.raises(PairingError, match="cannot be told"):
        pair_by_order(SET[:4], SET[:3])
    with pytest.raises(PairingError, match="not every one has a mean velocity"):
        pair_by_order([*SET[:-1], None], SET[:-1])


def test_wrong_alignments_are_rarely_chosen():
    """Fading sets with one rep missing anywhere: those that are paired are nearly all paired rightly."""
    generator = np.random.default_rng(4)
    right = wrong = 0
    for _ in range(1000):
        truth = np.linspace(0.7, 0.4, 8) + generator.normal(0, 0.05, 8)
        missing = int(generator.integers(8))
        ours = truth + generator.normal(0, 0.02, 8)
        theirs = np.delete(truth + 0.03 + generator.normal(0, 0.02, 8), missing)
        try:
            found = pair_by_order(ours.tolist(), theirs.tolist())
        except PairingError:
            continue
        right, wrong = (
            right + (found.alone_measured == (missing,)),
            wrong + (found.alone_measured != (missing,)),
        )
    assert right > 50
    # Odds of 20 to 1 allow 5 %; 1 % was counted in 3000.
    assert wrong < 0.05 * (right + wrong)
