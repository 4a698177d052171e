"""Read Markdown line by line: a message keeps the lines that its author wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from evaligo.notify.markup.inline import Inline, Words, inlines

__all__ = ["Line", "read"]

_HEADING = re.compile(r"#{1,6}[ \t]+(.*?)[ \t]*#*$")
_ITEM = re.compile(r"[-*+][ \t]+(.*)$")
_QUOTE = re.compile(r">[ \t]?(.*)$")
_FENCE = re.compile(r"(`{3,}|~{3,})[^`]*$")
_WIDEST = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Parameters
    ----------
    kind : {"text", "heading", "item", "quote", "code", "blank"}
    parts : tuple of inline
    indent : int
        Spaces before it.
    """

    kind: Literal["text", "heading", "item", "quote", "code", "blank"]
    parts: tuple[Inline, ...] = ()
    indent: int = 0


def read(text: str) -> tuple[Line, ...]:
    r"""Read a text; blank lines at its start and end are left out, and no two stand together.

    Examples
    --------
    >>> [line.kind for line in read("# A\n\n\n- b\n> c")]
    ['heading', 'blank', 'item', 'quote']
    """
    lines: list[Line] = []
    for line in _lines(text):
        if line.kind != "blank" or (lines and lines[-1].kind != "blank"):
            lines.append(line)
    return tuple(lines[:-1] if lines and lines[-1].kind == "blank" else lines)


def _lines(text: str) -> Iterator[Line]:
    fence = ""
    for written in text.splitlines():
        stripped = written.strip()
        if fence:
            if stripped == fence:
                fence = ""
            else:
                yield Line("code", (Words(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", written)),))
        elif match := _FENCE.match(stripped):
            fence = match[1]
        else:
            yield _line(written, stripped)


def _line(written: str, stripped: str) -> Line:
    indent = min(_WIDEST, len(written.expandtabs(4)) - len(written.expandtabs(4).lstrip()))
    if not stripped:
        return Line("blank")
    if match := _HEADING.match(stripped):
        return Line("heading", inlines(match[1]))
    if match := _ITEM.match(stripped):
        return Line("item", inlines(match[1]), indent)
    if match := _QUOTE.match(stripped):
        return Line("quote", inlines(match[1]))
    return Line("text", inlines(stripped), indent)
