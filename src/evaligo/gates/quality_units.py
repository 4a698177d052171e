"""What a threshold looks at, gathered into units in the order in which an experiment visits them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from evaligo.gates.items import Items, collapse
from evaligo.gates.pairing import pair
from evaligo.gates.quality_subject import Subject
from evaligo.gates.units import Units, units_of

__all__ = ["quality_units"]

_ANY_RANGE = (0.0, 1.0)


def quality_units(subject: Subject, place: Mapping[str, int]) -> Units:
    """Gather a threshold's items into units.

    Parameters
    ----------
    subject : Subject
        With rows of complete units only.
    place : mapping of item id to int
        The unit of each item, counted from 0 in the order of visiting; units without any item of the subject's rows
        stay empty.

    Returns
    -------
    Units
        One for each place, signed so that more is better. Without a range, `filled` means nothing.

    Raises
    ------
    DataError
        No item has a score in both runs, or clusters that differ between them.
    """
    found = _pairs(subject) if subject.kind.needs_baseline else _level(subject)
    at = np.fromiter((place[item] for item in found.keys.tolist()), np.intp, len(found))
    n = max(place.values(), default=-1) + 1

    def total(values: NDArray[np.generic]) -> NDArray[np.float64]:
        return np.bincount(at, weights=values, minlength=n).astype(np.float64)

    def count(values: NDArray[np.int64]) -> NDArray[np.int64]:
        return total(values).astype(np.int64)

    return Units(
        keys=np.arange(n).astype(object),
        paired=total(found.paired),
        pairs=count(found.pairs),
        filled=total(found.filled),
        sizes=count(found.sizes),
        missing=count(found.missing),
        baseline=total(found.baseline),
        candidate=total(found.candidate),
        calls=count(found.calls),
    )


def _pairs(subject: Subject) -> Units:
    """Differences, item by item: clusters are put together by the caller's places."""
    if subject.baseline is None:
        raise AssertionError  # a threshold that compares is never asked without a baseline
    runs = (subject.baseline, subject.candidate)
    name = subject.metric.name
    pairs = pair(*runs, items=(collapse(runs[0], name), collapse(runs[1], name)), cluster=None)
    metric = replace(subject.metric, bounds=subject.metric.bounds or _ANY_RANGE)
    return units_of(pairs, metric, drop=subject.threshold.on_missing == "drop")


def _level(subject: Subject) -> Units:
    items = collapse(subject.candidate, subject.metric.name)
    has = items.counts > 0
    scores = subject.sign * np.where(has, items.means, 0.0)
    missing = items.counts < items.epochs
    dropped = subject.threshold.on_missing == "drop"
    return Units(
        keys=items.ids,
        paired=scores,
        pairs=has.astype(np.int64),
        filled=scores if dropped else _filled(subject, items),
        sizes=has.astype(np.int64) if dropped else np.ones(len(has), dtype=np.int64),
        missing=missing.astype(np.int64),
        baseline=np.zeros(len(has)),
        candidate=np.where(has, items.means, 0.0),
        calls=np.full(len(has), items.epochs, dtype=np.int64),
    )


def _filled(subject: Subject, items: Items) -> NDArray[np.float64]:
    worst = subject.metric.worst
    return subject.sign * items.filled(0.0 if worst is None else worst)
