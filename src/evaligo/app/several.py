"""What the calls over several metrics share: each metric once, and a range of its own where it has one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evaligo.errors import UsageError
from evaligo.records import Run

__all__ = ["Bounds", "bounds_of", "distinct"]

Bounds = tuple[float, float] | Mapping[str, tuple[float, float]] | None
"""One range for all metrics, a range by the metric's name, or none beside what the runs themselves know."""


def distinct(run: Run, metrics: Iterable[str]) -> list[str]:
    """Keep each metric's first name; `accuracy` and the scorer that it means are one metric.

    Raises
    ------
    DataError
        The run has no such metric, or a name could mean several.

    Examples
    --------
    >>> distinct(Run.from_arrays(["a"], {"f1": [0.5], "em": [1.0]}), ["em", "f1", "em"])
    ['em', 'f1']
    """
    first: dict[str, str] = {}
    for name in metrics:
        first.setdefault(run.resolve(name), name)
    return list(first.values())


def bounds_of(run: Run, metrics: Iterable[str], bounds: Bounds) -> dict[str, tuple[float, float] | None]:
    """Give each metric its range.

    Raises
    ------
    UsageError
        A range is for none of the metrics.

    Examples
    --------
    >>> run = Run.from_arrays(["a"], {"f1": [0.5], "cost": [7.0]})
    >>> bounds_of(run, ["f1", "cost"], {"cost": (0.0, 10.0)})
    {'f1': None, 'cost': (0.0, 10.0)}
    """
    names = list(metrics)
    if not isinstance(bounds, Mapping):
        return dict.fromkeys(names, bounds)
    meant = {run.resolve(name): name for name in names}
    given = {run.resolve(name): ends for name, ends in bounds.items()}
    for name in given.keys() - meant.keys():
        raise UsageError(
            f"a range is given for {name!r}, which is not among the metrics",
            hint=f"the metrics are {', '.join(map(repr, names))}",
        )
    return {name: given.get(column) for column, name in meant.items()}
