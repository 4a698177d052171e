"""Gather what an experiment's report shows: from a store, a baseline and a gate's verdict to one view."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from evaligo.app.experiment_changes import changes, judged_metrics, paired
from evaligo.app.experiment_items import Answered
from evaligo.app.experiment_read import Read, read_results
from evaligo.app.experiment_spread import latency, slice_keys, slices
from evaligo.records import Experiment, Finding, ItemResult, QualityReport, Run
from evaligo.records.view import Difference, ExperimentView

__all__ = ["Results", "differences", "experiment_view"]

_WORSE, _BETTER = 50, 10
_SLICED_METRICS = 4


class Results(Protocol):
    """What is asked of a store."""

    def get(self, experiment_id: str) -> Experiment:
        """Return an experiment's head."""

    def run(self, experiment_id: str) -> Run:
        """Return its results as a run."""

    def results(self, experiment_id: str) -> Iterable[ItemResult]:
        """Yield its results one by one."""


def experiment_view(
    store: Results,
    candidate: str,
    *,
    baseline: str | Run | None = None,
    quality: QualityReport | None = None,
    findings: Sequence[Finding] = (),
) -> ExperimentView:
    """Gather what an experiment's report shows.

    Scores are read as columns; answers are read once, one by one, and kept for at most 60 items.

    Parameters
    ----------
    store : Results
        An `evaligo.store.experiments.ExperimentStore`.
    candidate : str
        An experiment's id.
    baseline : str or Run, optional
        An experiment's id, or a run without answers.
    quality : QualityReport, optional
        What the gate said.
    findings : sequence of Finding
        Of the run itself.

    Raises
    ------
    DataError
        There is no such experiment.
    """
    head, run = store.get(candidate), store.run(candidate)
    before = store.get(baseline) if isinstance(baseline, str) else None
    other = store.run(baseline) if isinstance(baseline, str) else baseline
    both = paired(other, run)
    tiers = judged_metrics([m for m in both.candidate if other is None or m in both.baseline], quality)
    moved = changes(both, tiers, worse=_WORSE, better=_BETTER)
    chosen = {item for item, _ in (*moved.worse, *moved.better)}
    after_read = read_results(store.results(candidate), chosen)
    before_read = read_results(store.results(baseline), chosen) if isinstance(baseline, str) else Read()
    keys = slice_keys(run, head.cluster)
    shown = Answered(
        both=both, after=after_read, before=before_read, run=run, cluster=head.cluster, keys=keys
    )
    return ExperimentView(
        experiment=head,
        baseline=before,
        quality=quality,
        regressions=tuple(shown.change(item, metric) for item, metric in moved.worse),
        n_regressions=moved.n_worse,
        improvements=tuple(shown.change(item, metric) for item, metric in moved.better),
        n_improvements=moved.n_better,
        failures=tuple(after_read.failures),
        n_failures=after_read.n_failures,
        latency=latency(other, run),
        costs=after_read.costs(head),
        baseline_costs=None if before is None else before_read.costs(before),
        slices=tuple(slices(both, run, keys, [m for tier in tiers for m in tier][:_SLICED_METRICS])),
        differences=differences(before, head),
        findings=tuple(findings),
    )


def differences(baseline: Experiment | None, candidate: Experiment | None) -> tuple[Difference, ...]:
    """Return where two experiments' environments disagree; none where either is no stored experiment."""
    if baseline is None or candidate is None:
        return ()
    before, after = baseline.fingerprint, candidate.fingerprint
    keys = dict.fromkeys((*before, *after))
    return tuple(
        Difference(key, before.get(key, ""), after.get(key, ""))
        for key in keys
        if before.get(key) != after.get(key)
    )
