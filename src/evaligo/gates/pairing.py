"""Two runs joined by item: what pairs, what is missing, and the worst that the missing could hide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError
from evaligo.gates.clusters import Owners, agreed_owners
from evaligo.gates.items import Items, factorised
from evaligo.records import Metric, Run

__all__ = ["Pairs", "Sample", "pair", "worst_case"]

Floats = NDArray[np.float64]
_ROUNDING = 64.0 * float(np.finfo(np.float64).eps)
"""What averaging epochs in another order can change of a score, relative to it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """Aligned scores, ready for inference.

    Parameters
    ----------
    baseline, candidate : ndarray of float64, shape (n_pairs,)
    codes : ndarray of int, shape (n_pairs,), optional
        The cluster of each pair; None where items are their own units.
    denominators : (ndarray, ndarray), optional
        Baseline's and candidate's, where the estimand is a ratio.
    """

    baseline: Floats
    candidate: Floats
    codes: NDArray[np.intp] | None
    denominators: tuple[Floats, Floats] | None = None

    @property
    def differences(self) -> Floats:
        """Candidate minus baseline; what is but rounding of the scores is no difference, and no spread."""
        moved = self.candidate - self.baseline
        rounding = _ROUNDING * np.maximum(np.abs(self.baseline), np.abs(self.candidate))
        if moved.max() - moved.min() <= rounding.max():
            moved = np.full(len(moved), np.median(moved))
        return np.where(np.abs(moved) > rounding, moved, 0.0)

    @property
    def n_clusters(self) -> int | None:
        """How many clusters the pairs come in."""
        return None if self.codes is None else int(self.codes.max()) + 1

    @property
    def units(self) -> int:
        """How many clusters, or items where there are none."""
        return self.n_clusters or len(self.baseline)


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
    match : ndarray of int, shape (n_baseline_items,)
        Each baseline item's position among the candidate's, or -1.
    owners : (ndarray, ndarray), optional
        The clusters of all items of either run.
    baseline_only, candidate_only, absent, partial : ndarray of object (str)
        Ids of items that lack a score somewhere.
    """

    sample: Sample
    item_ids: NDArray[np.object_]
    labels: NDArray[np.object_] | None
    baseline: Items
    candidate: Items
    match: NDArray[np.intp]
    owners: Owners | None
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
    scored_there = np.where(inside, right.counts[match] > 0, False)
    here = np.flatnonzero((left.counts > 0) & scored_there)
    if not len(here):
        raise _nothing_pairs(baseline, candidate, items, overlap=bool(inside.any()))
    there = match[here]
    owners = None if cluster is None else agreed_owners((baseline, candidate), items, match, cluster)
    codes, labels = (None, None) if owners is None else factorised(owners[0][here])
    extra = _unmatched(match, right)
    full = (left.counts[here] >= left.epochs) & (right.counts[there] >= right.epochs)
    return Pairs(
        sample=Sample(baseline=left.means[here], candidate=right.means[there], codes=codes),
        item_ids=left.ids[here],
        labels=labels,
        baseline=left,
        candidate=right,
        match=match,
        owners=owners,
        baseline_only=left.ids[(left.counts > 0) & ~scored_there],
        candidate_only=np.concatenate(
            [left.ids[(left.counts == 0) & scored_there], right.ids[extra & (right.counts > 0)]]
        ),
        absent=np.concatenate(
            [left.ids[(left.counts == 0) & ~scored_there], right.ids[extra & (right.counts == 0)]]
        ),
        partial=left.ids[here][~full],
    )


def worst_case(pairs: Pairs, metric: Metric) -> Sample:
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
    left, right, match = pairs.baseline, pairs.candidate, pairs.match
    extra = _unmatched(match, right)
    scores = np.concatenate([left.filled(best), np.full(int(extra.sum()), best)])
    answers = right.filled(worst)
    others = np.concatenate([np.where(match >= 0, answers[match], worst), answers[extra]])
    codes = None
    if pairs.owners is not None:
        codes = factorised(np.concatenate([pairs.owners[0], pairs.owners[1][extra]]))[0]
    return Sample(baseline=scores, candidate=others, codes=codes)


def _positions(left: Items, right: Items) -> NDArray[np.intp]:
    """Each left item's position in `right`, or -1."""
    if len(left.ids) == len(right.ids) and np.array_equal(left.ids, right.ids):
        return np.arange(len(left.ids))
    get = right.positions().get
    return np.fromiter((get(i, -1) for i in left.ids.tolist()), np.intp, len(left.ids))


def _unmatched(match: NDArray[np.intp], right: Items) -> NDArray[np.bool_]:
    """Which of the candidate's items the baseline does not know."""
    extra = np.ones(len(right.ids), dtype=bool)
    extra[match[match >= 0]] = False
    return extra


def _nothing_pairs(baseline: Run, candidate: Run, items: tuple[Items, Items], *, overlap: bool) -> DataError:
    names = f"{baseline.info.source} and {candidate.info.source}"
    if overlap:
        return DataError(f"{names}: no item has a score in both", hint="run the failed items again")
    return DataError(
        f"{names} have no item in common ({_some(items[0].ids)} against {_some(items[1].ids)})",
        hint="check that both ran the same dataset, and name the id column with --id",
    )


def _some(ids: NDArray[np.object_]) -> str:
    return ", ".join(map(repr, ids[:2])) + (", …" if len(ids) > 2 else "")
