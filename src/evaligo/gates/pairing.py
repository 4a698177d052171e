"""Two runs joined by item: what pairs, what is missing, and the worst that the missing could hide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError
from evaligo.gates.items import Items, factorised
from evaligo.records import Metric, Run

__all__ = ["Pairs", "Sample", "pair", "worst_case"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """Aligned scores, ready for inference.

    Parameters
    ----------
    baseline, candidate : ndarray of float64, shape (n_pairs,)
    codes : ndarray of int, shape (n_pairs,), optional
        The cluster of each pair; None where items are their own units.
    """

    baseline: Floats
    candidate: Floats
    codes: NDArray[np.intp] | None

    @property
    def n_clusters(self) -> int | None:
        """How many clusters the pairs come in."""
        return None if self.codes is None else int(self.codes.max()) + 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """Two runs joined by item on one metric.

    Parameters
    ----------
    sample : Sample
        The items that both runs have a score for.
    item_ids : ndarray of object (str), shape (n_pairs,)
    labels : ndarray of object (str), shape (n_clusters,), optional
        The clusters' ids, by code.
    baseline, candidate : Items
    here, there : ndarray of int, shape (n_pairs,)
        Each pair's position in the two.
    baseline_only, candidate_only, absent, partial : ndarray of object (str)
        Ids of items that lack a score somewhere.
    """

    sample: Sample
    item_ids: NDArray[np.object_]
    labels: NDArray[np.object_] | None
    baseline: Items
    candidate: Items
    here: NDArray[np.intp]
    there: NDArray[np.intp]
    baseline_only: NDArray[np.object_]
    candidate_only: NDArray[np.object_]
    absent: NDArray[np.object_]
    partial: NDArray[np.object_]

    @property
    def n_missing(self) -> int:
        """How many items lack a score somewhere."""
        return sum(map(len, (self.baseline_only, self.candidate_only, self.absent, self.partial)))


def pair(baseline: Run, candidate: Run, *, items: tuple[Items, Items], cluster: str | None) -> Pairs:
    """Join two runs on their item ids.

    Parameters
    ----------
    baseline, candidate : Run
    items : (Items, Items)
        Either run's, on the metric.
    cluster : str, optional
        The name of the cluster column.

    Raises
    ------
    DataError
        No item in common, cluster ids that differ between the runs or are missing for some items.

    Examples
    --------
    >>> from evaligo.gates.items import collapse
    >>> a = Run.from_arrays(["x", "y"], {"f1": [1.0, 0.0]})
    >>> b = Run.from_arrays(["y", "z"], {"f1": [1.0, 1.0]})
    >>> pairs = pair(a, b, items=(collapse(a, "f1"), collapse(b, "f1")), cluster=None)
    >>> pairs.item_ids.tolist(), pairs.baseline_only.tolist(), pairs.candidate_only.tolist()
    (['y'], ['x'], ['z'])
    """
    left, right = items
    match = _positions(left, right)
    inside = match >= 0
    if not inside.any():
        raise DataError(
            f"{baseline.info.source} and {candidate.info.source} have no item in common "
            f"({_some(left.ids)} against {_some(right.ids)})",
            hint="check that both ran the same dataset, and name the id column with --id",
        )
    scored_there = np.where(inside, right.counts[match] > 0, False)
    here = np.flatnonzero((left.counts > 0) & scored_there)
    there = match[here]
    codes, labels = _clusters(
        baseline, candidate, left, right, here=np.flatnonzero(inside), match=match, name=cluster
    )
    only_right = np.ones(len(right.ids), dtype=bool)
    only_right[match[inside]] = False
    full = (left.counts[here] >= left.epochs) & (right.counts[there] >= right.epochs)
    if codes is not None and labels is not None:
        codes, labels = _renumbered(codes[here], labels)
    return Pairs(
        sample=Sample(baseline=left.means[here], candidate=right.means[there], codes=codes),
        item_ids=left.ids[here],
        labels=labels,
        baseline=left,
        candidate=right,
        here=here,
        there=there,
        baseline_only=left.ids[(left.counts > 0) & ~scored_there],
        candidate_only=np.concatenate(
            [left.ids[(left.counts == 0) & scored_there], right.ids[only_right & (right.counts > 0)]]
        ),
        absent=np.concatenate(
            [left.ids[(left.counts == 0) & ~scored_there], right.ids[only_right & (right.counts == 0)]]
        ),
        partial=left.ids[here][~full],
    )


def worst_case(pairs: Pairs, baseline: Run, candidate: Run, *, metric: Metric, cluster: str | None) -> Sample:
    """Return all items of either run, each missing score at the value that speaks most against the candidate.

    A score that the candidate lacks is the metric's worst, one that the baseline lacks its best: the lower end of
    Manski's bounds (Manski 1989, Journal of Human Resources 24(3)).

    Raises
    ------
    DataError
        The metric has no known bounds.
    """
    worst, best = metric.worst, metric.best
    if worst is None or best is None:
        raise DataError(
            f"{pairs.n_missing} items lack a score and {metric.name!r} has no worst value to assume for them",
            hint="give the metric's range with --bounds LOW,HIGH, or accept the loss with --on-missing drop",
        )
    left, right = pairs.baseline, pairs.candidate
    match = _positions(left, right)
    extra = np.ones(len(right.ids), dtype=bool)
    extra[match[match >= 0]] = False
    scores = np.concatenate([left.filled(best), np.full(int(extra.sum()), best)])
    answers = right.filled(worst)
    others = np.concatenate([np.where(match >= 0, answers[match], worst), answers[extra]])
    codes = None
    if cluster is not None:
        owners = np.concatenate(
            [baseline.cluster(cluster)[left.rows], candidate.cluster(cluster)[right.rows][extra]]
        )
        codes = factorised(owners)[0]
    return Sample(baseline=scores, candidate=others, codes=codes)


def _positions(left: Items, right: Items) -> NDArray[np.intp]:
    """Each left item's position in `right`, or -1."""
    if len(left.ids) == len(right.ids) and np.array_equal(left.ids, right.ids):
        return np.arange(len(left.ids))
    get = right.positions().get
    return np.fromiter((get(i, -1) for i in left.ids.tolist()), np.intp, len(left.ids))


