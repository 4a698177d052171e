"""Say how much better a stored experiment is than another, metric by metric."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from evaligo.app.compare_experiments import Side, compare_experiments
from evaligo.app.prepare import Cluster
from evaligo.errors import DataError
from evaligo.records import Comparison, Experiment
from evaligo.records.improvement import Improvement, MetricImprovement
from evaligo.store.experiments import ExperimentStore

__all__ = ["improvement"]


def improvement(
    store: ExperimentStore,
    candidate: Experiment,
    baseline: Experiment,
    *,
    metrics: Sequence[str] = (),
    primary: str | None = None,
    cluster: Cluster = None,
    confidence_level: float = 0.95,
    seed: int = 0,
) -> Improvement:
    """Compare an experiment with what it is held to.

    Parameters
    ----------
    store : ExperimentStore
    candidate, baseline : Experiment
    metrics : sequence of str
        Empty for all that both have.
    primary : str, optional
        The metric whose improvement decides; left out, the first critical one of the gate that judged the candidate last,
        else the first that can be compared.
    cluster : str or False, optional
        As in `compare_experiments`.
    confidence_level : float
        In (0.5, 1).
    seed : int

    Raises
    ------
    DataError
        They cannot be compared, or not on the primary metric.
    UsageError
        The confidence level is out of range.
    """
    view = compare_experiments(
        Side(run=store.run(baseline.id), head=baseline),
        Side(run=store.run(candidate.id), head=candidate),
        metrics=metrics,
        cluster=cluster,
        confidence_level=confidence_level,
        seed=seed,
    )
    made = {
        found.metric: _of(found, holm)
        for found, holm in zip(view.table.comparisons, view.table.holm, strict=True)
    }
    chosen = _primary(primary or _judged_first(store, candidate.id, made), made)
    return Improvement(
        experiment_id=candidate.id,
        baseline_experiment_id=baseline.id,
        primary=chosen.metric,
        statistical_significance=chosen.significance,
        summary="; ".join(_in_words(one) for one in made.values()),
        metrics=made,
        skipped=dict(view.skipped),
    )


def _of(found: Comparison, holm: float) -> MetricImprovement:
    gain = (found.delta if found.higher_is_better else -found.delta) + 0.0  # never -0.0
    one_sided = found.p_value / 2.0 if gain > 0.0 else 1.0 - found.p_value / 2.0
    return MetricImprovement(
        metric=found.metric,
        higher_is_better=found.higher_is_better,
        baseline=found.baseline_value,
        candidate=found.candidate_value,
        delta=found.delta,
        improvement=gain,
        ci=(_finite(found.ci[0]), _finite(found.ci[1])),
        confidence_level=found.confidence_level,
        p_value=found.p_value,
        p_holm=holm,
        significance=1.0 - one_sided,
        n_pairs=found.n_pairs,
        method=found.method,
        reason=found.reason,
    )


def _finite(bound: float) -> float | None:
    return bound if math.isfinite(bound) else None


def _judged_first(
    store: ExperimentStore, experiment_id: str, made: Mapping[str, MetricImprovement]
) -> str | None:
    """Return the metric of the first critical threshold of the newest verdict that was compared."""
    newest = next(iter(store.judgements(experiment_id)), None)
    asked = [] if newest is None else [result["threshold"] for result in newest.report.get("results", ())]
    critical = (threshold["metric"] for threshold in asked if threshold["role"] == "critical")
    return next((metric for metric in critical if metric in made), None)


def _primary(name: str | None, made: Mapping[str, MetricImprovement]) -> MetricImprovement:
    if name is None:
        return next(iter(made.values()))
    if name not in made:
        raise DataError(
            f"the primary metric {name!r} was not compared", hint=f"those compared are {', '.join(made)}"
        )
    return made[name]


def _in_words(one: MetricImprovement) -> str:
    low, high = (_number(bound) for bound in one.ci)
    return (
        f"{one.metric} {one.baseline:.4g} → {one.candidate:.4g} "
        f"({one.delta:+.4g}, {one.confidence_level:.0%} interval {low} to {high}, p {one.p_value:.2g})"
    )


def _number(bound: float | None) -> str:
    return "open" if bound is None else f"{bound:+.4g}"
