"""Which of a file's columns could be clusters: they are carried along, so that a gate can ask to have one named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaligo.readers.paths import last
from evaligo.readers.values import label

__all__ = ["asked_paths", "carried", "cluster_name", "may_cluster"]

_NAMES = frozenset(
    {
        "article", "author", "cluster", "context_id", "conversation", "dataset", "dialogue", "document", "group",
        "passage", "project", "repo", "repository", "session", "source", "story", "template", "thread", "user",
    }
)  # fmt: skip
_CONTAINERS = ("metadata", "doc")


def may_cluster(path: str) -> bool:
    """Tell whether a column's name is one that clusters bear: `..._id`, or a word such as `passage` or `repo`.

    Examples
    --------
    >>> may_cluster("metadata.passage_id"), may_cluster("Repo"), may_cluster("latency")
    (True, True, False)
    """
    name = last(path).lower()
    return name in _NAMES or name.endswith("_id")


def cluster_name(path: str) -> str:
    """Return the name by which a column is asked for: without the `metadata` or `doc` that it lies in.

    Examples
    --------
    >>> cluster_name("metadata.passage_id"), cluster_name("doc.meta.repo"), cluster_name("scores.repo")
    ('passage_id', 'meta.repo', 'scores.repo')
    """
    container, dot, rest = path.partition(".")
    return rest if dot and container in _CONTAINERS else path


def asked_paths(asked: str | None) -> tuple[str, ...]:
    """Return where the column that a user named may lie, the likeliest first.

    Examples
    --------
    >>> asked_paths("repo")
    ('repo', 'metadata.repo', 'doc.repo')
    """
    return () if asked is None else (asked, *(f"{c}.{asked}" for c in _CONTAINERS))


def carried(
    columns: Mapping[str, Sequence[Any]],
    item_ids: Sequence[str] | NDArray[np.object_],
    *,
    asked: str | None = None,
) -> dict[str, NDArray[np.object_]]:
    """Choose the columns that can serve as clusters.

    Parameters
    ----------
    columns : mapping of dotted path to values
        A value a row; None where the row has none. Paths in `metadata` and `doc` go by their short name too.
    item_ids : sequence of str, length n_rows
    asked : str, optional
        What the user named: it is taken whatever it holds, under that very name.

    Returns
    -------
    dict of name to ndarray of object (str or None), shape (n_rows,)

    Raises
    ------
    DataError
        The column that was asked for holds lists or objects.

    Examples
    --------
    >>> columns = {"metadata.passage_id": ["p1", "p1", "p2"], "metadata.sample_id": ["a", "b", "c"]}
    >>> {name: ids.tolist() for name, ids in carried(columns, ["q1", "q2", "q3"]).items()}
    {'passage_id': ['p1', 'p1', 'p2']}
    """
    named = _named(columns, asked)
    n_items = len(set(item_ids))
    found: dict[str, NDArray[np.object_]] = {}
    for path, values in columns.items():
        if path == named and asked is not None:
            found[asked] = _labels(values, f"cluster {asked!r}")
        elif may_cluster(path) and _serves(values, n_items):
            found.setdefault(cluster_name(path), _labels(values, path))
    return found


def _named(columns: Mapping[str, Sequence[Any]], asked: str | None) -> str | None:
    """Find the column that the user means: the first of its possible places that holds anything."""
    there = [path for path in asked_paths(asked) if path in columns]
    return next((path for path in there if any(v is not None for v in columns[path])), None)


def _serves(values: Sequence[Any], n_items: int) -> bool:
    """Tell whether a column sorts the items into groups: texts or whole numbers, fewer than there are items."""
    distinct = set()
    for value in values:
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, str | int):
            return False
        distinct.add(value)
    return 2 <= len(distinct) < n_items


def _labels(values: Sequence[Any], where: str) -> NDArray[np.object_]:
    memo: dict[Any, str | None] = {}
    out = np.empty(len(values), dtype=object)
    for row, value in enumerate(values):
        key = (type(value), value) if isinstance(value, bool | float) else value
        try:
            out[row] = memo[key]
        except KeyError:
            out[row] = memo[key] = label(value, f"row {row + 1} of {where}")
        except TypeError:  # a list or an object cannot be a key; label says so
            out[row] = label(value, f"row {row + 1} of {where}")
    return out
