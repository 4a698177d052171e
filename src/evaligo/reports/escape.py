"""Text that others wrote, made safe to show: ids, names, messages.

Every report first makes what cannot be seen visible (`visible`), so that no control character, terminal escape,
line break or change of reading direction gets through, and then escapes for its own format.
"""

from __future__ import annotations

import html
import re

__all__ = ["code", "middle", "prose", "summary", "visible"]

_JOINERS = "\u200c\u200d"  # several scripts and emoji cannot be written without them
_SPECIAL = re.compile(r"[\\`*{}\[\]<>|~&$]|(?<![^\W_])_|_(?![^\W_])")
_LIST_MARK = re.compile(r"^(?:[-+#](?![\w.])|\d+(?=[.)](?:\s|$)))")
_BACKTICKS = re.compile(r"`+")
_REFERENCE = re.compile(r"@(?=\w)|#(?=\d)|:(?=[\w/+-])|(?<=\b[Gg][Hh])-(?=\d)|(?<=\b[Ww]{3})\.", re.ASCII)
_UNSEEN = "&#8203;"  # a zero-width space: GitHub looks for @names, #1, :emoji: and links in the rendered text


def visible(text: str) -> str:
    r"""Write whatever has no glyph of its own as a backslash escape.

    Examples
    --------
    >>> print(visible("a\x1b[31m\nb\u202e"))
    a\x1b[31m\nb\u202e
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in _JOINERS else _backslashed(c) for c in text)


def middle(text: str, limit: int) -> str:
    """Cut the middle out of a long text; ids differ at their ends more often than in between.

    Examples
    --------
    >>> middle("passage-000123-question-7", 12)
    'passag…ion-7'
    """
    if len(text) <= limit:
        return text
    tail = (limit - 1) // 2
    return f"{text[: limit - 1 - tail]}…{text[len(text) - tail :]}"


def code(text: str, *, limit: int = 60) -> str:
    r"""Return a Markdown code span, fit for a table's cell: nothing in it is a link, a mention or a tag.

    A pipe ends a cell even within code, unless a backslash stands before it; where the text has that backslash of
    its own, the pipe is written as an escape.

    Examples
    --------
    >>> print(code("a|b"), code("`x`"), code(""))
    `a\|b` `` `x` `` (empty)
    """
    shown = middle(visible(text), limit).replace("\\|", "\\\\x7c").replace("|", "\\|")
    if not shown:
        return "(empty)"
    longest = max(map(len, _BACKTICKS.findall(shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def prose(text: str, *, limit: int = 600) -> str:
    r"""Return a sentence as Markdown text in which nothing is markup, a mention, an emoji code or a link.

    Examples
    --------
    >>> print(prose("ask @bob about min_delta | <b> :x:"))
    ask @&#8203;bob about min_delta \| \<b\> :&#8203;x:
    """
    shown = middle(visible(text).strip(), limit)
    escaped = _SPECIAL.sub(r"\\\g<0>", shown)
    escaped = _REFERENCE.sub(rf"\g<0>{_UNSEEN}", escaped)
    return _LIST_MARK.sub(_unlisted, escaped)


def summary(text: str, *, limit: int = 300) -> str:
    r"""Return a line that stands within HTML in Markdown, such as `<summary>`: no tag, mention, emoji code or link.

    Examples
    --------
    >>> print(summary("<b> of @bob"))
    &lt;b&gt; of @&#8203;bob
    """
    return _REFERENCE.sub(rf"\g<0>{_UNSEEN}", html.escape(middle(visible(text), limit), quote=False))


def _backslashed(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _unlisted(mark: re.Match[str]) -> str:
    """Keep a text's first characters from starting a list, a heading or a rule."""
    return f"{mark[0]}{_UNSEEN}" if mark[0].isdigit() else f"\\{mark[0]}"
