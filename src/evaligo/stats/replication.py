"""What a new sample of the same design would give: its estimate, its standard error, and its critical value.

A power that takes this sample's standard error and critical value for the new one's promises too much: with few, unequal
or skewed clusters both are guesses, and clusters that this sample did not show are among the new ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evaligo.stats.draws import mirrored_orders
from evaligo.stats.variance import bell_mccaffrey_dfs, cr2_variance

__all__ = ["Critical", "Replications", "Units"]

Floats = NDArray[np.float64]
Critical = Literal["student", "skewed", "fixed"]
"""What a method's critical value follows from sample to sample: the degrees of freedom, the skewness too, or neither."""

_MOST_UNITS = 500
"""Beyond so many units a sample's standard error and critical value are known well enough to be taken as they are."""
_MOST_DRAWN = 100_000
_FEWEST, _MOST = 200, 400
_ROLLS = (1, 17, 53, 101, 131, 173)
"""Each new sample is held against so many other ones, each of which stands for the sample at hand."""
_SEED = 20261122


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Units:
    """The clusters that a law was inferred from, to draw new samples from.

    Parameters
    ----------
    totals, sizes : ndarray, shape (n_clusters,)
    standard_error : float
        CR2; positive.
    worth : float
        How many clusters of one size they are worth (Kish 1965).
    """

    totals: Floats
    sizes: Floats
    standard_error: float
    worth: float
    _drawn: list[Replications] = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, totals: Floats, sizes: Floats) -> Units | None:
        """Return them where new samples tell more than the sample itself: 2 to 500 units that vary."""
        if not 2 <= len(totals) <= _MOST_UNITS:
            return None
        spread = math.sqrt(float(cr2_variance(totals, sizes)))
        worth = float(sizes.sum() ** 2 / (sizes**2).sum())
        return cls(totals=totals, sizes=sizes, standard_error=spread, worth=worth) if spread > 0.0 else None

    def mirrored(self) -> Units:
        """The same for minus the effect."""
        return Units(
            totals=-self.totals, sizes=self.sizes, standard_error=self.standard_error, worth=self.worth
        )

    def largest_ratios(self, count: int) -> Floats:
        """Return equally likely ratios of a new sample's largest cluster, as a share of its items, to the one at hand."""
        if self.sizes.min() == self.sizes.max():
            return np.ones(1)
        sizes = _new_sizes(np.sort(self.sizes), np.random.default_rng(_SEED), (_FEWEST, len(self.sizes)))
        shares = sizes.max(axis=1) / sizes.sum(axis=1)
        return np.asarray(np.quantile(shares[:, None] / shares, (np.arange(count) + 0.5) / count))

    def replications(self) -> Replications:
        """Return new samples; drawn once, and only where they are asked for."""
        if not self._drawn:
            self._drawn.append(_replicate(self))
        return self._drawn[0]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Replications:
    """New samples of a design, in standard errors of the sample at hand.

    Parameters
    ----------
    shifts, spreads : ndarray, shape (n_samples,)
        Their estimates less the truth, and their own standard errors; inf where they do not vary.
    sizes : ndarray, shape (n_clusters,)
        Of the sample at hand.
    df : ndarray, shape (1 + n_samples,) or (1,)
        Bell-McCaffrey degrees of freedom: of the sample at hand, then of the new ones; one where all are alike.
    skewness : ndarray, shape (1 + n_samples,)
        Of the totals, likewise.
    """

    shifts: Floats
    spreads: Floats
    units: int
    df: Floats
    skewness: Floats
    _kept: dict[tuple[float, float, float], Floats] = field(default_factory=dict, repr=False)

    def chance(
        self,
        effect: float,
        *,
        reach: float,
        alpha: float,
        follows: Critical,
        growth: float = 1.0,
        least: float = math.inf,
    ) -> float:
        """Return the chance that a new sample's lower bound is above the null, and its estimate high enough.

        Each new sample is held against others that stand for the one at hand, whose standard error is a guess as well:
        the effect was told in its units.

        Parameters
        ----------
        effect : float
            True distance from the null value, in standard errors of the sample at hand, times root `growth`.
        reach : float
            How far below its estimate the lower bound of the sample at hand lies, likewise.
        alpha : float
        follows : {"student", "skewed", "fixed"}
        growth : float
            The new samples' size as a multiple of this one's: what their spread and critical value scatter shrinks with
            its root.
        least : float
            How far above the least estimate that counts the true effect lies, likewise; inf where each counts.
        """
        if math.isinf(least):
            needed = self._needed(reach, alpha, follows, growth)
            return float(np.searchsorted(needed, effect, side="right") / len(needed))
        told, lacks = self._told(), self._reaches(reach, alpha, follows, growth) - self.shifts
        # An estimate lies above the truth half of the time; so few samples do not tell that better.
        centred = self.shifts - np.median(self.shifts)
        return float(np.mean((effect * told >= lacks) & (least * told >= -centred)))

    def _needed(self, reach: float, alpha: float, follows: Critical, growth: float) -> Floats:
        """The effects that each new sample finds, told in each other one's standard errors; ascending."""
        key = (reach, alpha, growth)
        if key not in self._kept:
            self._kept.clear()
            lacks = self._reaches(reach, alpha, follows, growth) - self.shifts
            self._kept[key] = np.sort((lacks / self._told()).ravel())
        return self._kept[key]

    def _reaches(self, reach: float, alpha: float, follows: Critical, growth: float) -> Floats:
        """How far below its estimate each new sample's lower bound lies."""
        calm = 1.0 / math.sqrt(growth)
        spreads = 1.0 + (self.spreads - 1.0) * calm
        return np.asarray(spreads * reach * (1.0 + (self._criticals(alpha, follows, reach) - 1.0) * calm))

    def _told(self) -> Floats:
        """What other samples, that stand for the one at hand, would have told an effect in; shape (n_rolls, n_samples)."""
        # A sample that does not vary bounds nothing, and would have told nothing.
        finite = np.where(np.isfinite(self.spreads), self.spreads, 1.0)
        return np.stack([np.roll(finite, places) for places in _ROLLS])

    def _criticals(self, alpha: float, follows: Critical, reach: float) -> Floats:
        """The new samples' critical values as multiples of the one at hand."""
        if follows == "fixed":
            return np.ones(len(self.spreads))
        skewed = follows == "skewed"
        every = self._predicted(alpha, skewed=skewed)
        # A bootstrap that stays below its own prediction is never below Student's: neither are its replications.
        return np.asarray(every[1:] / every[0] * (max(1.0, float(every[0]) / reach) if skewed else 1.0))

    def _predicted(self, alpha: float, *, skewed: bool) -> Floats:
        """Student's quantiles, raised by the first Edgeworth term of the studentised mean (Hall 1992, section 2.6)."""
        from scipy.special import ndtri, stdtrit  # noqa: PLC0415  (150 ms that a bad option need not wait for)

        student = np.asarray(stdtrit(self.df, 1.0 - alpha))
        if not skewed:
            return np.broadcast_to(student, self.skewness.shape)
        z = float(ndtri(1.0 - alpha))
        raised = -self.skewness * (2.0 * z * z + 1.0) / (6.0 * math.sqrt(self.units))
        return np.asarray(student + np.maximum(raised, 0.0))


