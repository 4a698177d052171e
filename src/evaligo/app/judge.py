"""Judge units in the order in which they came: where the rule stops, and what was known at each milestone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evaligo.gates.course import Course, Terms
from evaligo.gates.demand import Demand
from evaligo.gates.units import Units
from evaligo.records.watch import Look
from evaligo.stats.stopping import Stop

__all__ = ["Judged", "judge", "milestones", "seen"]

_STEPS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Units judged, up to the stop where there was one.

    Parameters
    ----------
    course : Course
        Of the units up to the stop.
    stop : Stop, optional
    looks : tuple of Look
    """

    course: Course
    stop: Stop | None
    looks: tuple[Look, ...]


def judge(units: Units, terms: Terms, demand: Demand, *, sign: float, known: Sequence[Look] = ()) -> Judged:
    """Find where the rule stops, and what was known at each milestone until then.

    Parameters
    ----------
    units : Units
        In the order in which they came.
    terms : Terms
    demand : Demand
    sign : float
        1 where a higher score is better, else -1.
    known : sequence of Look
        Milestones that were looked at before.
    """
    course = Course(units=units, terms=terms)
    stop = demand.rule.first_stop(course) if len(units) else None
    if stop is not None:
        course = Course(units=units.take(slice(stop.units)), terms=terms)
    n = len(course.units)
    new = [k for k in milestones(n) if k > (known[-1].units if known else 0)]
    heads = (course if k == n else Course(units=units.take(slice(k)), terms=terms) for k in new)
    return Judged(
        course=course, stop=stop, looks=(*known, *(seen(head, demand, sign=sign) for head in heads))
    )


def milestones(n: int) -> Iterator[int]:
    """Yield the numbers of units up to `n` at which a look is kept: six a decade, from 10.

    Examples
    --------
    >>> list(milestones(100))
    [10, 15, 20, 30, 50, 70, 100]
    """
    decade = 10
    while decade <= n:
        yield from (k for k in (round(step * decade) for step in _STEPS) if k <= n)
        decade *= 10


def seen(course: Course, demand: Demand, *, sign: float) -> Look:
    """Return what is known now."""
    low, high = course.lower, course.upper
    return Look(
        units=len(course.units),
        items=int(course.units.pairs.sum()),
        delta=sign * _estimate(course),
        bounds=_raw(low, high, sign),
        still_open=tuple(name for name, value in demand.values.items() if low <= value <= high),
    )


def _estimate(course: Course) -> float:
    return course.worst_estimate if course.terms.on_missing == "worst" else course.estimate


def _raw(low: float, high: float, sign: float) -> tuple[float, float]:
    """Both bounds of candidate minus baseline."""
    return (low, high) if sign > 0 else (-high, -low)
