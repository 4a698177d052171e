"""Flipping the signs of clusters' residuals: the sign-flip test and the wild cluster bootstrap-t."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaligo.stats.cluster import cr2
from evaligo.stats.draws import in_blocks, mirrored_orders
from evaligo.stats.inference import Inference, shared_fields

__all__ = ["SignFlip", "sign_flip", "wild_bootstrap_t"]

Floats = NDArray[np.float64]
_ENUMERABLE = 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SignFlip(Inference):
    """Inference by flipping the signs of clusters' residual totals under each null value.

    A statistic is linear in the null value, or a ratio of polynomials in it: the sums that it takes are kept, one of a
    sign pattern, and no pattern itself.

    Parameters
    ----------
    flipped : four ndarrays, each of shape (n_patterns,)
        Sums over clusters, with a pattern's signs, of: residual totals at the estimate, sizes, and both of them times
        size and CR2 weight. The first pattern flips nothing.
    squares : (float, float, float)
        Weighted sums of the squared residuals, of residuals times sizes, of the squared sizes.
    studentised : bool
        True for the wild bootstrap-t, False for the plain sign-flip test.
    """

    flipped: tuple[Floats, ...]
    squares: tuple[float, float, float]
    studentised: bool

    def lower(self, alpha: float) -> float:
        """Return the largest null value that the test rejects from above; -inf where it can reject none."""
        return -self._bound(alpha, -1.0)

    def upper(self, alpha: float) -> float:
        """Return the smallest null value that the test rejects from below; inf where it can reject none."""
        return self._bound(alpha, 1.0)

    def p_greater(self, null: float = 0.0) -> float:
        """Return the share of sign patterns with a statistic at least as large."""
        return self._p(null - self.value, 1.0)

    def p_less(self, null: float = 0.0) -> float:
        """Return the share of sign patterns with a statistic at least as small."""
        return self._p(null - self.value, -1.0)

    def _p(self, moved: float, side: float) -> float:
        """The p-value against a null value that lies `moved` from the estimate."""
        statistics = side * self._statistics(moved)
        # Patterns that tie in exact arithmetic must not be told apart by rounding.
        beyond = np.count_nonzero(statistics >= statistics[0] - 1e-10 * np.abs(statistics).max())
        # The pattern that flips nothing stands first; where patterns are drawn it is the sample itself.
        return float(beyond / len(statistics))

    def _statistics(self, moved: float) -> Floats:
        """Each pattern's total, or its ratio to its CR2 spread."""
        residuals, sizes, weighted_residuals, weighted_sizes = self.flipped
        total = residuals - moved * sizes
        if not self.studentised:
            return total
        mean = total / sizes[0]
        cross = weighted_residuals - moved * weighted_sizes
        own = self.squares[0] - 2.0 * moved * self.squares[1] + moved**2 * self.squares[2]
        squares = own - 2.0 * mean * cross + mean**2 * self.squares[2]
        # A pattern without spread but for rounding has no ratio; it counts as the largest that can be told apart.
        return np.asarray(total / np.sqrt(np.maximum(squares, 1e-12 * own)))

    def _bound(self, alpha: float, side: float) -> float:
        """Bisect for the null value, on the side of `side`, at which the p-value crosses alpha."""

        def rejected(distance: float) -> bool:
            return self._p(side * distance, -side) < alpha

        near, far = 0.0, self.standard_error
        while not rejected(far):
            near, far = far, 2.0 * far
            if far > 1e6 * self.standard_error:
                return math.inf
        for _ in range(40):
            middle = (near + far) / 2.0
            near, far = (near, middle) if rejected(middle) else (middle, far)
        return side * self.value + far


def sign_flip(
    totals: Floats,
    sizes: Floats,
    *,
    rng: np.random.Generator,
    draws: int = 2000,
    item_variance: float | None = None,
    studentised: bool = False,
    method: str = "cluster_sign_flip",
) -> Inference:
    """Infer the mean by the sign-flip test over clusters, exact where cluster effects are symmetric.

    Up to 12 clusters every sign pattern is used. Below 6 clusters no pattern is rarer than 1 in 32, so that nothing can
    be claimed at 2.5 % either way.

    Parameters
    ----------
    totals, sizes : ndarray, shape (n_clusters,)
    rng : numpy.random.Generator
    draws : int
    item_variance : float, optional
    studentised : bool
    method : str

    References
    ----------
    Canay, Romano & Shaikh (2017), Econometrica 85(3).

    Examples
    --------
    >>> flip = sign_flip(np.array([1.0, 2.0, 1.5, 0.5, 2.5, 1.0]), np.ones(6), rng=np.random.default_rng(0))
    >>> flip.p_greater()
    0.015625
    """
    law = cr2(totals, sizes, item_variance=item_variance, method=method)
    if law.standard_error == 0.0:
        return law
    residuals = totals - law.value * sizes
    weighted = sizes / (1.0 - sizes / sizes.sum())
    columns = np.stack([residuals, sizes, residuals * weighted, sizes * weighted], axis=1)
    return SignFlip(
        **shared_fields(law),
        units=law.units,
        flipped=_flipped(columns, rng, draws),
        squares=(
            float((residuals**2 * weighted / sizes).sum()),
            float((residuals * weighted).sum()),
            float((sizes * weighted).sum()),
        ),
        studentised=studentised,
    )


def wild_bootstrap_t(
    totals: Floats,
    sizes: Floats,
    *,
    rng: np.random.Generator,
    draws: int = 2000,
    item_variance: float | None = None,
) -> Inference:
    """Infer the mean by the wild cluster bootstrap-t with Rademacher weights and the null imposed.

    References
    ----------
    Cameron, Gelbach & Miller (2008), Review of Economics and Statistics 90(3), section III.

    Examples
    --------
    >>> wild = wild_bootstrap_t(np.array([1.0, 2.0, 1.5, 0.5, 2.5, 1.0]), np.ones(6), rng=np.random.default_rng(0))
    >>> wild.p_greater()
    0.015625
    """
    return sign_flip(
        totals,
        sizes,
        rng=rng,
        draws=draws,
        item_variance=item_variance,
        studentised=True,
        method="wild_cluster_bootstrap_t",
    )


def _flipped(columns: Floats, rng: np.random.Generator, draws: int) -> tuple[Floats, ...]:
    """Sum each column over the clusters under every sign pattern, or under drawn ones in both orders; none flipped first."""
    n = len(columns)
    orders = mirrored_orders(columns[:, 0], columns[:, 1])
    if n <= _ENUMERABLE:
        return tuple((_every_sign(n) @ columns[orders[0]]).T)
    sums = [columns[orders[0]].sum(axis=0, keepdims=True)]
    for count in in_blocks(draws // 2, n):
        signs = 2.0 * rng.integers(0, 2, size=(count, n)) - 1.0
        sums += [signs @ columns[order] for order in orders]
    return tuple(np.concatenate(sums).T)


def _every_sign(n: int) -> Floats:
    bits = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    return 1.0 - 2.0 * bits.astype(np.float64)
