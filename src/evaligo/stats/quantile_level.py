"""One run's quantile, such as its p99: bounds by order statistics, whatever the distribution."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import UsageError
from evaligo.stats.inference import Inference, noncentral_t_cdf, t_quantile
from evaligo.stats.proportion import effective_size

__all__ = ["QuantileLevel", "quantile_level"]

Floats = NDArray[np.float64]
_ONE_SCORE = 0.158655
"""The tail beyond one standard score."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QuantileLevel(Inference):
    """Inference for one quantile.

    Parameters
    ----------
    q : float
        Which quantile, in (0, 1).
    ordered : ndarray, shape (n_items,)
        The scores, ascending.
    effective : float
        The effective number of items.
    """

    q: float
    ordered: Floats = field(repr=False)
    effective: float

    def lower(self, alpha: float) -> float:
        """Return an order statistic; -inf where even the least item does not bound the quantile."""
        few = int(np.searchsorted(self._few(np.arange(len(self.ordered))), alpha))
        return float(self.ordered[few - 1]) if few else -math.inf

    def upper(self, alpha: float) -> float:
        """Return an order statistic; inf where even the greatest item does not bound the quantile."""
        n = len(self.ordered)
        enough = int(np.searchsorted(self._many(np.arange(n, 0, -1)), alpha))
        return float(self.ordered[n - enough]) if enough else math.inf

    def p_greater(self, null: float = 0.0) -> float:
        """Return the chance of so few items at or below `null` where the quantile lies there."""
        return float(self._few(np.array([np.searchsorted(self.ordered, null, side="right")]))[0])

    def p_less(self, null: float = 0.0) -> float:
        """Return the chance of so many items below `null` where the quantile lies there."""
        return float(self._many(np.array([np.searchsorted(self.ordered, null, side="left")]))[0])

    def power(self, effect: float, *, alpha: float, null: float = 0.0, growth: float = 1.0) -> float:
        """Return the chance of ``lower(alpha) > null`` if the true quantile is `effect`.

        That of a t test with this standard error; 0 where the new sample is too small for order statistics to bound
        the quantile at all.
        """
        if (1.0 - self.q) ** (self.effective * growth) >= alpha or not 0.0 < self.standard_error < math.inf:
            return 0.0
        df = self.df * growth
        shift = (effect - null) / (self.standard_error / math.sqrt(growth))
        return 1.0 - float(noncentral_t_cdf(t_quantile(1.0 - alpha, df), df, shift))

    def _few(self, counts: NDArray[np.integer]) -> Floats:
        """P(X <= count) for X binomial(n, q); counts and n in effective items."""
        from scipy.special import betainc  # noqa: PLC0415  (150 ms that a bad option need not wait for)

        k = counts * (self.effective / len(self.ordered))
        rest = np.maximum(self.effective - k, 0.0)
        chance = betainc(np.where(rest > 0.0, rest, 1.0), k + 1.0, 1.0 - self.q)
        return np.asarray(np.where(rest > 0.0, chance, 1.0))

    def _many(self, counts: NDArray[np.integer]) -> Floats:
        """P(X >= count) for X binomial(n, q); counts and n in effective items."""
        from scipy.special import betainc  # noqa: PLC0415

        k = counts * (self.effective / len(self.ordered))
        chance = betainc(np.where(k > 0.0, k, 1.0), self.effective - k + 1.0, self.q)
        return np.asarray(np.where(k > 0.0, chance, 1.0))


def quantile_level(scores: Floats, q: float, codes: NDArray[np.intp] | None = None) -> QuantileLevel:
    """Infer one run's quantile.

    A bound is the order statistic beyond which the binomial law allows so many items with a chance of `alpha` only: it
    errs at most that often for independent items of any distribution. Clusters shrink the number of items by the
    design effect of the indicator "at or below the quantile".

    Parameters
    ----------
    scores : ndarray, shape (n_items,)
    q : float
        Which quantile, in (0, 1): 0.95 for p95.
    codes : ndarray of int, shape (n_items,), optional
        The cluster of each item, 0 to n_clusters - 1.

    Raises
    ------
    UsageError
        `q` is not inside (0, 1).

    References
    ----------
    David & Nagaraja (2003), Order Statistics, section 7.1; Woodruff (1952), J. American Statistical Association 47,
    635-646, and Korn & Graubard (1998), Survey Methodology 24, for clusters.

    Examples
    --------
    >>> law = quantile_level(np.arange(1.0, 101.0), 0.5)
    >>> law.value, law.lower(0.05), law.upper(0.05)
    (50.5, 42.0, 59.0)

    It takes 299 items to bound a p99 from above at 95 %:

    >>> quantile_level(np.arange(298.0), 0.99).upper(0.05), quantile_level(np.arange(299.0), 0.99).upper(0.05)
    (inf, 298.0)
    """
    if not 0.0 < q < 1.0:
        raise UsageError(f"the quantile {q:g} is not between 0 and 1", hint="write 0.95 for p95")
    ordered = np.sort(scores)
    value = float(np.quantile(ordered, q, method="averaged_inverted_cdf"))
    effective, df = effective_size((scores <= value).astype(np.float64), codes)
    law = QuantileLevel(
        value=value,
        standard_error=0.0,
        df=df,
        n_items=len(scores),
        n_clusters=None if codes is None else int(codes.max()) + 1,
        design_effect=None if codes is None else len(scores) / effective,
        method="order_statistics" if codes is None else "cluster_woodruff",
        q=q,
        ordered=ordered,
        effective=effective,
    )
    return _with_spread(law)


def _with_spread(law: QuantileLevel) -> QuantileLevel:
    """Take half the width at one standard score for the standard error; where one side is open, the other."""
    sides = (law.value - law.lower(_ONE_SCORE), law.upper(_ONE_SCORE) - law.value)
    bounded = [side for side in sides if math.isfinite(side)]
    return replace(law, standard_error=sum(bounded) / len(bounded) if bounded else math.inf)
