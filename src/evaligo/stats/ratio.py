"""Ratios: accuracy per dollar, cost per request, and the relative change of a mean."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError
from evaligo.stats.cluster import bell_mccaffrey_df, cr2, cr2_variance, totals_of
from evaligo.stats.inference import Inference, Student, noncentral_t_cdf, t_quantile, t_tail

__all__ = ["Fieller", "ratio_difference", "relative_change"]

Floats = NDArray[np.float64]


def ratio_difference(
    numerator_baseline: Floats,
    denominator_baseline: Floats,
    numerator_candidate: Floats,
    denominator_candidate: Floats,
    codes: NDArray[np.intp] | None = None,
    *,
    method: str = "ratio_cr2",
) -> Student:
    """Infer how far the candidate's ratio of sums lies above the baseline's, for paired items.

    Each ratio is linearised at its value (an item's share is ``(num - R den) / mean(den)``), and the differences of
    the shares are summed by cluster and given a CR2 standard error with Bell-McCaffrey degrees of freedom.

    Parameters
    ----------
    numerator_baseline, denominator_baseline, numerator_candidate, denominator_candidate : ndarray, shape (n_items,)
        Such as each item's score and its cost in dollars.
    codes : ndarray of int, shape (n_items,), optional
        The cluster of each item, 0 to n_clusters - 1; at least two clusters (two items without).
    method : str

    Raises
    ------
    DataError
        A denominator sums to 0.

    References
    ----------
    Cochran (1977), Sampling Techniques, sections 6.4 and 6.10; Bell & McCaffrey (2002), Survey Methodology 28(2).

    Examples
    --------
    >>> correct, dollars = np.array([1.0, 0.0, 1.0, 1.0]), np.array([0.2, 0.1, 0.3, 0.4])
    >>> law = ratio_difference(correct, dollars, correct, dollars / 2.0)
    >>> round(law.value, 9), law.df
    (3.0, 3.0)
    """
    baseline, shares_baseline = _linearised(numerator_baseline, denominator_baseline, "baseline")
    candidate, shares_candidate = _linearised(numerator_candidate, denominator_candidate, "candidate")
    differences = shares_candidate - shares_baseline
    totals, sizes = totals_of(differences, codes)
    spread = float(np.var(differences, ddof=1)) if codes is not None else None
    law = cr2(totals, sizes, item_variance=spread, method=method)
    clusters = None if codes is None else len(sizes)
    return replace(law, value=candidate - baseline, n_clusters=clusters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fieller(Inference):
    """Inference for a ratio of means less 1, by Fieller's theorem.

    Where the baseline's mean is not clearly on one side of 0 the bounds are infinite.

    Parameters
    ----------
    baseline, candidate : float
        The means, turned so that the baseline's is positive.
    var_baseline, var_candidate, covariance : float
        Of the means.
    """

    baseline: float
    candidate: float
    var_baseline: float
    var_candidate: float
    covariance: float

    def lower(self, alpha: float) -> float:
        """Return Fieller's lower bound; -inf where the baseline's mean is not clearly positive at this level."""
        return self._bound(t_quantile(1.0 - alpha, self.df))

    def upper(self, alpha: float) -> float:
        """Return Fieller's upper bound; inf where the baseline's mean is not clearly positive at this level."""
        return self._bound(t_quantile(alpha, self.df))

    def p_greater(self, null: float = 0.0) -> float:
        """Return the p-value of the t test of ``candidate - (1 + null) baseline``."""
        return t_tail(self._t(null), self.df)

    def p_less(self, null: float = 0.0) -> float:
        """Return the p-value of the t test of ``(1 + null) baseline - candidate``."""
        return t_tail(-self._t(null), self.df)

    def power(self, effect: float, *, alpha: float, null: float = 0.0, growth: float = 1.0) -> float:
        """Return the chance of ``lower(alpha) > null`` if the true relative change is `effect`.

        That of the t test above; 0 where even the new sample would not show a positive baseline.
        """
        df = self.df * growth
        critical = t_quantile(1.0 - alpha, df)
        spread = math.sqrt(self._variance(null) / growth)
        if spread == 0.0 or critical >= self._certainty() * math.sqrt(growth):
            return 0.0
        return 1.0 - float(noncentral_t_cdf(critical, df, self.baseline * (effect - null) / spread))

    def _bound(self, t: float) -> float:
        """Solve ``(candidate - r baseline)^2 = t^2 variance(r)`` for r, on the side that t's sign says.

        Runs that do not differ at all show no spread, which is not zero uncertainty: nothing is known then.
        """
        if self.standard_error == 0.0 or abs(t) >= self._certainty():
            return math.copysign(math.inf, -t)
        a = self.baseline**2 - t**2 * self.var_baseline
        b = self.baseline * self.candidate - t**2 * self.covariance
        c = self.candidate**2 - t**2 * self.var_candidate
        return (b - math.copysign(math.sqrt(max(b * b - a * c, 0.0)), t)) / a - 1.0

    def _t(self, null: float) -> float:
        """The t statistic, held to that of the baseline alone: beyond it no bound is finite."""
        spread = math.sqrt(self._variance(null))
        certainty = self._certainty()
        if spread == 0.0 or self.standard_error == 0.0:
            return 0.0
        t = (self.candidate - (1.0 + null) * self.baseline) / spread
        return min(max(t, -certainty), certainty)

    def _certainty(self) -> float:
        """How many standard errors the baseline's mean lies above 0; 0 where nothing varies and nothing is known."""
        if self.var_baseline > 0.0:
            return self.baseline / math.sqrt(self.var_baseline)
        return math.inf if self.var_candidate > 0.0 else 0.0

    def _variance(self, null: float) -> float:
        r = 1.0 + null
        return max(self.var_candidate - 2.0 * r * self.covariance + r * r * self.var_baseline, 0.0)


def relative_change(
    baseline: Floats, candidate: Floats, codes: NDArray[np.intp] | None = None, *, method: str = "fieller"
) -> Fieller:
    """Infer the relative change of the mean, ``mean(candidate) / mean(baseline) - 1``, for paired items.

    Parameters
    ----------
    baseline, candidate : ndarray, shape (n_items,)
    codes : ndarray of int, shape (n_items,), optional
        The cluster of each item, 0 to n_clusters - 1; at least two clusters (two items without).
    method : str

    Raises
    ------
    DataError
        The baseline's mean is 0.

    References
    ----------
    Fieller (1954), J. Royal Statistical Society B 16, 175-185, with the variances and the covariance of the means by
    CR2 (Bell & McCaffrey 2002, Survey Methodology 28(2)) and their degrees of freedom.

    Examples
    --------
    >>> cents = np.array([1.0, 2.0, 3.0, 2.5, 1.5, 2.0])
    >>> law = relative_change(cents, cents * np.array([1.1, 1.2, 1.1, 1.0, 1.2, 1.1]))
    >>> round(law.value, 4), round(law.lower(0.05), 4), round(law.upper(0.05), 4)
    (0.1083, 0.0475, 0.1855)
    """
    totals, sizes = totals_of(baseline, codes)
    totals_candidate, _ = totals_of(candidate, codes)
    n = float(sizes.sum())
    mean, mean_candidate = float(totals.sum() / n), float(totals_candidate.sum() / n)
    if mean == 0.0:
        raise DataError(
            "the baseline's mean is 0, and no change is relative to that",
            hint="compare the difference of means",
        )
    sign = math.copysign(1.0, mean)
    # The CR2 variance is a quadratic form, so that the covariance follows from that of the sum and the difference.
    variance, variance_candidate, of_sum, of_difference = (
        float(cr2_variance(part, sizes))
        for part in (totals, totals_candidate, totals + totals_candidate, totals_candidate - totals)
    )
    residual = totals_candidate - (mean_candidate / mean) * totals
    return Fieller(
        value=mean_candidate / mean - 1.0,
        standard_error=math.sqrt(float(cr2_variance(residual, sizes))) / abs(mean),
        df=bell_mccaffrey_df(sizes),
        n_items=round(n),
        n_clusters=None if codes is None else len(sizes),
        method=method,
        baseline=sign * mean,
        candidate=sign * mean_candidate,
        var_baseline=variance,
        var_candidate=variance_candidate,
        covariance=(of_sum - of_difference) / 4.0,
    )


def _linearised(numerator: Floats, denominator: Floats, whose: str) -> tuple[float, Floats]:
    """Return a ratio of sums and each item's share in its error."""
    total = float(denominator.sum())
    if total == 0.0:
        raise DataError(
            f"the {whose}'s denominator sums to 0", hint="name a denominator that is not always 0"
        )
    ratio = float(numerator.sum()) / total
    return ratio, (numerator - ratio * denominator) * (len(denominator) / total)
