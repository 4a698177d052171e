"""Where a path leads from: the value in hand, those around it, and the loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from evaligo.notify.templates.nodes import Argument, Given
from evaligo.notify.templates.values import MISSING, looked_up

__all__ = ["Scope"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One level of `each`, or the data as a whole.

    Parameters
    ----------
    here : JSON value
    outer : Scope, optional
        What `../` leads to.
    root : JSON value
        The data as a whole, `@root`.
    loop : mapping of str to JSON value
        `index`, `key`, `first` and `last`.
    """

    here: Any
    outer: Scope | None = None
    root: Any
    loop: Mapping[str, Any] = field(default_factory=dict)

    def value(self, argument: Argument) -> Any:
        """Return an argument's value, or `MISSING`.

        Examples
        --------
        >>> from evaligo.notify.templates.errors import Place
        >>> from evaligo.notify.templates.nodes import Path
        >>> scope = Scope(here={"a": {"b": 1}}, root={})
        >>> scope.value(Path(keys=("a", "b"), text="a.b", place=Place(1, 1)))
        1
        """
        if isinstance(argument, Given):
            return argument.value
        scope: Scope | None = self
        for _ in range(argument.up):
            scope = scope and scope.outer
        if scope is None:
            return MISSING
        found = {**scope.loop, "root": scope.root} if argument.loop else scope.here
        for key in argument.keys:
            found = looked_up(found, key)
        return found

    def each(self, value: Any) -> Iterator[Scope]:
        """Yield a scope for each element of a list, or value of a mapping; none for anything else."""
        if isinstance(value, Mapping):
            pairs = list(value.items())
        elif isinstance(value, (list, tuple)):
            pairs = list(enumerate(value))
        else:
            return
        for index, (key, inner) in enumerate(pairs):
            loop = {"index": index, "key": key, "first": index == 0, "last": index == len(pairs) - 1}
            yield Scope(here=inner, outer=self, root=self.root, loop=loop)
