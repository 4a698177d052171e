"""The course of the evidence: what a policy could have said after each unit, had it looked then."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from evaligo.gates.units import Units
from evaligo.gates.verdict import FEWEST_CLUSTERS
from evaligo.stats.sequential import AsymptoticSequence, BettingSequence

__all__ = ["Course", "Terms"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What must be fixed before the first unit is looked at.

    Parameters
    ----------
    bounds : (float, float), optional
        The metric's range; without one the evidence is asymptotic.
    largest : int
        The most items that a unit can have.
    alpha : float
        One-sided level of each bound.
    on_missing : {"both", "drop", "worst"}
        ``"both"``: what speaks for the candidate is judged with missing scores at their worst, what speaks against it
        without them, so that either verdict holds both ways.
    clustered : bool
        Whether units are clusters: then nothing is allowed on fewer than six.
    first_allow : int
        The number of units before which nothing is allowed, for other reasons.
    """

    bounds: tuple[float, float] | None
    largest: int
    alpha: float
    on_missing: str
    clustered: bool
    first_allow: int = 0

    @property
    def fewest(self) -> int:
        """The number of units before which nothing is allowed."""
        return max(self.first_allow, FEWEST_CLUSTERS if self.clustered else 0)

    @property
    def method(self) -> str:
        """The name of the sequence."""
        return "asymptotic_sequence" if self.bounds is None else "betting_sequence"


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """The evidence of units in the order in which they came; effects are signed so that more is better.

    It is the `evaligo.stats.stopping.Evidence` that a stopping rule asks.

    Parameters
    ----------
    units : Units
    terms : Terms

    Examples
    --------
    >>> from evaligo.gates.items import collapse
    >>> from evaligo.gates.pairing import pair
    >>> from evaligo.gates.units import units_of
    >>> from evaligo.records import Run
    >>> ids = [f"q{i}" for i in range(100)]
    >>> a = Run.from_arrays(ids, {"f1": [0.0] * 100})
    >>> b = Run.from_arrays(ids, {"f1": [1.0, 0.0] * 50})
    >>> pairs = pair(a, b, items=(collapse(a, "f1"), collapse(b, "f1")), cluster=None)
    >>> terms = Terms(bounds=(0.0, 1.0), largest=1, alpha=0.05, on_missing="both", clustered=False)
    >>> course = Course(units=units_of(pairs, a.metrics["f1"], drop=False), terms=terms)
    >>> course.estimate, course.lower > 0.3, course.upper < 0.7
    (0.5, True, True)
    """

    units: Units
    terms: Terms

    @property
    def estimate(self) -> float:
        """The mean difference of the paired items; nan before the first."""
        pairs = self.units.pairs.sum()
        return float(self.units.paired.sum() / pairs) if pairs else float("nan")

    @property
    def worst_estimate(self) -> float:
        """The mean difference with missing scores at their worst; nan before the first item."""
        sizes = self.units.sizes.sum()
        return float(self.units.filled.sum() / sizes) if sizes else float("nan")

    @property
    def lower(self) -> float:
        """The lower bound at level ``1 - alpha``."""
        return self._gains.lower(self.terms.alpha)

    @property
    def upper(self) -> float:
        """The upper bound at level ``1 - alpha``."""
        return self._losses.upper(self.terms.alpha)

    def p_greater(self, null: float) -> float:
        """Return the anytime-valid p-value against "the mean is at most `null`"."""
        return self._gains.p_greater(null)

    def e_greater(self, null: float) -> float:
        """Return the e-value now, however large it may have been before."""
        return self._gains.e_greater(null)

    def estimates(self) -> Floats:
        """Return the mean of the items so far, after each unit, as ALLOW looks at it."""
        return self._gains.estimates()

    def evidence_greater(self, null: float) -> Floats:
        """Return the largest log e-value so far against "the mean is at most `null`"; 0 while units are too few."""
        evidence = self._gains.evidence_greater(null)
        return np.where(np.arange(1, len(evidence) + 1) < self.terms.fewest, 0.0, evidence)

    def evidence_less(self, null: float) -> Floats:
        """Return the largest log e-value so far against "the mean is at least `null`", after each unit."""
        evidence = self._losses.evidence_less(null)
        if self._with_worst:
            return evidence
        return np.concatenate(([0.0], evidence))[np.cumsum(self.units.pairs > 0)]

    @property
    def _with_worst(self) -> bool:
        return self.terms.on_missing == "worst"

    @cached_property
    def _gains(self) -> BettingSequence | AsymptoticSequence:
        return self._sequence(self.units.filled, self.units.sizes)

    @cached_property
    def _losses(self) -> BettingSequence | AsymptoticSequence:
        if self._with_worst:
            return self._gains
        some = self.units.pairs > 0
        return self._sequence(self.units.paired[some], self.units.pairs[some])

    def _sequence(self, totals: Floats, sizes: NDArray[np.int64]) -> BettingSequence | AsymptoticSequence:
        sequence: BettingSequence | AsymptoticSequence
        if self.terms.bounds is None:
            sequence = AsymptoticSequence(tuned_for=self.terms.alpha)
        else:
            reach = self.terms.bounds[1] - self.terms.bounds[0]
            sequence = BettingSequence(
                low=-reach, high=reach, max_size=float(self.terms.largest), tuned_for=self.terms.alpha
            )
        if len(totals):
            sequence.update(totals, sizes)
        return sequence