def _replicate(units: Units) -> Replications:
    """Draw new samples from the clusters at hand and from clusters that they did not show.

    The posterior mean of a Dirichlet process (Ferguson 1973) whose prior weighs the root of the clusters' number: a new
    cluster is one of those at hand, or, more rarely, one of an exponential law of the same spread with its tail on the
    side of the losses. A share of the sizes comes anew as well, from the lognormal law of the sizes at hand, its spread
    as uncertain as so few sizes leave it (a Student t prediction). The seed is fixed: this is an integral, taken at the
    same points each time.
    """
    rng = np.random.default_rng(_SEED)
    order = mirrored_orders(units.totals, units.sizes)[0]
    totals, sizes = units.totals[order], units.sizes[order]
    n, all_items, alike = len(sizes), sizes.sum(), bool(sizes[0] == sizes[-1])
    unseen = 1.0 / (1.0 + math.sqrt(units.worth))
    # Residuals shrink with a cluster's share of the mean: what CR2 divides by (Bell & McCaffrey 2002).
    bare = (totals - sizes * (totals.sum() / all_items)) / units.standard_error
    residuals = bare / np.sqrt(1.0 - sizes / all_items)
    spread = math.sqrt(float((residuals**2).sum() / (sizes**2).sum()))
    shape = (min(_MOST, max(_FEWEST, _MOST_DRAWN // n)), n)
    drawn = rng.integers(0, n, size=shape)
    new, weights = residuals[drawn], sizes[drawn]
    if not alike:
        places = np.nonzero(rng.random(shape) < unseen)
        resized = _new_sizes(sizes, rng, len(places[0]))
        new[places] *= resized / weights[places]
        weights[places] = resized
    places = np.nonzero(rng.random(shape) < unseen)
    new[places] = weights[places] * spread * (1.0 - rng.exponential(size=len(places[0])))
    items, spreads = weights.sum(axis=1), np.sqrt(cr2_variance(new, weights))
    return Replications(
        shifts=new.sum(axis=1) / items,
        spreads=np.where(spreads > 0.0, spreads, math.inf),
        units=n,
        df=np.atleast_1d(bell_mccaffrey_dfs(sizes)) if alike else _dfs(sizes, weights),
        skewness=np.concatenate([_skewness(bare[None], sizes[None]), _skewness(new, weights)]),
    )


def _dfs(sizes: Floats, weights: Floats) -> Floats:
    return np.concatenate([bell_mccaffrey_dfs(sizes[None]), bell_mccaffrey_dfs(weights)])


def _new_sizes(sizes: Floats, rng: np.random.Generator, shape: int | tuple[int, int]) -> Floats:
    """Sizes by the lognormal law of those at hand; at least one item, at most all of them."""
    logs, n = np.log(sizes), len(sizes)
    spread = float(logs.std(ddof=1)) * math.sqrt(1.0 + 1.0 / n)
    drawn = logs.mean() + spread * rng.standard_t(n - 1, shape)
    return np.asarray(np.exp(np.clip(drawn, 0.0, math.log(sizes.sum()))))


def _skewness(totals: Floats, sizes: Floats) -> Floats:
    residuals = totals - sizes * (totals.sum(axis=1) / sizes.sum(axis=1))[:, None]
    squares = residuals * residuals
    spread, third = squares.mean(axis=1), (squares * residuals).mean(axis=1)
    return np.asarray(np.divide(third, spread**1.5, out=np.zeros(len(third)), where=spread > 0.0))
