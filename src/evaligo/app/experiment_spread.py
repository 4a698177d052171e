"""How an experiment's latencies are spread, and how its slices did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from evaligo.app.experiment_changes import Paired
from evaligo.records import Run
from evaligo.records.view import LatencyView, SliceRow

__all__ = ["labels_of", "latency", "measured", "slice_keys", "slices"]

_BINS = 40
_FEW_VALUES = 12


def latency(before: NDArray[np.float64], after: NDArray[np.float64]) -> LatencyView:
    """Count latencies in bins that end at the longest p99; what took longer is in the last one."""
    if not len(after):
        return LatencyView()
    runs = [values for values in (after, before) if len(values)]
    longest = max(float(np.quantile(values, 0.99)) for values in runs) or 1.0
    edges = np.linspace(0.0, longest, _BINS + 1)
    return LatencyView(
        edges=tuple(map(float, edges)),
        baseline=_counts(before, edges),
        candidate=_counts(after, edges),
        baseline_quantiles=_quantiles(before),
        candidate_quantiles=_quantiles(after),
    )


def measured(run: Run) -> NDArray[np.float64]:
    """Return the latencies of a run's answers, in seconds."""
    if "latency" not in run.columns:
        return np.empty(0)
    column = run.columns["latency"]
    return column.values[column.present]


def _counts(values: NDArray[np.float64], edges: NDArray[np.float64]) -> tuple[int, ...]:
    if not len(values):
        return ()
    counted, _ = np.histogram(np.clip(values, edges[0], edges[-1]), bins=edges)
    return tuple(int(n) for n in counted)


def _quantiles(values: NDArray[np.float64]) -> Mapping[str, float]:
    if not len(values):
        return {}
    return {f"p{q}": float(np.quantile(values, q / 100.0)) for q in (50, 95, 99)}


def slice_keys(run: Run, cluster: str) -> tuple[str, ...]:
    """Return the metadata keys of which there are few values; the cluster is no slice."""
    found = []
    for key, labels in run.clusters.items():
        values = {label for label in labels if label is not None}
        if key != cluster and 2 <= len(values) <= _FEW_VALUES:
            found.append(key)
    return tuple(found)


def labels_of(run: Run, cluster: str) -> dict[str, NDArray[np.object_]]:
    """Return the keys that `slice_keys` finds, with each item's value."""
    _, first = np.unique(run.item_ids.astype(str), return_index=True)
    return {key: run.clusters[key][first] for key in slice_keys(run, cluster)}


def slices(
    both: Paired, labels: Mapping[str, NDArray[np.object_]], metrics: Sequence[str]
) -> Iterator[SliceRow]:
    """Yield each metric's means over the items of each value of each key."""
    for key, column in labels.items():
        for value in sorted({label for label in column if label is not None}):
            inside = np.asarray(column == value, dtype=bool)
            yield from (_slice(both, key, str(value), metric, inside) for metric in metrics)


def _slice(both: Paired, key: str, value: str, metric: str, inside: NDArray[np.bool_]) -> SliceRow:
    after = both.candidate[metric][inside]
    before = both.baseline[metric][inside] if metric in both.baseline else np.full(len(after), np.nan)
    return SliceRow(
        key=key,
        value=value,
        metric=metric,
        higher_is_better=both.metrics[metric].higher_is_better,
        n_items=int(np.sum(~np.isnan(after))),
        baseline=_mean(before),
        candidate=_mean(after),
        delta=_mean(after - before),
    )


def _mean(values: NDArray[np.float64]) -> float | None:
    known = values[~np.isnan(values)]
    return float(np.mean(known)) if len(known) else None
