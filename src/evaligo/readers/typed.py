"""Decode just the planned fields of JSON records, at the speed of typed structs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated, Any

import msgspec

from evaligo.readers.plan import Plan

__all__ = ["Typed"]

_Id = str | int
_Score = float | bool | None
_Epoch = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)] | None
_Cluster = str | int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A struct made for a plan.

    Parameters
    ----------
    type : type
        What msgspec decodes a record to.
    get : mapping of path to function
        Takes the path's value out of such a record.
    """

    type: type[msgspec.Struct]
    get: Mapping[str, Callable[[Any], Any]]

    @classmethod
    def of(cls, plan: Plan, sample: Iterable[Mapping[str, Any]]) -> Typed | None:
        """Make the struct, or None where the records' keys rule one out: then they are read as dicts.

        Examples
        --------
        >>> typed = Typed.of(Plan(id="id", scores={"scores.f1": "f1"}), [])
        >>> record = msgspec.json.decode(b'{"id": "a", "scores": {"f1": 0.5}, "more": []}', type=typed.type)
        >>> typed.get["scores.f1"](record)
        0.5
        """
        tree: dict[str, Any] = {}
        fields = {plan.id: (_Id, True), **dict.fromkeys(plan.scores, (_Score, True))}
        fields |= {} if plan.epoch is None else {plan.epoch: (_Epoch, False)}
        fields |= {path: (_Cluster, False) for path in plan.clusters if path not in fields}
        if any(map(_dotted, sample)) or not all(
            _plant(tree, path.split("."), leaf) for path, leaf in fields.items()
        ):
            return None
        try:
            struct, places, _ = _grow(tree)
        except ValueError:  # a key with a quote or a line break
            return None
        return cls(type=struct, get={path: attrgetter(places[path]) for path in fields})


def _dotted(record: Mapping[str, Any]) -> bool:
    """Tell whether a key itself holds a dot, so that a path could mean two things."""
    return any("." in k or (isinstance(v, Mapping) and _dotted(v)) for k, v in record.items())


def _plant(tree: dict[str, Any], parts: list[str], leaf: tuple[Any, bool]) -> bool:
    """Put a leaf at its place; False where a leaf stands in the way."""
    *stem, tip = parts
    for part in stem:
        tree = tree.setdefault(part, {})
        if not isinstance(tree, dict):
            return False
    return tree.setdefault(tip, leaf) is leaf


def _grow(tree: Mapping[str, Any]) -> tuple[type[msgspec.Struct], dict[str, str], bool]:
    """Make the struct of a tree, with where each path lies in it and whether it must be there."""
    fields: list[Any] = []
    places: dict[str, str] = {}
    required = False
    for n, (key, leaf) in enumerate(tree.items()):
        name = f"f{n}"
        if isinstance(leaf, dict):
            kind, below, must = _grow(leaf)
            places |= {f"{key}.{path}": f"{name}.{place}" for path, place in below.items()}
            default: Any = msgspec.field(default_factory=kind)
        else:
            (kind, must), default = leaf, None
            places[key] = name
        fields.append((name, kind) if must else (name, kind, default))
        required = required or must
    rename = {f"f{n}": key for n, key in enumerate(tree)}
    return msgspec.defstruct("Record", fields, rename=rename, kw_only=True, gc=False), places, required
