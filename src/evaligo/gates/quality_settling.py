"""When a gate is settled while its experiment runs, and when it can no longer be (laws 7 and 9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from evaligo.gates.quality_sequence import QualitySequence

__all__ = ["Settlement", "first_settlement", "is_futile"]

_CONTINUATIONS = 100
_FIRST_FORECAST = 50
"""Units before which no forecast is made: they are too few to draw others from."""

Sequences = Mapping[str, QualitySequence]
"""The evidence of the critical thresholds that can be settled early, by name, over the same units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Where and why an experiment may end.

    Parameters
    ----------
    outcome : {"allow", "reject", "futility"}
        Futility: no verdict is in reach any more, not even with all items.
    units : int
        How many had been visited.
    thresholds : tuple of str
        Those that decided it; empty for futility.
    """

    outcome: Literal["allow", "reject", "futility"]
    units: int
    thresholds: tuple[str, ...] = ()


def first_settlement(sequences: Sequences, *, can_allow: bool) -> Settlement | None:
    """Return the first moment at which a gate is settled, or None; REJECT comes first where two would come at once.

    The moment does not depend on how often, or in what batches, one looked.

    Parameters
    ----------
    sequences : mapping of str to QualitySequence
    can_allow : bool
        Whether every critical threshold is among them: the others would have to be judged at the end.

    References
    ----------
    ALLOW is an intersection-union test, each threshold at its own level (Berger 1982, Technometrics 24, 295-300). The
    claim that one failed is made at its level over the number of claims (Bonferroni): Holm's correction, which the
    final report applies, grants at least that.
    """
    if not sequences:
        return None
    failed = np.logical_or.reduce([sequence.failed for sequence in sequences.values()])
    found = []
    if failed.any():
        at = int(failed.argmax())
        found.append(Settlement(outcome="reject", units=at + 1, thresholds=_those("failed", sequences, at)))
    if can_allow:
        open_or_lost = [~s.allowed | s.rejected for s in sequences.values()]
        met = ~np.logical_or.reduce(open_or_lost)
        if met.any():
            found.append(
                Settlement(outcome="allow", units=int(met.argmax()) + 1, thresholds=tuple(sequences))
            )
    return min(found, key=lambda settlement: settlement.units, default=None)


def is_futile(sequences: Sequences, *, units_left: int, rng: np.random.Generator) -> bool:
    """Tell whether a gate can hardly be settled any more, not even with all units.

    The units to come are forecast by those that came: 100 continuations, each drawn from the units so far under weights
    of its own (the Bayesian bootstrap), so that what these leave open about the mean counts too. Futile is what none of
    them settles. Ending for that claims nothing, so that no error rate is at stake, only a verdict that might have come.

    Parameters
    ----------
    sequences : mapping of str to QualitySequence
        Every critical threshold's.
    units_left : int
    rng : numpy.random.Generator

    References
    ----------
    Rubin (1981), Annals of Statistics 9, 130-134.
    """
    n = min((len(sequence.units) for sequence in sequences.values()), default=0)
    if n < _FIRST_FORECAST or units_left < 1:
        return False
    for _ in range(_CONTINUATIONS):
        rows = rng.choice(n, size=units_left, p=rng.dirichlet(np.ones(n)))
        if _settles(sequences, np.concatenate((np.arange(n), rows))):
            return False
    return True


def _settles(sequences: Sequences, rows: np.ndarray) -> bool:
    forecast = [replace(sequence, units=sequence.units.take(rows)) for sequence in sequences.values()]
    return all(s.allowed[-1] and not s.rejected[-1] for s in forecast) or any(s.failed[-1] for s in forecast)


def _those(flag: str, sequences: Sequences, at: int) -> tuple[str, ...]:
    return tuple(name for name, sequence in sequences.items() if getattr(sequence, flag)[at])
