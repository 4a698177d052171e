"""Which of a file's columns could be clusters: they are carried along, so that a gate can ask to have one named."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaligo.readers.paths import NOWHERE, dig, last
from evaligo.readers.values import label

__all__ = ["asked_paths", "carried", "cluster_name", "labels", "may_cluster"]

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


def asked_paths(asked: str | None, sample: Iterable[Any] = ()) -> tuple[str, ...]:
    """Return where the column that a user named may lie, the likeliest first.

    Parameters
    ----------
    asked : str, optional
    sample : iterable of records, optional
        Leaves only the places that one of them has; the name itself where none has any.

    Examples
    --------
    >>> asked_paths("repo")
    ('repo', 'metadata.repo', 'doc.repo')
    >>> asked_paths("repo", [{"id": 1, "metadata": {"repo": "x"}}])
    ('metadata.repo',)
    """
    if asked is None:
        return ()
    places = (asked, *(f"{c}.{asked}" for c in _CONTAINERS))
    records = list(sample)
    there = tuple(p for p in places if any(dig(r, p) is not NOWHERE for r in records))
    return there or (places if not records else (asked,))


def carried(
    columns: Mapping[str, Sequence[Any]],
    item_ids: Sequence[str] | NDArray[np.object_],
    *,
    asked: str | None = None,
    source: str = "",
) -> dict[str, NDArray[np.object_]]:
    """Choose the columns that can serve as clusters.

    Parameters
    ----------
    columns : mapping of dotted path to values
        A value a row; None where the row has none. Paths in `metadata` and `doc` go by their short name too.
    item_ids : sequence of str, length n_rows
    asked : str, optional
        What the user named: it is taken whatever it holds, under that very name.
    source : str, optional
        The file, for the error's sentence.

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
    n_items = len(set(item_ids)) if any(map(may_cluster, columns)) else 0
    found: dict[str, NDArray[np.object_]] = {}
    for path, values in columns.items():
        if path == named and asked is not None:
            found[asked] = labels(values, asked, source)
        elif may_cluster(path) and _serves(values, n_items):
            found.setdefault(cluster_name(path), labels(values, path, source))
    return found


def _named(columns: Mapping[str, Sequence[Any]], asked: str | None) -> str | None:
    """Find the column that the user means: the first of its possible places that holds anything."""
    there = [path for path in asked_paths(asked) if path in columns]
    return next((path for path in there if any(v is not None for v in columns[path])), None)


def _serves(values: Sequence[Any], n_items: int) -> bool:
    """Tell whether a column sorts the items into groups: texts or whole numbers, fewer than there are items."""
    try:
        distinct = set(values) - {None}
    except TypeError:  # a list or an object
        return False
    return 2 <= len(distinct) < n_items and all(map(_names, distinct))


def _names(value: Any) -> bool:
    """Tell whether a value is a name or a number that serves as one; columns with holes may hold 3 as 3.0."""
    if isinstance(value, float):
        return value.is_integer() or math.isnan(value)
    return isinstance(value, str | int) and not isinstance(value, bool)


def labels(values: Sequence[Any], name: str, source: str = "") -> NDArray[np.object_]:
    """Turn a column's values into cluster ids.

    Raises
    ------
    DataError
        A value is a list or an object.

    Examples
    --------
    >>> labels([1, None, 1], "repo").tolist()
    ['1', None, '1']
    """
    out = np.empty(len(values), dtype=object)
    try:
        where = f"{source}: {name!r}"
        memo = {
            value: value if type(value) is str and value else label(value, where) for value in set(values)
        }
    except TypeError:  # a list or an object; label says so, with its row
        out[:] = [label(v, f"{source}: row {n}, {name!r}") for n, v in enumerate(values, 1)]
    else:
        out[:] = list(map(memo.__getitem__, values))
    return out