def _clusters(
    baseline: Run,
    candidate: Run,
    left: Items,
    right: Items,
    *,
    here: NDArray[np.intp],
    match: NDArray[np.intp],
    name: str | None,
) -> tuple[NDArray[np.intp] | None, NDArray[np.object_] | None]:
    """Number the clusters of the baseline's items, and hold them against the candidate's."""
    if name is None:
        return None, None
    ours, theirs = baseline.cluster(name)[left.rows], candidate.cluster(name)[right.rows]
    for run, items, owners in ((baseline, left, ours), (candidate, right, theirs)):
        rows = owners.tolist()
        if None in rows:
            raise DataError(
                f"{run.info.source}: {rows.count(None)} of {len(rows)} items have no {name!r}, "
                f"the first is {items.ids[rows.index(None)]!r}",
                hint="every item needs its cluster, or use --no-cluster on purpose",
            )
    differ = np.flatnonzero(np.not_equal(ours[here], theirs[match[here]]))
    if len(differ):
        first = here[differ[0]]
        raise DataError(
            f"item {left.ids[first]!r} is in cluster {ours[first]!r} of {baseline.info.source} and in "
            f"{theirs[match[first]]!r} of {candidate.info.source} ({len(differ)} such items)",
            hint="both runs must take their clusters from the same dataset",
        )
    return factorised(ours)


def _renumbered(
    codes: NDArray[np.intp], labels: NDArray[np.object_]
) -> tuple[NDArray[np.intp], NDArray[np.object_]]:
    """Leave out clusters that no pair is in."""
    used = np.bincount(codes, minlength=len(labels)) > 0
    if used.all():
        return codes, labels
    return (np.cumsum(used) - 1)[codes], labels[used]


def _some(ids: NDArray[np.object_]) -> str:
    return ", ".join(map(repr, ids[:2])) + (", …" if len(ids) > 2 else "")
