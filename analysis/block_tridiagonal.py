"""Normal equations of a chain of nodes with a few shared unknowns: solved, and inverted where it matters.

The matrix is block tridiagonal (neighbouring nodes only) with a dense border (what all nodes share)::

    | A   B |      A: (N, m, m) diagonal blocks, (N - 1, m, m) blocks below them
    | B'  C |      B: (N, m, c)    C: (c, c)

LAPACK's banded Cholesky does the work, the border by its Schur complement: cost grows linearly with N.
Covariances of single nodes and of any two nodes come from the same factor ("selected inversion").
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.linalg.lapack import dpbtrf, dpbtrs

if TYPE_CHECKING:
    from analysis.imu import FloatArray, IntArray


@dataclass(slots=True, eq=False)
class NormalEquations:
    """Symmetric positive definite matrix and right-hand side.

    Attributes
    ----------
    diagonal : (N, m, m) float64
        Blocks on the diagonal.
    below : (N - 1, m, m) float64
        Block of node i + 1 (rows) and node i (columns).
    border : (N, m, c) float64
        Nodes against the shared unknowns.
    corner : (c, c) float64
        The shared unknowns.
    right, right_corner : (N, m) and (c,) float64
        Right-hand side.
    """

    diagonal: FloatArray
    below: FloatArray
    border: FloatArray
    corner: FloatArray
    right: FloatArray
    right_corner: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Factorised:
    """The equations, solved.

    Attributes
    ----------
    nodes, shared : (N, m) and (c,) float64
        Solution.
    log_det : float
        Logarithm of the determinant of the whole matrix.
    """

    nodes: FloatArray
    shared: FloatArray
    log_det: float
    _factor: FloatArray
    _below: FloatArray
    _towards_border: FloatArray
    _shared_covariance: FloatArray

    def covariance(self) -> ChainCovariance:
        """Invert where it matters; costs about as much as solving."""
        m = self.nodes.shape[1]
        lower = _diagonal_blocks(self._factor, m)
        inverse = np.linalg.inv(lower)
        eliminated = np.swapaxes(inverse, 1, 2) @ inverse  # of each node, given all the nodes before it
        gains = eliminated[:-1] @ np.swapaxes(self._below, 1, 2)
        marginal = np.empty_like(eliminated)
        marginal[-1] = eliminated[-1]
        for i in range(len(gains) - 1, -1, -1):
            marginal[i] = eliminated[i] + gains[i] @ marginal[i + 1] @ gains[i].T
        return ChainCovariance(marginal, gains, self._towards_border, self._shared_covariance)


@dataclass(frozen=True, slots=True, eq=False)
class ChainCovariance:
    """Covariance of any one or two nodes."""

    _marginal: FloatArray
    _gains: FloatArray
    _towards_border: FloatArray
    shared: FloatArray
    """Of the shared unknowns, (c, c)."""

    def with_shared(self, node: int) -> FloatArray:
        """Return the cross-covariance of a node (rows) with the shared unknowns, (m, c)."""
        return -self._towards_border[node] @ self.shared

    def of_nodes(self, first: int = 0, stop: int | None = None) -> FloatArray:
        """Return the covariance of each node from ``first`` to ``stop``, (K, m, m)."""
        z = self._towards_border[first:stop]
        return self._marginal[first:stop] + z @ self.shared @ np.swapaxes(z, 1, 2)

    def between(self, node: int, first: int, stop: int) -> FloatArray:
        """Return the cross-covariance of one node (rows) with each node of a range, (K, m, m)."""
        out = np.empty((stop - first, *self._marginal.shape[1:]))
        chain = np.eye(self._marginal.shape[1])
        for j in range(node, stop):
            if j > node:
                chain = -(chain @ self._gains[j - 1])
            if j >= first:
                out[j - first] = chain @ self._marginal[j]
        chain = np.eye(self._marginal.shape[1])
        for j in range(node - 1, first - 1, -1):
            chain = -(self._gains[j] @ chain)
            if j < stop:
                out[j - first] = (chain @ self._marginal[node]).T
        z = self._towards_border
        out += z[node] @ self.shared @ np.swapaxes(z[first:stop], 1, 2)
        return out


def solve(equations: NormalEquations) -> Factorised:
    """Solve the equations.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the matrix is not positive definite: some unknown is not tied to anything.
    """
    n, m, c = equations.border.shape
    # LAPACK itself: scipy's wrappers cost a quarter as much as the work.
    factor, failed = _lapack(dpbtrf(_band(equations), lower=1, overwrite_ab=1))
    if failed:
        raise np.linalg.LinAlgError(f"unknown {failed} of the chain is not tied to anything")
    sides = np.concatenate([equations.right[:, :, None], equations.border], axis=2).reshape(n * m, c + 1)
    solved, _ = _lapack(dpbtrs(factor, sides, lower=1))
    border = equations.border.reshape(n * m, c)
    towards_border = solved[:, 1:]
    schur = cho_factor(equations.corner - border.T @ towards_border, lower=True, check_finite=False)
    shared = np.asarray(
        cho_solve(schur, equations.right_corner - border.T @ solved[:, 0], check_finite=False)
    )
    nodes = solved[:, 0] - towards_border @ shared
    log_det = 2.0 * float(np.log(factor[0]).sum() + np.log(np.diag(schur[0])).sum())
    return Factorised(
        nodes=nodes.reshape(n, m),
        shared=shared,
        log_det=log_det,
        _factor=factor,
        _below=equations.below,
        _towards_border=towards_border.reshape(n, m, c),
        _shared_covariance=np.asarray(cho_solve(schur, np.eye(c), check_finite=False)),
    )


def _lapack(result: object) -> tuple[FloatArray, int]:
    """Array and failure code of a LAPACK routine, which tells no types."""
    return cast("tuple[FloatArray, int]", result)


@lru_cache(maxsize=4)
def _band_pattern(m: int) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Rows and columns, within a block, of its lower triangle; and of a whole block below the diagonal."""
    row, column = np.tril_indices(m)
    below_row, below_column = (index.ravel() for index in np.indices((m, m)))
    return row, column, below_row, below_column


def _band(equations: NormalEquations) -> FloatArray:
    """LAPACK's lower band storage: element (i, j) at [i - j, j]."""
    n, m, _ = equations.diagonal.shape
    row, column, below_row, below_column = _band_pattern(m)
    band = np.zeros((2 * m, n, m))
    band[row - column, :, column] = equations.diagonal[:, row, column].T
    band[m + below_row - below_column, : n - 1, below_column] = equations.below[:, below_row, below_column].T
    return band.reshape(2 * m, n * m)


def _diagonal_blocks(factor: FloatArray, m: int) -> FloatArray:
    """Lower triangular diagonal blocks of the Cholesky factor, (N, m, m)."""
    n = factor.shape[1] // m
    row, column, _, _ = _band_pattern(m)
    blocks = np.zeros((n, m, m))
    blocks[:, row, column] = factor.reshape(2 * m, n, m)[row - column, :, column].T
    return blocks
