"""Which items of a growing run are complete, which are still to come, and which seem to have been left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import replace

import numpy as np

from evaligo.errors import UsageError
from evaligo.records import Column, Run

__all__ = ["complete_items", "overdue", "rows_of"]

_IN_FLIGHT = 10
_SAME_ORDER = 0.9


def rows_of(run: Run, ids: Container[str]) -> Run:
    """Return the rows of some items.

    Examples
    --------
    >>> rows_of(Run.from_arrays(["a", "b"], {"f1": [1.0, 0.0]}), {"b"}).item_ids.tolist()
    ['b']
    """
    rows = np.flatnonzero(np.fromiter((i in ids for i in run.item_ids.tolist()), bool, run.n_rows))
    place = {int(row): n for n, row in enumerate(rows)}
    columns = {
        name: Column(
            values=column.values[rows],
            present=column.present[rows],
            reasons={place[row]: why for row, why in column.reasons.items() if row in place},
        )
        for name, column in run.columns.items()
    }
    return replace(
        run,
        item_ids=run.item_ids[rows],
        epochs=None if run.epochs is None else run.epochs[rows],
        columns=columns,
        clusters={name: labels[rows] for name, labels in run.clusters.items()},
        contents=None if run.contents is None else run.contents[rows],
    )


def complete_items(run: Run, epochs: int) -> set[str]:
    """Return the items that have come in all their epochs.

    Raises
    ------
    UsageError
        An item has come more often.

    Examples
    --------
    >>> run = Run.from_arrays(["a", "b", "a"], {"f1": [1.0, 0.0, 1.0]}, epochs=[1, 1, 2])
    >>> complete_items(run, 2)
    {'a'}
    """
    counts = Counter(run.item_ids.tolist())
    for item, n in counts.items():
        if n > epochs:
            raise UsageError(
                f"{run.info.source}: item {item!r} has come {n} times, where {epochs} epoch(s) were expected",
                hint="say how many epochs an item has with --epochs N",
            )
    return {item for item, n in counts.items() if n == epochs}


def overdue(baseline: Iterable[str], candidate: Iterable[str]) -> set[str]:
    """Return the baseline's items that the candidate seems to have left out.

    That can be told only where both runs visit the items in about the same order (a rank correlation of 0.9): then an
    item is overdue once more than ten that stand behind it in the baseline have come.

    Parameters
    ----------
    baseline, candidate : iterable of str
        Item ids in the order of either file.

    Examples
    --------
    >>> sorted(overdue("abcdefghijklmnopqrst", "acdefghijklmnop"))
    ['b']
    >>> overdue("abcdefghijklmnopqrst", "tcsdrfqhpjnlm")
    set()
    """
    order = list(dict.fromkeys(baseline))
    place = {item: n for n, item in enumerate(order)}
    came = [place[item] for item in dict.fromkeys(candidate) if item in place]
    if len(came) <= _IN_FLIGHT or _rank_correlation(came) < _SAME_ORDER:
        return set()
    passed = sorted(came)[-_IN_FLIGHT - 1]
    return set(order[:passed]) - {order[n] for n in came}


def _rank_correlation(places: list[int]) -> float:
    """Spearman's rank correlation of places, all different, with the order in which they came."""
    ranks = np.argsort(np.argsort(places)).astype(np.float64)
    return float(np.corrcoef(ranks, np.arange(len(places)))[0, 1])
