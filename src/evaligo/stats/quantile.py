"""Quantiles such as the median or p95 of two paired runs: how far apart they are, from order statistics alone."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import UsageError
from evaligo.stats.cluster import cr2, kish_size, totals_of
from evaligo.stats.inference import Inference, noncentral_t_cdf, t_quantile, t_tail

__all__ = ["QuantileDifference", "quantile_difference"]

_FARTHEST = 8.0
_GRID = np.linspace(0.0, _FARTHEST, 161)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QuantileDifference(Inference):
    """Inference for the difference of two marginal quantiles.

    Parameters
    ----------
    q : float
        Which quantile, in (0, 1).
    scores : ndarray, shape (n_knots,)
        Standard scores, ascending through 0; a lower bound at level ``1 - alpha`` lies at the t quantile of that
        level, an upper bound at its negative.
    ends : ndarray, shape (n_knots,)
        The bound at each score, falling; linear in between.
    span : (float, float)
        What bounds the difference where no order statistic does: infinite, or from the metric's own bounds.
    effective : float
        The smaller of the two runs' effective numbers of items.
    """

    q: float
    scores: Floats = field(repr=False)
    ends: Floats = field(repr=False)
    span: tuple[float, float]
    effective: float

    def lower(self, alpha: float) -> float:
        """Return the lower bound; -inf (or the metric's own) where too few items lie beyond the quantile."""
        return self._bound(t_quantile(1.0 - alpha, self.df))

    def upper(self, alpha: float) -> float:
        """Return the upper bound; inf (or the metric's own) where too few items lie beyond the quantile."""
        return self._bound(t_quantile(alpha, self.df))

    def p_greater(self, null: float = 0.0) -> float:
        """Return the level at which the lower bound is `null`."""
        return t_tail(_score_at(self.scores, self.ends, self.span, null), self.df)

    def p_less(self, null: float = 0.0) -> float:
        """Return the level at which the upper bound is `null`."""
        lowest, highest = self.span
        mirrored = _score_at(-self.scores[::-1], -self.ends[::-1], (-highest, -lowest), -null)
        return t_tail(mirrored, self.df)

    def power(self, effect: float, *, alpha: float, null: float = 0.0, growth: float = 1.0) -> float:
        """Return the chance of ``lower(alpha) > null`` if the true difference is `effect`.

        That of a t test with this standard error; 0 where the new sample is too small for order statistics to bound
        the quantile at all.
        """
        unbounded = math.isinf(self.span[0])
        if unbounded and max(self.q, 1.0 - self.q) ** (self.effective * growth) >= alpha:
            return 0.0
        if not 0.0 < self.standard_error < math.inf:
            return 0.0
        df = self.df * growth
        shift = (effect - null) / (self.standard_error / math.sqrt(growth))
        return 1.0 - float(noncentral_t_cdf(t_quantile(1.0 - alpha, df), df, shift))

    def _bound(self, score: float) -> float:
        lowest, highest = self.span
        return float(np.interp(score, self.scores, self.ends, left=highest, right=lowest))


def quantile_difference(
    baseline: Floats,
    candidate: Floats,
    q: float,
    codes: NDArray[np.intp] | None = None,
    *,
    bounds: tuple[float, float] | None = None,
    method: str = "woodruff_mover",
) -> QuantileDifference:
    """Infer how far the candidate's quantile lies above the baseline's, for paired items.

    Each run's quantile is bounded by its order statistics: the level of the k-th is the chance that at least k of n
    items fall below the quantile, from the binomial law, interpolated between neighbours. Clusters shrink n by the
    design effect of the indicator "at or below the quantile", and bring their degrees of freedom. The bounds of the
    difference follow by MOVER from those of the two quantiles, with the correlation of the paired indicators, held
    to what it would be with one discordant pair: two runs that agree everywhere are no proof that they always will.

    The point values are means of the two order statistics around the quantile where ``n q`` is whole, else the one
    above it (Hyndman & Fan's type 2, numpy's ``averaged_inverted_cdf``), so that negating the items mirrors them.
    Swapping the runs negates everything.

    Parameters
    ----------
    baseline, candidate : ndarray, shape (n_items,)
        Paired scores.
    q : float
        Which quantile, in (0, 1): 0.95 for p95.
    codes : ndarray of int, shape (n_items,), optional
        The cluster of each item, 0 to n_clusters - 1.
    bounds : (float, float), optional
        The least and the greatest score that can occur: they bound a quantile where no order statistic does.
    method : str

    Raises
    ------
    UsageError
        `q` is not inside (0, 1).

    References
    ----------
    Woodruff (1952), J. American Statistical Association 47, 635-646; Hutson (1999), J. Nonparametric Statistics 10,
    for levels between order statistics; Korn & Graubard (1998), Survey Methodology 24, for the effective size; Zou
    & Donner (2008), Statistics in Medicine 27, 1693-1702, equation 8 (MOVER).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> before = rng.lognormal(6.0, 0.5, size=500)
    >>> law = quantile_difference(before, before * 0.8, 0.95)
    >>> law.lower(0.05) < law.value < law.upper(0.05) < 0.0
    True
    >>> quantile_difference(before[:50], before[:50], 0.99).upper(0.05)
    inf
    """
    if not 0.0 < q < 1.0:
        raise UsageError(f"the quantile {q:g} is not between 0 and 1", hint="write 0.95 for p95")
    one, other = _Sample.of(baseline, q, codes), _Sample.of(candidate, q, codes)
    effective = min(one.effective, other.effective)
    correlation = min(_correlation(one.indicator, other.indicator, codes), _highest_correlation(q, effective))
    low, high = bounds or (-math.inf, math.inf)
    gain = _mover(other, one, correlation, low, high)
    loss = _mover(one, other, correlation, low, high)
    scores, ends = _joined(gain, loss, other.value - one.value)
    return QuantileDifference(
        value=other.value - one.value,
        standard_error=_standard_error(scores, ends),
        df=one.df,
        n_items=len(baseline),
        n_clusters=None if codes is None else int(codes.max()) + 1,
        design_effect=None if codes is None else len(baseline) / effective,
        method=method,
        q=q,
        scores=scores,
        ends=ends,
        span=(low - high, high - low),
        effective=effective,
    )


def _score_at(scores: Floats, ends: Floats, span: tuple[float, float], null: float) -> float:
    """Return the smallest score whose bound is no higher than `null`."""
    lowest, highest = span
    if null < lowest or null >= highest:
        return math.inf if null < lowest else -math.inf
    after = int(np.searchsorted(-ends, -null))
    if after == 0 or after == len(ends):
        return float(scores[0 if after == 0 else -1])
    (s0, s1), (e0, e1) = scores[after - 1 : after + 1], ends[after - 1 : after + 1]
    return float(s0 + (s1 - s0) * (e0 - null) / (e0 - e1))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sample:
    """One run's quantile, and the score at which each order statistic bounds it.

    The order statistic x[k] is a lower bound of the quantile at score z[k], and an upper one at -z[k]; z falls in k.
    """

    value: float
    indicator: Floats
    x: Floats
    z: Floats
    effective: float
    df: float

    @classmethod
    def of(cls, values: Floats, q: float, codes: NDArray[np.intp] | None) -> _Sample:
        ordered = np.sort(values)
        value = float(np.quantile(ordered, q, method="averaged_inverted_cdf"))
        indicator = (values <= value).astype(np.float64)
        effective, df = _effective_size(indicator, codes)
        ranks = _ranks_near(q, len(ordered), effective)
        return cls(
            value=value,
            indicator=indicator,
            x=ordered[ranks - 1],
            z=_scores_of(ranks, q, len(ordered), effective),
            effective=effective,
            df=df,
        )

    def lower(self, z: Floats, otherwise: float) -> Floats:
        """The distance from the quantile down to its lower bound at each score."""
        bound = np.interp(-z, -self.z, self.x, left=otherwise)
        return np.asarray(np.maximum(self.value - bound, 0.0))

    def upper(self, z: Floats, otherwise: float) -> Floats:
        """The distance from the quantile up to its upper bound at each score."""
        bound = np.interp(z, -self.z, self.x, right=otherwise)
        return np.asarray(np.maximum(bound - self.value, 0.0))


def _effective_size(indicator: Floats, codes: NDArray[np.intp] | None) -> tuple[float, float]:
    """How many independent items these are worth, and the degrees of freedom of that figure.

    Where no item lies beyond the quantile nothing shows how clusters move, and each is taken to move as one.
    """
    n = float(len(indicator))
    if codes is None:
        return n, math.inf
    share = float(indicator.mean())
    totals, sizes = totals_of(indicator, codes)
    law = cr2(totals, sizes)
    if law.standard_error == 0.0:
        return n / kish_size(sizes), law.df
    return min(n, share * (1.0 - share) / law.standard_error**2), law.df


def _ranks_near(q: float, n: int, effective: float) -> NDArray[np.intp]:
    """The ranks whose scores lie within the farthest that is asked about, or all."""
    reach = (_FARTHEST + 2.0) * math.sqrt(n * q * (1.0 - q) * n / effective) + 100.0
    first, last = max(1, math.floor(n * q - reach)), min(n, math.ceil(n * q + reach))
    return np.arange(first, last + 1)


def _scores_of(ranks: NDArray[np.intp], q: float, n: int, effective: float) -> Floats:
    """The normal score of the chance that the order statistic of each rank lies below the quantile."""
    from scipy.special import betainc, ndtri  # noqa: PLC0415  (150 ms that a bad option need not wait for)

    a = ranks * (effective + 1.0) / (n + 1.0)
    b = effective + 1.0 - a
    below, above = betainc(a, b, q), betainc(b, a, 1.0 - q)
    smallest = ndtri(np.maximum(np.minimum(below, above), 1e-300))
    return np.asarray(np.where(below > above, -smallest, smallest))


def _mover(
    upward: _Sample, downward: _Sample, correlation: float, low: float, high: float
) -> tuple[Floats, Floats]:
    """Scores, ascending from 0, and how far below the difference `upward - downward` its lower bound lies at each."""
    knots = np.concatenate(
        (upward.z, -downward.z, np.nextafter([upward.z[0], -downward.z[-1]], np.inf), _GRID)
    )
    z = np.unique(knots[(knots >= 0.0) & (knots <= _FARTHEST)])
    a, b = upward.lower(z, low), downward.upper(z, high)
    bounded = np.isfinite(a) & np.isfinite(b)
    z, a, b = z[bounded], a[bounded], b[bounded]
    distance = np.sqrt(np.maximum(a**2 + b**2 - 2.0 * correlation * a * b, 0.0))
    return z, np.maximum.accumulate(distance)


def _joined(gain: tuple[Floats, Floats], loss: tuple[Floats, Floats], value: float) -> tuple[Floats, Floats]:
    """One falling table of bounds: upper ones at negative scores, the estimate at 0, lower ones at positive scores."""
    (z, down), (y, up) = gain, loss
    scores = np.concatenate((-y[y > 0.0][::-1], [0.0], z[z > 0.0]))
    ends = np.concatenate((value + up[y > 0.0][::-1], [value], value - down[z > 0.0]))
    return scores, ends


def _standard_error(scores: Floats, ends: Floats) -> float:
    """Half the width at a score of 1, or at the farthest that is bounded on both sides."""
    reach = min(1.0, -scores[0], scores[-1])
    if reach <= 0.0:
        return math.inf
    above, below = np.interp([-reach, reach], scores, ends)
    return float((above - below) / (2.0 * reach))


def _correlation(one: Floats, other: Floats, codes: NDArray[np.intp] | None) -> float:
    """Correlation of the runs' indicators, over clusters; 0 where either does not vary."""
    x, _ = totals_of(one - one.mean(), codes)
    y, _ = totals_of(other - other.mean(), codes)
    scale = math.sqrt(float(x @ x) * float(y @ y))
    return min(max(float(x @ y) / scale, -1.0), 1.0) if scale > 0.0 else 0.0


def _highest_correlation(q: float, effective: float) -> float:
    """The correlation of two indicators of mean `q` that differ in one of so many pairs."""
    return max(0.0, 1.0 - 1.0 / (2.0 * effective * q * (1.0 - q)))
