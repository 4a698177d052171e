"""Write a message as plain text."""

from __future__ import annotations

from collections.abc import Iterable

from evaligo.notify.markup.inline import Inline, Link, Mention, Styled
from evaligo.notify.markup.reading import Line

__all__ = ["as_plain"]


def as_plain(lines: Iterable[Line]) -> str:
    """Return the text, a link's address behind it in brackets.

    Examples
    --------
    >>> from evaligo.notify.markup.reading import read
    >>> print(as_plain(read("**Now:** [results](https://a.example)")))
    Now: results (https://a.example)
    """
    return "\n".join(_line(line) for line in lines)


def _line(line: Line) -> str:
    text = "".join(_part(part) for part in line.parts)
    signs = {"item": "- ", "quote": "> ", "code": "    "}
    return f"{' ' * line.indent}{signs.get(line.kind, '')}{text}"


def _part(part: Inline) -> str:
    if isinstance(part, Styled):
        return "".join(_part(inner) for inner in part.inside)
    if isinstance(part, Link) and part.text != part.url:
        return f"{part.text} ({part.url})"
    return part.said if isinstance(part, Mention) else part.text
