"""Lists that are read a page at a time, as far as somebody looks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Generic, TypeVar

__all__ = ["AsyncListing", "Listing"]

T = TypeVar("T")
_USUAL, _MOST = 50, 200
Page = tuple[list[T], str | None]
"""Some things, and the cursor of the next page; None for the last."""


class Listing(Generic[T]):
    """Things of a list, for a `for` statement; each begins anew.

    Parameters
    ----------
    page : callable
        Takes a cursor, None for the first page, and how many to return at most.

    Examples
    --------
    >>> pages = {None: ([1, 2], "a"), "a": ([3], None)}
    >>> found = Listing(lambda cursor, size: pages[cursor])
    >>> list(found), found.first()
    ([1, 2, 3], 1)
    """

    def __init__(self, page: Callable[[str | None, int], Page[T]]) -> None:
        self._page = page

    def __iter__(self) -> Iterator[T]:
        cursor: str | None = None
        while True:
            some, cursor = self._page(cursor, _USUAL)
            yield from some
            if cursor is None:
                return

    def first(self) -> T | None:
        """Return the first; None where there is none."""
        return next(iter(self), None)

    def take(self, n: int, cursor: str | None = None) -> Page[T]:
        """Return the first `n` after a cursor, and the cursor of what follows; None where nothing does."""
        found: list[T] = []
        while len(found) < n:
            some, cursor = self._page(cursor, min(n - len(found), _MOST))
            found += some
            if cursor is None:
                break
        return found, cursor


class AsyncListing(Generic[T]):
    """Things of a list, for an `async for` statement; each begins anew.

    Parameters
    ----------
    page : callable
        Takes a cursor, None for the first page, and how many to return at most.
    """

    def __init__(self, page: Callable[[str | None, int], Awaitable[Page[T]]]) -> None:
        self._page = page

    async def __aiter__(self) -> AsyncIterator[T]:
        cursor: str | None = None
        while True:
            some, cursor = await self._page(cursor, _USUAL)
            for one in some:
                yield one
            if cursor is None:
                return

    async def first(self) -> T | None:
        """Return the first; None where there is none."""
        async for one in self:
            return one
        return None
