"""Which fields of a file's records are read, and as what: fixed by the format, asked for, or found from a sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evaligo.errors import DataError
from evaligo.readers.carried import asked_paths, may_cluster
from evaligo.readers.contract import Ask
from evaligo.readers.paths import NOWHERE, dig, flatten, last

__all__ = ["IDS", "Plan", "constant", "plan_from"]

IDS = (
    "item_id", "id", "sample_id", "doc_id", "question_id", "instance_id", "example_id", "test_id", "prompt_id",
    "uid", "uuid", "idx", "index", "task_id",
)  # fmt: skip
"""The columns that are taken for the item's id where `--id` names none: the first that is there and varies."""

_EPOCHS = ("epoch", "epochs", "trial", "repeat")
_NO_METRICS = frozenset(
    {*IDS, *_EPOCHS, "created", "created_at", "line", "row", "row_id", "seed", "timestamp", "time", "version"}
)
_NO_METRICS_IN = ("metadata", "doc", "input", "config", "params")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The fields to read, each by its dotted path.

    Parameters
    ----------
    id : str
    scores : mapping of path to metric name
    epoch : str, optional
    clusters : tuple of str
        Every path that might serve, the one asked for among them.
    required : bool
        Whether a record without a score's key is an error; else its score is absent.
    aliases : mapping of str to tuple of metric names
    """

    id: str
    scores: Mapping[str, str]
    epoch: str | None = None
    clusters: tuple[str, ...] = ()
    required: bool = False
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def plan_from(sample: Sequence[Mapping[str, Any]], ask: Ask, label: str) -> Plan:
    """Choose the fields from a file's first records.

    Parameters
    ----------
    sample : sequence of mapping
        At least one record.
    ask : Ask
    label : str
        The file, for the error's sentence.

    Raises
    ------
    DataError
        No column serves as the item's id.

    Examples
    --------
    >>> plan = plan_from([{"id": "a", "repo": "x", "scores": {"f1": 0.5}}], Ask(), "a.jsonl")
    >>> plan.id, plan.scores, plan.clusters
    ('id', {'scores.f1': 'scores.f1'}, ('repo',))
    """
    seen = _seen(sample)
    key = _id(sample, seen, ask.id, label)
    epoch = next((p for p in _EPOCHS if p in seen and p != key and all(map(_whole, seen[p]))), None)
    scores = _scores(seen, ask.metric, {key, epoch})
    clusters = [p for p in seen if may_cluster(p) and p != key and p not in scores]
    return Plan(
        id=key,
        scores={path: path for path in scores},
        epoch=epoch,
        clusters=tuple(dict.fromkeys([*clusters, *asked_paths(ask.cluster, sample)])),
        aliases=_aliases(scores),
    )


def constant(sample: Iterable[Mapping[str, Any]], key: str) -> Any:
    """Return a field's value where all sampled records agree on it, such as the model's name; else None.

    Examples
    --------
    >>> constant([{"model": "m"}, {"model": "m"}], "model"), constant([{"id": 1}, {"id": 2}], "id")
    ('m', None)
    """
    values = [record.get(key) for record in sample]
    return values[0] if values and all(v == values[0] for v in values) else None


def _seen(sample: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Collect each path's values over the sample, nulls left out."""
    seen: dict[str, list[Any]] = {}
    for record in sample:
        for path, value in flatten(record).items():
            values = seen.setdefault(path, [])
            if value is not None:
                values.append(value)
    return seen


def _id(
    sample: Sequence[Mapping[str, Any]], seen: Mapping[str, list[Any]], asked: str | None, label: str
) -> str:
    there = ", ".join(map(repr, seen)) or "none"
    if asked is not None:
        if all(dig(record, asked) is NOWHERE for record in sample):
            raise DataError(
                f"{label}: there is no column {asked!r} for the item's id", hint=f"the columns are {there}"
            )
        return asked
    found = [name for name in IDS if name in seen]
    if not found:
        raise DataError(
            f"{label}: no column is the item's id", hint=f"name one with --id; the columns are {there}"
        )
    return next((name for name in found if len(set(map(str, seen[name]))) > 1), found[0])


def _scores(seen: Mapping[str, list[Any]], asked: str | None, taken: set[str | None]) -> list[str]:
    """Choose the metrics: those that the asked name could mean, or else every column of numbers."""
    named = [p for p in seen if asked is not None and p not in taken and asked in (p, last(p))]
    if named:
        return [asked] if asked in named and asked is not None else named
    numbers = [p for p in seen if p not in taken and _may_score(p, seen[p])]
    return [asked, *numbers] if asked is not None and asked not in taken else numbers


def _may_score(path: str, values: Sequence[Any]) -> bool:
    container, dot, _ = path.partition(".")
    if (dot and container in _NO_METRICS_IN) or last(path).lower() in _NO_METRICS or may_cluster(path):
        return False
    return bool(values) and all(isinstance(v, bool | int | float) for v in values)


def _aliases(scores: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Let a nested metric go by its last component, too."""
    aliases: dict[str, tuple[str, ...]] = {}
    for path in scores:
        if last(path) != path:
            aliases[last(path)] = (*aliases.get(last(path), ()), path)
    return aliases


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
