"""How much better an experiment is than what it is held to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Improvement", "MetricImprovement"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricImprovement:
    """One metric, over the items that both experiments have.

    Parameters
    ----------
    metric : str
    higher_is_better : bool
    baseline, candidate : float
        Means.
    delta : float
        Candidate minus baseline.
    improvement : float
        `delta`, signed so that more is better.
    ci : (float or None, float or None)
        Of `delta`, two-sided, at `confidence_level`; None is an open end.
    confidence_level : float
        In (0, 1).
    p_value, p_holm : float
        Two-sided, against no difference; alone, and corrected for the number of metrics (Holm 1979).
    significance : float
        In [0, 1]: one minus the one-sided p-value against "it is no better".
    n_pairs : int
    method, reason : str
    """

    metric: str
    higher_is_better: bool
    baseline: float
    candidate: float
    delta: float
    improvement: float
    ci: tuple[float | None, float | None]
    confidence_level: float
    p_value: float
    p_holm: float
    significance: float
    n_pairs: int
    method: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement:
    """An experiment against what it is held to.

    Parameters
    ----------
    experiment_id, baseline_experiment_id : str
    primary : str
        The metric that `statistical_significance` speaks of.
    statistical_significance : float
        In [0, 1]: one minus the one-sided p-value of the primary metric's improvement.
    summary : str
        One sentence for people.
    metrics : mapping of str to MetricImprovement
    skipped : mapping of str to str
        Metrics that cannot be compared, and why.
    """

    experiment_id: str
    baseline_experiment_id: str
    primary: str
    statistical_significance: float
    summary: str
    metrics: Mapping[str, MetricImprovement]
    skipped: Mapping[str, str] = field(default_factory=dict)
