"""P-values that pay for how many were looked at.

Only claims of the form "some metric moved" need this. The claim "every threshold holds" is an intersection-union test:
it is made when each of its parts is made at level alpha, and its own level is then alpha without any correction (Berger
1982, Technometrics 24, 295-300).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import UsageError

__all__ = ["benjamini_hochberg", "holm"]

Floats = NDArray[np.float64]


def holm(p_values: Sequence[float] | Floats) -> Floats:
    """Adjust p-values for the family-wise error rate.

    The chance of even one false claim is at most the level that the adjusted values are held against, however the
    tests depend on each other.

    Parameters
    ----------
    p_values : sequence of float, shape (n_tests,)
        Each in [0, 1].

    Returns
    -------
    ndarray, shape (n_tests,)
        In the order given: the j-th smallest times ``n_tests - j + 1``, not below a smaller one's, at most 1.

    Raises
    ------
    UsageError
        A value outside [0, 1].

    References
    ----------
    Holm (1979), Scandinavian J. Statistics 6, 65-70.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    array([0.03, 0.06, 0.06])
    """
    p, order = _sorted(p_values)
    steps = np.arange(len(p), 0, -1)
    return _unsorted(np.maximum.accumulate(p * steps), order)


def benjamini_hochberg(p_values: Sequence[float] | Floats) -> Floats:
    """Adjust p-values for the false discovery rate.

    The expected share of false claims among those made is at most the level that the adjusted values are held against,
    for tests that are independent or positively dependent (Benjamini & Yekutieli 2001).

    Parameters
    ----------
    p_values : sequence of float, shape (n_tests,)
        Each in [0, 1].

    Returns
    -------
    ndarray, shape (n_tests,)
        In the order given: the j-th smallest times ``n_tests / j``, not above a larger one's.

    Raises
    ------
    UsageError
        A value outside [0, 1].

    References
    ----------
    Benjamini & Hochberg (1995), J. Royal Statistical Society B 57, 289-300, procedure 1.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03])
    array([0.03, 0.04, 0.04])
    """
    p, order = _sorted(p_values)
    steps = len(p) / np.arange(1, len(p) + 1)
    return _unsorted(np.minimum.accumulate((p * steps)[::-1])[::-1], order)


def _sorted(p_values: Sequence[float] | Floats) -> tuple[Floats, NDArray[np.intp]]:
    p = np.asarray(p_values, dtype=np.float64)
    outside = p[~((p >= 0.0) & (p <= 1.0))]
    if len(outside):
        raise UsageError(f"the p-value {outside[0]:g} is not between 0 and 1")
    order = np.argsort(p, kind="stable")
    return p[order], order


def _unsorted(adjusted: Floats, order: NDArray[np.intp]) -> Floats:
    restored = np.empty_like(adjusted)
    restored[order] = np.minimum(adjusted, 1.0)
    return restored
