"""Write a message as HTML for mails: no scripts, no pictures, styles on the elements themselves."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from itertools import groupby

from evaligo.notify.markup.inline import Code, Inline, Link, Mention, Styled
from evaligo.notify.markup.reading import Line

__all__ = ["as_html"]

_TAGS = {"strong": "strong", "emphasis": "em", "struck": "del"}
_CODE = "font-family:monospace;background:#f3f4f6;padding:0 3px"


def as_html(lines: Iterable[Line]) -> str:
    """Return the elements of the lines, without a document around them.

    Examples
    --------
    >>> from evaligo.notify.markup.reading import read
    >>> print(as_html(read("**a** < b")))
    <p><strong>a</strong> &lt; b</p>
    """
    return "\n".join(
        _group(kind, list(group)) for kind, group in groupby(lines, lambda line: line.kind) if kind != "blank"
    )


def _group(kind: str, lines: list[Line]) -> str:
    inside = [_parts(line.parts) for line in lines]
    if kind == "heading":
        return "\n".join(f"<h3>{text}</h3>" for text in inside)
    if kind == "item":
        return "\n".join(["<ul>", *_items(lines, inside), "</ul>"])
    if kind == "code":
        return f'<pre style="{_CODE}">' + "\n".join(inside) + "</pre>"
    text = "<br>\n".join(inside)
    return f"<blockquote>{text}</blockquote>" if kind == "quote" else f"<p>{text}</p>"


def _items(lines: list[Line], inside: list[str]) -> Iterator[str]:
    for line, text in zip(lines, inside, strict=True):
        style = f' style="margin-left:{line.indent // 2 * 16}px"' if line.indent >= 2 else ""
        yield f"<li{style}>{text}</li>"


def _parts(parts: Iterable[Inline]) -> str:
    return "".join(_part(part) for part in parts)


def _part(part: Inline) -> str:
    if isinstance(part, Styled):
        tag = _TAGS[part.style]
        return f"<{tag}>{_parts(part.inside)}</{tag}>"
    if isinstance(part, Code):
        return f'<code style="{_CODE}">{html.escape(part.text)}</code>'
    if isinstance(part, Link):
        return f'<a href="{html.escape(part.url)}">{html.escape(part.text)}</a>'
    return html.escape(part.said if isinstance(part, Mention) else part.text, quote=False)
