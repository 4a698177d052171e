"""The line on which a verdict can be seen: the interval, zero, and where ALLOW begins."""

from __future__ import annotations

import math
from dataclasses import dataclass

from evaligo.records.report import GateReport

__all__ = ["Axis", "Mark", "accepted", "interval_axis", "marks", "ticks"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A labelled value on an axis."""

    label: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A stretch of numbers shown on a stretch of a picture.

    Parameters
    ----------
    low, high : float
        Finite, low < high.
    """

    low: float
    high: float

    def share(self, value: float) -> float:
        """Return where a value lies, 0 at the left end and 1 at the right; what lies outside stands at the end.

        Examples
        --------
        >>> Axis(low=-1.0, high=1.0).share(0.5), Axis(low=0.0, high=1.0).share(float("inf"))
        (0.75, 1.0)
        """
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    @classmethod
    def over(cls, values: list[float], *, margin: float = 0.06) -> Axis:
        """Return the axis that holds all finite values, with some room at either end.

        Examples
        --------
        >>> Axis.over([0.0, 1.0, float("inf")], margin=0.5)
        Axis(low=-0.5, high=1.5)
        """
        finite = [v for v in values if math.isfinite(v)] or [0.0]
        low, high = min(finite), max(finite)
        room = margin * (high - low) or max(abs(high), 1.0) * 0.5
        return cls(low=low - room, high=high + room)


def marks(report: GateReport) -> tuple[Mark, ...]:
    """Return the values that the policy holds delta against, signed as delta is.

    An improvement of a metric of which less is better is a negative delta.
    """
    p = report.policy
    sign = 1.0 if report.comparison.higher_is_better else -1.0
    zero = (Mark("0", 0.0),)
    if p.name == "non-inferiority" and p.margin:
        return (*zero, Mark("margin", -sign * p.margin))
    return (*zero, Mark("min_delta", sign * p.min_delta)) if p.min_delta else zero


def accepted(report: GateReport) -> tuple[float, float]:
    """Return the region that the interval must lie in for ALLOW; one end is open.

    Superiority's region begins at zero: its min_delta is asked of the observed delta, not of the bound.
    """
    edge = 0.0 if report.policy.name == "superiority" else marks(report)[-1].value
    return (edge, math.inf) if report.comparison.higher_is_better else (-math.inf, edge)


def interval_axis(report: GateReport) -> Axis:
    """Return the axis that holds both bounds, the estimate and the policy's values."""
    values = [*report.bounds, report.comparison.delta, *(m.value for m in marks(report))]
    return Axis.over(values, margin=0.12)


def ticks(axis: Axis, *, about: int = 5) -> tuple[float, ...]:
    """Return round values on an axis, in steps of 1, 2 or 5 times a power of ten.

    Examples
    --------
    >>> ticks(Axis(low=-0.011, high=0.032))
    (-0.01, 0.0, 0.01, 0.02, 0.03)
    """
    raw = (axis.high - axis.low) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = min((m * power for m in (1, 2, 5, 10)), key=lambda s: abs(s - raw))
    first, last = math.ceil(axis.low / step), math.floor(axis.high / step)
    return tuple(float(f"{k * step:.10g}") for k in range(first, last + 1))
