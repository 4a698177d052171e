"""Which rows of two runs a threshold looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError
from evaligo.records import Column, Run, Threshold
from evaligo.settings.shape import near

__all__ = ["applicable", "comparable", "cut_baseline", "in_slice", "known_to", "rescaled", "take_rows"]

NOT_APPLICABLE = "not applicable"
"""What the reason of a score begins with that an evaluator did not give because the item gives it nothing to judge."""

Rows = NDArray[np.bool_]
Labels = NDArray[np.object_]
G = TypeVar("G", bound=np.generic)


def cut_baseline(baseline: Run, candidate: Run, items: Mapping[str, str | None] | None = None) -> Run:
    """Cut a baseline to the items of the candidate's dataset, such as the small one of pull requests.

    What is cut was never asked of the candidate, so that it does not count as missing. What is left belongs to the
    clusters that the candidate's dataset names, which may have been named since.

    Parameters
    ----------
    baseline, candidate : Run
    items : mapping of item id to SHA-256 of what it asks, optional
        The candidate's dataset. Left out, the candidate's rows are taken for it: only where a run keeps a row of each
        item that failed, and was not stopped, is that sound.

    Raises
    ------
    DataError
        An id asks something else in either.

    Examples
    --------
    >>> whole = Run.from_arrays(["a", "b"], {"accuracy": [1.0, 0.0]})
    >>> cut_baseline(whole, Run.from_arrays(["b"], {"accuracy": [1.0]})).item_ids.tolist()
    ['b']
    """
    asked = _contents(candidate) if items is None else items
    _refuse_other_content(baseline, asked)
    kept = np.fromiter((i in asked for i in baseline.item_ids.tolist()), bool, baseline.n_rows)
    return _regrouped(take_rows(baseline, kept), candidate)


def comparable(baseline: Run, thresholds: Sequence[Threshold], candidate: Run | None = None) -> Run:
    """Call the metrics that thresholds compare as the thresholds do, where a file has them a level down.

    Parameters
    ----------
    baseline : Run
    thresholds : sequence of Threshold
    candidate : Run, optional
        Whose own short names for its metrics are tried, too.

    Raises
    ------
    DataError
        A name could mean several columns; or a file has none of what is compared, so that it is no baseline.

    Examples
    --------
    >>> asked = Threshold(
    ...     name="a", kind="max_decrease", metric="accuracy", estimand="mean", limit=0.02, written="max_decrease: 2%"
    ... )
    >>> nested = Run.from_arrays(["q"], {"scores.accuracy": [1.0]})
    >>> nested = replace(nested, aliases={"accuracy": ("scores.accuracy",)})
    >>> list(comparable(nested, [asked]).columns)
    ['accuracy']
    """
    compared = dict.fromkeys(t.metric for t in thresholds if t.needs_baseline)
    for name in compared:
        baseline = _renamed(baseline, name, candidate)
    if compared and baseline.info.format != "experiment" and not any(n in baseline.columns for n in compared):
        raise DataError(
            f"{baseline.info.source} has none of the metrics that the gate compares: {', '.join(map(repr, compared))}",
            hint=f"its metrics are {', '.join(map(repr, baseline.columns)) or 'none'}",
        )
    return baseline


def _renamed(run: Run, name: str, candidate: Run | None) -> Run:
    if name in run.columns:
        return run
    short = () if candidate is None else (a for a, meant in candidate.aliases.items() if meant == (name,))
    called = next((n for n in (name, *short) if n in run.columns or n in run.aliases), None)
    if called is None:
        return run
    found = run.resolve(called)
    columns = {name if n == found else n: column for n, column in run.columns.items()}
    metrics = {n: m for n, m in run.metrics.items() if n != found}
    return replace(run, columns=columns, metrics={**metrics, name: replace(run.metrics[found], name=name)})


def known_to(baseline: Run | None, candidate: Run) -> Run:
    """Leave out the candidate's items that the baseline never was asked.

    Examples
    --------
    >>> grown = Run.from_arrays(["a", "b"], {"accuracy": [1.0, 0.0]})
    >>> known_to(Run.from_arrays(["b"], {"accuracy": [1.0]}), grown).item_ids.tolist()
    ['b']
    """
    if baseline is None:
        return candidate
    asked = set(baseline.item_ids.tolist())
    return take_rows(
        candidate, np.fromiter((i in asked for i in candidate.item_ids.tolist()), bool, candidate.n_rows)
    )


def in_slice(baseline: Run | None, candidate: Run, wanted: Mapping[str, str]) -> tuple[Run | None, Run]:
    """Keep the items whose metadata say what a slice asks for.

    An item that both runs have is placed by the candidate's metadata.

    Raises
    ------
    DataError
        The candidate's items have no such metadata.
    """
    if not wanted:
        return baseline, candidate
    ours = _matching(candidate, wanted)
    kept = take_rows(candidate, ours)
    if baseline is None:
        return None, kept
    inside, known = set(kept.item_ids.tolist()), set(candidate.item_ids.tolist())
    own = _matching(baseline, wanted) if all(key in baseline.clusters for key in wanted) else None
    theirs = np.fromiter(
        (
            i in inside or (i not in known and own is not None and bool(own[row]))
            for row, i in enumerate(baseline.item_ids.tolist())
        ),
        bool,
        baseline.n_rows,
    )
    return take_rows(baseline, theirs), kept


def applicable(baseline: Run | None, candidate: Run, metric: str) -> tuple[Run | None, Run]:
    """Leave out the items that give the metric nothing to judge, in each run that has them."""
    ours = _nothing_to_judge(candidate, metric)
    if baseline is None or metric not in baseline.columns:
        return baseline, _without(candidate, ours)
    theirs = _nothing_to_judge(baseline, metric)
    known, known_there = set(candidate.item_ids.tolist()), set(baseline.item_ids.tolist())
    out = (ours & theirs) | (ours - known_there) | (theirs - known)
    return _without(baseline, out), _without(candidate, out)


def rescaled(run: Run, metric: str, factor: float) -> Run:
    """Bring a metric to another unit."""
    if factor == 1.0:
        return run
    column, known = run.columns[metric], run.metrics[metric]
    bounds = None if known.bounds is None else (known.bounds[0] * factor, known.bounds[1] * factor)
    moved = replace(column, values=column.values * factor)
    return replace(run, columns={**run.columns, metric: moved}).with_metric(replace(known, bounds=bounds))


def take_rows(run: Run, kept: Rows) -> Run:
    """Return a run of some of the rows.

    Examples
    --------
    >>> run = Run.from_arrays(["a", "b"], {"f1": [0.5, None]}, cluster_ids=["p", "q"])
    >>> part = take_rows(run, np.array([False, True]))
    >>> part.item_ids.tolist(), part.columns["f1"].present.tolist(), part.cluster("cluster_id").tolist()
    (['b'], [False], ['q'])
    """
    if kept.all():
        return run
    new = np.cumsum(kept) - 1
    return replace(
        run,
        item_ids=run.item_ids[kept],
        columns={name: _taken(column, kept, new) for name, column in run.columns.items()},
        epochs=None if run.epochs is None else run.epochs[kept],
        clusters={name: labels[kept] for name, labels in run.clusters.items()},
        contents=None if run.contents is None else run.contents[kept],
    )


def _taken(column: Column, kept: Rows, new: NDArray[np.intp]) -> Column:
    reasons = {int(new[row]): why for row, why in column.reasons.items() if kept[row]}
    return Column(values=column.values[kept], present=column.present[kept], reasons=reasons)


def _without(run: Run, items: set[str]) -> Run:
    if not items:
        return run
    return take_rows(run, np.fromiter((i not in items for i in run.item_ids.tolist()), bool, run.n_rows))


def _nothing_to_judge(run: Run, metric: str) -> set[str]:
    """Items of which every row says that the metric is not applicable."""
    column = run.columns[metric]
    ids = run.item_ids.tolist()
    bare = {
        row
        for row, why in column.reasons.items()
        if why.lower().startswith(NOT_APPLICABLE) and not column.present[row]
    }
    if not bare:
        return set()
    return {ids[row] for row in bare} - {i for row, i in enumerate(ids) if row not in bare}


def _matching(run: Run, wanted: Mapping[str, str]) -> Rows:
    kept = np.ones(run.n_rows, dtype=bool)
    for key, value in wanted.items():
        if key not in run.clusters:
            raise DataError(
                f"{run.info.source}: the items have no metadata {key!r} to slice by",
                hint=near(key, run.clusters),
            )
        kept &= np.fromiter((v == value for v in run.clusters[key].tolist()), bool, run.n_rows)
    return kept


def _regrouped(baseline: Run, candidate: Run) -> Run:
    """Put each item into the candidate's clusters: metadata are no part of what is asked, and are mended later.

    A baseline that does not know what its items asked keeps what it has: its items may be others.
    """
    if baseline is candidate or baseline.contents is None:
        return baseline
    ids = baseline.item_ids.tolist()
    new = {
        name: _relabelled(ids, baseline.clusters.get(name), _labels(candidate, name))
        for name in candidate.clusters
    }
    return replace(baseline, clusters={**baseline.clusters, **new})


def _labels(run: Run, name: str) -> dict[str, str | None]:
    return dict(zip(run.item_ids.tolist(), run.clusters[name].tolist(), strict=True))


def _relabelled(ids: list[str], own: Labels | None, labels: Mapping[str, str | None]) -> Labels:
    """Take an item's own label where the candidate has none."""
    column = np.empty(len(ids), dtype=object)
    column[:] = [None] * len(ids) if own is None else own
    for row, item in enumerate(ids):
        column[row] = labels.get(item) or column[row]
    return column


def _contents(run: Run) -> dict[str, str | None]:
    asked = [None] * run.n_rows if run.contents is None else run.contents.tolist()
    return dict(zip(run.item_ids.tolist(), asked, strict=True))


def _refuse_other_content(baseline: Run, asked: Mapping[str, str | None]) -> None:
    if baseline.contents is None:
        return
    pairs = zip(baseline.item_ids.tolist(), baseline.contents.tolist(), strict=True)
    other = {i for i, content in pairs if content is not None and asked.get(i) not in (content, None)}
    if other:
        raise DataError(
            f"item {min(other)!r} asks something else in the candidate than in the baseline ({len(other)} such items)",
            hint="give a changed item a new id, or run the baseline again on this dataset",
        )
