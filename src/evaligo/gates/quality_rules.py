"""From bounds, or from a point estimate, to a threshold's verdict (law 6 of docs/architecture.md)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from evaligo.gates.policy import Policy, Ruling
from evaligo.gates.quality_words import amount
from evaligo.gates.verdict import FEWEST_CLUSTERS, too_few
from evaligo.records import Verdict
from evaligo.stats.inference import Inference

__all__ = ["POINT_LEVEL", "Acceptance", "Line"]

POINT_LEVEL = 0.95
"""The level of the interval that is shown, and that tells what is noise, where a threshold names none."""
_SAME = 1e-9
"""Beside the limit, so small a distance is rounding: a fall of exactly 2 % is no more than 2 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A limit, and how it is told.

    Parameters
    ----------
    null : float
        On a scale on which more is better: what lies above is accepted.
    sign : float
        What takes that scale to the one that is told: 1, or -1 where less is better.
    unit : str
    is_change : bool
        Whether amounts carry their sign.
    least : float
        The least that there can be: a limit there accepts everything.
    """

    null: float
    sign: float
    unit: str
    is_change: bool
    least: float = -math.inf

    def told(self, value: float) -> str:
        """Write a value of the scale on which more is better as the one that people read."""
        return amount(self.sign * value + 0.0, self.unit, signed=self.is_change)

    @property
    def sides(self) -> tuple[str, str]:
        """What people call the bound that must be within the limit, and the other."""
        return ("lower", "upper") if self.sign > 0.0 else ("upper", "lower")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance(Policy):
    """ALLOW where the interval lies within the accepted region, REJECT where it lies outside; or the point estimate.

    Parameters
    ----------
    line : Line
    by_point : bool
        Whether the point estimate decides.
    """

    name: ClassVar[str] = "acceptance"
    line: Line
    by_point: bool = False

    @property
    def null(self) -> float:
        """The limit."""
        return self.line.null

    @property
    def target(self) -> float:
        """No change; for a level, the limit itself."""
        return max(self.line.null, 0.0) if self.line.is_change else self.line.null

    def judge(self, law: Inference, *, largest: float = math.inf) -> Ruling:  # noqa: ARG002  (asks for no MDE)
        """Hold the bounds, or the estimate, against the limit; never ALLOW by bounds on fewer than six clusters."""
        return self._by_point(law) if self.by_point else self._by_bounds(law)

    def straddles(self, law: Inference) -> bool:
        """Tell whether the interval holds the limit: whatever the estimate says may be noise."""
        return not (self._fails(law) or (self._holds(law) and not too_few(law)))

    def _holds(self, law: Inference) -> bool:
        return law.lower(self.alpha) > self.null or self.null <= self.line.least

    def _fails(self, law: Inference) -> bool:
        return law.upper(self.alpha) < self.null

    def _by_bounds(self, law: Inference) -> Ruling:
        limit, (inner, outer) = self.line.told(self.null), self.line.sides
        if self._holds(law) and too_few(law):
            because = (
                f"{law.n_clusters} clusters are too few, or one of them too large, for an ALLOW, which takes at least "
                f"{FEWEST_CLUSTERS} that carry weight"
            )
            return Ruling(verdict=Verdict.INCONCLUSIVE, because=because)
        if self._holds(law):
            because = f"the {inner} bound {self.line.told(law.lower(self.alpha))} keeps the limit {limit}"
            return Ruling(verdict=Verdict.ALLOW, because=because)
        if self._fails(law):
            because = f"the {outer} bound {self.line.told(law.upper(self.alpha))} is beyond the limit {limit}"
            return Ruling(verdict=Verdict.REJECT, because=because)
        low, high = sorted((self.line.sign * law.lower(self.alpha), self.line.sign * law.upper(self.alpha)))
        between = " and ".join(
            amount(v + 0.0, self.line.unit, signed=self.line.is_change) for v in (low, high)
        )
        return Ruling(
            verdict=Verdict.INCONCLUSIVE, because=f"the limit {limit} lies between the bounds {between}"
        )

    def _by_point(self, law: Inference) -> Ruling:
        limit, estimate = self.line.told(self.null), self.line.told(law.value)
        kept = law.value >= self.null or math.isclose(law.value, self.null, rel_tol=_SAME, abs_tol=1e-12)
        noise = ", by less than the noise" if self.straddles(law) else ""
        if kept:
            return Ruling(
                verdict=Verdict.ALLOW, because=f"the estimate {estimate} keeps the limit {limit}{noise}"
            )
        return Ruling(
            verdict=Verdict.REJECT, because=f"the estimate {estimate} is beyond the limit {limit}{noise}"
        )
