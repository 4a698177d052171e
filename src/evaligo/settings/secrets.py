"""`${{ secrets.X }}` and `${{ env.X }}`: resolved from the environment, and kept out of whatever is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evaligo.errors import UsageError

__all__ = ["Redactor", "Resolved", "resolve"]

_REFERENCE = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_NAMED = re.compile(r"(secrets|env)\.([A-Za-z_][A-Za-z0-9_]*)")
_HALF_OF_A_PAIR = re.compile(r"[\ud800-\udfff]")
"""Of a surrogate pair: Python holds it in a text, and no file or database does."""
_TELLING = 6
"""A shorter value of `env` is a word like any other, and to blot it out would harm what is printed."""

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Redactor:
    """Puts the references back in the place of their values.

    Examples
    --------
    >>> Redactor({"sk-12345": "${{ secrets.KEY }}"}).clean("bad key sk-12345")
    'bad key ${{ secrets.KEY }}'
    """

    values: Mapping[str, str] = field(default_factory=dict, repr=False)

    def clean(self, text: str) -> str:
        """Return a text of ours, such as an error's sentence, without any value, and such that it can be written."""
        for value, reference in self._longest_first():
            if value in text:
                text = text.replace(value, reference)
        return _writable(text)

    def clean_foreign(self, text: str) -> str:
        """Return a text of others, such as a model's answer, without any secret; what `env` says may stand in it."""
        for value, reference in self._longest_first():
            if "secrets." in reference and value in text:
                text = text.replace(value, reference)
        return _writable(text)

    def joined(self, other: Redactor) -> Redactor:
        """Return one that knows the values of both."""
        return Redactor({**other.values, **self.values})

    def _longest_first(self) -> list[tuple[str, str]]:
        return sorted(self.values.items(), key=lambda pair: -len(pair[0]))


def _writable(text: str) -> str:
    return text if text.isascii() else _HALF_OF_A_PAIR.sub("\N{REPLACEMENT CHARACTER}", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A document with its references replaced, and what takes the values out again."""

    data: Any
    redactor: Redactor


def resolve(data: Any, environment: Mapping[str, str], place: Callable[[Path], str]) -> Resolved:
    """Replace each reference in a tree of mappings, sequences and scalars.

    Parameters
    ----------
    data : builtins
    environment : mapping of str to str
    place : callable
        Tells file and line of a path, for errors.

    Raises
    ------
    UsageError
        A reference that cannot be read, or names a variable that is not set.

    Examples
    --------
    >>> found = resolve({"key": "${{ secrets.KEY }}"}, {"KEY": "sk-1"}, lambda path: "a.yaml:1")
    >>> found.data, found.redactor.clean("sk-1")
    ({'key': 'sk-1'}, '${{ secrets.KEY }}')
    """
    values: dict[str, str] = {}

    def walk(node: Any, path: Path) -> Any:
        if isinstance(node, dict):
            return {key: walk(value, (*path, key)) for key, value in node.items()}
        if isinstance(node, list):
            return [walk(value, (*path, at)) for at, value in enumerate(node)]
        if isinstance(node, str) and "${{" in node:
            return _REFERENCE.sub(lambda match: _value(match, environment, place(path), values), node)
        return node

    return Resolved(data=walk(data, ()), redactor=Redactor(values))


def _value(match: re.Match[str], environment: Mapping[str, str], place: str, values: dict[str, str]) -> str:
    named = _NAMED.fullmatch(match[1])
    if named is None:
        raise UsageError(
            f"{place}: {match[0]!r} cannot be resolved", hint="write ${{ secrets.NAME }} or ${{ env.NAME }}"
        )
    kind, name = named.groups()
    value = environment.get(name, "")
    if not value:
        what = "secret" if kind == "secrets" else "variable"
        raise UsageError(
            f"{place}: the {what} {name} is not set", hint=f"set the environment variable {name}"
        )
    if kind == "secrets" or len(value) >= _TELLING:
        values.setdefault(value, f"${{{{ {kind}.{name} }}}}")
    return value
