"""One run's share of passes: exact bounds, also where items come in clusters."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaligo.stats.cluster import bell_mccaffrey_df, cr2_variance, kish_size, totals_of
from evaligo.stats.inference import Inference, t_quantile

__all__ = ["Proportion", "effective_size", "proportion"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion(Inference):
    """Exact inference for one proportion.

    Parameters
    ----------
    passed, n : float
        Passes and items; both divided by the design effect where items come in clusters, and then not whole.
    """

    passed: float
    n: float

    def lower(self, alpha: float) -> float:
        """Return the share at which so many passes or more have the chance `alpha`; 0 where none passed."""
        from scipy.special import betaincinv  # noqa: PLC0415  (150 ms that a bad option need not wait for)

        if self.passed <= 0.0:
            return 0.0
        return float(betaincinv(self.passed, self.n - self.passed + 1.0, alpha))

    def upper(self, alpha: float) -> float:
        """Return the share at which so many passes or fewer have the chance `alpha`; 1 where all passed."""
        return 1.0 - self._of_failures().lower(alpha)

    def p_greater(self, null: float = 0.0) -> float:
        """Return the chance of so many passes or more where the share is `null`."""
        return _at_least(self.passed, self.n, null)

    def p_less(self, null: float = 0.0) -> float:
        """Return the chance of so many passes or fewer where the share is `null`."""
        return self._of_failures().p_greater(1.0 - null)

    def power(self, effect: float, *, alpha: float, null: float = 0.0, growth: float = 1.0) -> float:
        """Return the chance of ``lower(alpha) > null`` if the true share is `effect`, from the binomial law."""
        n = self.n * growth
        return _at_least(_fewest_significant(n, null, alpha), n, effect)

    def _of_failures(self) -> Proportion:
        return Proportion(
            value=1.0 - self.value,
            standard_error=self.standard_error,
            df=self.df,
            n_items=self.n_items,
            n_clusters=self.n_clusters,
            design_effect=self.design_effect,
            method=self.method,
            passed=self.n - self.passed,
            n=self.n,
        )


def proportion(scores: Floats, codes: NDArray[np.intp] | None = None) -> Proportion:
    """Infer the share of passes of one run.

    Each bound errs with a chance of at most `alpha` for independent items, however rare passes or failures are. (The
    mid-p variant does not promise that here: near 0 and 1, where gates have their limits, it errs up to twice as often.)

    Parameters
    ----------
    scores : ndarray, shape (n_items,)
        0 or 1.
    codes : ndarray of int, shape (n_items,), optional
        The cluster of each item, 0 to n_clusters - 1.

    References
    ----------
    Clopper & Pearson (1934), Biometrika 26, 404-413; Korn & Graubard (1998), Survey Methodology 24, 193-201, for the
    effective size in its place where items come in clusters.

    Examples
    --------
    No failure in 60 items shows a failure rate below 4.9 %, not of zero:

    >>> law = proportion(np.zeros(60))
    >>> round(law.upper(0.05), 4), law.method
    (0.0487, 'clopper_pearson')
    """
    n = len(scores)
    share = float(scores.mean())
    effective, df = effective_size(scores, codes)
    return Proportion(
        value=share,
        standard_error=_standard_error(share, effective),
        df=df,
        n_items=n,
        n_clusters=None if codes is None else int(codes.max()) + 1,
        design_effect=None if codes is None else n / effective,
        method="clopper_pearson" if codes is None else "cluster_korn_graubard",
        passed=share * effective,
        n=effective,
    )


def effective_size(indicator: Floats, codes: NDArray[np.intp] | None) -> tuple[float, float]:
    """Return how many independent items a share of clustered ones is worth, and the degrees of freedom of that figure.

    The design effect is measured, and drawn towards "the whole cluster moves together" where the rarer of the two
    outcomes is seen in few items and clusters; that it is estimated costs Student's quantile over the normal one.

    Parameters
    ----------
    indicator : ndarray, shape (n_items,)
        0 or 1.
    codes : ndarray of int, shape (n_items,), optional

    Returns
    -------
    effective, df : float
        The number of items, and infinity, where there are no clusters.

    References
    ----------
    Kish (1965), Survey Sampling; Korn & Graubard (1998), Survey Methodology 24, equation 2, for the degrees of freedom.

    Examples
    --------
    >>> effective_size(np.array([1.0, 1.0, 0.0, 0.0]), None)
    (4.0, inf)
    >>> together = effective_size(np.repeat(np.arange(40.0) % 2, 10), np.repeat(np.arange(40), 10))
    >>> round(together[0]), together[1]
    (37, 39.0)
    """
    n = float(len(indicator))
    if codes is None:
        return n, math.inf
    share = float(indicator.mean())
    totals, sizes = totals_of(indicator if share <= 0.5 else 1.0 - indicator, codes)
    independent, together = share * (1.0 - share) / n, kish_size(sizes)
    df = bell_mccaffrey_df(sizes)
    effect = together
    if independent > 0.0:
        trust = float(np.count_nonzero(totals)) * float(totals.sum())
        measured = max(1.0, float(cr2_variance(totals, sizes)) / independent)
        effect = (measured * trust + together) / (trust + 1.0)
    penalty = (t_quantile(0.95, df) / t_quantile(0.95, math.inf)) ** 2
    return n / max(effect * penalty, 1.0), df


def _standard_error(share: float, n: float) -> float:
    """Of the share with half an item on either side: where all pass, or none, that is not certain."""
    shrunk = (share * n + 0.5) / (n + 1.0)
    return math.sqrt(shrunk * (1.0 - shrunk) / n)


def _at_least(passed: float, n: float, share: float) -> float:
    """P(X >= passed) for X binomial(n, share), as the incomplete beta function; counts need not be whole."""
    from scipy.special import betainc  # noqa: PLC0415

    if share < 0.0 or passed > n:
        return 0.0
    if passed <= 0.0:
        return 1.0
    return float(betainc(passed, n - passed + 1.0, min(share, 1.0)))


def _fewest_significant(n: float, null: float, alpha: float) -> float:
    """The fewest passes that show a share above `null`; beyond `n` where not even `n` would.

    Failures are counted in whole items, for an effective `n` is not whole, and all may pass.
    """
    below, above = 0, math.floor(n) + 1  # so many failures are too many
    while below < above:
        middle = (below + above) // 2
        if _at_least(n - middle, n, null) < alpha:
            below = middle + 1
        else:
            above = middle
    return n - below + 1.0
