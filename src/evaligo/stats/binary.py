"""Paired 0/1 scores: Tango's score interval, with the mid-p McNemar test at no difference."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evaligo.stats.inference import Inference, shared_fields

if TYPE_CHECKING:
    from evaligo.stats.replication import Units

__all__ = ["Tango", "mcnemar_mid_p", "tango"]

_NORMAL = NormalDist()
_EXACT_UP_TO = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tango(Inference):
    """Score inference for the difference of two paired proportions.

    Parameters
    ----------
    gained, lost : float
        Discordant pairs: fail to pass, pass to fail; divided by the design effect where pairs come in clusters.
    n : float
        Pairs, likewise divided.
    """

    gained: float
    lost: float
    n: float

    def lower(self, alpha: float) -> float:
        """Return Tango's lower bound, held at 0 where the mid-p McNemar test does not reject 0."""
        bound = self._bound(alpha)
        return min(bound, 0.0) if mcnemar_mid_p(self.gained, self.lost) >= alpha else bound

    def upper(self, alpha: float) -> float:
        """Return Tango's upper bound, held at 0 where the mid-p McNemar test does not reject 0."""
        return -self._mirrored().lower(alpha)

    def p_greater(self, null: float = 0.0) -> float:
        """Return the score test's p-value; from 0 on the larger of that and the mid-p McNemar test's."""
        p = _NORMAL.cdf(-self._score(null))
        return max(p, mcnemar_mid_p(self.gained, self.lost)) if null >= 0.0 else p

    def p_less(self, null: float = 0.0) -> float:
        """Return `p_greater` of the swapped runs."""
        return self._mirrored().p_greater(-null)

    def power(self, effect: float, *, alpha: float, null: float = 0.0, growth: float = 1.0) -> float:
        """Return the chance of ``lower(alpha) > null`` if the true difference is `effect`.

        The share of discordant pairs is taken from the sample, never below `effect` itself. At a null of 0 and up to
        2,000 discordant pairs the chance is summed over the binomial law of the McNemar test, else it is Tango's
        normal approximation. With clusters their number of discordant pairs is not all that is uncertain: the chance is
        never above that in new samples of such clusters.
        """
        return self._chance(effect, alpha=alpha, null=null, growth=growth, least=-math.inf)

    def chance(
        self, effect: float, least: float, *, alpha: float, null: float = 0.0, growth: float = 1.0
    ) -> float:
        """Return the chance that the new estimate is at least `least` as well; summed likewise."""
        return self._chance(effect, alpha=alpha, null=null, growth=growth, least=least)

    def _chance(self, effect: float, *, alpha: float, null: float, growth: float, least: float) -> float:
        n = self.n * growth
        discordant = min(1.0, max((self.gained + self.lost + 0.5) / (self.n + 1.0), abs(effect)))
        if null == 0.0 and n * discordant <= _EXACT_UP_TO:
            found = _mcnemar_power(n, discordant, effect, alpha, least)
        else:
            found = min(
                self._normal_power(n, discordant, effect, alpha, null), self.reaches(least, effect, growth)
            )
        if not (self.redrawn and math.isfinite(self.critical(alpha))):
            return found
        return min(found, self._replicated(effect, alpha=alpha, null=null, growth=growth, least=least))

    def _normal_power(self, n: float, discordant: float, effect: float, alpha: float, null: float) -> float:
        gained, lost = n * (discordant + effect) / 2.0, n * (discordant - effect) / 2.0
        under_null = math.sqrt(_score_variance(gained, lost, n, null))
        under_effect = math.sqrt(max(n * (discordant - effect**2), 1e-12))
        return _NORMAL.cdf((n * (effect - null) - _NORMAL.inv_cdf(1.0 - alpha) * under_null) / under_effect)

    def _bound(self, alpha: float) -> float:
        """Bisect for the difference whose score statistic is the normal quantile."""
        critical = _NORMAL.inv_cdf(1.0 - alpha)
        below, above = -1.0, self.value
        for _ in range(60):
            middle = (below + above) / 2.0
            below, above = (middle, above) if self._score(middle) > critical else (below, middle)
        return below

    def _score(self, null: float) -> float:
        variance = _score_variance(self.gained, self.lost, self.n, null)
        surplus = self.gained - self.lost - self.n * null
        if variance <= 0.0:
            return math.copysign(math.inf, surplus) if surplus else 0.0
        return surplus / math.sqrt(variance)

    def _mirrored(self) -> Tango:
        return Tango(
            **{**shared_fields(self), "value": -self.value},
            gained=self.lost,
            lost=self.gained,
            n=self.n,
        )


