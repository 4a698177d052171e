"""The order in which an experiment visits its units where it may end early: whole clusters, at random."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from evaligo.app.plan_experiment import Planned
from evaligo.records import Item

__all__ = ["in_random_order", "visiting_order"]

_STREAM = 9
"""Keeps the order independent of other draws from the same seed, such as that of `--sample`."""


def visiting_order(planned: Planned) -> tuple[tuple[str, ...], ...]:
    """Return the item ids of each unit, a cluster or an item alone, in the order of visiting.

    It depends on the dataset and the seed only, so that a resumed experiment goes on with it.
    """
    return tuple(tuple(item.id for item in unit) for unit in _units(planned))


def in_random_order(planned: Planned) -> Iterator[Item]:
    """Yield the items unit by unit in the order of visiting; all of them are held at once."""
    for unit in _units(planned):
        yield from unit


def _units(planned: Planned) -> Iterator[list[Item]]:
    name = planned.keys.cluster
    groups: dict[str, list[Item]] = {}
    for item in planned.selection.items():
        groups.setdefault(item.id if name is None else _label(item.metadata[name]), []).append(item)
    units = list(groups.values())
    order = np.random.default_rng((planned.seed, _STREAM)).permutation(len(units))
    return (units[at] for at in order.tolist())


def _label(value: object) -> str:
    """Write a cluster as the store does: 1.0 and 1 are one cluster."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).lower()
