"""The questions of a plan: what this many items find, how many items it takes, and what else the money buys."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from evaligo.errors import UsageError
from evaligo.gates.forecast import Forecast, Forecaster
from evaligo.gates.noise import Layout, Noise
from evaligo.gates.policy import Policy
from evaligo.records.plan import PlanPoint, Purchase
from evaligo.stats.power import growth_until

__all__ = ["Planner", "Question"]

_MOST_ITEMS = 10_000_000
_STEPS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
_SAME = 0.01
"""Two MDEs that differ by less than this share are as good as each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the needed items should do.

    Parameters
    ----------
    policy : Policy
    effect : float, optional
        Allow this true effect with the asked power; None: decide what the policy's own number asks.

    Raises
    ------
    UsageError
        No number of items could do it.
    """

    policy: Policy
    effect: float | None = None

    def __post_init__(self) -> None:
        least = max(self.policy.null, getattr(self.policy, "min_delta", -math.inf))
        if self.effect is None:
            if self.policy.name == "minimum-effect":
                raise UsageError(
                    f"under minimum-effect a true effect of just min_delta is allowed {self.policy.alpha:g} of the time, "
                    "however many items there are",
                    hint="give with --effect the larger effect that you hope for",
                )
        elif not (math.isfinite(self.effect) and self.effect > least):
            raise UsageError(
                f"no number of items lets {self.policy.name} allow a true effect of {self.effect:g} reliably",
                hint=f"give an --effect above {least:g}",
            )

    @property
    def kind(self) -> str:
        """``"allow"``, ``"decide"``, or ``"none"`` where the policy has no number to plan for."""
        if self.effect is not None:
            return "allow"
        return "decide" if self.policy.null or self.policy.target else "none"

    @property
    def speaks_of(self) -> float:
        """The true effect that the chances of ALLOW are told for."""
        return self.policy.target if self.effect is None else self.effect

    def answered_by(self, forecast: Forecast) -> bool:
        """Whether a run with this law does what is asked."""
        if self.effect is None:
            return forecast.decides(self.policy)
        return forecast.chance_of_allow(self.policy, self.effect) >= self.policy.power


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """Answers a question by the laws that a forecaster tells.

    Parameters
    ----------
    question : Question
    forecaster : Forecaster
    noise : Noise
    epochs : float
    layout : Layout

    Examples
    --------
    >>> from evaligo.gates.forecast import Assumed
    >>> from evaligo.gates.noise import Layout
    >>> from evaligo.gates.policy import Superiority
    >>> noise = Noise(variance=0.25)
    >>> planner = Planner(
    ...     question=Question(policy=Superiority(min_delta=0.05)),
    ...     forecaster=Assumed(noise=noise, layout=Layout()),
    ...     noise=noise,
    ...     epochs=1,
    ...     layout=Layout(),
    ... )
    >>> planner.needed().items
    620
    """

    question: Question
    forecaster: Forecaster
    noise: Noise
    epochs: float
    layout: Layout

    def point(self, items: int) -> PlanPoint:
        """Return what a number of items finds."""
        forecast = self.forecaster.at(items, self.epochs)
        policy = self.question.policy
        return PlanPoint(
            items=items,
            clusters=forecast.clusters,
            mde=forecast.mde(policy),
            chance_of_allow=forecast.chance_of_allow(policy, self.question.speaks_of),
            method=forecast.law.method,
        )

    def needed(self) -> PlanPoint | None:
        """Return the fewest items that answer the question; None beyond ten million."""
        items = _fewest(
            lambda n: self.question.answered_by(self.forecaster.at(n, self.epochs)),
            first=self.layout.fewest,
            step=self.layout.step,
        )
        return None if items is None else self.point(items)

    def allowed_effect(self, items: int) -> float:
        """Return the smallest true effect that is allowed with the asked power."""
        forecast, policy = self.forecaster.at(items, self.epochs), self.question.policy
        if not forecast.can_allow:
            return math.inf
        unit = forecast.standard_error
        multiple = growth_until(
            lambda m: forecast.chance_of_allow(policy, policy.null + m * unit) >= policy.power
        )
        return policy.null + multiple * unit

    def curve(self, items: int) -> tuple[PlanPoint, ...]:
        """Return fewer and more items, by powers of two."""
        step = self.layout.step
        steps = {step * max(1, round(items * share / step)) for share in _STEPS} | {items}
        return tuple(self.point(n) for n in sorted(steps) if n >= self.layout.fewest)

    def purchase(self, items: int) -> Purchase:
        """Compare twice the items with twice the epochs."""
        now, more_items = self._mde(items, self.epochs), self._mde(2 * items, self.epochs)
        if self.noise.epoch_share is None:
            return Purchase(now=now, more_items=more_items, more_epochs=None, floor=None, better="items")
        more_epochs = self._mde(items, 2.0 * self.epochs)
        return Purchase(
            now=now,
            more_items=more_items,
            more_epochs=more_epochs,
            floor=self.mde_of(items, self.noise, math.inf),
            better=_better(more_items, more_epochs),
        )

    def mde_of(self, items: int, noise: Noise, epochs: float) -> float:
        """Return the MDE under another noise, by the method in use; 0 where no noise is left."""
        sizes = self.layout.sizes(items).astype(np.float64)
        left = noise.of_mean(items, sizes, epochs) / self.noise.of_mean(items, sizes, self.epochs)
        if left < 1e-9:
            return 0.0
        forecast = self.forecaster.at(items, self.epochs)
        return self.question.policy.mde(forecast.law, forecast.growth / left)

    def _mde(self, items: int, epochs: float) -> float:
        return self.forecaster.at(items, epochs).mde(self.question.policy)


def _better(items: float, epochs: float) -> str:
    if items == epochs or abs(items - epochs) < _SAME * min(items, epochs):
        return "equal"
    return "items" if items < epochs else "epochs"


def _fewest(enough: Callable[[int], bool], *, first: int, step: int) -> int | None:
    """Double until it is enough, then bisect over whole steps; monotone by assumption."""
    low, high = 0, max(1, math.ceil(first / step))
    while not enough(high * step):
        if high * step > _MOST_ITEMS:
            return None
        low, high = high, 2 * high
    low = max(low, math.ceil(first / step) - 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle * step) else (middle, high)
    return high * step
