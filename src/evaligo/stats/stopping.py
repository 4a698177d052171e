"""When a sequence has seen enough: the gate's policies as stopping rules."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import UsageError

__all__ = ["Evidence", "Outcome", "Policy", "Stop", "StoppingRule"]

Floats = NDArray[np.float64]
Outcome = Literal["allow", "reject", "futility"]
Policy = Literal["superiority", "non-inferiority", "minimum-effect"]


class Evidence(Protocol):
    """What a stopping rule asks of a sequence, after each unit that has arrived."""

    def estimates(self) -> Floats:
        """Return the mean of the items so far, after each unit."""

    def evidence_greater(self, null: float) -> Floats:
        """Return the largest log e-value so far against "the mean is at most `null`", after each unit."""

    def evidence_less(self, null: float) -> Floats:
        """Return the largest log e-value so far against "the mean is at least `null`", after each unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Where and why a sequence was stopped.

    Parameters
    ----------
    outcome : {"allow", "reject", "futility"}
        Futility: the effect that is asked for is ruled out, and harm is not shown.
    units : int
        How many units had arrived.
    """

    outcome: Outcome
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppingRule:
    """When a sequence has seen enough.

    - superiority: allow when the lower bound is above 0 and the estimate at least `min_delta`; reject when the upper
      bound is below 0; futility when it is below `min_delta` and the run does not point to harm: the estimate is not
      negative, or the lower bound is above ``-min_delta``. (A run that does point to harm crosses `min_delta` long
      before 0; it goes on, so that harm is called by its name.)
    - non-inferiority: allow when the lower bound is above ``-margin``; reject when the upper bound is below it.
    - minimum-effect: allow when the lower bound is above `min_delta`; reject when the upper bound is below it.

    Every bound errs with a chance of at most `alpha`, however often the rule is asked.

    Parameters
    ----------
    policy : {"superiority", "non-inferiority", "minimum-effect"}
    alpha : float
        One-sided level, in (0, 1).
    min_delta, margin : float
        In the metric's unit, not negative.

    Raises
    ------
    UsageError
        A level outside (0, 1), or a negative `min_delta` or `margin`.

    Examples
    --------
    >>> from evaligo.stats.sequential import BettingSequence
    >>> sequence = BettingSequence(low=-1.0, high=1.0)
    >>> sequence.update(np.tile([1.0, 0.0, 0.0, 0.0], 50))
    >>> StoppingRule(policy="superiority", alpha=0.05, min_delta=0.1).first_stop(sequence)
    Stop(outcome='allow', units=21)
    """

    policy: Policy
    alpha: float
    min_delta: float = 0.0
    margin: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 < self.alpha < 1.0:
            raise UsageError(f"alpha is {self.alpha:g}", hint="give a level between 0 and 1, such as 0.05")
        if not (self.min_delta >= 0.0 and self.margin >= 0.0):
            raise UsageError(
                f"min_delta is {self.min_delta:g}, margin {self.margin:g}", hint="give sizes of at least 0"
            )

    def first_stop(self, sequence: Evidence) -> Stop | None:
        """Return the first moment at which the rule stops, or None; reject comes first where two would stop at once.

        The moment does not depend on how often, or in what batches, the sequence was looked at.
        """
        stops = [
            Stop(outcome=outcome, units=int(np.argmax(reached)) + 1)
            for outcome, reached in self._reached(sequence)
            if reached.any()
        ]
        return min(stops, key=lambda stop: stop.units, default=None)

    def _reached(self, sequence: Evidence) -> Sequence[tuple[Outcome, NDArray[np.bool_]]]:
        """Each outcome with whether it is reached after each unit, the gravest first."""
        needed = -math.log(self.alpha)
        if self.policy == "superiority":
            estimates = sequence.estimates()
            no_such_harm = (estimates >= 0.0) | (sequence.evidence_greater(-self.min_delta) > needed)
            return (
                ("reject", sequence.evidence_less(0.0) > needed),
                ("allow", (sequence.evidence_greater(0.0) > needed) & (estimates >= self.min_delta)),
                ("futility", (sequence.evidence_less(self.min_delta) > needed) & no_such_harm),
            )
        line = -self.margin if self.policy == "non-inferiority" else self.min_delta
        return (
            ("reject", sequence.evidence_less(line) > needed),
            ("allow", sequence.evidence_greater(line) > needed),
        )
