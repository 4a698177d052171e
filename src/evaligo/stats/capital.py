"""The capital of a gambler who bets against a null mean: the engine of the betting bounds, fixed and sequential.

Units are scaled so that items lie in [0, 1] and the largest unit weighs 1: a unit of size n and total S becomes the
pair ``y = (S - n low) / (n_max (high - low))`` and ``w = n / n_max``, with ``0 <= y <= w <= 1``. Under a null mean m
the stake ``y - m w`` has mean 0 and is never below -m, so that a bet of less than 1/m never ruins the gambler.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError, UsageError

__all__ = ["CAP", "Wager", "largest_rejected", "scaled"]

CAP = 0.75
_HALVINGS = 44
_ROUNDING = 1e-9

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Wager:
    """Bets, placed in order, that the mean is higher than whatever null is asked about.

    Parameters
    ----------
    y, w : ndarray, shape (..., n_units)
        Scaled totals and sizes in the order of betting; leading axes are other orders of the same units.
    bets : ndarray, shape (..., n_units)
        Each depends on the units before it only.

    Examples
    --------
    >>> wager = Wager(np.array([0.9, 0.2, 1.0]), np.ones(3), np.full(3, 1.5))
    >>> wager.path(0.5).round(4)
    array([ 0.47  , -0.1278,  0.4318])
    >>> round(wager.peak(0.5), 4), round(wager.final(0.5), 4)
    (0.47, 0.4318)
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
        return np.asarray(self._returns(m).cumsum(axis=-1))

    def peak(self, m: float) -> float:
        """Return the largest log capital so far, at least 0 (what the gambler began with).

        By Ville's inequality ``exp(-peak)`` is a p-value against "the mean is at most m", at any time.
        """
        if not 0.0 <= m < 1.0 or not self.y.size:
            return math.inf if m < 0.0 else 0.0
        return max(0.0, float(self.path(m).max()))

    def final(self, m: float) -> float:
        """Return the logarithm of the final capital, averaged over the orders of betting.

        An average of capitals is a capital (Vovk & Wang 2021), so that by Markov's inequality ``exp(-final)``, where
        below 1, is a p-value against "the mean is at most m" at a sample size that was fixed in advance.
        """
        if not 0.0 <= m < 1.0 or not self.y.size:
            return math.inf if m < 0.0 else 0.0
        capitals = self._returns(m).sum(axis=-1)
        return float(np.logaddexp.reduce(capitals, axis=None)) - math.log(capitals.size)

    def mirrored(self) -> Wager:
        """Return the bets on a lower mean: the same game about ``1 - mean``."""
        return Wager(self.w - self.y, self.w, self.bets)

    def _returns(self, m: float) -> Floats:
        bets = np.minimum(self.bets, CAP / m) if m > 0.0 else self.bets
        return np.asarray(np.log1p(bets * (self.y - m * self.w)))


def largest_rejected(log_capital: Callable[[float], float], alpha: float) -> float:
    """Return the largest null mean at which the capital exceeds ``1 / alpha``; 0 where it does so at none.

    Parameters
    ----------
    log_capital : callable
        Falls in the null mean; `Wager.peak` or `Wager.final`.
    alpha : float
        One-sided level, in (0, 1).

    Examples
    --------
    >>> round(largest_rejected(lambda m: 10.0 * (1.0 - m), alpha=math.exp(-4.0)), 6)
    0.6
    """
    needed = -math.log(alpha)
    below, above = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (below + above) / 2.0
        below, above = (middle, above) if log_capital(middle) > needed else (below, middle)
    return below


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
