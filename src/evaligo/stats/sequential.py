"""Confidence sequences: bounds on a mean that hold at every moment at once, so that looking early costs nothing."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaligo.errors import DataError
from evaligo.stats.betting import plug_in_bets
from evaligo.stats.capital import Wager, largest_rejected, scaled

__all__ = ["AsymptoticSequence", "BettingSequence"]

Floats = NDArray[np.float64]


class _Arrivals(ABC):
    """Units in the order in which they came, and what every sequence says of them."""

    __slots__ = ("_sizes", "_totals")

    def __init__(self) -> None:
        self._totals: Floats = np.empty(0)
        self._sizes: Floats = np.empty(0)

    @property
    def n_units(self) -> int:
        """How many units have arrived."""
        return len(self._totals)

    @property
    def n_items(self) -> int:
        """How many items have arrived."""
        return round(float(self._sizes.sum()))

    @property
    def estimate(self) -> float:
        """The mean of the items so far; nan before the first."""
        return float(self._totals.sum() / self._sizes.sum()) if self.n_units else math.nan

    def estimates(self) -> Floats:
        """Return the mean of the items so far, after each unit."""
        return np.asarray(self._totals.cumsum() / self._sizes.cumsum())

    @abstractmethod
    def evidence_greater(self, null: float) -> Floats:
        """Return the largest log e-value so far against "the mean is at most `null`", after each unit."""

    @abstractmethod
    def evidence_less(self, null: float) -> Floats:
        """Return the largest log e-value so far against "the mean is at least `null`", after each unit."""

    def p_greater(self, null: float = 0.0) -> float:
        """Return the anytime-valid p-value against "the mean is at most `null`"."""
        return _p_value(self.evidence_greater(null))

    def p_less(self, null: float = 0.0) -> float:
        """Return the anytime-valid p-value against "the mean is at least `null`"."""
        return _p_value(self.evidence_less(null))

    def _append(self, totals: ArrayLike, sizes: ArrayLike) -> None:
        came = np.atleast_1d(np.asarray(totals, dtype=np.float64))
        of_size = np.broadcast_to(np.asarray(sizes, dtype=np.float64), came.shape)
        if not bool((of_size > 0.0).all()):
            raise DataError("a cluster has no items", hint="leave empty clusters out")
        self._totals = np.concatenate((self._totals, came))
        self._sizes = np.concatenate((self._sizes, of_size))


class BettingSequence(_Arrivals):
    """An anytime-valid confidence sequence for the mean of bounded differences, by betting.

    It holds at every sample size and for any distribution within the bounds; under a null d the stake of a cluster is
    ``total - d size``. Units must come in an order that does not depend on their values, such as a random one.

    Parameters
    ----------
    low, high : float
        The least and the greatest difference that an item can have.
    max_size : float
        The greatest number of items that a unit can have, known beforehand.
    tuned_for : float
        The one-sided level at which the bounds should be tightest; they hold at any.

    Raises
    ------
    UsageError
        The bounds are not finite or not in order.

    References
    ----------
    Waudby-Smith & Ramdas (2024), J. Royal Statistical Society B 86(1), 1-27, Theorem 3: each half of the hedged
    capital process for one bound, with open-ended predictable plug-in bets.

    Examples
    --------
    >>> sequence = BettingSequence(low=-1.0, high=1.0)
    >>> sequence.update(np.tile([1.0, 0.0, 0.0, 0.0], 50))
    >>> round(sequence.estimate, 4), round(sequence.lower(0.05), 4), round(sequence.upper(0.05), 4)
    (0.25, 0.1767, 0.3687)
    """

    __slots__ = ("_high", "_low", "_max_size", "_tuned_for", "_w", "_y")

    asymptotic = False

    def __init__(self, *, low: float, high: float, max_size: float = 1.0, tuned_for: float = 0.05) -> None:
        super().__init__()
        self._low, self._high, self._max_size, self._tuned_for = low, high, max_size, tuned_for
        self._y, self._w = self._scale(self._totals, self._sizes)

    def update(self, totals: ArrayLike, sizes: ArrayLike = 1.0) -> None:
        """Take in the next units.

        Parameters
        ----------
        totals : float or array-like, shape (n_units,)
            Sum of each unit's differences, in the order of arrival.
        sizes : float or array-like, shape (n_units,)
            Number of each unit's items.

        Raises
        ------
        DataError
            A unit is empty, outside its bounds, or larger than the largest.
        """
        before = self.n_units
        self._append(totals, sizes)
        y, w = self._scale(self._totals[before:], self._sizes[before:])
        self._y, self._w = np.concatenate((self._y, y)), np.concatenate((self._w, w))

    def lower(self, alpha: float) -> float:
        """Return the highest lower bound so far, at one-sided level ``1 - alpha``; `low` where nothing is known."""
        return self._low + (self._high - self._low) * largest_rejected(self._wager().peak, alpha)

    def upper(self, alpha: float) -> float:
        """Return the lowest upper bound so far, at one-sided level ``1 - alpha``; `high` where nothing is known."""
        return self._high - (self._high - self._low) * largest_rejected(self._wager().mirrored().peak, alpha)

    def e_greater(self, null: float = 0.0) -> float:
        """Return the e-value now against "the mean is at most `null`": the capital that betting has made of 1."""
        return _last_e(self._log_capital(self._wager(), self._scaled(null)))

    def e_less(self, null: float = 0.0) -> float:
        """Return the e-value now against "the mean is at least `null`"."""
        return _last_e(self._log_capital(self._wager().mirrored(), 1.0 - self._scaled(null)))

    def evidence_greater(self, null: float) -> Floats:
        """Return the largest log capital so far against "the mean is at most `null`", after each unit."""
        return _largest_so_far(self._log_capital(self._wager(), self._scaled(null)))

    def evidence_less(self, null: float) -> Floats:
        """Return the largest log capital so far against "the mean is at least `null`", after each unit."""
        return _largest_so_far(self._log_capital(self._wager().mirrored(), 1.0 - self._scaled(null)))

    def _log_capital(self, wager: Wager, m: float) -> Floats:
        if 0.0 <= m < 1.0:
            return wager.path(m)
        return np.full(self.n_units, math.inf if m < 0.0 else 0.0)

    def _wager(self) -> Wager:
        return Wager(self._y, self._w, plug_in_bets(self._y, self._w, tuned_for=self._tuned_for))

    def _scale(self, totals: Floats, sizes: Floats) -> tuple[Floats, Floats]:
        return scaled(totals, sizes, low=self._low, high=self._high, largest=self._max_size)

    def _scaled(self, mean: float) -> float:
        return (mean - self._low) / (self._high - self._low)


class AsymptoticSequence(_Arrivals):
    """A confidence sequence for the mean of differences without known bounds, valid for large samples.

    Its level is that of a normal law: differences that are skewed err more on one side. At a nominal 5 %, over 4,000
    looks, a bound was ever wrong in 3 % of our simulations with normal differences, and on the worse side in 8 % with
    exponential and in 14 % with lognormal ones. Where bounds are known, `BettingSequence` has no such error.

    Parameters
    ----------
    tuned_at : float
        The number of units at which the bounds should be tightest.
    tuned_for : float
        The one-sided level at which they should be tightest; they hold at any.
    first_look : int
        The number of units before which nothing is said: the law is one of large samples.

    References
    ----------
    Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas (2024), Annals of Statistics 52(6), 2613-2640: the one-sided form
    of the asymptotic confidence sequence of Theorem 2.2, ``sqrt(2 V (t r^2 + 1) / (t^2 r^2) log(1 + sqrt(t r^2 + 1) /
    (2 alpha)))`` below the mean, and their choice of r; V is the linearised variance of a ratio of sums.

    Examples
    --------
    >>> sequence = AsymptoticSequence()
    >>> sequence.update(np.random.default_rng(0).normal(0.5, 1.0, size=500))
    >>> sequence.asymptotic, 0.3 < sequence.lower(0.05) < sequence.estimate < sequence.upper(0.05) < 0.7
    (True, True)
    """

    __slots__ = ("_first_look", "_squared_rate")

    asymptotic = True

    def __init__(self, *, tuned_at: float = 500.0, tuned_for: float = 0.05, first_look: int = 50) -> None:
        super().__init__()
        two_sided = -2.0 * math.log(2.0 * tuned_for)
        self._squared_rate = (two_sided + math.log(two_sided + 1.0)) / tuned_at
        self._first_look = first_look

    def update(self, totals: ArrayLike, sizes: ArrayLike = 1.0) -> None:
        """Take in the next units.

        Parameters
        ----------
        totals : float or array-like, shape (n_units,)
            Sum of each unit's differences, in the order of arrival.
        sizes : float or array-like, shape (n_units,)
            Number of each unit's items.

        Raises
        ------
        DataError
            A unit is empty.
        """
        self._append(totals, sizes)

    def lower(self, alpha: float) -> float:
        """Return the highest lower bound so far; -inf before the first look."""
        return float((self.estimates() - self._margins(alpha)).max(initial=-math.inf))

    def upper(self, alpha: float) -> float:
        """Return the lowest upper bound so far; inf before the first look."""
        return float((self.estimates() + self._margins(alpha)).min(initial=math.inf))

    def e_greater(self, null: float = 0.0) -> float:
        """Return the asymptotic e-value now against "the mean is at most `null`"."""
        return _last_e(self._log_mixture(self.estimates() - null))

    def e_less(self, null: float = 0.0) -> float:
        """Return the asymptotic e-value now against "the mean is at least `null`"."""
        return _last_e(self._log_mixture(null - self.estimates()))

    def evidence_greater(self, null: float) -> Floats:
        """Return the largest log e-value so far against "the mean is at most `null`", after each unit."""
        return _largest_so_far(self._log_mixture(self.estimates() - null))

    def evidence_less(self, null: float) -> Floats:
        """Return the largest log e-value so far against "the mean is at least `null`", after each unit."""
        return _largest_so_far(self._log_mixture(null - self.estimates()))

    def _margins(self, alpha: float) -> Floats:
        count = np.arange(1.0, self.n_units + 1.0)
        widening = count * self._squared_rate + 1.0
        score = 2.0 * np.log1p(np.sqrt(widening) / (2.0 * alpha))
        return np.asarray(np.sqrt(self._variances() * score * widening / self._squared_rate) / count)

    def _log_mixture(self, distances: Floats) -> Floats:
        """The log e-value at each distance above the null: the margin solved for ``1 / alpha``."""
        count = np.arange(1.0, self.n_units + 1.0)
        widening = count * self._squared_rate + 1.0
        squared = (np.maximum(distances, 0.0) * count) ** 2 * self._squared_rate
        half = squared / (2.0 * self._variances() * widening)
        with np.errstate(divide="ignore"):
            return np.asarray(half + np.log(-2.0 * np.expm1(-half)) - np.log(widening) / 2.0)

    def _variances(self) -> Floats:
        """Each moment's variance of a unit's linearised share; infinite before the first look and without spread."""
        if not self.n_units:
            return np.empty(0)
        count = np.arange(1.0, self.n_units + 1.0)
        shifted = self._totals - self._sizes * (self._totals[0] / self._sizes[0])
        n = self._sizes.cumsum()
        mean = shifted.cumsum() / n
        squares = (shifted**2).cumsum() - 2.0 * mean * (shifted * self._sizes).cumsum()
        squares += mean**2 * (self._sizes**2).cumsum()
        known = (count >= self._first_look) & (squares > 0.0)
        return np.where(known, squares * count / n**2, math.inf)


def _largest_so_far(path: Floats) -> Floats:
    return np.asarray(np.maximum.accumulate(np.maximum(path, 0.0)))


def _p_value(evidence: Floats) -> float:
    return math.exp(-float(evidence[-1])) if len(evidence) else 1.0


def _last_e(path: Floats) -> float:
    return float(np.exp(min(path[-1], 700.0))) if len(path) else 1.0
