"""Which items of an experiment a reviewer must read: those that moved, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaligo.records import Metric, QualityReport, Run, Verdict
from evaligo.store.figures import Scores

__all__ = ["MEASURED", "Changes", "Paired", "alone", "changes", "judged_metrics", "paired"]

MEASURED = ("latency", "cost", "input_tokens", "output_tokens")
"""What the target tells of a call; it moves with every call, and makes no regression of an item."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Paired:
    """Both runs' scores item by item, epochs averaged; NaN where absent.

    Parameters
    ----------
    item_ids : ndarray of object (str), shape (n_items,)
        The candidate's; empty where it is compared with none.
    baseline, candidate : mapping of metric to ndarray of float64, shape (n_items,)
    metrics : mapping of str to Metric
    """

    item_ids: NDArray[np.object_]
    baseline: Mapping[str, NDArray[np.float64]]
    candidate: Mapping[str, NDArray[np.float64]]
    metrics: Mapping[str, Metric]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The items that moved, each with the metric that tells most.

    Parameters
    ----------
    worse, better : tuple of (item id, metric)
        The most telling ones, first the worst (the best).
    n_worse, n_better : int
        How many there are.
    """

    worse: tuple[tuple[str, str], ...] = ()
    better: tuple[tuple[str, str], ...] = ()
    n_worse: int = 0
    n_better: int = 0


def judged_metrics(metrics: Sequence[str], quality: QualityReport | None) -> tuple[tuple[str, ...], ...]:
    """Return metrics in tiers: those that failed critically, those that are critical, all others.

    What the target itself tells of a call counts only where no evaluator scored anything.
    """
    scored = [m for m in metrics if m not in MEASURED] or list(metrics)
    critical = [r for r in (quality.results if quality else ()) if r.threshold.role == "critical"]
    failed = {r.threshold.metric for r in critical if r.verdict is Verdict.REJECT}
    named = {r.threshold.metric for r in critical}
    tiers = (
        tuple(m for m in scored if m in failed),
        tuple(m for m in scored if m in named - failed),
        tuple(m for m in scored if m not in named),
    )
    return tuple(filter(None, tiers))


def paired(baseline: Run | None, candidate: Run) -> Paired:
    """Average each item's epochs in both runs, and put the baseline's items where the candidate's stand."""
    ids, rows = np.unique(candidate.item_ids.astype(str), return_inverse=True)
    where = {str(i): n for n, i in enumerate(ids)}
    before = (
        np.empty(0, dtype=np.int64)
        if baseline is None
        else np.array([where.get(str(i), -1) for i in baseline.item_ids], dtype=np.int64)
    )
    shared = [] if baseline is None else [m for m in baseline.columns if m in candidate.columns]
    return Paired(
        item_ids=ids.astype(object),
        baseline={} if baseline is None else {m: _means(baseline, m, before, len(ids)) for m in shared},
        candidate={m: _means(candidate, m, rows, len(ids)) for m in candidate.columns},
        metrics=candidate.metrics,
    )


def alone(scores: Scores) -> Paired:
    """Return a run that is compared with none; nobody asks for its items' ids."""
    return Paired(
        item_ids=np.empty(0, dtype=object),
        baseline={},
        candidate={name: scores.means(name) for name in scores.columns},
        metrics=scores.metrics,
    )


def changes(both: Paired, tiers: Sequence[Sequence[str]], *, worse: int = 50, better: int = 10) -> Changes:
    """Choose the items that moved most.

    An item counts once: by the first tier in which it moved, as worse where any metric of that tier lost. Changes are
    compared as shares of the metric's range, or of its standard deviation where nobody said a range. A score that the
    candidate alone lacks counts as a fall to the metric's worst value.

    Parameters
    ----------
    both : Paired
    tiers : sequence of sequence of str
        From `judged_metrics`.
    worse, better : int
        How many to return at most.
    """
    lead = _Lead(len(both.item_ids))
    for tier in tiers:
        lead.add([(m, _improvement(both, m)) for m in tier if m in both.baseline])
    ranked = np.argsort(lead.change, kind="stable")
    down = ranked[lead.change[ranked] < 0.0]
    up = ranked[::-1][lead.change[ranked[::-1]] > 0.0]
    lost = sorted(down.tolist(), key=lambda i: (lead.tier[i], lead.change[i]))
    return Changes(
        worse=tuple(lead.named(both, lost[:worse])),
        better=tuple(lead.named(both, up[:better].tolist())),
        n_worse=len(down),
        n_better=len(up),
    )


class _Lead:
    """For each item the change that tells most, with its metric and tier."""

    def __init__(self, n_items: int) -> None:
        self.change = np.zeros(n_items)
        self.tier = np.zeros(n_items, dtype=np.int64)
        self._metric = np.full(n_items, "", dtype=object)
        self._tiers = 0

    def add(self, found: Sequence[tuple[str, NDArray[np.float64]]]) -> None:
        """Take a tier's changes for the items that no earlier tier moved."""
        untouched = self.change == 0.0
        for metric, change in found:
            known = np.nan_to_num(change, nan=0.0)
            worse = (known < 0.0) & (known < self.change)
            better = (known > 0.0) & (self.change >= 0.0) & (known > self.change)
            taken = untouched & (worse | better)
            self.change[taken], self._metric[taken], self.tier[taken] = known[taken], metric, self._tiers
        self._tiers += 1

    def named(self, both: Paired, places: Sequence[int]) -> Iterator[tuple[str, str]]:
        """Yield item ids with their metrics."""
        for place in places:
            yield str(both.item_ids[place]), str(self._metric[place])


def _means(run: Run, metric: str, rows: NDArray[np.int64], n_items: int) -> NDArray[np.float64]:
    column = run.columns[metric]
    used = column.present & (rows >= 0)
    sums = np.bincount(rows[used], weights=column.values[used], minlength=n_items)
    counts = np.bincount(rows[used], minlength=n_items)
    means: NDArray[np.float64] = np.divide(sums, counts, out=np.full(n_items, np.nan), where=counts > 0)
    return means


def _improvement(both: Paired, name: str) -> NDArray[np.float64]:
    """Return by how much the candidate is better, item by item, as a share of the metric's range."""
    metric, before, after = both.metrics[name], both.baseline[name], both.candidate[name]
    if metric.worst is not None:
        after = np.where(np.isnan(after) & ~np.isnan(before), metric.worst, after)
    delta = after - before if metric.higher_is_better else before - after
    return delta / _width(metric, before)


def _width(metric: Metric, values: NDArray[np.float64]) -> float:
    if metric.bounds is not None:
        return metric.bounds[1] - metric.bounds[0]
    known = values[~np.isnan(values)]
    return float(np.std(known)) if len(known) > 1 and np.std(known) > 0.0 else 1.0
