"""What the resampling methods share: the order of the clusters, blocks of bounded memory, the rank of a bound.

Each draw is taken twice, from the clusters in rising and in falling order: so the order of the input changes nothing,
and swapping the runs mirrors every draw.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["in_blocks", "mirrored_orders", "rank_of_bound"]

Floats = NDArray[np.float64]
_CHUNK = 2_000_000


def rank_of_bound(alpha: float, draws: int) -> int:
    """How many of the draws may lie beyond a bound: the most that leave the p-value below alpha.

    Examples
    --------
    >>> rank_of_bound(0.05, 1999)
    99
    """
    return math.ceil(alpha * (draws + 1)) - 1


def mirrored_orders(totals: Floats, sizes: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Clusters by size, and of one size by rising and by falling total: each other's image when the runs are swapped.

    Sizes are whole, so that totals which differ by rounding alone cannot bring unlike clusters out of order.

    Examples
    --------
    >>> mirrored_orders(np.array([3.0, 1.0, 2.0]), np.ones(3))
    (array([1, 2, 0]), array([0, 2, 1]))
    """
    return np.lexsort((totals, sizes)), np.lexsort((-totals, sizes))


def in_blocks(draws: int, n: int) -> list[int]:
    """Split the draws into blocks of bounded memory.

    Examples
    --------
    >>> in_blocks(5, 1_000_000)
    [2, 2, 1]
    """
    block = max(1, _CHUNK // n)
    return [block] * (draws // block) + ([draws % block] if draws % block else [])
