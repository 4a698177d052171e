"""Gather what an experiment's report shows: from a store, a baseline and a gate's verdict to one view."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from evaligo.app.experiment_changes import Changes, Paired, alone, changes, judged_metrics, paired
from evaligo.app.experiment_items import Answered, answers
from evaligo.app.experiment_spread import labels_of, latency, measured, slices
from evaligo.records import Experiment, Finding, ItemResult, QualityReport, Run
from evaligo.records.view import Difference, ExperimentView
from evaligo.store.figures import Figures

__all__ = ["Results", "differences", "experiment_view"]

_WORSE, _BETTER, _FAILURES = 50, 10, 50
_SLICED_METRICS = 4


class Results(Protocol):
    """What is asked of a store."""

    def get(self, experiment_id: str) -> Experiment:
        """Return an experiment's head."""

    def run(self, experiment_id: str) -> Run:
        """Return its results as a run."""

    def figures(self, experiment_id: str) -> Figures:
        """Return what its results come to."""

    def results(self, experiment_id: str, *, item_ids: Collection[str] | None = None) -> Iterable[ItemResult]:
        """Yield its results one by one, or those of some items."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Numbers:
    """What of both runs can be told without an answer.

    Parameters
    ----------
    both : Paired
    labels : mapping of metadata key to ndarray of object (str or None), shape (n_items,)
    latencies : (ndarray of float64, ndarray of float64)
        The baseline's and the candidate's, in seconds.
    """

    both: Paired
    labels: Mapping[str, NDArray[np.object_]]
    latencies: tuple[NDArray[np.float64], NDArray[np.float64]]


def experiment_view(
    store: Results,
    candidate: str,
    *,
    baseline: str | Run | None = None,
    quality: QualityReport | None = None,
    findings: Sequence[Finding] = (),
) -> ExperimentView:
    """Gather what an experiment's report shows.

    Scores are read as columns; answers are read for the at most 60 items that are shown. Without a baseline no item
    moved, so that not even the items' ids are held.

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
    head = store.get(candidate)
    before = store.get(baseline) if isinstance(baseline, str) else None
    figures = store.figures(candidate)
    failures, n_failures = figures.failures(_FAILURES)
    numbers = _numbers(store, head, baseline)
    both = numbers.both
    tiers = judged_metrics([m for m in both.candidate if baseline is None or m in both.baseline], quality)
    moved = Changes() if baseline is None else changes(both, tiers, worse=_WORSE, better=_BETTER)
    chosen = {item for item, _ in (*moved.worse, *moved.better)}
    shown = Answered(
        both=both,
        after=answers(store.results(candidate, item_ids=chosen)),
        before=answers(store.results(before.id, item_ids=chosen)) if before else {},
        cluster=head.cluster,
        keys=tuple(numbers.labels),
    )
    return ExperimentView(
        experiment=head,
        baseline=before,
        quality=quality,
        regressions=tuple(shown.change(item, metric) for item, metric in moved.worse),
        n_regressions=moved.n_worse,
        improvements=tuple(shown.change(item, metric) for item, metric in moved.better),
        n_improvements=moved.n_better,
        failures=failures,
        n_failures=n_failures,
        latency=latency(*numbers.latencies),
        costs=figures.costs(),
        baseline_costs=None if before is None else store.figures(before.id).costs(),
        slices=tuple(slices(both, numbers.labels, [m for tier in tiers for m in tier][:_SLICED_METRICS])),
        differences=differences(before, head),
        findings=tuple(findings),
    )


def _numbers(store: Results, head: Experiment, baseline: str | Run | None) -> _Numbers:
    if baseline is None:
        scores = store.figures(head.id).scores(labels=True)
        labels = {key: column for key, column in scores.labels.items() if key != head.cluster}
        return _Numbers(both=alone(scores), labels=labels, latencies=(np.empty(0), scores.known("latency")))
    run = store.run(head.id)
    other = store.run(baseline) if isinstance(baseline, str) else baseline
    return _Numbers(
        both=paired(other, run),
        labels=labels_of(run, head.cluster),
        latencies=(measured(other), measured(run)),
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
