"""Where variance comes from: how much of it lies between clusters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["intraclass_correlation"]


def intraclass_correlation(values: NDArray[np.float64], codes: NDArray[np.intp]) -> float:
    """Estimate the share of the variance that lies between clusters, by one-way analysis of variance.

    Parameters
    ----------
    values : ndarray of float64, shape (n_items,)
    codes : ndarray of int, shape (n_items,)
        The cluster of each item, 0 to n_clusters - 1, each used.

    Returns
    -------
    float
        In [0, 1]; a negative estimate is 0. NaN where each item is a cluster of its own, or all are one.

    References
    ----------
    Donner (1986), International Statistical Review 54(1), equation 3, for clusters of unequal size.

    Examples
    --------
    >>> intraclass_correlation(np.array([1.0, 1.0, 5.0, 5.0]), np.array([0, 0, 1, 1]))
    1.0
    >>> round(intraclass_correlation(np.array([9.0, 10.0, 4.0, 7.0]), np.array([0, 0, 1, 1])), 4)
    0.7297
    """
    sizes = np.bincount(codes).astype(np.float64)
    n, groups = float(len(values)), len(sizes)
    if groups in {1, len(values)}:
        return float("nan")
    means = np.bincount(codes, weights=values) / sizes
    between = float((sizes * (means - values.mean()) ** 2).sum()) / (groups - 1)
    within = float(((values - means[codes]) ** 2).sum()) / (n - groups)
    typical = (n - float((sizes**2).sum()) / n) / (groups - 1)
    total = between + (typical - 1.0) * within
    return min(max((between - within) / total, 0.0), 1.0) if total > 0.0 else 0.0