def tango(
    gained: int,
    lost: int,
    n: int,
    *,
    design_effect: float | None = None,
    units: Units | None = None,
    n_clusters: int | None = None,
    method: str = "tango_score",
) -> Tango:
    """Infer the difference of two paired proportions, from the discordant pairs.

    Zero observed discordance is not zero uncertainty: no discordant pair of 200 leaves -0.0133 to 0.0133.

    Parameters
    ----------
    gained, lost : int
        Pairs that went from fail to pass, from pass to fail.
    n : int
        All pairs.
    design_effect : float, optional
        At least 1: counts are divided by it (Rao & Scott 1992), so that clustered pairs count as what they are worth.
    units : Units, optional
        The clusters, for the power.
    n_clusters : int, optional
    method : str

    References
    ----------
    Tango (1998), Statistics in Medicine 17, equations 15 to 21; Fagerland, Lydersen & Laake (2013), BMC Medical
    Research Methodology 13:91, for the mid-p McNemar test.

    Examples
    --------
    The airway example of Fagerland, Lydersen & Laake (2014), Statistics in Medicine 33:

    >>> law = tango(gained=1, lost=7, n=21)
    >>> round(law.lower(0.025), 3), round(law.upper(0.025), 3)
    (-0.517, -0.026)
    >>> round(tango(0, 0, 200).lower(0.05), 4)
    -0.0133
    """
    worth = max(1.0, design_effect or 1.0)
    value = (gained - lost) / n
    variance = max(gained + lost - n * value**2, 0.0) * worth / n**2
    return Tango(
        value=value,
        standard_error=math.sqrt(variance),
        df=math.inf,
        n_items=n,
        n_clusters=n_clusters,
        design_effect=design_effect,
        method=method,
        units=units,
        gained=gained / worth,
        lost=lost / worth,
        n=n / worth,
    )


def mcnemar_mid_p(gained: float, lost: float) -> float:
    """Return the one-sided mid-p value of McNemar's test against "no more gained than lost".

    ``P(X > gained) + P(X = gained) / 2`` for X binomial(gained + lost, 1/2); counts need not be whole.

    References
    ----------
    Fagerland, Lydersen & Laake (2013), BMC Medical Research Methodology 13:91, equation 5.

    Examples
    --------
    >>> round(2 * mcnemar_mid_p(7, 1), 4)
    0.0391
    """
    if gained + lost == 0.0:
        return 0.5
    return float(_mid_p(np.array([gained]), np.array([lost]))[0])


def _mid_p(gained: NDArray[np.float64], lost: NDArray[np.float64]) -> NDArray[np.float64]:
    return (_at_least(gained, lost + 1.0) + _at_least(gained + 1.0, lost)) / 2.0


def _at_least(a: NDArray[np.float64], b: NDArray[np.float64], p: float = 0.5) -> NDArray[np.float64]:
    """P(X >= a) for X binomial(a + b - 1, p), as the incomplete beta function."""
    from scipy.special import betainc  # noqa: PLC0415  (150 ms that a bad option need not wait for)

    inside = (a > 0.0) & (b > 0.0)
    value = betainc(np.where(inside, a, 1.0), np.where(inside, b, 1.0), p)
    return np.where(a <= 0.0, 1.0, np.where(b <= 0.0, 0.0, value))


def _score_variance(gained: float, lost: float, n: float, null: float) -> float:
    """The score's variance at the null, with the probability of "lost" at its restricted maximum likelihood."""
    a = 2.0 * n
    b = -gained - lost + (2.0 * n - gained + lost) * null
    c = -lost * null * (1.0 - null)
    root = (
        math.sqrt(max(b * b - 4.0 * a * c, 0.0)) if c else abs(b)
    )  # the square of a tiny null is lost in rounding
    chance = (root - b) / (2.0 * a)
    return n * (2.0 * chance + null * (1.0 - null))


def _mcnemar_power(n: float, discordant: float, effect: float, alpha: float, least: float) -> float:
    """Sum the mid-p McNemar test's power over how many pairs turn out discordant."""
    mean, spread = n * discordant, math.sqrt(n * discordant * (1.0 - discordant))
    counts = np.arange(max(0, math.floor(mean - 6 * spread)), math.ceil(mean + 6 * spread) + 1.0)
    counts = counts[counts <= n]
    weights = _at_least(counts, n - counts + 1.0, discordant) - _at_least(
        counts + 1.0, n - counts, discordant
    )
    gain_share = min(max((discordant + effect) / (2.0 * discordant), 0.0), 1.0)
    # Powers of two, so that a search for an effect asks for few tables.
    table = _smallest_significant(1 << math.ceil(math.log2(counts[-1] + 1.0)), alpha)
    needed = table[counts.astype(np.intp)]
    if math.isfinite(least):
        needed = np.maximum(needed, np.ceil((counts + n * least) / 2.0 - 1e-9))
    return float((weights * _at_least(needed, counts - needed + 1.0, gain_share)).sum())


@lru_cache(maxsize=16)
def _smallest_significant(up_to: int, alpha: float) -> NDArray[np.float64]:
    """For each number of discordant pairs up to one, the fewest gains that the mid-p test calls more than chance."""
    counts = np.arange(up_to + 1.0)
    fewest, most = np.ceil(counts / 2.0), counts + 1.0
    while (fewest < most).any():
        middle = np.floor((fewest + most) / 2.0)
        significant = (_mid_p(middle, counts - middle) < alpha) & (middle <= counts)
        most = np.where(significant, middle, most)
        fewest = np.where(significant, fewest, np.minimum(middle + 1.0, most))
    return most
