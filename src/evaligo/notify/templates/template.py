"""A template, read once and rendered often."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evaligo.notify.templates.errors import Place, TemplateError
from evaligo.notify.templates.escapes import escape_markdown
from evaligo.notify.templates.gaps import Gap, gaps
from evaligo.notify.templates.helpers import helped
from evaligo.notify.templates.nodes import Argument, Block, Node, Output, Text
from evaligo.notify.templates.parser import parse
from evaligo.notify.templates.scope import Scope
from evaligo.notify.templates.values import truthy, written

__all__ = ["Template"]

_LONGEST_SOURCE = 50_000
_LONGEST = 100_000
_MOST_STEPS = 100_000
_SHORTENED = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A template.

    Parameters
    ----------
    source : str
        As it is written.
    nodes : list of node
    """

    source: str
    nodes: list[Node] = field(repr=False)

    @classmethod
    def of(cls, source: str) -> Template:
        """Read a template.

        Raises
        ------
        TemplateError
            It is none; the sentence names line and column.

        Examples
        --------
        >>> Template.of("{{#each a}}{{b}}")
        Traceback (most recent call last):
        evaligo.notify.templates.errors.TemplateError: line 1, column 1 of the template: 'each' is never closed; write {{/each}} behind it
        """
        if len(source) > _LONGEST_SOURCE:
            problem = f"it has {len(source)} characters"
            raise TemplateError(Place(1, 1), problem, hint=f"keep within {_LONGEST_SOURCE}")
        return cls(source=source, nodes=parse(source))

    def render(
        self,
        data: Mapping[str, Any],
        *,
        escape: Callable[[str], str] = escape_markdown,
        longest: int = _LONGEST,
    ) -> str:
        r"""Print it with data; a value that is not there prints nothing.

        Parameters
        ----------
        data : mapping
            JSON values.
        escape : callable
            What is done to each value that is not asked for raw.
        longest : int
            Characters, after which the rest is left out and `…` stands.

        Examples
        --------
        >>> template = Template.of("{{#each a}}{{@index}}:{{this}} {{else}}none{{/each}}")
        >>> template.render({"a": ["x", "y_z"]}), template.render({})
        ('0:x 1:y\\_z ', 'none')
        """
        printer = _Printer(escape, longest)
        try:
            printer.print(self.nodes, Scope(here=data, root=data))
        except _FullError:
            return "".join(printer.text)[:longest].rstrip("\\") + _SHORTENED
        return "".join(printer.text)

    def gaps(self, data: Mapping[str, Any]) -> tuple[Gap, ...]:
        """List what the template asks for and the data do not have, branches that are not printed included."""
        return gaps(self.nodes, data)


class _FullError(Exception):
    """Enough is printed."""


class _Printer:
    """Prints nodes into `text`, up to a number of characters and of steps."""

    def __init__(self, escape: Callable[[str], str], longest: int) -> None:
        self.text: list[str] = []
        self._escape = escape
        self._left = longest
        self._steps = _MOST_STEPS

    def print(self, nodes: list[Node], scope: Scope) -> None:
        for node in nodes:
            if isinstance(node, Text):
                self._put(node.value)
            elif isinstance(node, Output):
                shown = _shown(node, scope)
                self._put(shown if node.raw else self._escape(shown))
            elif isinstance(node, Block):
                self._block(node, scope)

    def _put(self, text: str) -> None:
        self.text.append(text)
        self._left -= len(text)
        if self._left < 0:
            raise _FullError

    def _block(self, block: Block, scope: Scope) -> None:
        value = scope.value(block.value)
        done = False
        if block.kind == "each":
            for inner in scope.each(value):
                self._step()
                self.print(block.body, inner)
                done = True
        elif _holds(block, value, scope):
            self.print(block.body, scope)
            done = True
        if not done and block.otherwise is not None:
            self.print(block.otherwise, scope)

    def _step(self) -> None:
        self._steps -= 1
        if self._steps < 0:
            raise _FullError


def _holds(block: Block, value: Any, scope: Scope) -> bool:
    zero_counts = block.zero_counts is not None and truthy(scope.value(block.zero_counts))
    return truthy(value, zero_counts=zero_counts) == (block.kind == "if")


def _shown(output: Output, scope: Scope) -> str:
    value = scope.value(output.value)
    if not output.helper:
        return written(value)
    options: dict[str, Argument] = dict(output.options)
    return helped(
        output.helper,
        value,
        [scope.value(argument) for argument in output.arguments],
        {name: scope.value(argument) for name, argument in options.items()},
    )
