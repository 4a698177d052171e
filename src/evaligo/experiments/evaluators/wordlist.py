"""Lists of words, written as running text."""

from __future__ import annotations

__all__ = ["words"]


def words(text: str) -> frozenset[str]:
    """Return the words of a text.

    Examples
    --------
    >>> sorted(words("one two"))
    ['one', 'two']
    """
    return frozenset(text.split())
