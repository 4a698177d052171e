"""Gather what an experiment's report shows: from a store, a baseline and a gate's verdict to one view."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from evaligo.app.experiment_changes import MEASURED, Paired, changes, judged_metrics, paired
from evaligo.app.experiment_spread import latency, slice_keys, slices
from evaligo.records import Experiment, Finding, ItemResult, Metric, QualityReport, Run, Score
from evaligo.records.view import (
    Costs,
    Difference,
    ExperimentView,
    Failure,
    ItemChange,
    ScoreChange,
)
from evaligo.reports.escape import middle

__all__ = ["Results", "experiment_view"]

_WORSE, _BETTER, _FAILURES = 50, 10, 50
_TEXT = 20_000
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
    after_read = _read(store.results(candidate), chosen)
    before_read = _read(store.results(baseline), chosen) if isinstance(baseline, str) else _Read()
    keys = slice_keys(run, head)
    shown = _Shown(both=both, after=after_read, before=before_read, run=run, cluster=head.cluster, keys=keys)
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
        differences=_differences(before, head),
        findings=tuple(findings),
    )


@dataclass(slots=True)
class _Read:
    """What one pass over a run's results kept."""

    chosen: dict[str, list[ItemResult]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    n_failures: int = 0
    target: list[float] = field(default_factory=lambda: [0.0, 0.0])
    judge: list[float] = field(default_factory=lambda: [0.0, 0.0])
    tokens: list[int] = field(default_factory=lambda: [0, 0])

    def costs(self, head: Experiment) -> Costs:
        """Return the sums; a price that nobody knows is absent."""
        return Costs(
            target=self.target[0] if self.target[1] else None,
            judge=self.judge[0] if self.judge[1] else None,
            n_answers=int(self.target[1]),
            input_tokens=self.tokens[0],
            output_tokens=self.tokens[1],
            unpriced=head.totals.unpriced,
        )


def _read(results: Iterable[ItemResult], chosen: set[str]) -> _Read:
    read = _Read()
    for result in results:
        if result.item.id in chosen:
            read.chosen.setdefault(result.item.id, []).append(result)
        if result.output is not None:
            _add(read.target, result.output.cost)
            read.tokens[0] += result.output.input_tokens or 0
            read.tokens[1] += result.output.output_tokens or 0
        for score in result.scores:
            _add(read.judge, score.cost)
        for failure in _failures(result):
            read.n_failures += 1
            if len(read.failures) < _FAILURES:
                read.failures.append(failure)
    return read


def _add(total: list[float], amount: float | None) -> None:
    if amount is not None:
        total[0] += amount
        total[1] += 1


def _failures(result: ItemResult) -> Iterator[Failure]:
    """Yield what is absent: the answer, else each score that an evaluator failed to give."""
    if result.output is None:
        yield Failure(item_id=result.item.id, epoch=result.epoch, what="target", error=result.error)
        return
    for score in result.scores:
        if score.state == "failed":
            yield Failure(item_id=result.item.id, epoch=result.epoch, what=score.metric, error=score.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """Puts an item's scores and answers together."""

    both: Paired
    after: _Read
    before: _Read
    run: Run
    cluster: str
    keys: Sequence[str]

    def change(self, item_id: str, metric: str) -> ItemChange:
        """Return one item as the report shows it: the epoch in which the candidate did worst."""
        after = _worst(self.after.chosen.get(item_id, []), metric, self.run.metrics[metric])
        before = _same_epoch(self.before.chosen.get(item_id, []), after)
        answer, old = (after.output if after else None), (before.output if before else None)
        return ItemChange(
            item_id=item_id,
            metric=metric,
            cluster=_metadata(after, self.cluster),
            slices={key: _metadata(after, key) for key in self.keys if _metadata(after, key)},
            input=_text(after.item.input) if after else "",
            expected=_text(after.item.expected) if after else "",
            baseline_output=_text(old.text) if old else None,
            candidate_output=_text(answer.text) if answer else None,
            baseline_error=before.error if before else "",
            candidate_error=after.error if after else "",
            epoch=after.epoch if after and len(self.after.chosen[item_id]) > 1 else None,
            scores=tuple(self._scores(item_id, metric, after, before)),
        )

    def _scores(
        self, item_id: str, lead: str, after: ItemResult | None, before: ItemResult | None
    ) -> Iterator[ScoreChange]:
        place = int(np.searchsorted(self.both.item_ids.astype(str), item_id))
        shown = dict.fromkeys(
            (lead, *(m for m in self.both.candidate if m not in MEASURED), "latency", "cost")
        )
        for name in (m for m in shown if m in self.both.candidate):
            yield ScoreChange(
                metric=name,
                higher_is_better=self.run.metrics[name].higher_is_better,
                baseline=_at(self.both.baseline.get(name), place),
                candidate=_at(self.both.candidate[name], place),
                baseline_reason=_reason(before, name),
                candidate_reason=_reason(after, name),
            )


def _worst(results: Sequence[ItemResult], metric: str, described: Metric) -> ItemResult | None:
    """Return the epoch whose score on a metric is the worst; one without a score comes first."""
    sign = 1.0 if described.higher_is_better else -1.0

    def goodness(result: ItemResult) -> float:
        score = _score(result, metric)
        return -np.inf if score is None or score.value is None else sign * score.value

    return min(results, key=goodness, default=None)


def _same_epoch(results: Sequence[ItemResult], other: ItemResult | None) -> ItemResult | None:
    same = [r for r in results if other is not None and r.epoch == other.epoch]
    return next(iter((*same, *results)), None)


def _score(result: ItemResult | None, metric: str) -> Score | None:
    scores = result.scores if result is not None else ()
    return next((s for s in scores if s.metric == metric), None)


def _reason(result: ItemResult | None, metric: str) -> str:
    score = _score(result, metric)
    return middle(score.reason, _TEXT) if score is not None else ""


def _at(values: NDArray[np.float64] | None, place: int) -> float | None:
    if values is None or np.isnan(values[place]):
        return None
    return float(values[place])


def _metadata(result: ItemResult | None, key: str) -> str:
    value = result.item.metadata.get(key) if result is not None and key else None
    return "" if value is None else _text(value)


def _text(value: Any) -> str:
    """Write what was asked or answered as text; JSON where it is none."""
    if value is None:
        return ""
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
    return middle(said, _TEXT)


def _differences(baseline: Experiment | None, candidate: Experiment) -> tuple[Difference, ...]:
    if baseline is None:
        return ()
    before, after = baseline.fingerprint, candidate.fingerprint
    keys = dict.fromkeys((*before, *after))
    return tuple(
        Difference(key, before.get(key, ""), after.get(key, ""))
        for key in keys
        if before.get(key) != after.get(key)
    )
