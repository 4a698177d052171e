"""Find a room's parts: its built-ins, then those of other packages by entry point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any, Protocol, TypeVar

from evaligo.errors import UsageError

__all__ = ["LazyPart", "Named", "find_part", "parts"]


class Named(Protocol):
    """Whatever has a name of its own."""

    @property
    def name(self) -> str:
        """The name that users type."""


T = TypeVar("T", bound=Named)


def parts(room: str, builtins: Iterable[T]) -> Iterator[T]:
    """Yield a room's built-in parts, then the installed third-party ones.

    Parameters
    ----------
    room : str
        The room's name, such as ``"readers"``; other packages announce a part under the entry-point group
        ``evaligo.<room>``.
    builtins : iterable
        The parts that evaligo ships, in the order in which they are tried.

    Yields
    ------
    part
        Built-ins first, so that no package can replace one in silence.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> [p.name for p in parts("nowhere", [SimpleNamespace(name="a")])]
    ['a']
    """
    yield from builtins
    from importlib.metadata import entry_points  # noqa: PLC0415  (takes 20 ms; most calls end before)

    for point in entry_points(group=f"evaligo.{room}"):
        yield point.load()


@dataclass(frozen=True, slots=True)
class LazyPart:
    """A built-in part whose file is imported when it is asked for.

    Parameters
    ----------
    name : str
    where : str
        ``"module:attribute"``.

    Examples
    --------
    >>> LazyPart("root", "math:sqrt").load()(4.0)
    2.0
    """

    name: str
    where: str

    def load(self) -> Any:
        """Import it."""
        module, _, attribute = self.where.partition(":")
        return getattr(import_module(module), attribute)


def find_part(room: str, builtins: Iterable[LazyPart], name: str) -> Any:
    """Load the part of a name: a built-in, or another package's entry point in ``evaligo.<room>``.

    Raises
    ------
    UsageError
        There is none; the sentence names the nearest.
    """
    from importlib.metadata import entry_points  # noqa: PLC0415  (takes 20 ms; most calls end before)

    ours = {part.name: part for part in builtins}
    if name in ours:
        return ours[name].load()
    others = {point.name: point for point in entry_points(group=f"evaligo.{room}")}
    if name in others:
        return others[name].load()
    there = sorted({*ours, *others})
    close = get_close_matches(name, there, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(there)}"
    raise UsageError(f"there is nothing named {name!r} among the {room}", hint=hint)
