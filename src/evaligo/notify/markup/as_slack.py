"""Write a message in Slack's mrkdwn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evaligo.notify.markup.inline import Code, Inline, Link, Mention, Styled, plain_text
from evaligo.notify.markup.reading import Line

__all__ = ["as_slack", "escape_slack", "slack_link"]

_STYLES = {"strong": "*", "emphasis": "_", "struck": "~"}


def as_slack(lines: Iterable[Line], *, longest: int) -> Iterator[str]:
    r"""Yield the lines in texts of at most `longest` characters each; a line that is longer is cut, and says so by `…`.

    Examples
    --------
    >>> from evaligo.notify.markup.reading import read
    >>> list(as_slack(read("**a** [b](https://c.example)\n- \\<!here\\>"), longest=3000))
    ['*a* <https://c.example|b>\n• &lt;!here&gt;']
    """
    text = ""
    for line in _lines(lines, longest):
        if text and len(text) + 1 + len(line) > longest:
            yield _closed(text)
            text = line
        else:
            text = f"{text}\n{line}" if text else line
    if text:
        yield _closed(text)


def escape_slack(text: str) -> str:
    """Escape the three signs that Slack reads as control characters.

    Examples
    --------
    >>> escape_slack("<!channel> & co")
    '&lt;!channel&gt; &amp; co'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def slack_link(text: str, url: str) -> str:
    """Write a link; its text takes no marks of its own.

    Examples
    --------
    >>> slack_link("a > b", "https://a.example/?x=1&y=2")
    '<https://a.example/?x=1&amp;y=2|a &gt; b>'
    """
    address = escape_slack(url.replace("<", "%3C").replace(">", "%3E").replace("|", "%7C"))
    return f"<{address}>" if text == url else f"<{address}|{escape_slack(text).replace('|', '¦')}>"


def _closed(text: str) -> str:
    return text.strip("\n") or " "


def _lines(lines: Iterable[Line], longest: int) -> Iterator[str]:
    for line in lines:
        yield _fitting(line, longest)


def _fitting(line: Line, longest: int) -> str:
    text = _line(line)
    if len(text) <= longest:
        return text
    said = plain_text(line.parts)
    while len(escape_slack(said)) > longest - 1:
        said = said[: max(0, len(said) - max(1, (len(escape_slack(said)) - longest) // 5))]
    return f"{escape_slack(said)}…"


def _line(line: Line) -> str:
    text = _parts(line.parts)
    if line.kind == "heading":
        return f"*{escape_slack(plain_text(line.parts))}*"
    if line.kind == "code":
        return f"`{text}`" if text.strip() else ""
    if line.kind == "item":
        return f"{' ' * line.indent}• {text}"
    return f"> {text}" if line.kind == "quote" else text


def _parts(parts: Iterable[Inline]) -> str:
    return "".join(_part(part) for part in parts)


def _part(part: Inline) -> str:
    if isinstance(part, Styled):
        sign = _STYLES[part.style]
        return f"{sign}{_parts(part.inside)}{sign}"
    if isinstance(part, Code):
        return f"`{escape_slack(part.text)}`"
    if isinstance(part, Link):
        return slack_link(part.text, part.url)
    if isinstance(part, Mention) and part.text.startswith("<"):
        return part.text
    return escape_slack(part.text)
