"""One threshold's evidence while an experiment runs: bounds that hold after every unit at once (law 9)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from evaligo.gates.quality_subject import Subject
from evaligo.gates.units import Units
from evaligo.gates.verdict import FEWEST_CLUSTERS
from evaligo.stats.sequential import AsymptoticSequence, BettingSequence

__all__ = ["QualitySequence", "SequenceTerms"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceTerms:
    """What is fixed before the first unit is looked at; on a scale on which more is better.

    Parameters
    ----------
    null : float
        The limit: what lies above is accepted.
    bounds : (low, high), optional
        Of an item's contribution, a score or a difference; without them the evidence is asymptotic.
    largest : int
        The most items that a unit can have.
    alpha : float
        One-sided level of each bound.
    claims : int
        The gate's thresholds that an interval decides: the claim that this one failed is made at ``alpha / claims``.
    on_missing : {"both", "drop", "worst"}
        As in `Threshold`.
    clustered : bool
        Whether units are clusters: then nothing is allowed on fewer than six.
    min_items : int
        Fewer items decide nothing.
    """

    null: float
    bounds: tuple[float, float] | None
    largest: int
    alpha: float
    claims: int = 1
    on_missing: str = "both"
    clustered: bool = False
    min_items: int = 0

    @classmethod
    def of(cls, subject: Subject, *, largest: int, claims: int) -> SequenceTerms:
        """Take them from a threshold's subject, whose metric carries the range that was known beforehand."""
        return cls(
            null=subject.policy.null,
            bounds=_contribution(subject),
            largest=largest,
            alpha=subject.policy.alpha,
            claims=claims,
            on_missing=subject.threshold.on_missing,
            clustered=subject.cluster is not None,
            min_items=subject.threshold.min_items,
        )

    @property
    def method(self) -> str:
        """The name of the sequence."""
        kind = "asymptotic_sequence" if self.bounds is None else "betting_sequence"
        return f"cluster_{kind}" if self.clustered else kind


