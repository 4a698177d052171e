"""Fill `{{input}}` and the like into texts and JSON: data goes in as data, and is never read as a template itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

import msgspec

from evaligo.experiments.contract import PermanentFailureError
from evaligo.records import Item
from evaligo.settings.shape import near

__all__ = ["MISSING", "Template", "Tree", "at_path", "shown_values"]

MISSING = object()
NAMES = ("id", "input", "context", "metadata")
_PLACE = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_PATH = re.compile(r"[A-Za-z_][\w-]*(?:\.[\w-]+)*")
_percent = partial(quote, safe="")


def shown_values(item: Item) -> dict[str, Any]:
    """Return what a target may see of an item: everything but the expected answer."""
    return {"id": item.id, "input": item.input, "context": item.context, "metadata": item.metadata}


@dataclass(frozen=True, slots=True)
class Template:
    """A text with placeholders.

    Parameters
    ----------
    parts : tuple
        Texts, and paths such as ``("metadata", "lang")``, in turn.

    Examples
    --------
    >>> Template.of("Q: {{input.question}}").render({"input": {"question": "{{id}}?"}})
    'Q: {{id}}?'
    """

    parts: tuple[str | tuple[str, ...], ...]

    @classmethod
    def of(cls, text: str) -> Template:
        """Read a template.

        Raises
        ------
        ValueError
            A placeholder that names nothing, or the expected answer.
        """
        return cls(tuple(_parts(text)))

    @property
    def whole(self) -> tuple[str, ...] | None:
        """The path, where the text is a single placeholder and nothing else."""
        only = self.parts[0] if len(self.parts) == 1 else ""
        return only if isinstance(only, tuple) else None

    def render(self, values: Mapping[str, Any], escape: Callable[[str], str] = str) -> str:
        """Fill it; what is no text goes in as JSON.

        Raises
        ------
        PermanentFailureError
            The item has no such value.
        """
        return "".join(
            [part if isinstance(part, str) else escape(_text(_found(values, part))) for part in self.parts]
        )

    def render_in_url(self, values: Mapping[str, Any]) -> str:
        """Fill it; values are percent-encoded, so that none of them leaves its place in the address."""
        return self.render(values, _percent)


@dataclass(frozen=True, slots=True)
class Tree:
    """JSON whose texts are templates; keys are left as they are.

    Parameters
    ----------
    node : JSON value, with a `Template` for each text
    typed : bool
        Whether a text that is one placeholder takes the value itself, of whatever type, and not its text.

    Examples
    --------
    >>> Tree.of({"q": "{{input}}", "n": 1}, typed=True).render({"input": [1, 2]})
    {'q': [1, 2], 'n': 1}
    """

    node: Any
    typed: bool = False

    @classmethod
    def of(cls, node: Any, *, typed: bool = False) -> Tree:
        """Read the templates of a tree.

        Raises
        ------
        ValueError
            As for `Template.of`.
        """
        return cls(_compiled(node), typed)

    def render(self, values: Mapping[str, Any]) -> Any:
        """Fill it.

        Raises
        ------
        PermanentFailureError
            The item has no such value.
        """
        return self._filled(self.node, values)

    def _filled(self, node: Any, values: Mapping[str, Any]) -> Any:
        if isinstance(node, Template):
            whole = node.whole if self.typed else None
            return node.render(values) if whole is None else _found(values, whole)
        if isinstance(node, dict):
            return {key: self._filled(value, values) for key, value in node.items()}
        if isinstance(node, list):
            return [self._filled(value, values) for value in node]
        return node


def at_path(value: Any, path: tuple[str, ...]) -> Any:
    """Return what stands at a dotted path of a JSON value, or `MISSING`; a number indexes a list.

    Examples
    --------
    >>> at_path({"a": [{"b": 1}]}, ("a", "0", "b"))
    1
    """
    for step in path:
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, (list, tuple)) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return MISSING
    return value


def _parts(text: str) -> Iterator[str | tuple[str, ...]]:
    end = 0
    for match in _PLACE.finditer(text):
        if match.start() > end:
            yield text[end : match.start()]
        yield _checked(match[1])
        end = match.end()
    if end < len(text):
        yield text[end:]


def _checked(path: str) -> tuple[str, ...]:
    name = path.partition(".")[0]
    if name == "expected":
        raise ValueError("{{expected}} would tell the answer to what is tested; leave it out")
    if name not in NAMES or not _PATH.fullmatch(path):
        raise ValueError(f"{{{{{path}}}}} names nothing of an item; {near(name, NAMES)}")
    return tuple(path.split("."))


def _compiled(node: Any) -> Any:
    if isinstance(node, str):
        return Template.of(node) if "{{" in node else node
    if isinstance(node, Mapping):
        return {key: _compiled(value) for key, value in node.items()}
    if isinstance(node, (list, tuple)):
        return [_compiled(value) for value in node]
    return node


def _found(values: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value = at_path(values, path)
    if value is MISSING or value is None:
        raise PermanentFailureError(f"the item has no {'.'.join(path)}, which the configuration fills in")
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
