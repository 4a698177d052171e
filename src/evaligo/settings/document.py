"""A YAML file as plain values that know their lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaligo.errors import DataError, MissingExtraError, UnavailableError

__all__ = ["Document", "KeyPath", "read_document"]

KeyPath = tuple[str | int, ...]
_LARGEST = 5_000_000
_DEEPEST = 50
_MOST_VALUES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file's values, as they are written: references are not resolved.

    Parameters
    ----------
    source : str
        The file, as it is named in errors.
    data : builtins
        Mappings, lists and scalars.
    lines : mapping of key path to int
        The line of each key and list entry, from 1.
    """

    source: str
    data: Any
    lines: Mapping[KeyPath, int]

    def place(self, path: KeyPath) -> str:
        """Tell file and line of a key, or of the nearest thing around it.

        Examples
        --------
        >>> Document(source="a.yaml", data={"x": 1}, lines={("x",): 3}).place(("x", "y"))
        'a.yaml:3'
        """
        while path and path not in self.lines:
            path = path[:-1]
        return f"{self.source}:{self.lines.get(path, 1)}"


def read_document(path: Path, *, source: str | None = None) -> Document:
    """Read a YAML 1.2 file whose root is a mapping.

    Raises
    ------
    DataError
        The file is no YAML, has a key twice, or is something else than a mapping.
    UnavailableError
        The file cannot be opened.
    MissingExtraError
        ruamel.yaml is not installed.
    """
    name = source or str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnavailableError(f"{name}: {error.strerror}", hint="check the path") from error
    if len(raw) > _LARGEST:
        raise DataError(
            f"{name}: {len(raw)} bytes are more than a configuration holds", hint="check the path"
        )
    tree = _parsed(raw, name)
    if not isinstance(tree, dict):
        raise DataError(
            f"{name}: the file holds no keys", hint="write `key: value` lines, as in the documentation"
        )
    lines: dict[KeyPath, int] = {}
    return Document(source=name, data=_plain(tree, (), lines, name), lines=lines)


def _parsed(raw: bytes, name: str) -> Any:
    try:
        from ruamel.yaml import YAML  # noqa: PLC0415  (60 ms, and an extra)
        from ruamel.yaml.error import YAMLError  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("reading YAML", extra="experiments") from error
    try:
        return YAML(typ="rt").load(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DataError(f"{name}: byte {error.start} is no UTF-8", hint="save the file as UTF-8") from error
    except RecursionError as error:
        raise DataError(f"{name}: nested too deeply", hint=f"keep within {_DEEPEST} levels") from error
    except (YAMLError, ValueError) as error:
        raise DataError(f"{_marked(error, name)}: {_problem(error)}", hint="mend the YAML") from error


def _marked(error: Exception, name: str) -> str:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return name if mark is None else f"{name}:{mark.line + 1}"


def _problem(error: Exception) -> str:
    problem = getattr(error, "problem", None) or str(error)
    return " ".join(str(problem).split())[:200]


def _plain(node: Any, path: KeyPath, lines: dict[KeyPath, int], name: str) -> Any:
    """Turn ruamel's nodes into builtins, and note each key's line."""
    if len(path) > _DEEPEST:
        raise DataError(f"{name}: nested too deeply", hint=f"keep within {_DEEPEST} levels")
    tag = getattr(getattr(node, "tag", None), "value", None)
    if tag:
        raise DataError(f"{name}:{lines.get(path, 1)}: the tag {tag} is not understood", hint="leave it out")
    if isinstance(node, dict):
        return {
            key: _plain(value, _noted(node, key, path, lines, name), lines, name)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [
            _plain(value, _noted(node, at, path, lines, name), lines, name) for at, value in enumerate(node)
        ]
    return _scalar(node)


def _noted(node: Any, key: Any, path: KeyPath, lines: dict[KeyPath, int], name: str) -> KeyPath:
    line = _line(node, key)
    if not isinstance(key, (str, int)) or isinstance(key, bool):
        raise DataError(f"{name}:{line}: the key {key!r} is no text", hint="put it in quotes")
    if len(lines) > _MOST_VALUES:
        raise DataError(
            f"{name}: more than {_MOST_VALUES} values",
            hint="a configuration has fewer; look for aliases of aliases",
        )
    lines[(*path, key)] = line
    return (*path, key)


def _line(node: Any, key: Any) -> int:
    """Count from 1; what a merge (`<<: *other`) brought stands elsewhere, and gets the line of the mapping."""
    marks = node.lc
    place = (marks.data or {}).get(key)
    return int(marks.line if place is None else place[0]) + 1


def _scalar(node: Any) -> Any:
    """Undo ruamel's scalar types, which remember how they were written."""
    if node is None or isinstance(node, bool):
        return node
    for kind in (int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return str(node)  # a date or time stamp is text here
