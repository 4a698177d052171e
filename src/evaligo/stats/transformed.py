"""Laws of inference on another scale: shifted by a constant, or back from logarithms."""

from __future__ import annotations

import math
from dataclasses import dataclass

from evaligo.stats.inference import Inference, shared_fields

__all__ = ["FromLogs", "Shifted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shifted(Inference):
    """The same inference about the effect plus a constant.

    Examples
    --------
    >>> from evaligo.stats.inference import Student
    >>> law = Student(value=1.0, standard_error=0.5, df=10, n_items=11, method="paired_t")
    >>> Shifted.of(law, by=-1.0).value, Shifted.of(law, by=-1.0).p_greater(0.0) == law.p_greater(1.0)
    (0.0, True)
    """

    law: Inference
    by: float

    @classmethod
    def of(cls, law: Inference, *, by: float) -> Shifted:
        """Shift a law."""
        return cls(**{**shared_fields(law), "value": law.value + by}, law=law, by=by)

    def lower(self, alpha: float) -> float:
        """Return the lower bound, shifted."""
        return self.law.lower(alpha) + self.by

    def upper(self, alpha: float) -> float:
        """Return the upper bound, shifted."""
        return self.law.upper(alpha) + self.by

    def p_greater(self, null: float = 0.0) -> float:
        """Return the p-value against "at most `null`"."""
        return self.law.p_greater(null - self.by)

    def p_less(self, null: float = 0.0) -> float:
        """Return the p-value against "at least `null`"."""
        return self.law.p_less(null - self.by)

    def power(self, effect: float, *, alpha: float, null: float = 0.0, growth: float = 1.0) -> float:
        """Return the chance of ``lower(alpha) > null`` if the true effect is `effect`."""
        return self.law.power(effect - self.by, alpha=alpha, null=null - self.by, growth=growth)


@dataclass(frozen=True, slots=True, kw_only=True)
class FromLogs(Inference):
    """Inference about a relative change, from that about a difference of logarithms.

    A quantile's logarithm is the logarithms' quantile, so that what bounds the difference bounds the change.

    Examples
    --------
    >>> from evaligo.stats.inference import Student
    >>> law = FromLogs.of(Student(value=0.1, standard_error=0.05, df=10, n_items=11, method="paired_t"))
    >>> round(law.value, 4), round(law.lower(0.05), 4)
    (0.1052, 0.0094)
    """

    law: Inference

    @classmethod
    def of(cls, law: Inference) -> FromLogs:
        """Take a law of a difference of logarithms to the relative change."""
        change = math.expm1(law.value)
        spread = law.standard_error * (1.0 + change)
        return cls(**{**shared_fields(law), "value": change, "standard_error": spread}, law=law)

    def lower(self, alpha: float) -> float:
        """Return the lower bound of the change; -1 where none can be had."""
        return math.expm1(self.law.lower(alpha))

    def upper(self, alpha: float) -> float:
        """Return the upper bound of the change; inf where none can be had."""
        return math.expm1(self.law.upper(alpha))

    def p_greater(self, null: float = 0.0) -> float:
        """Return the p-value against "at most `null`"."""
        return self.law.p_greater(_log(null))

    def p_less(self, null: float = 0.0) -> float:
        """Return the p-value against "at least `null`"."""
        return self.law.p_less(_log(null))

    def power(self, effect: float, *, alpha: float, null: float = 0.0, growth: float = 1.0) -> float:
        """Return the chance of ``lower(alpha) > null`` if the true change is `effect`."""
        return self.law.power(_log(effect), alpha=alpha, null=_log(null), growth=growth)


def _log(change: float) -> float:
    return math.log1p(change) if change > -1.0 else -math.inf
