"""What a test could have found: the minimum detectable effect, and the sample that would decide."""

from __future__ import annotations

import math
from collections.abc import Callable

from evaligo.stats.inference import Inference

__all__ = ["detectable", "growth_for_effect", "growth_until"]

_LARGEST_GROWTH = 1e6


def detectable(
    law: Inference,
    *,
    alpha: float,
    power: float,
    null: float = 0.0,
    growth: float = 1.0,
    largest: float = math.inf,
) -> float:
    """Return the minimum detectable effect: the smallest that the test finds with the asked power.

    Parameters
    ----------
    law : Inference
        The test in use, on the sample at hand.
    alpha : float
        One-sided level, in (0, 1).
    power : float
        In (alpha, 1).
    null : float
        What the effect is held against; the answer is the distance from it.
    growth : float
        The planned sample's size as a multiple of this one's.
    largest : float
        The largest effect that the metric's range admits.

    Returns
    -------
    float
        In the metric's unit; inf where no effect is found with that power.

    Examples
    --------
    >>> from evaligo.stats.inference import Student
    >>> law = Student(value=0.0, standard_error=1.0, df=1e6, n_items=10, method="t")
    >>> round(detectable(law, alpha=0.05, power=0.8), 3)
    2.486
    """

    def found(effect: float) -> bool:
        return law.finds(null + effect, power, alpha=alpha, null=null, growth=growth)

    start = max(law.standard_error, 1.0 / max(law.n_items, 1))
    return _first(found, start / math.sqrt(growth), largest)


def growth_for_effect(
    law: Inference, effect: float, *, alpha: float, power: float, null: float = 0.0
) -> float:
    """Return the multiple of this sample at which a true `effect` is found with the asked power.

    Examples
    --------
    >>> from evaligo.stats.inference import Student
    >>> law = Student(value=0.0, standard_error=1.0, df=1e6, n_items=10, method="t")
    >>> round(growth_for_effect(law, 1.2434, alpha=0.05, power=0.8), 2)
    4.0
    """
    return growth_until(lambda growth: law.finds(effect, power, alpha=alpha, null=null, growth=growth))


def growth_until(enough: Callable[[float], bool]) -> float:
    """Return the smallest multiple of a sample that is enough; inf beyond a million.

    Examples
    --------
    >>> round(growth_until(lambda growth: growth >= 3.0), 6)
    3.0
    """
    return _first(enough, 1e-3, _LARGEST_GROWTH)


def _first(holds: Callable[[float], bool], start: float, largest: float) -> float:
    """Double until it holds, then bisect; monotone by assumption."""
    below, above = 0.0, start
    while not holds(min(above, largest)):
        if above >= largest or above > 1e12 * start:
            return math.inf
        below, above = above, 2.0 * above
    above = min(above, largest)
    for _ in range(34):
        middle = (below + above) / 2.0
        below, above = (below, middle) if holds(middle) else (middle, above)
    return above
