"""Whether a judge still scores as it did: its scores of frozen outputs, then and now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaligo.records import Finding, Severity
from evaligo.stats.sign_flip import sign_flip

__all__ = ["ALPHA", "FEWEST", "CanaryReport", "Drift", "drift_of"]

ALPHA = 0.01
"""Two-sided error rate of "the judge moved": a judge that stays the same is suspected in one run of a hundred a metric."""
FEWEST = 8
"""With fewer canaries no shift, however clear, can be told at that rate: 2 in 2 ** 8 sign patterns are as extreme."""
_SAME = 1e-9
_CHECK = "canaries"
_ANEW = "judge the baseline anew, then delete the canaries' file so that the next run records it"

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How far a judge's scores moved on one metric of frozen outputs.

    Parameters
    ----------
    metric, evaluator : str
    n_canaries : int
        Scored then and now.
    shift : float
        The mean of now less then.
    interval : (float, float)
        Two-sided, at 1 less `alpha`; both ends are the shift where every score moved alike.
    p_value : float
        Two-sided, against "the same judge".
    changed : float
        The share of the scores that are others than then, in [0, 1].
    failed : int
        Canaries that the judge failed to score now.
    other_version : bool
        Whether the evaluator has changed since, so that its scores may.
    alpha : float
    """

    metric: str
    evaluator: str
    n_canaries: int
    shift: float = 0.0
    interval: tuple[float, float] = (0.0, 0.0)
    p_value: float = 1.0
    changed: float = 0.0
    failed: int = 0
    other_version: bool = False
    alpha: float = ALPHA

    @property
    def moved(self) -> bool:
        """Whether the judge, unchanged as it should be, demonstrably scores otherwise."""
        return not self.other_version and self.n_canaries >= FEWEST and self.p_value <= self.alpha

    @property
    def finding(self) -> Finding:
        """One sentence for the report."""
        if self.other_version:
            return self._warning(
                f"the canaries of {self.metric} were scored by another version of {self.evaluator}, so that they tell nothing",
                "delete the canaries' file, and the next run records it anew",
            )
        if self.n_canaries < FEWEST:
            failed = f", as the judge failed on {self.failed}" if self.failed else ""
            return self._warning(
                f"{self.n_canaries} canaries of {self.metric} are too few to tell a drift of the judge{failed}",
                f"keep at least {FEWEST}, better 30",
            )
        if self.moved:
            return self._warning(
                f"the judge moved by {self._size} on its canaries of {self.metric}: not a change of the candidate",
                _ANEW,
            )
        said = (
            f"moved by {self._size}, within noise"
            if self.changed
            else "gave every score again as it was recorded"
        )
        return Finding(
            check=_CHECK,
            severity=Severity.OK,
            message=f"the judge of {self.metric} {said}, on {self.n_canaries} canaries",
        )

    @property
    def _size(self) -> str:
        low, high = self.interval
        return f"{self.shift:+.3g} [{low:+.3g}, {high:+.3g}]"

    def _warning(self, message: str, hint: str) -> Finding:
        return Finding(check=_CHECK, severity=Severity.WARNING, message=message, hint=hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryReport:
    """What frozen outputs say of the judge.

    Parameters
    ----------
    drifts : tuple of Drift
        One a metric.
    n_canaries : int
    cost : float, optional
        US dollars of judging them; None where no price is known.
    """

    drifts: tuple[Drift, ...]
    n_canaries: int
    cost: float | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """One of each metric."""
        return tuple(drift.finding for drift in self.drifts)

    def of(self, metric: str) -> Drift | None:
        """Return a metric's drift; None where no canary has it."""
        return next((drift for drift in self.drifts if drift.metric == metric), None)


def drift_of(
    recorded: Sequence[float],
    scored: Sequence[float],
    *,
    metric: str,
    evaluator: str,
    failed: int = 0,
    other_version: bool = False,
    alpha: float = ALPHA,
    seed: int = 0,
) -> Drift:
    """Compare a judge's scores of the same outputs, then and now, by the sign-flip test.

    Where the judge is the same, then and now are two draws of one law for each output, so that the sign of each difference
    is a coin's: the test is exact whatever the scores' law (Canay, Romano & Shaikh 2017).

    Parameters
    ----------
    recorded, scored : sequence of float
        In the same order.
    metric, evaluator : str
    failed : int
    other_version : bool
    alpha : float
    seed : int

    Examples
    --------
    >>> drift = drift_of([0.5] * 10, [0.58] * 10, metric="tone", evaluator="tone")
    >>> drift.moved, round(drift.shift, 2), drift.p_value
    (True, 0.08, 0.001953125)
    """
    differences = np.asarray(scored, dtype=np.float64) - np.asarray(recorded, dtype=np.float64)
    shift, interval, p_value = _tested(differences, alpha, seed)
    return Drift(
        metric=metric,
        evaluator=evaluator,
        n_canaries=len(differences),
        shift=shift,
        interval=interval,
        p_value=p_value,
        changed=float(np.mean(np.abs(differences) > _SAME)) if len(differences) else 0.0,
        failed=failed,
        other_version=other_version,
        alpha=alpha,
    )


def _tested(differences: Floats, alpha: float, seed: int) -> tuple[float, tuple[float, float], float]:
    if len(differences) < 2 or float(np.abs(differences).max()) <= _SAME:
        return 0.0, (0.0, 0.0), 1.0
    shift = float(differences.mean())
    if float(np.ptp(differences)) <= _SAME:
        return shift, (shift, shift), 2.0 ** (1 - len(differences))
    law = sign_flip(
        differences, np.ones(len(differences)), rng=np.random.default_rng(seed), method="sign_flip"
    )
    p_value = min(1.0, 2.0 * min(law.p_greater(), law.p_less()))
    return shift, (law.lower(alpha / 2.0), law.upper(alpha / 2.0)), p_value
