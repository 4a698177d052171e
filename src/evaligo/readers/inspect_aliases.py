"""The names under which Inspect reports a scorer's mean: `accuracy` of `match`, `mean` of `brevity`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from evaligo.records import Column

__all__ = ["Aggregates", "aliases_of", "reducer_notes"]

_MEANS = frozenset({"accuracy", "mean"})


class Aggregate(msgspec.Struct):
    """One number that Inspect reports."""

    value: Any = None


class Aggregates(msgspec.Struct):
    """What Inspect reports of one scorer, or of one key of its dicts (`name`), under one reducer of epochs."""

    name: str
    scorer: str = ""
    reducer: str | None = None
    metrics: dict[str, Aggregate] = {}


def aliases_of(
    columns: Mapping[str, Column], reported: Sequence[Aggregates], planned: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Map the aggregates' names to the columns whose mean they are.

    Parameters
    ----------
    columns : mapping of metric name to Column
    reported : sequence of Aggregates
        Empty where the log is not finished.
    planned : mapping of scorer to names of aggregates
        Used where nothing is reported.

    Returns
    -------
    dict of str to tuple of metric names
        Several where several scorers report an aggregate of that name.

    Examples
    --------
    >>> reported = [Aggregates(name="match", metrics={"accuracy": Aggregate(1.0), "stderr": Aggregate(0.1)})]
    >>> aliases_of({"match": Column.of([1.0, 1.0])}, reported, {})
    {'accuracy': ('match',)}
    """
    found: dict[str, dict[str, None]] = {}
    for alias, metric in _reported(columns, reported) if reported else _planned(columns, planned):
        if alias not in columns:
            found.setdefault(alias, {})[metric] = None
    return {alias: tuple(metrics) for alias, metrics in found.items()}


def _reported(columns: Mapping[str, Column], reported: Iterable[Aggregates]) -> Iterator[tuple[str, str]]:
    for entry in reported:
        metric = next((n for n in (f"{entry.scorer}/{entry.name}", entry.name) if n in columns), None)
        if metric is None:
            continue
        if metric != entry.name:
            yield entry.name, metric
        for alias, aggregate in entry.metrics.items():
            if alias in _MEANS or _is_mean(aggregate.value, columns[metric]):
                yield alias, metric


def _planned(
    columns: Mapping[str, Column], planned: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    for scorer, aliases in planned.items():
        if scorer in columns:
            yield from ((alias, scorer) for alias in aliases if alias in _MEANS)


def _is_mean(value: Any, column: Column) -> bool:
    """Tell whether an aggregate of another name is the column's mean, rather than its spread or its maximum."""
    if not isinstance(value, int | float) or not column.present.any():
        return False
    return math.isclose(value, float(column.values[column.present].mean()), rel_tol=1e-9)


def reducer_notes(reported: Iterable[Aggregates]) -> Iterator[str]:
    """Say where Inspect's figure is no mean over epochs, and so is another than ours.

    Examples
    --------
    >>> next(reducer_notes([Aggregates(name="match", reducer="pass_at_2")]))
    "Inspect reduced the epochs of 'match' by pass_at_2; here they are averaged"
    """
    for entry in reported:
        if entry.reducer not in (None, "mean", "mean_score"):
            yield f"Inspect reduced the epochs of {entry.name!r} by {entry.reducer}; here they are averaged"
