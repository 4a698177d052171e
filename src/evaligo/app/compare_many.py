"""Compare on several metrics, or tasks, in one call, with p-values adjusted for how many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from evaligo.app.compare import compare
from evaligo.app.several import Bounds, bounds_of, distinct
from evaligo.errors import DataError, UsageError
from evaligo.records import Comparison, Run
from evaligo.records.comparison import ComparisonTable
from evaligo.stats.multiplicity import benjamini_hochberg, holm

__all__ = ["compare_many", "compare_tasks", "family"]


def compare_many(
    baseline: Run,
    candidate: Run,
    *,
    metrics: Sequence[str],
    confidence_level: float = 0.95,
    bounds: Bounds = None,
    **options: Any,
) -> ComparisonTable:
    """Compare two runs on each of several metrics.

    Parameters
    ----------
    baseline, candidate : Run
    metrics : sequence of str
        Empty for every metric that both runs have.
    confidence_level : float
        In (0.5, 1).
    bounds : (low, high) or mapping of str to (low, high), optional
        The range of every metric, or of those named.
    **options
        As in `compare`.

    Returns
    -------
    ComparisonTable
        With Holm's (any wrong claim at most alpha) and Benjamini-Hochberg's (the share of wrong claims at most alpha)
        adjusted p-values.

    Examples
    --------
    >>> a = Run.from_arrays(["x", "y", "z"], {"f1": [0.1, 0.2, 0.3], "em": [0.0, 0.0, 1.0]})
    >>> len(compare_many(a, a, metrics=[]).comparisons)
    2
    """
    return compare_tasks(
        [(baseline, candidate)],
        metrics=metrics,
        confidence_level=confidence_level,
        bounds=bounds,
        **options,
    )


def compare_tasks(
    pairs: Sequence[tuple[Run, Run]],
    *,
    metrics: Sequence[str] = (),
    confidence_level: float = 0.95,
    **options: Any,
) -> ComparisonTable:
    """Compare runs of several tasks on each of several metrics: one family, whose p-values pay for all of it.

    Parameters
    ----------
    pairs : sequence of (Run, Run)
        Baseline and candidate of each task; where there are several, each names its task in ``info.task_id``.
    metrics : sequence of str
        Empty for every metric that both runs of a task have.
    confidence_level : float
        In (0.5, 1).
    **options
        As in `compare_many`.

    Raises
    ------
    DataError
        Two of the tasks are one, or a run does not say which it is of.

    Examples
    --------
    >>> a, b = (Run.from_arrays(["x", "y"], {"f1": [0.1, 0.9]}, task_id=task) for task in ("squad", "drop"))
    >>> [(c.task, c.metric) for c in compare_tasks([(a, a), (b, b)]).comparisons]
    [('squad', 'f1'), ('drop', 'f1')]
    """
    if not pairs:
        raise UsageError("there are no runs to compare", hint="give a baseline and a candidate")
    _tell_apart(pairs)
    comparisons = tuple(
        replace(row, task=baseline.info.task_id) if len(pairs) > 1 else row
        for baseline, candidate in pairs
        for row in _rows(baseline, candidate, metrics, confidence_level=confidence_level, **options)
    )
    return family(comparisons, confidence_level=confidence_level)


def family(comparisons: Sequence[Comparison], *, confidence_level: float) -> ComparisonTable:
    """Put comparisons into a table in which the p-values pay for all of them."""
    p_values = [c.p_value for c in comparisons]
    return ComparisonTable(
        comparisons=tuple(comparisons),
        holm=tuple(map(float, holm(p_values))),
        benjamini_hochberg=tuple(map(float, benjamini_hochberg(p_values))),
        alpha=1.0 - confidence_level,
    )


def _rows(
    baseline: Run, candidate: Run, metrics: Sequence[str], *, bounds: Bounds = None, **options: Any
) -> Iterator[Comparison]:
    names = distinct(baseline, metrics) or [name for name in baseline.columns if name in candidate.columns]
    if not names:
        raise DataError(
            f"{baseline.info.source} and {candidate.info.source} share no metric: "
            f"{', '.join(baseline.columns) or 'none'} against {', '.join(candidate.columns) or 'none'}",
            hint="compare runs that were scored alike",
        )
    ranges = bounds_of(baseline, names, bounds)
    for name in names:
        yield compare(baseline, candidate, metric=name, bounds=ranges[name], **options)


def _tell_apart(pairs: Sequence[tuple[Run, Run]]) -> None:
    """Refuse tasks that a table could not tell apart: one file given for each of them, most likely."""
    seen: dict[str, str] = {}
    for run, _ in pairs if len(pairs) > 1 else ():
        task, source = run.info.task_id, run.info.source
        if not task or task in seen:
            what = (
                f"is of the task {task!r}, and so is {seen[task]}"
                if task
                else "does not say which task it is of"
            )
            raise DataError(
                f"{source}: {what}",
                hint="name several tasks only for results that hold several, and each once",
            )
        seen[task] = source
