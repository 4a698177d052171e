"""Make the target and the evaluators that a configuration names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from evaligo.errors import DataError, UsageError
from evaligo.experiments import evaluators as evaluator_room
from evaligo.experiments import targets as target_room
from evaligo.experiments.config import LoadedConfig
from evaligo.experiments.contract import Evaluator, Setting, Target
from evaligo.registry import LazyPart, find_part
from evaligo.settings.document import Document, KeyPath
from evaligo.settings.shape import shaped

__all__ = ["Entry", "make_evaluators", "make_target"]

Entry = tuple[Document, KeyPath, Any]
"""One entry of a list of evaluators: the document it stands in, where, and its value with references resolved."""


def make_target(config: LoadedConfig) -> Target:
    """Make the target of a configuration.

    Raises
    ------
    DataError
        No such kind of target, or keys that it does not take.
    """
    made: Target = _part(
        "targets", target_room.BUILTINS, (config.document, ("target",), config.data["target"])
    )
    return made


def make_evaluators(entries: Iterable[Entry], setting: Setting) -> tuple[Evaluator, ...]:
    """Make evaluators, ready to work; an entry that stands twice, word for word, is one.

    Raises
    ------
    DataError
        No such evaluator, keys that it does not take, or two that give the same metric.
    """
    chosen: list[Entry] = []
    for entry in entries:
        if entry[2] not in [other[2] for other in chosen]:
            chosen.append(entry)
    made = tuple(_part("evaluators", evaluator_room.BUILTINS, entry).prepare(setting) for entry in chosen)
    _refuse_same_metric(made, chosen)
    return made


def _part(room: str, builtins: Sequence[LazyPart], entry: Entry) -> Any:
    document, at, value = entry
    keys = {"type": value} if isinstance(value, str) else dict(value)
    kind = keys.pop("type", None)
    if not isinstance(kind, str):
        raise DataError(f"{document.place(at)}: there is no `type`", hint=f"name one of the {room}")
    try:
        part = _own(room, kind) or find_part(room, builtins, kind)
    except UsageError as error:
        raise DataError(f"{document.place((*at, 'type'))}: {error.message}", hint=error.hint) from error
    return shaped(document, part, data=keys, at=at)


def _own(room: str, kind: str) -> Any:
    """An evaluator named `module:name` is one of the user's own."""
    if room != "evaluators" or ":" not in kind:
        return None
    from evaligo.experiments.evaluators.own import own_evaluator  # noqa: PLC0415  (few configurations have one)

    return own_evaluator(kind)


def _refuse_same_metric(made: Sequence[Evaluator], entries: Sequence[Entry]) -> None:
    givers: dict[str, str] = {}
    for evaluator, (document, at, _) in zip(made, entries, strict=True):
        for metric in evaluator.metrics:
            if metric.name in givers:
                raise DataError(
                    f"{document.place(at)}: {evaluator.name!r} and {givers[metric.name]!r} both give {metric.name!r}",
                    hint="leave one out, or name its metric otherwise with `metric:`",
                )
            givers[metric.name] = evaluator.name
