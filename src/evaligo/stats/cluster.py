"""The mean over items that come in clusters, with a standard error that few and unequal clusters do not fool."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from evaligo.stats.inference import Student
from evaligo.stats.replication import Units
from evaligo.stats.variance import bell_mccaffrey_df, cr2_variance

__all__ = [
    "bell_mccaffrey_df",
    "cr2",
    "cr2_variance",
    "kish_size",
    "skewness",
    "skewness_error",
    "totals_of",
]

Floats = NDArray[np.float64]


def totals_of(values: Floats, codes: NDArray[np.intp] | None) -> tuple[Floats, Floats]:
    """Sum the items of each cluster.

    Parameters
    ----------
    values : ndarray, shape (n_items,)
    codes : ndarray of int, shape (n_items,), optional
        The cluster of each item, 0 to n_clusters - 1, each used. None: each item is its own cluster.

    Returns
    -------
    totals, sizes : ndarray of float64, shape (n_clusters,)

    Examples
    --------
    >>> totals_of(np.array([1.0, 2.0, 4.0]), np.array([0, 0, 1]))
    (array([3., 4.]), array([2., 1.]))
    """
    if codes is None:
        return values, np.ones(len(values))
    totals = np.asarray(np.bincount(codes, weights=values), dtype=np.float64)
    return totals, np.bincount(codes).astype(np.float64)


def cr2(
    totals: Floats, sizes: Floats, *, item_variance: float | None = None, method: str = "cluster_cr2"
) -> Student:
    """Infer the mean over items by the CR2 standard error with Bell-McCaffrey degrees of freedom.

    For clusters of one item this is the paired t test.

    Parameters
    ----------
    totals, sizes : ndarray, shape (n_clusters,)
        Sum and number of the items of each cluster; at least two clusters.
    item_variance : float, optional
        The sample variance over items, from which the design effect follows.
    method : str

    Returns
    -------
    Student

    References
    ----------
    Bell & McCaffrey (2002), Survey Methodology 28(2); Pustejovsky & Tipton (2018), J. Business & Economic
    Statistics 36(4), equations 7 and 11, for the model that holds an intercept alone.

    Examples
    --------
    >>> law = cr2(np.array([1.0, 2.0, 3.0, 6.0]), np.ones(4))
    >>> round(law.standard_error, 4), law.df
    (1.0801, 3.0)
    """
    n = float(sizes.sum())
    variance = float(cr2_variance(totals, sizes))
    clustered = bool((sizes > 1).any())
    return Student(
        value=float(totals.sum() / n),
        standard_error=float(np.sqrt(variance)),
        df=bell_mccaffrey_df(sizes),
        n_items=round(n),
        n_clusters=len(sizes) if clustered or "cluster" in method else None,
        design_effect=None if item_variance is None else _ratio(variance, item_variance / n),
        method=method,
        units=Units.of(totals, sizes),
    )


def kish_size(sizes: Floats) -> float:
    """Return the size of the cluster that an average item lives in, at least 1 (Kish 1965).

    It is the design effect where the items of a cluster all move together.

    Examples
    --------
    >>> kish_size(np.array([3.0, 1.0]))
    2.5
    """
    return float((sizes**2).sum() / sizes.sum())


def skewness(totals: Floats, sizes: Floats) -> float:
    """Return the skewness of the clusters' residual totals; 0 where they do not vary.

    Examples
    --------
    >>> round(skewness(np.array([0.0, 0.0, 0.0, 4.0]), np.ones(4)), 3)
    1.155
    """
    residuals = totals - sizes * (totals.sum() / sizes.sum())
    spread = float(np.mean(residuals**2))
    return float(np.mean(residuals**3) / spread**1.5) if spread > 0.0 else 0.0


def skewness_error(skewness: float, units: int) -> float:
    """Return what skewness adds to a one-sided 5 % error rate of the t test, on its worse side.

    The first Edgeworth term of the studentised mean.

    References
    ----------
    Hall (1992), The Bootstrap and Edgeworth Expansion, section 2.6.

    Examples
    --------
    >>> round(skewness_error(-2.0, 20), 3)
    0.049
    """
    normal = NormalDist()
    z = normal.inv_cdf(0.95)
    return abs(skewness) * (2.0 * z**2 + 1.0) / (6.0 * math.sqrt(units)) * normal.pdf(z)


def _ratio(variance: float, independent: float) -> float | None:
    return variance / independent if independent > 0.0 else None
