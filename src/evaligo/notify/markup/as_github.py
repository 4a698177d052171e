"""Write a message as GitHub's Markdown, in which only the template itself can mention somebody."""

from __future__ import annotations

import re
from collections.abc import Iterable

from evaligo.notify.markup.inline import Code, Inline, Link, Mention, Styled
from evaligo.notify.markup.reading import Line

__all__ = ["as_github"]

_STYLES = {"strong": "**", "emphasis": "*", "struck": "~~"}
_SIGNS = re.compile(r"[\\`*_\[\]<>~|&]")
_CALLS = re.compile(r"[@#](?=\w)")
_STARTS = re.compile(r"^(\s*)([-+#>]|\d+[.)])")


def as_github(lines: Iterable[Line]) -> str:
    r"""Return the text; each line stays one.

    Examples
    --------
    >>> from evaligo.notify.markup.reading import read
    >>> print(as_github(read(r"@team: **a** by \@bob, my\_bot")))
    @team: **a** by @<!-- -->bob, my\_bot
    """
    written: list[str] = []
    before = "blank"
    for line in lines:
        if (line.kind == "code") != (before == "code"):
            written.append("```")
        written.append(_line(line))
        before = line.kind
    return "\n".join([*written, "```"] if before == "code" else written)


def _line(line: Line) -> str:
    if line.kind == "code":
        return _parts(line.parts, code=True).replace("```", "` ` `")
    text = _parts(line.parts)
    if line.kind == "text":
        text = _STARTS.sub(r"\1\\\2", text)
    signs = {"item": f"{' ' * line.indent}- ", "quote": "> ", "heading": "### "}
    return f"{signs.get(line.kind, '')}{text}"


def _parts(parts: Iterable[Inline], *, code: bool = False) -> str:
    return "".join(part.text if code and not isinstance(part, Styled) else _part(part) for part in parts)


def _part(part: Inline) -> str:
    if isinstance(part, Styled):
        sign = _STYLES[part.style]
        return f"{sign}{_parts(part.inside)}{sign}"
    if isinstance(part, Code):
        return _code(part.text)
    if isinstance(part, Link):
        url = part.url.replace("<", "%3C").replace(">", "%3E")
        return f"<{url}>" if part.text == part.url else f"[{_escaped(part.text)}](<{url}>)"
    if isinstance(part, Mention):
        return part.text if part.text.startswith("@") else _escaped(part.said)
    return _escaped(part.text)


def _escaped(text: str) -> str:
    return _CALLS.sub(lambda match: f"{match[0]}<!-- -->", _SIGNS.sub(r"\\\g<0>", text))


def _code(text: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"
