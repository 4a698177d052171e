"""The bootstrap over clusters: studentised and, by name only, of percentiles.

It works on the clusters' totals and sizes: a draw gathers them and never the items, so that its price is that of the
clusters.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from evaligo.stats.cluster import cr2, cr2_variance
from evaligo.stats.draws import in_blocks, mirrored_orders, rank_of_bound
from evaligo.stats.inference import Inference, shared_fields, t_quantile, t_tail

if TYPE_CHECKING:
    from evaligo.stats.replication import Critical

__all__ = ["BootstrapT", "Percentile", "bootstrap_t", "percentile_bootstrap"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BootstrapT(Inference):
    """Critical values from the studentised bootstrap, never below Student's.

    Parameters
    ----------
    draws : ndarray, shape (n_draws,)
        Studentised draws, ascending; a draw without spread counts as infinite at either end.
    degenerate : int
        How many draws had no spread.
    """

    follows: ClassVar[Critical] = "skewed"

    draws: Floats
    degenerate: int

    def lower(self, alpha: float) -> float:
        """Return the bound by the draws' upper quantile."""
        return self.value - self.standard_error * max(self._quantile(alpha), t_quantile(1 - alpha, self.df))

    def upper(self, alpha: float) -> float:
        """Return the bound by the draws' lower quantile."""
        return self.value + self.standard_error * max(
            self._quantile(alpha, -1), t_quantile(1 - alpha, self.df)
        )

    def p_greater(self, null: float = 0.0) -> float:
        """Return the larger of the bootstrap's and Student's p-value."""
        return self._p((self.value - null) / self.standard_error, 1)

    def p_less(self, null: float = 0.0) -> float:
        """Return the larger of the bootstrap's and Student's p-value."""
        return self._p((null - self.value) / self.standard_error, -1)

    def _quantile(self, alpha: float, side: int = 1) -> float:
        """The largest t whose p-value is not below alpha."""
        rank = rank_of_bound(alpha, len(self.draws) + self.degenerate) - self.degenerate
        if rank < 1:
            return math.inf
        ordered = self.draws[::-1] if side > 0 else -self.draws
        return float(ordered[rank - 1])

    def _p(self, t: float, side: int) -> float:
        beyond = np.count_nonzero(side * self.draws >= t) + self.degenerate
        share = float((1 + beyond) / (len(self.draws) + self.degenerate + 1))
        return max(share, t_tail(t, self.df))


def bootstrap_t(
    totals: Floats,
    sizes: Floats,
    *,
    rng: np.random.Generator,
    draws: int = 2000,
    item_variance: float | None = None,
    method: str = "cluster_bootstrap_t",
) -> Inference:
    """Infer the mean by the studentised bootstrap over clusters, guarded by Student's t.

    Each draw takes as many clusters with replacement and studentises by its own CR2 standard error. A bound uses the
    larger of the bootstrap's critical value and Student's with Bell-McCaffrey degrees of freedom: under symmetry the two
    agree, under skew the bootstrap asks for more on the side where the t test errs.

    Parameters
    ----------
    totals, sizes : ndarray, shape (n_clusters,)
    rng : numpy.random.Generator
    draws : int
    item_variance : float, optional
    method : str

    References
    ----------
    Efron (1979); Hall (1992), The Bootstrap and Edgeworth Expansion, section 3.10; Cameron, Gelbach & Miller (2008),
    Review of Economics and Statistics 90(3), for clusters as units.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> law = bootstrap_t(rng.normal(1.0, 1.0, 12), np.ones(12), rng=rng)
    >>> law.lower(0.05) > 0
    True
    """
    law = cr2(totals, sizes, item_variance=item_variance, method=method)
    if law.standard_error == 0.0:
        return law
    parts = [_studentised(t, s, law.value) for t, s in _resampled(totals, sizes, rng, draws)]
    studentised = np.concatenate(parts)
    finite = np.sort(studentised[np.isfinite(studentised)])
    return BootstrapT(
        **shared_fields(law), units=law.units, draws=finite, degenerate=len(studentised) - len(finite)
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Percentile(Inference):
    """Bounds from the quantiles of bootstrap means, ascending in `draws`."""

    follows: ClassVar[Critical] = "fixed"

    draws: Floats

    def lower(self, alpha: float) -> float:
        """Return the largest draw that leaves less than alpha below; -inf where there are too few draws."""
        rank = rank_of_bound(alpha, len(self.draws))
        return float(self.draws[rank - 1]) if rank else -math.inf

    def upper(self, alpha: float) -> float:
        """Return the least draw that leaves less than alpha above; inf where there are too few draws."""
        rank = rank_of_bound(alpha, len(self.draws))
        return float(self.draws[-rank]) if rank else math.inf

    def p_greater(self, null: float = 0.0) -> float:
        """Return the share of draws at or below `null`."""
        return float((1 + np.count_nonzero(self.draws <= null)) / (1 + len(self.draws)))

    def p_less(self, null: float = 0.0) -> float:
        """Return the share of draws at or above `null`."""
        return float((1 + np.count_nonzero(self.draws >= null)) / (1 + len(self.draws)))


def percentile_bootstrap(
    totals: Floats,
    sizes: Floats,
    *,
    rng: np.random.Generator,
    draws: int = 10_000,
    item_variance: float | None = None,
) -> Inference:
    """Infer the mean by the percentile bootstrap over clusters; its size is 8 to 15 % where 5 % is asked.

    It is here for comparison with other tools, and never chosen by itself.

    References
    ----------
    Efron (1979), Annals of Statistics 7(1).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> percentile_bootstrap(rng.normal(1.0, 1.0, 30), np.ones(30), rng=rng).lower(0.05) > 0
    True
    """
    law = cr2(totals, sizes, item_variance=item_variance, method="percentile_cluster_bootstrap")
    if law.standard_error == 0.0:
        return law
    means = [t.sum(axis=1) / s.sum(axis=1) for t, s in _resampled(totals, sizes, rng, draws)]
    return Percentile(**shared_fields(law), units=law.units, draws=np.sort(np.concatenate(means)))


def _resampled(
    totals: Floats, sizes: Floats, rng: np.random.Generator, draws: int
) -> Iterator[tuple[Floats, Floats]]:
    """Draw clusters with replacement, in blocks of bounded memory, each block in both orders."""
    n = len(totals)
    orders = mirrored_orders(totals, sizes)
    for count in in_blocks(draws // 2, n):
        drawn = rng.integers(0, n, size=(count, n))
        for order in orders:
            yield totals[order][drawn], sizes[order][drawn]


def _studentised(totals: Floats, sizes: Floats, centre: float) -> Floats:
    spread = np.sqrt(cr2_variance(totals, sizes))
    shift = totals.sum(axis=1) / sizes.sum(axis=1) - centre
    return np.asarray(np.divide(shift, spread, out=np.full(len(shift), np.inf), where=spread > 0.0))
