"""The capital of a gambler who bets against a null mean: the engine of the betting bounds, fixed and sequential.

Units are scaled so that items lie in [0, 1] and the largest unit weighs 1: a unit of size n and total S becomes the
pair ``y = (S - n low) / (n_max (high - low))`` and ``w = n / n_max``, with ``0 <= y <= w <= 1``. Under a null mean m
the stake ``y - m w`` has mean 0 and is never below -m, so that a bet of less than 1/m never ruins the gambler.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError, UsageError

__all__ = ["CAP", "Wager", "scaled"]

CAP = 0.75
_HALVINGS = 44
_ROUNDING = 1e-9

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Wager:
    """Bets, placed in order, that the mean is higher than whatever null is asked about.

    Parameters
    ----------
    y, w : ndarray, shape (n_units,)
        Scaled totals and sizes in the order of betting.
    bets : ndarray, shape (n_units,)
        Each depends on the units before it only.

    Examples
    --------
    >>> wager = Wager(np.ones(20), np.ones(20), np.full(20, 1.0))
    >>> round(math.exp(-wager.peak(0.5)), 6), round(wager.bound(0.05), 4)
    (0.000301, 0.8227)
    """

    y: Floats
    w: Floats
    bets: Floats

    def path(self, m: float) -> Floats:
        """Return the log capital after each unit, under the null mean `m` in [0, 1].

        The bets are held to 3/4 of what could ruin the gambler, so that the capital falls in `m` unit by unit.

        References
        ----------
        Waudby-Smith & Ramdas (2024), J. Royal Statistical Society B 86(1), Theorem 3: the half of the hedged
        capital process that bets on a higher mean, with its truncation ``c / m`` at c = 3/4.
        """
        bets = np.minimum(self.bets, CAP / m) if m > 0.0 else self.bets
        return np.asarray(np.log1p(bets * (self.y - m * self.w)).cumsum())

    def peak(self, m: float) -> float:
        """Return the largest log capital so far, at least 0 (what the gambler began with).

        By Ville's inequality ``exp(-peak)`` is a p-value against "the mean is at most m", at any time.
        """
        if m < 0.0:
            return math.inf
        if m >= 1.0 or not len(self.y):
            return 0.0
        return max(0.0, float(self.path(m).max()))

    def bound(self, alpha: float) -> float:
        """Return the largest null mean that the capital rejects at level `alpha`; 0 where it rejects none."""
        needed = -math.log(alpha)
        below, above = 0.0, 1.0
        for _ in range(_HALVINGS):
            middle = (below + above) / 2.0
            below, above = (middle, above) if self.peak(middle) > needed else (below, middle)
        return below

    def mirrored(self) -> Wager:
        """Return the bets on a lower mean: the same game about ``1 - mean``."""
        return Wager(self.w - self.y, self.w, self.bets)


def scaled(
    totals: Floats, sizes: Floats, *, low: float, high: float, largest: float
) -> tuple[Floats, Floats]:
    """Scale units to the gambler's terms.

    Parameters
    ----------
    totals, sizes : ndarray, shape (n_units,)
        Sum and number of the items of each unit.
    low, high : float
        The least and the greatest value that an item can have.
    largest : float
        The greatest size that a unit can have.

    Returns
    -------
    y, w : ndarray, shape (n_units,)

    Raises
    ------
    UsageError
        The bounds are not finite or not in order.
    DataError
        A unit lies outside its bounds, or is larger than the largest.

    Examples
    --------
    >>> scaled(np.array([-1.0, 1.0]), np.array([1.0, 2.0]), low=-1.0, high=1.0, largest=2.0)
    (array([0.  , 0.75]), array([0.5, 1. ]))
    """
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise UsageError(
            f"the bounds of a difference are {low}, {high}", hint="betting needs finite ones, LOW < HIGH"
        )
    w = sizes / largest
    y = (totals - low * sizes) / (largest * (high - low))
    if w.max(initial=0.0) > 1.0:
        raise DataError(
            f"a cluster has {sizes.max():g} items, more than the {largest:g} that were said to be the most",
            hint="give the size of the largest cluster",
        )
    if y.min(initial=0.0) < -_ROUNDING or (y - w).max(initial=0.0) > _ROUNDING:
        raise DataError(
            f"a difference lies outside [{low:g}, {high:g}]",
            hint="give the metric's true bounds, or a method without any",
        )
    return np.clip(y, 0.0, w), w
