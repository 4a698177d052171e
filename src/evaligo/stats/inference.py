"""What every method of inference answers: bounds, p-values and power at any level and null value.

A method takes arrays and returns an `Inference`: the point estimate with the sampling law that goes with it. The
gate's rules then ask it for one-sided bounds. A bound and a p-value of one method always agree:
``lower(alpha) > null`` if and only if ``p_greater(null) < alpha``, up to rounding.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from evaligo.stats.replication import Critical, Units

__all__ = ["Inference", "Mirrored", "Student", "shared_fields"]

Floats = NDArray[np.float64]
_WELL_KNOWN = 100.0
"""Degrees of freedom beyond which an uncertain standard error costs less than half a point of power."""
_NORMAL = NormalDist()
_NODES = 8
_CERTAIN = 0.995
"""No sum over a finite number of samples shows more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference(ABC):
    """A point estimate with the law it was drawn from.

    Parameters
    ----------
    value : float
        The estimate, in the metric's unit.
    standard_error : float
        Non-negative; 0 where the data do not vary.
    df : float
        Degrees of freedom of the standard error; inf for a normal law.
    n_items : int
        Paired items.
    n_clusters : int, optional
        None where the items are their own units.
    design_effect : float, optional
        Variance relative to independent items (Kish 1965); None without clusters.
    method : str
        The name that users type.
    spread_known : bool
        Whether the standard error was stated for a plan, not estimated from this sample; `power` then takes it as it is.
    units : Units, optional
        The clusters themselves, to draw new samples from; None where the law says enough without them.
    """

    follows: ClassVar[Critical] = "student"

    value: float
    standard_error: float
    df: float
    n_items: int
    n_clusters: int | None = None
    design_effect: float | None = None
    method: str
    spread_known: bool = False
    units: Units | None = field(default=None, repr=False, compare=False)

    @abstractmethod
    def lower(self, alpha: float) -> float:
        """Return the one-sided lower confidence bound at level ``1 - alpha``; -inf where none can be had."""

    @abstractmethod
    def upper(self, alpha: float) -> float:
        """Return the one-sided upper confidence bound at level ``1 - alpha``; inf where none can be had."""

    @abstractmethod
    def p_greater(self, null: float = 0.0) -> float:
        """Return the p-value against "the effect is at most `null`"."""

    @abstractmethod
    def p_less(self, null: float = 0.0) -> float:
        """Return the p-value against "the effect is at least `null`"."""

    def power(
        self,
        effect: float,
        *,
        alpha: float,
        null: float = 0.0,
        growth: float = 1.0,
    ) -> float:
        """Return the chance that ``lower(alpha) > null`` in a new sample, if the true effect is `effect`.

        Where the units are at hand, new samples are drawn from them (`Replications`): their standard errors and critical
        values differ from this one's. Else the test's own critical value is used with a noncentral t law (Lenth 1989), so
        that a method which asks for more than Student's t is planned with what it asks for. A standard error of few
        degrees of freedom is itself uncertain: the chance is then the mean over what the true one may be (its chi-squared
        law).

        Parameters
        ----------
        effect, null : float
            In the metric's unit.
        alpha : float
            One-sided level, in (0, 1).
        growth : float
            The new sample's size as a multiple of this one's.
        """
        critical = self.critical(alpha)
        if not math.isfinite(critical) or self.standard_error == 0.0:
            return 0.0
        if self.redrawn:
            return self._replicated(effect, alpha=alpha, null=null, growth=growth)
        shift = (effect - null) / (self.standard_error / math.sqrt(growth))
        ratios = np.ones(1) if self.spread_known else _spread_ratios(self.df)
        return 1.0 - float(np.mean(noncentral_t_cdf(critical, self.df * growth, shift * ratios)))

    def chance(
        self, effect: float, least: float, *, alpha: float, null: float = 0.0, growth: float = 1.0
    ) -> float:
        """Return the chance that ``lower(alpha) > null`` in a new sample whose estimate is at least `least` as well.

        Parameters
        ----------
        effect, null, alpha, growth
            Those of `power`.
        least : float
            In the metric's unit; -inf asks for no more than `power`.
        """
        found = self.power(effect, alpha=alpha, null=null, growth=growth)
        if found > 0.0 and self.redrawn:
            return min(found, self._replicated(effect, alpha=alpha, null=null, growth=growth, least=least))
        return min(found, self.reaches(least, effect, growth))

    def finds(
        self, effect: float, power: float, *, alpha: float, null: float = 0.0, growth: float = 1.0
    ) -> bool:
        """Tell whether a new sample finds `effect` with at least the asked power.

        A power reckoned from few units is a guess as well: it must be above the asked one by half a standard error of a
        share among so many units, so that the asked one is kept in most worlds and not in half of them.
        """
        margin = 0.0
        if self.units is not None and self.redrawn:
            margin = math.sqrt(power * (1.0 - power) / (self.units.worth * growth)) / 2.0
        return self.power(effect, alpha=alpha, null=null, growth=growth) >= min(power + margin, _CERTAIN)

    def reaches(self, least: float, effect: float, growth: float = 1.0) -> float:
        """Return the chance that a new estimate is at least `least`, by the normal law, if the true effect is `effect`."""
        if math.isclose(effect, least, abs_tol=1e-12):
            return 0.5
        if math.isinf(least) or self.standard_error == 0.0:
            return float(effect > least)
        return _NORMAL.cdf((effect - least) / (self.standard_error / math.sqrt(growth)))

    @property
    def redrawn(self) -> bool:
        """Whether `power` draws new samples from the units."""
        return self.units is not None and not self.spread_known

    def _replicated(
        self, effect: float, *, alpha: float, null: float, growth: float, least: float = -math.inf
    ) -> float:
        assert self.units is not None  # noqa: S101  (`redrawn` says so)
        unit = self.units.standard_error / math.sqrt(growth)
        return self.units.replications().chance(
            (effect - null) / unit,
            reach=self.critical(alpha) * self.standard_error / self.units.standard_error,
            alpha=alpha,
            follows=self.follows,
            growth=growth,
            least=(effect - least) / unit,
        )

    def critical(self, alpha: float) -> float:
        """Return how many standard errors the lower bound lies below the estimate."""
        return _critical(self, alpha)


