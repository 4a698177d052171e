"""Find what a template asks for and the data do not have, before it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evaligo.notify.templates.errors import Place
from evaligo.notify.templates.nodes import Argument, Block, Node, Output, Path
from evaligo.notify.templates.scope import Scope
from evaligo.notify.templates.values import MISSING

__all__ = ["Gap", "gaps"]


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """A place of a template that prints nothing, or nothing that helps.

    Parameters
    ----------
    line, column : int
        From 1.
    name : str
        As the template writes it.
    problem : str
    """

    line: int
    column: int
    name: str
    problem: str

    def __str__(self) -> str:
        return f"{Place(self.line, self.column)}: {self.name} {self.problem}"


def gaps(nodes: list[Node], data: Mapping[str, Any]) -> tuple[Gap, ...]:
    """List a template's gaps in their order, each once.

    Branches are looked into whether or not they would be printed; a loop's body only where the list has elements.
    """
    found = _gaps(nodes, Scope(here=data, root=data))
    return tuple(sorted(set(found)))


def _gaps(nodes: list[Node], scope: Scope) -> Iterator[Gap]:
    for node in nodes:
        if isinstance(node, Output):
            yield from _of_output(node, scope)
        elif isinstance(node, Block):
            yield from _of_block(node, scope)


def _of_output(output: Output, scope: Scope) -> Iterator[Gap]:
    for argument in (output.value, *output.arguments, *output.options.values()):
        yield from _of_argument(argument, scope)
    value = scope.value(output.value)
    if isinstance(output.value, Path) and isinstance(value, Mapping):
        known = ", ".join(map(str, value)) or "nothing"
        yield _gap(output.value, f"is a mapping; name one of its keys: {known}")


def _of_block(block: Block, scope: Scope) -> Iterator[Gap]:
    yield from _of_argument(block.value, scope)
    if block.kind == "each":
        for inner in scope.each(scope.value(block.value)):
            yield from _gaps(block.body, inner)
    else:
        yield from _gaps(block.body, scope)
    yield from _gaps(block.otherwise or [], scope)


def _of_argument(argument: Argument, scope: Scope) -> Iterator[Gap]:
    if isinstance(argument, Path) and scope.value(argument) is MISSING:
        yield _gap(argument, "does not exist")


def _gap(path: Path, problem: str) -> Gap:
    return Gap(path.place.line, path.place.column, path.text, problem)