@dataclass(frozen=True, kw_only=True, eq=False)
class QualitySequence:
    """A threshold's units in the order in which they are visited, and what they show after each.

    What speaks for the candidate is judged with missing scores at their worst, what speaks against it without them, so
    that either holds both ways (law 2). Without a worst value, nothing is decided once a score is missing.

    Parameters
    ----------
    terms : SequenceTerms
    units : Units
        A unit that the threshold does not look at has no items.

    Examples
    --------
    >>> n = 300
    >>> scores, ones = np.tile([1.0, 1.0, 1.0, 0.0], n // 4), np.ones(n, dtype=np.int64)
    >>> units = Units(
    ...     keys=np.arange(n).astype(object), paired=scores, pairs=ones, filled=scores, sizes=ones, missing=0 * ones,
    ...     baseline=scores, candidate=scores, calls=ones,
    ... )
    >>> asked = SequenceTerms(null=0.6, bounds=(0.0, 1.0), largest=1, alpha=0.05)
    >>> found = QualitySequence(terms=asked, units=units)
    >>> found.estimate, found.lower > 0.6, bool(found.allowed[-1]), bool(found.rejected.any())
    (0.75, True, True, False)
    """

    terms: SequenceTerms
    units: Units

    @property
    def estimate(self) -> float:
        """The mean so far; nan before the first score."""
        return self._losses.sequence.estimate

    @property
    def worst_estimate(self) -> float:
        """The mean so far with missing scores at their worst; nan before the first item."""
        return self._gains.sequence.estimate

    @property
    def n_items(self) -> int:
        """How many items have what is judged."""
        return int(self.units.pairs.sum())

    @property
    def n_units(self) -> int:
        """How many units have items that are judged."""
        return int(np.count_nonzero(self.units.pairs))

    @property
    def lower(self) -> float:
        """The lower bound at level ``1 - alpha``."""
        return self._gains.sequence.lower(self.terms.alpha)

    @property
    def upper(self) -> float:
        """The upper bound at level ``1 - alpha``."""
        return self._losses.sequence.upper(self.terms.alpha)

    @property
    def p_failure(self) -> float:
        """The anytime-valid p-value against "the demand is met"; 1 where nothing may be decided."""
        return float(np.exp(-self._against[-1])) if len(self.units) else 1.0

    @cached_property
    def allowed(self) -> Flags:
        """Whether the demand is shown to be met, after each unit."""
        enough = np.cumsum(self.units.sizes > 0) >= (FEWEST_CLUSTERS if self.terms.clustered else 1)
        return enough & self._decidable & (self._for > -math.log(self.terms.alpha))

    @cached_property
    def rejected(self) -> Flags:
        """Whether the demand is shown not to be met, after each unit: this threshold looked at alone."""
        return self._against > -math.log(self.terms.alpha)

    @cached_property
    def failed(self) -> Flags:
        """Whether that is shown also among all the claims of the gate, after each unit."""
        return self._against > -math.log(self.terms.alpha / self.terms.claims)

    @cached_property
    def shown_dropped(self) -> tuple[bool, bool]:
        """Whether the demand is shown to be met, or not to be, by the scores at hand."""
        return self._shown(self._paired)

    @cached_property
    def shown_at_worst(self) -> tuple[bool, bool]:
        """The same with each missing score at its worst."""
        return self._shown(self._filled)

    @cached_property
    def _for(self) -> Floats:
        return self._gains.spread(
            self._gains.sequence.evidence_greater(self.terms.null), trivial=self._trivial
        )

    @cached_property
    def _against(self) -> Floats:
        evidence = self._losses.spread(self._losses.sequence.evidence_less(self.terms.null))
        return np.where(self._decidable, evidence, 0.0)

    @cached_property
    def _decidable(self) -> Flags:
        enough = np.cumsum(self.units.pairs) >= self.terms.min_items
        if self.terms.bounds is None and self.terms.on_missing != "drop":
            enough &= np.cumsum(self.units.missing) == 0
        return enough

    @property
    def _trivial(self) -> bool:
        """Whether the limit is the least that there can be: it accepts everything."""
        return self.terms.bounds is not None and self.terms.null <= self.terms.bounds[0]

    @property
    def _gains(self) -> _Side:
        dropped = self.terms.on_missing == "drop" or self.terms.bounds is None
        return self._paired if dropped else self._filled

    @property
    def _losses(self) -> _Side:
        return self._gains if self.terms.on_missing == "worst" else self._paired

    @cached_property
    def _paired(self) -> _Side:
        return _Side.of(self.units.paired, self.units.pairs, self.terms)

    @cached_property
    def _filled(self) -> _Side:
        return _Side.of(self.units.filled, self.units.sizes, self.terms)

    def _shown(self, side: _Side) -> tuple[bool, bool]:
        alpha, sequence = self.terms.alpha, side.sequence
        met = self._trivial or sequence.p_greater(self.terms.null) < alpha
        return met, sequence.p_less(self.terms.null) < alpha


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """A sequence over the units that have items, and how many of these there are after each unit."""

    sequence: BettingSequence | AsymptoticSequence
    count: NDArray[np.intp]

    @classmethod
    def of(cls, totals: Floats, sizes: NDArray[np.int64], terms: SequenceTerms) -> _Side:
        some = sizes > 0
        sequence: BettingSequence | AsymptoticSequence
        if terms.bounds is None:
            sequence = AsymptoticSequence(tuned_for=terms.alpha)
        else:
            low, high = terms.bounds
            sequence = BettingSequence(
                low=low, high=high, max_size=float(terms.largest), tuned_for=terms.alpha
            )
        if some.any():
            sequence.update(totals[some], sizes[some])
        return cls(sequence, np.cumsum(some))

    def spread(self, evidence: Floats, *, trivial: bool = False) -> Floats:
        """Give every unit the evidence of the last one that has items."""
        known = np.full(len(evidence), math.inf) if trivial else evidence
        return np.concatenate(([0.0], known))[self.count]


def _contribution(subject: Subject) -> tuple[float, float] | None:
    """The range of what an item adds: a signed score, or a signed difference."""
    if subject.metric.bounds is None:
        return None
    low, high = subject.metric.bounds
    if subject.kind.needs_baseline:
        return low - high, high - low
    return (low, high) if subject.sign > 0.0 else (-high, -low)
