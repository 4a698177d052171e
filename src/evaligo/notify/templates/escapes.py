"""What is done to a value before it is printed, by where the text goes."""

from __future__ import annotations

import re

__all__ = ["escape_html", "escape_markdown", "escape_nothing"]

_HTML = str.maketrans({
    "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;", "`": "&#x60;", "=": "&#x3D;",
})  # fmt: skip
_MARKDOWN = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_{}[]()#+-!<>~|@&:=."})
_LINE_END = re.compile(r"\s*[\r\n\u2028\u2029]+\s*")


def escape_html(text: str) -> str:
    """Make a text harmless in HTML, attributes in quotes included; the signs are those that Handlebars escapes.

    Examples
    --------
    >>> escape_html('<a href="x">')
    '&lt;a href&#x3D;&quot;x&quot;&gt;'
    """
    return text.translate(_HTML)


def escape_markdown(text: str) -> str:
    r"""Make a text stand for itself in Markdown: no sign of it starts a list, a link, a mention or a line of its own.

    Line ends become spaces: what is said of an item must not end the line that says it.

    Examples
    --------
    >>> escape_markdown("my_bot\n# @all")
    'my\\_bot \\# \\@all'
    """
    return _LINE_END.sub(" ", text).translate(_MARKDOWN)


def escape_nothing(text: str) -> str:
    """Leave a text as it is.

    Examples
    --------
    >>> escape_nothing("a < b")
    'a < b'
    """
    return text
