"""Which cluster each item belongs to, agreed between two runs."""

from __future__ import annotations

from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError
from evaligo.gates.items import Items
from evaligo.records import Run

__all__ = ["Owners", "agreed_owners"]

Labels = NDArray[np.object_]
Owners = tuple[Labels, Labels]
"""The cluster of each of the baseline's items, and of each of the candidate's."""


def agreed_owners(
    runs: tuple[Run, Run], items: tuple[Items, Items], match: NDArray[np.intp], name: str
) -> Owners:
    """Return the clusters of either run's items, and make sure that they agree.

    An item that never ran carries no cluster where a harness writes it with the result: its partner's is taken.

    Parameters
    ----------
    runs : (Run, Run)
    items : (Items, Items)
    match : ndarray of int, shape (n_baseline_items,)
        Each baseline item's position among the candidate's, or -1.
    name : str
        Of the cluster column.

    Raises
    ------
    DataError
        A cluster is missing for some items, or differs between the runs, or between the epochs of one item.
    """
    here = np.flatnonzero(match >= 0)
    there = match[here]
    ours, theirs = (_by_item(run, of, name) for run, of in zip(runs, items, strict=True))
    ours = _completed(ours, items[0], theirs, here, there)
    theirs = _completed(theirs, items[1], ours, there, here)
    for run, of, owners in zip(runs, items, (ours, theirs), strict=True):
        _refuse_bare(run, of, owners, name)
    _refuse_difference(runs, items[0], ours[here], theirs[there], here)
    return ours, theirs


def _by_item(run: Run, items: Items, name: str) -> Labels:
    """One cluster an item, whichever of its epochs carries it; Unicode-normalised as ids are."""
    labels = _normalised(run.cluster(name))
    if len(items.ids) == run.n_rows:
        return labels[items.rows]
    found: dict[str, str] = {}
    for item, label in zip(run.item_ids.tolist(), labels.tolist(), strict=True):
        if label is not None and found.setdefault(item, label) != label:
            raise DataError(
                f"{run.info.source}: item {item!r} is in cluster {found[item]!r} in one epoch and in {label!r} in another",
                hint="an item has one cluster; name with --cluster what all its epochs share",
            )
    owners = np.empty(len(items.ids), dtype=object)
    owners[:] = list(map(found.get, items.ids.tolist()))
    return owners


def _normalised(labels: Labels) -> Labels:
    rows = labels.tolist()
    forms = {label: label and normalize("NFC", label) for label in dict.fromkeys(rows)}
    if all(label == form for label, form in forms.items()):
        return labels
    normalised = np.empty(len(rows), dtype=object)
    normalised[:] = [forms[label] for label in rows]
    return normalised


def _completed(
    owners: Labels, items: Items, others: Labels, rows: NDArray[np.intp], partners: NDArray[np.intp]
) -> Labels:
    if None not in owners.tolist():
        return owners
    bare = (items.counts[rows] == 0) & np.fromiter(
        (o is None for o in owners[rows].tolist()), bool, len(rows)
    )
    completed = owners.copy()
    completed[rows[bare]] = others[partners[bare]]
    return completed


def _refuse_bare(run: Run, items: Items, owners: Labels, name: str) -> None:
    rows = owners.tolist()
    if None in rows:
        raise DataError(
            f"{run.info.source}: {rows.count(None)} of {len(rows)} items have no {name!r}, "
            f"the first is {items.ids[rows.index(None)]!r}",
            hint="every item needs its cluster, or use --no-cluster on purpose",
        )


def _refuse_difference(
    runs: tuple[Run, Run], items: Items, ours: Labels, theirs: Labels, rows: NDArray[np.intp]
) -> None:
    differ = np.flatnonzero(np.not_equal(ours, theirs))
    if len(differ):
        first = differ[0]
        raise DataError(
            f"item {items.ids[rows[first]]!r} is in cluster {ours[first]!r} of {runs[0].info.source} and in "
            f"{theirs[first]!r} of {runs[1].info.source} ({len(differ)} such items)",
            hint="both runs must take their clusters from the same dataset",
        )
