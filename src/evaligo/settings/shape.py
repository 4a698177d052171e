"""Make a typed object of a part of a document; each misfit is named with file, line and the nearest right key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from evaligo.errors import DataError
from evaligo.settings.document import Document, KeyPath

__all__ = ["Shape", "near", "shaped", "value_at"]

S = TypeVar("S")
_PATH = re.compile(r" - at `\$(.*)`$")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")


class Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the keys of a part of a document are; its subclasses' fields are the keys.

    A subclass says ``frozen=True`` again, for type checkers, and checks more than types in `__post_init__` by raising
    ValueError with a sentence.
    """


def shaped(document: Document, kind: type[S], *, data: Any = None, at: KeyPath = ()) -> S:
    """Convert a part of a document, strictly.

    Parameters
    ----------
    document : Document
        For the lines of errors.
    kind : type
        A `Shape`, or whatever else msgspec converts.
    data : builtins, optional
        The part's values, where references in them were resolved; else the document's own.
    at : key path
        Where the part stands.

    Raises
    ------
    DataError
        An unknown, misspelt or missing key, or a value of another kind than its key takes.
    """
    values = value_at(document.data, at) if data is None else data
    for path, key, known in _unknown(inspect.type_info(kind), values):
        raise DataError(
            f"{document.place((*at, *path, key))}: there is no key {key!r} in {_where((*at, *path))}",
            hint=near(key, known),
        )
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        path, problem = _misfit(error, values, kind)
        raise DataError(
            f"{document.place((*at, *path))}: {_where((*at, *path))}: {problem}",
            hint="see the documentation of the file",
        ) from error


def value_at(data: Any, path: KeyPath) -> Any:
    """Return what stands at a path.

    Examples
    --------
    >>> value_at({"a": [{"b": 1}]}, ("a", 0, "b"))
    1
    """
    for step in path:
        data = data[step]
    return data


def near(name: str, known: Iterable[str]) -> str:
    """Say which of the known names may have been meant.

    Examples
    --------
    >>> near("modle", ["model", "messages"]), near("zzz", ["model", "messages"])
    ("did you mean 'model'?", 'the known ones are messages, model')
    """
    there = sorted(known)
    close = get_close_matches(str(name), there, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else f"the known ones are {', '.join(there) or 'none'}"


def _unknown(info: inspect.Type, value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str, list[str]]]:
    """Find keys that no shape has, wherever the types tell what is meant."""
    if isinstance(info, inspect.UnionType):
        info = next((t for t in info.types if _fits(t, value)), info)
    if isinstance(info, inspect.StructType) and isinstance(value, dict):
        fields = {f.encode_name: f.type for f in info.fields}
        known = [*fields, *([info.tag_field] if info.tag_field else [])]
        for key, inner in value.items():
            if key in fields:
                yield from _unknown(fields[key], inner, (*path, key))
            elif key not in known:
                yield path, key, known
    elif isinstance(info, inspect.DictType) and isinstance(value, dict):
        for key, inner in value.items():
            yield from _unknown(info.value_type, inner, (*path, key))
    elif isinstance(info, (inspect.ListType, inspect.VarTupleType)) and isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _unknown(info.item_type, inner, (*path, at))


def _fits(info: inspect.Type, value: Any) -> bool:
    if isinstance(info, inspect.StructType):
        return isinstance(value, dict) and (not info.tag_field or value.get(info.tag_field) == info.tag)
    return isinstance(info, (inspect.ListType, inspect.VarTupleType)) == isinstance(
        value, list
    ) and isinstance(info, inspect.DictType) == isinstance(value, dict)


def _misfit(error: msgspec.ValidationError, values: Any, kind: type) -> tuple[KeyPath, str]:
    """Find the path of msgspec's error; it does not name a mapping's keys, so that each is tried."""
    match = _PATH.search(str(error))
    steps = [a or b for a, b in _STEP.findall(match[1])] if match else []
    path: list[str | int] = []
    here = values
    for step in steps:
        if step == "..." and isinstance(here, Mapping):
            path.append(_culprit(values, path, here, kind, str(error)))
        else:
            path.append(int(step) if isinstance(here, list) else step)
        try:
            here = here[path[-1]]
        except (KeyError, IndexError, TypeError):
            break
    return tuple(path), _PATH.sub("", str(error))


def _culprit(values: Any, path: list[str | int], here: Mapping[str, Any], kind: type, said: str) -> str:
    """Return the key without whose neighbours the same error comes."""
    for key, value in here.items():
        try:
            msgspec.convert(_with(values, path, {key: value}), kind)
        except msgspec.ValidationError as error:
            if str(error) == said:
                return key
    return next(iter(here))


def _with(values: Any, path: list[str | int], part: Any) -> Any:
    """Return a copy of `values` in which `part` stands at `path`."""
    if not path:
        return part
    copy = list(values) if isinstance(values, list) else dict(values)
    copy[path[0]] = _with(values[path[0]], path[1:], part)  # type: ignore[index]  # a key of its own kind
    return copy


def _where(path: KeyPath) -> str:
    if not path:
        return "the file"
    return "`" + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".") + "`"
