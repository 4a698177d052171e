"""Find a room's parts: its built-ins, then those of other packages by entry point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

__all__ = ["Named", "parts"]


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
