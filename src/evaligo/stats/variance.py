"""The CR2 variance of a mean over clusters, and the degrees of freedom that it has."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["bell_mccaffrey_df", "bell_mccaffrey_dfs", "cr2_variance"]

Floats = NDArray[np.float64]
_ROUNDING = 1e-10
"""Beside the mean, so small a standard error is rounding."""


def cr2_variance(totals: Floats, sizes: Floats) -> Floats:
    """Return the CR2 variance of the mean; leading axes are samples.

    With an intercept alone, the adjustment of Bell & McCaffrey scales a cluster's residual total by
    ``1 / sqrt(1 - n_g / n)``. Totals that differ by rounding alone do not vary: 0.8 - 0.7 is not 0.9 - 0.8 to a
    computer, and must not count as certainty.

    Parameters
    ----------
    totals, sizes : ndarray, shape (..., n_clusters)

    Returns
    -------
    ndarray, shape (...)
    """
    n = sizes.sum(axis=-1, keepdims=True)
    mean = totals.sum(axis=-1, keepdims=True) / n
    variance = ((totals - sizes * mean) ** 2 / (1.0 - sizes / n)).sum(axis=-1) / n[..., 0] ** 2
    return np.where(variance > (_ROUNDING * mean[..., 0]) ** 2, variance, 0.0)


def bell_mccaffrey_df(sizes: Floats) -> float:
    """Return the Satterthwaite degrees of freedom of `cr2_variance` under independent items.

    ``(tr P)^2 / tr(P^2)``, where P is the quadratic form's matrix over clusters (Bell & McCaffrey 2002); with an
    intercept alone P is a diagonal less a rank-one term, so that the sums take one pass. Clusters of equal size give
    n_clusters - 1.

    Parameters
    ----------
    sizes : ndarray, shape (n_clusters,)

    Examples
    --------
    >>> bell_mccaffrey_df(np.full(8, 20.0))
    7.0
    >>> round(bell_mccaffrey_df(np.array([100.0, 5.0, 5.0, 5.0])), 2)
    1.2
    """
    return round(float(bell_mccaffrey_dfs(sizes)), 9)


def bell_mccaffrey_dfs(sizes: Floats) -> Floats:
    """Return `bell_mccaffrey_df` of many samples at once; leading axes are samples.

    Parameters
    ----------
    sizes : ndarray, shape (..., n_clusters)

    Returns
    -------
    ndarray, shape (...)

    Examples
    --------
    >>> bell_mccaffrey_dfs(np.array([[1.0, 1.0, 1.0], [4.0, 1.0, 1.0]])).round(2)
    array([2.  , 1.47])
    """
    n = sizes.sum(axis=-1, keepdims=True)
    weights = 1.0 / (n**2 * (1.0 - sizes / n))
    diagonal = weights * sizes
    rank_one = diagonal * sizes / n
    trace_of_square = (diagonal**2 - 2.0 * diagonal * rank_one).sum(axis=-1) + rank_one.sum(axis=-1) ** 2
    return np.asarray((diagonal - rank_one).sum(axis=-1) ** 2 / trace_of_square)