def shared_fields(law: Inference) -> dict[str, Any]:
    """Return the fields that every Inference has but its units, to build another on the same estimate.

    Examples
    --------
    >>> law = Student(value=1.0, standard_error=0.5, df=10, n_items=11, method="paired_t")
    >>> Student(**shared_fields(law)) == law
    True
    """
    return {part.name: getattr(law, part.name) for part in fields(Inference) if part.name != "units"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Student(Inference):
    """Inference by Student's t law.

    Examples
    --------
    >>> law = Student(value=1.0, standard_error=0.5, df=10, n_items=11, method="paired_t")
    >>> round(law.lower(0.05), 4), round(law.p_greater(), 4)
    (0.0938, 0.0367)
    """

    def lower(self, alpha: float) -> float:
        """Return ``value - t * se``; -inf where the data do not vary."""
        return self.value - t_quantile(1.0 - alpha, self.df) * self._spread()

    def upper(self, alpha: float) -> float:
        """Return ``value + t * se``; inf where the data do not vary."""
        return self.value + t_quantile(1.0 - alpha, self.df) * self._spread()

    def p_greater(self, null: float = 0.0) -> float:
        """Return the upper tail of t at ``(value - null) / se``."""
        return t_tail((self.value - null) / self._spread(), self.df)

    def p_less(self, null: float = 0.0) -> float:
        """Return the lower tail of t at ``(value - null) / se``."""
        return t_tail((null - self.value) / self._spread(), self.df)

    def _spread(self) -> float:
        """No observed spread is not zero uncertainty: nothing is known then."""
        return self.standard_error if self.standard_error > 0.0 else math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirrored(Inference):
    """The same inference about minus the effect, for metrics of which less is better.

    Examples
    --------
    >>> law = Student(value=1.0, standard_error=0.5, df=10, n_items=11, method="paired_t")
    >>> Mirrored.of(law).upper(0.05) == -law.lower(0.05)
    True
    """

    law: Inference

    @classmethod
    def of(cls, law: Inference) -> Mirrored:
        """Mirror a law."""
        mirrored = None if law.units is None else law.units.mirrored()
        return cls(**{**shared_fields(law), "value": -law.value, "units": mirrored}, law=law)

    def lower(self, alpha: float) -> float:
        """Return minus the upper bound."""
        return -self.law.upper(alpha)

    def upper(self, alpha: float) -> float:
        """Return minus the lower bound."""
        return -self.law.lower(alpha)

    def p_greater(self, null: float = 0.0) -> float:
        """Return the p-value against "at least minus `null`"."""
        return self.law.p_less(-null)

    def p_less(self, null: float = 0.0) -> float:
        """Return the p-value against "at most minus `null`"."""
        return self.law.p_greater(-null)


@lru_cache(maxsize=4)
def _critical(law: Inference, alpha: float) -> float:
    """Remembered, for planning asks again and again, and a resampling method pays for each bound."""
    if law.standard_error == 0.0:
        return math.inf
    return (law.value - law.lower(alpha)) / law.standard_error


def t_quantile(probability: float, df: float) -> float:
    """Return Student's t quantile; the normal one for infinite `df`.

    Examples
    --------
    >>> round(t_quantile(0.95, 7), 4)
    1.8946
    """
    from scipy.special import ndtri, stdtrit  # noqa: PLC0415  (150 ms that a bad option need not wait for)

    return float(ndtri(probability) if math.isinf(df) else stdtrit(df, probability))


def t_tail(t: float, df: float) -> float:
    """Return the upper tail probability of Student's t.

    Examples
    --------
    >>> round(t_tail(1.8946, 7), 4)
    0.05
    """
    from scipy.special import ndtr, stdtr  # noqa: PLC0415

    return float(ndtr(-t) if math.isinf(df) else stdtr(df, -t))


def noncentral_t_cdf(t: float, df: float, shift: float | Floats) -> Floats:
    """Return the noncentral t distribution function, for one noncentrality or an array of them.

    Examples
    --------
    >>> noncentral_t_cdf(1.8946, 7, 0.0).round(4).item()
    0.95
    """
    from scipy.special import nctdtr, ndtr  # noqa: PLC0415

    shifts = np.asarray(shift)
    # Beyond 1e5 degrees of freedom the law is normal to six digits, and the series slow.
    value = ndtr(t - shifts) if df > 1e5 else nctdtr(df, shifts, t)
    # The series gives up on far shifts, where the normal approximation of Johnson & Welch (1940) is as good.
    far = (t * (1.0 - 0.25 / df) - shifts) / math.sqrt(1.0 + t * t / (2.0 * df))
    return np.asarray(np.clip(np.where(np.isnan(value), ndtr(far), value), 0.0, 1.0))


@lru_cache(maxsize=16)
def _spread_ratios(df: float) -> Floats:
    """Equally likely ratios of an estimated standard error to the true one."""
    if df > _WELL_KNOWN:
        return np.ones(1)
    from scipy.special import gammaincinv  # noqa: PLC0415

    middles = (np.arange(_NODES) + 0.5) / _NODES
    return np.asarray(np.sqrt(2.0 * gammaincinv(df / 2.0, middles) / df))
