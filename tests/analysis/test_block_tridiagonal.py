"""The bordered block-tridiagonal solver against dense linear algebra."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.block_tridiagonal import NormalEquations, solve


def random_system(seed: int, n: int, m: int, c: int):
    """A chain of random least-squares rows between neighbours, and the same matrix written out."""
    rng = np.random.default_rng(seed)
    size = n * m + c
    rows = np.zeros((2 * m * n, size))
    for k in range(2 * m * n):
        i = min(k // (2 * m), n - 2)
        rows[k, i * m : (i + 2) * m] = rng.normal(size=2 * m)
        rows[k, n * m :] = rng.normal(size=c)
    matrix = rows.T @ rows + np.eye(size)
    right = rng.normal(size=size)
    blocks = matrix[: n * m, : n * m].reshape(n, m, n, m)
    index = np.arange(n)
    equations = NormalEquations(
        blocks[index, :, index, :],
        blocks[index[1:], :, index[:-1], :],
        matrix[: n * m, n * m :].reshape(n, m, c),
        matrix[n * m :, n * m :],
        right[: n * m].reshape(n, m),
        right[n * m :],
    )
    return equations, matrix, right


SIZES = {"seed": st.integers(0, 1000), "n": st.integers(2, 9), "m": st.integers(1, 5), "c": st.integers(1, 4)}


@settings(deadline=None)
@given(**SIZES)
def test_solution_and_determinant_are_those_of_the_whole_matrix(seed, n, m, c):
    equations, matrix, right = random_system(seed, n, m, c)
    solved = solve(equations)
    expected = np.linalg.solve(matrix, right)
    np.testing.assert_allclose(solved.nodes.ravel(), expected[: n * m], atol=1e-9)
    np.testing.assert_allclose(solved.shared, expected[n * m :], atol=1e-9)
    assert solved.log_det == pytest.approx(np.linalg.slogdet(matrix)[1], abs=1e-8)


@settings(deadline=None)
@given(**SIZES)
def test_covariances_are_blocks_of_the_inverse(seed, n, m, c):
    equations, matrix, _ = random_system(seed, n, m, c)
    covariance = solve(equations).covariance()
    blocks = np.linalg.inv(matrix)[: n * m, : n * m].reshape(n, m, n, m)
    np.testing.assert_allclose(covariance.of_nodes(), blocks[np.arange(n), :, np.arange(n), :], atol=1e-9)
    for node in range(n):
        first, stop = node // 2, min(node + 3, n)
        between = covariance.between(node, first, stop)
        np.testing.assert_allclose(between, blocks[node, :, first:stop].swapaxes(0, 1), atol=1e-9)
    np.testing.assert_allclose(covariance.between(0, n - 1, n)[0], blocks[0, :, n - 1], atol=1e-9)
    np.testing.assert_allclose(covariance.between(n - 1, 0, 1)[0], blocks[n - 1, :, 0], atol=1e-9)


def test_unknown_that_nothing_ties_down_is_an_error():
    equations, _, _ = random_system(1, 4, 2, 1)
    equations.diagonal[2] = 0.0
    with pytest.raises(np.linalg.LinAlgError):
        solve(equations)
