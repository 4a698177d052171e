"""What changed from one baseline to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from evaligo.app.baselines import find_entry
from evaligo.app.compare_experiments import compare_experiments, side_of
from evaligo.app.experiment_view import differences
from evaligo.app.find_experiment import find_experiment
from evaligo.errors import EvaligoError
from evaligo.records import Comparison, Experiment
from evaligo.records.baseline import BaselineEntry
from evaligo.records.baseline_diff import BaselineDiff, DiffSide, MetricDiff
from evaligo.records.view import Difference
from evaligo.store.experiments import ExperimentStore

__all__ = ["baseline_diff"]


def baseline_diff(store: ExperimentStore, before: str, after: str) -> BaselineDiff:
    """Hold a baseline against another: metrics, and what else changed.

    Parameters
    ----------
    store : ExperimentStore
    before, after : str
        An environment, an entry's id, ``ENVIRONMENT#NUMBER``, or whatever `find_experiment` takes.

    Raises
    ------
    DataError
        There is no such baseline, nor such an experiment.
    """
    sides = (_side(store, before), _side(store, after))
    heads = (store.find(sides[0].experiment_id), store.find(sides[1].experiment_id))
    compared, notes = _compared(store, *heads)
    return BaselineDiff(
        before=sides[0],
        after=sides[1],
        metrics=tuple(_metrics(_means(store, sides[0]), _means(store, sides[1]), compared)),
        changes=tuple(_changes(*heads)),
        notes=notes,
    )


def _side(store: ExperimentStore, ref: str) -> DiffSide:
    entry = store.baselines.current(ref) or _entry(store, ref)
    if entry is not None:
        label = f"{entry.environment} #{entry.sequence}: {entry.name} ({entry.experiment_id})"
        stored = store.find(entry.experiment_id) is not None
        return DiffSide(label=label, experiment_id=entry.experiment_id, entry=entry, stored=stored)
    head = find_experiment(store, ref)
    return DiffSide(label=f"{head.name} ({head.id})", experiment_id=head.id)


def _entry(store: ExperimentStore, ref: str) -> BaselineEntry | None:
    environment, hash_, number = ref.rpartition("#")
    if hash_ and number.isdecimal() and store.baselines.current(environment) is not None:
        return find_entry(store, number, environment)
    return find_entry(store, ref) if ref.startswith("bl_") else None


def _means(store: ExperimentStore, side: DiffSide) -> dict[str, float]:
    if side.stored:
        found = store.metrics([side.experiment_id])[side.experiment_id] or store.summarise(side.experiment_id)
        return {m.metric: m.mean for m in found if m.mean is not None}
    kept = {} if side.entry is None else side.entry.metrics
    return {name: mean for name, told in kept.items() if (mean := _mean(told)) is not None}


def _mean(told: Any) -> float | None:
    mean = told.get("mean") if isinstance(told, Mapping) else told
    return float(mean) if isinstance(mean, int | float) else None


def _compared(
    store: ExperimentStore, before: Experiment | None, after: Experiment | None
) -> tuple[dict[str, Comparison], tuple[str, ...]]:
    """Compare item by item what can be, and say of the rest why not."""
    gone = "no interval: an experiment of the two was deleted, and the ledger keeps its means alone"
    if before is None or after is None:
        return {}, (gone,)
    try:
        view = compare_experiments(side_of(store, before), side_of(store, after))
    except EvaligoError as error:
        return {}, (f"no interval: {error}",)
    notes = tuple(f"{name}: no interval: {why}" for name, why in view.skipped)
    return {c.metric: c for c in view.table.comparisons}, notes


def _metrics(
    before: Mapping[str, float], after: Mapping[str, float], compared: Mapping[str, Comparison]
) -> Iterator[MetricDiff]:
    for name in dict.fromkeys([*before, *after]):
        ours, theirs, found = before.get(name), after.get(name), compared.get(name)
        if found is not None:
            change, interval, n = found.delta, found.ci, found.n_pairs
            yield MetricDiff(
                metric=name, before=ours, after=theirs, change=change, interval=interval, n_items=n
            )
        else:
            plain = None if ours is None or theirs is None else theirs - ours
            yield MetricDiff(metric=name, before=ours, after=theirs, change=plain)


def _changes(before: Experiment | None, after: Experiment | None) -> Iterator[Difference]:
    if before is None or after is None:
        return
    told = (
        ("commit", before.revision.commit[:12], after.revision.commit[:12]),
        ("branch", before.revision.branch, after.revision.branch),
        ("dataset", _dataset(before), _dataset(after)),
        ("gate", before.gate, after.gate),
        ("epochs", str(before.epochs), str(after.epochs)),
    )
    yield from (Difference(*each) for each in told if each[1] != each[2])
    ours, theirs = (dict(_leaves(head.config.get("keys", head.config))) for head in (before, after))
    for key in dict.fromkeys([*ours, *theirs]):
        if ours.get(key) != theirs.get(key):
            yield Difference(f"config {key}", _text(ours.get(key)), _text(theirs.get(key)))
    yield from differences(before, after)


def _dataset(head: Experiment) -> str:
    info = head.dataset
    selection = f", {info.selection}" if info.selection else ""
    return f"{info.name} {info.sha256[:12]} ({info.n_items:,} items{selection})"


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield what stands at the end of each path of a configuration."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple) and value:
        for place, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{place}]")
    else:
        yield path, value


def _text(value: Any) -> str:
    return "" if value is None else str(value)
