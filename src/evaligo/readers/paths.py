"""Dotted paths into records: `scores.accuracy` finds the key of that name, or the key `accuracy` under `scores`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

__all__ = ["NOWHERE", "dig", "flatten", "last"]

NOWHERE: Final[Any] = object()
"""What `dig` returns for a path that a record does not have: a null is something else."""


def dig(record: Any, path: str) -> Any:
    """Return what lies at a dotted path, or `NOWHERE`.

    A key that itself holds dots wins over a nested one, from the longest such key down.

    Parameters
    ----------
    record : Any
        What JSON decodes to; anything but a mapping has no paths.
    path : str

    Examples
    --------
    >>> dig({"scores": {"f1": 0.5}}, "scores.f1"), dig({"scores.f1": 1}, "scores.f1")
    (0.5, 1)
    >>> dig({"scores": None}, "scores.f1") is NOWHERE
    True
    """
    if not isinstance(record, Mapping):
        return NOWHERE
    if path in record:
        return record[path]
    head, dot, rest = path.rpartition(".")
    while dot:
        if head in record:
            return dig(record[head], rest)
        head, dot, more = head.rpartition(".")
        rest = f"{more}.{rest}"
    return NOWHERE


def flatten(record: Mapping[str, Any], depth: int = 2) -> dict[str, Any]:
    """Return a record's leaves by dotted path; what lies deeper than `depth` keys is a leaf as it is.

    Examples
    --------
    >>> flatten({"id": 1, "scores": {"f1": 0.5, "by": {"x": 1}}})
    {'id': 1, 'scores.f1': 0.5, 'scores.by': {'x': 1}}
    """
    return dict(_leaves(record, "", depth))


def _leaves(record: Mapping[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, Any]]:
    for key, value in record.items():
        if depth > 1 and isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{prefix}{key}.", depth - 1)
        else:
            yield f"{prefix}{key}", value


def last(path: str) -> str:
    """Return a path's last component.

    Examples
    --------
    >>> last("scores.accuracy")
    'accuracy'
    """
    return path.rpartition(".")[2]
