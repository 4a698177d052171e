"""What a line of Markdown is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

__all__ = ["Code", "Inline", "Link", "Mention", "Styled", "Words", "inlines", "plain_text"]

Style = Literal["strong", "emphasis", "struck"]
_DEEPEST = 5
_LONGEST = 2_000
"""A longer line is no prose; signs in it are left as they are, so that no line takes long to read."""
_INSIDE = r"(?:\\.|[^\\])+?"
_TOKEN = re.compile(
    rf"""
    \\(?P<escaped>[!-/:-@\[-`{{-~])
  | (?P<ticks>`+)(?P<code>(?:\\.|[^\\])+?)(?<!`)(?P=ticks)(?!`)
  | \[(?P<label>(?:\\.|[^\[\]\\])*)\]\((?P<url>(?:\\.|[^()\\\s])*)\)
  | <(?P<address>https?://[^<>\s]+)>
  | (?P<slack><[!@#][^<>\s]+>)
  | (?<![\w@/.])(?P<name>@[A-Za-z0-9][\w-]*(?:/[\w-]+)?)
  | \*\*(?=\S)(?P<strong>{_INSIDE})(?<=\S)\*\*
  | __(?=\S)(?P<strong2>{_INSIDE})(?<=\S)__(?!\w)
  | ~~(?=\S)(?P<struck>{_INSIDE})(?<=\S)~~
  | \*(?=[^\s*])(?P<emphasis>{_INSIDE})(?<=[^\s*])\*(?!\*)
  | (?<!\w)_(?=[^\s_])(?P<emphasis2>{_INSIDE})(?<=[^\s_])_(?!\w)
    """,
    re.VERBOSE,
)
_BARE = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?'()\[\]*_]")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_STYLES: dict[str, Style] = {
    "strong": "strong",
    "strong2": "strong",
    "struck": "struck",
    "emphasis": "emphasis",
    "emphasis2": "emphasis",
}
_SCHEMES = ("https://", "http://", "mailto:")


@dataclass(frozen=True, slots=True)
class Words:
    """Text that stands for itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Text in the type of a program."""

    text: str


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody who is called, as the template writes it: ``@team``, or Slack's ``<!here>`` and ``<@U123>``."""

    text: str

    @property
    def said(self) -> str:
        """As it reads where it calls nobody."""
        name = self.text.strip("<>@!#").rpartition("|")[2]
        return f"#{name}" if self.text.startswith("<#") else f"@{name}"


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads somewhere; the schemes are http, https and mailto."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Styled:
    """Text that is set off."""

    style: Style
    inside: tuple[Inline, ...]


Inline = Words | Code | Mention | Link | Styled


def inlines(text: str, *, depth: int = 0) -> tuple[Inline, ...]:
    r"""Read a line.

    Examples
    --------
    >>> inlines(r"**Now:** my\_bot")
    (Styled(style='strong', inside=(Words(text='Now:'),)), Words(text=' my_bot'))
    >>> inlines("[results](https://a.example)"), inlines("[x](javascript:1)")
    ((Link(text='results', url='https://a.example'),), (Words(text='x'),))
    """
    if depth > _DEEPEST or len(text) > _LONGEST:
        return (Words(_without_escapes(text)),)
    return tuple(_joined(_read(text, depth)))


def plain_text(parts: tuple[Inline, ...]) -> str:
    """Return what a line says, without its signs and addresses."""
    return "".join(
        plain_text(part.inside)
        if isinstance(part, Styled)
        else part.said
        if isinstance(part, Mention)
        else part.text
        for part in parts
    )


def _read(text: str, depth: int) -> Iterator[Inline]:
    at = 0
    for match in _TOKEN.finditer(text):
        yield Words(text[at : match.start()])
        yield _token(match, depth)
        at = match.end()
    yield Words(text[at:])


def _token(match: re.Match[str], depth: int) -> Inline:
    for name, style in _STYLES.items():
        if match[name] is not None:
            return Styled(style, inlines(match[name], depth=depth + 1))
    if match["label"] is not None:
        return _link(_without_escapes(match["label"]), _without_escapes(match["url"]))
    if match["code"] is not None:
        return Code(_without_escapes(match["code"]))
    if match["address"] is not None:
        return Link(match["address"], match["address"])
    name = match["slack"] or match["name"]
    return Mention(name) if name else Words(match["escaped"])


def _link(text: str, url: str) -> Inline:
    return Link(text or url, url) if url.lower().startswith(_SCHEMES) else Words(text)


def _joined(parts: Iterator[Inline]) -> Iterator[Inline]:
    """Join neighbouring words, and find the addresses in them."""
    words = ""
    for part in parts:
        if isinstance(part, Words):
            words += part.text
            continue
        yield from _addresses(words)
        words = ""
        yield part
    yield from _addresses(words)


def _addresses(text: str) -> Iterator[Inline]:
    at = 0
    for match in _BARE.finditer(text):
        if match.start() > at:
            yield Words(text[at : match.start()])
        yield Link(match[0], match[0])
        at = match.end()
    if at < len(text):
        yield Words(text[at:])


def _without_escapes(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)
