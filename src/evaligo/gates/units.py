"""Pairs gathered into units of evidence, a cluster or an item each, that can be put in any order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaligo.gates.pairing import Pairs, worst_case
from evaligo.records import Metric

__all__ = ["Units", "units_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Units:
    """Units of evidence; differences are signed so that more is better.

    Parameters
    ----------
    keys : ndarray of object (str), shape (n_units,)
        Cluster ids, or item ids where there are no clusters.
    paired, pairs : ndarray, shape (n_units,)
        Sum of the differences of the items that both runs have a score for, and how many these are.
    filled, sizes : ndarray, shape (n_units,)
        The same over all items, each missing score at the value that speaks most against the candidate; as `paired`
        and `pairs` where missing items are dropped.
    missing : ndarray, shape (n_units,)
        Items that lack a score somewhere.
    baseline, candidate : ndarray, shape (n_units,)
        Sums of the paired scores.
    calls : ndarray, shape (n_units,)
        The candidate's item-epochs.
    """

    keys: NDArray[np.object_]
    paired: Floats
    pairs: Ints
    filled: Floats
    sizes: Ints
    missing: Ints
    baseline: Floats
    candidate: Floats
    calls: Ints

    def __len__(self) -> int:
        return len(self.keys)

    def take(self, rows: NDArray[np.intp] | slice) -> Units:
        """Return some of the units, in the order of `rows`."""
        return Units(**{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})


def units_of(pairs: Pairs, metric: Metric, *, drop: bool) -> Units:
    """Gather pairs into units, in the order of their ids: the order of a file's rows changes nothing.

    Parameters
    ----------
    pairs : Pairs
    metric : Metric
    drop : bool
        Leave items that lack a score out, and units that have no others.

    Raises
    ------
    DataError
        Items lack a score, are not to be dropped, and the metric has no known bounds.

    Examples
    --------
    >>> from evaligo.gates.items import collapse
    >>> from evaligo.gates.pairing import pair
    >>> from evaligo.records import Run
    >>> a = Run.from_arrays(["x", "y", "z"], {"f1": [0.0, 1.0, 1.0]}, cluster_ids=["p", "q", "p"])
    >>> b = Run.from_arrays(["x", "y", "z"], {"f1": [1.0, 1.0, None]}, cluster_ids=["p", "q", "p"])
    >>> both = pair(a, b, items=(collapse(a, "f1"), collapse(b, "f1")), cluster="cluster_id")
    >>> units = units_of(both, a.metrics["f1"], drop=False)
    >>> units.keys.tolist(), units.paired.tolist(), units.filled.tolist(), units.missing.tolist()
    (['p', 'q'], [1.0, 0.0], [0.0, 0.0], [1, 0])
    """
    items = _Items.of(pairs, metric, drop=drop)
    keys = sorted(set(items.owners.tolist()))
    code = {key: n for n, key in enumerate(keys)}
    codes = np.fromiter(map(code.__getitem__, items.owners.tolist()), np.intp, len(items.owners))

    def total(values: NDArray[np.generic]) -> Floats:
        return np.bincount(codes, weights=values, minlength=len(keys)).astype(np.float64)

    units = Units(
        keys=np.array(keys, dtype=object),
        paired=total(items.candidate - items.baseline) * items.sign,
        pairs=total(items.has_pair).astype(np.int64),
        filled=total(items.filled),
        sizes=np.bincount(codes, minlength=len(keys)).astype(np.int64),
        missing=total(items.missing).astype(np.int64),
        baseline=total(items.baseline),
        candidate=total(items.candidate),
        calls=total(items.calls).astype(np.int64),
    )
    return units.take(np.flatnonzero(units.pairs > 0)) if drop else units


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Items:
    """All items of either run, by id; scores are 0 where there is no pair."""

    sign: float
    owners: NDArray[np.object_]
    has_pair: NDArray[np.bool_]
    missing: NDArray[np.bool_]
    baseline: Floats
    candidate: Floats
    filled: Floats
    calls: Ints

    @classmethod
    def of(cls, pairs: Pairs, metric: Metric, *, drop: bool) -> _Items:
        left, right, match = pairs.baseline, pairs.candidate, pairs.match
        extra = np.ones(len(right.ids), dtype=bool)
        extra[match[match >= 0]] = False
        ids = np.concatenate([left.ids, right.ids[extra]])
        position = np.concatenate([match, np.flatnonzero(extra)])  # of each item in the candidate, or -1
        inside = np.arange(len(ids)) < len(left.ids)
        ours = np.where(inside, np.resize(left.counts, len(ids)), 0)
        theirs = np.where(position >= 0, right.counts[position], 0)
        has_pair = (ours > 0) & (theirs > 0)
        baseline = np.where(has_pair, np.resize(left.means, len(ids)), 0.0)
        candidate = np.where(has_pair, right.means[position], 0.0)
        sign = 1.0 if metric.higher_is_better else -1.0
        filled = sign * (candidate - baseline)
        if pairs.n_missing and not drop:
            sample = worst_case(pairs, metric)
            filled = sign * (sample.candidate - sample.baseline)
        owners = ids if pairs.owners is None else np.concatenate([pairs.owners[0], pairs.owners[1][extra]])
        order = np.array(sorted(range(len(ids)), key=ids.tolist().__getitem__), dtype=np.intp)
        kept = order[has_pair[order]] if drop else order
        return cls(
            sign=sign,
            owners=owners[kept],
            has_pair=has_pair[kept],
            missing=(~has_pair | (ours < left.epochs) | (theirs < right.epochs))[kept],
            baseline=baseline[kept],
            candidate=candidate[kept],
            filled=filled[kept],
            calls=np.full(len(kept), right.epochs, dtype=np.int64),
        )
