r"""Cut a template into text and tags.

A tag is recognised by its first characters, as in Handlebars; ``\{{`` is text, and ``\\{{`` a backslash and a tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from evaligo.notify.templates.errors import Place, TemplateError, place_of
from evaligo.notify.templates.nodes import NO_STRIP, Strip

__all__ = ["Piece", "Word", "pieces"]

Kind = Literal["text", "comment", "output", "raw", "open", "else", "close"]
_NOT_TAKEN = {
    "{": ("there are four braces", r"write \{{ for braces that are text"),
    ">": ("a template cannot take in another one", "write its text here"),
    "*": ("decorators are not understood", "leave it out"),
    "^": ("inverse blocks are not understood", "write {{#unless ...}}, or {{else}} inside of a block"),
}
_UP_TO_TAG = re.compile(r".*?(?=\{\{|\Z)", re.DOTALL)
_SPELLED_OUT = re.compile(r".{2,}?(?=\{\{|\\\{\{|\\\\\{\{|\Z)", re.DOTALL)
_COMMENT = re.compile(r"\{\{~?!--.*?--~?\}\}|\{\{~?!--~?\}\}|\{\{~?!(?!--).*?\}\}", re.DOTALL)
_ELSE = re.compile(r"\{\{~?(?:\^|\s*else)\s*~?\}\}")
_OPENING = re.compile(
    r"""
    \{\{~?(?:
        (?P<raw>[{&])
      | (?P<open>\#)
      | (?P<close>/)
      | (?P<else>\s*else(?=[\s~}]))
      | (?P<refused>[>*^])
      | (?P<output>)
    )
    """,
    re.VERBOSE,
)
_PART = r"""(?:\.\.|\.(?=[=~}\s/.)|])|\[(?:\\\]|[^\]])*\]|[^\s!"#%-,./;->@\[-\^`{-~]+(?=[=~}\s/.)|]))"""
_WORD = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<end>\}}{{4}}|\}}?~?\}}\}})
  | (?P<text>"(?:\\"|[^"])*"|'(?:\\'|[^'])*')
  | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?=[~}}\s)]))
  | (?P<path>@?{_PART}(?:[./]{_PART})*)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word inside of a tag.

    Parameters
    ----------
    kind : {"text", "number", "path", "other"}
    text : str
    place : Place
    """

    kind: str
    text: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A text or a tag.

    Parameters
    ----------
    kind : {"text", "comment", "output", "raw", "open", "else", "close"}
    text : str
        As it stands in the source.
    words : tuple of Word
        Of a tag.
    strip : Strip
    place : Place
    """

    kind: Kind
    text: str
    words: tuple[Word, ...] = ()
    strip: Strip = NO_STRIP
    place: Place


def pieces(source: str) -> Iterator[Piece]:
    r"""Yield a template's texts and tags in their order.

    Raises
    ------
    TemplateError
        A tag that never ends, or one of a kind that is not understood.

    Examples
    --------
    >>> [(piece.kind, piece.text) for piece in pieces(r"a{{b}}\{{c}}")]
    [('text', 'a'), ('output', '{{b}}'), ('text', '{{c}}')]
    """
    at = 0
    while at < len(source):
        text = _found(_UP_TO_TAG, source, at)
        start = at + len(text)
        spelled_out = start < len(source) and text.endswith("\\") and not text.endswith("\\\\")
        if start < len(source) and text.endswith("\\"):
            text = text[:-1]
        if text:
            yield Piece(kind="text", text=text, place=place_of(source, at))
        if spelled_out:
            yield Piece(kind="text", text=_found(_SPELLED_OUT, source, start), place=place_of(source, start))
            start += len(_found(_SPELLED_OUT, source, start))
        elif start < len(source):
            tag = _tag(source, start)
            yield tag
            start += len(tag.text)
        at = start


def _found(pattern: re.Pattern[str], source: str, at: int) -> str:
    match = pattern.match(source, at)
    return match[0] if match else ""


def _tag(source: str, start: int) -> Piece:
    place = place_of(source, start)
    if source.startswith("{{{{", start):
        raise _refused("{", place)
    if re.match(r"\{\{~?!", source[start : start + 4]):
        return _comment(source, start, place)
    if alone := _found(_ELSE, source, start):
        return Piece(kind="else", text=alone, strip=_strip(alone), place=place)
    opening = _OPENING.match(source, start)
    assert opening is not None  # noqa: S101  (its last alternative is empty)
    kind = opening.lastgroup or ""
    if kind == "refused":
        raise _refused(opening[kind], place)
    if kind == "open" and source[opening.end() : opening.end() + 1] in (">", "*"):
        raise _refused(source[opening.end()], place)
    words, end = _words(source, opening.end(), place, triple=opening[0].endswith("{") and kind == "raw")
    text = source[start:end]
    return Piece(kind=_kind(kind), text=text, words=words, strip=_strip(text), place=place)


def _kind(group: str) -> Kind:
    kinds: dict[str, Kind] = {"raw": "raw", "open": "open", "close": "close", "else": "else"}
    return kinds.get(group, "output")


def _comment(source: str, start: int, place: Place) -> Piece:
    text = _found(_COMMENT, source, start)
    if not text:
        end = "--}}" if re.match(r"\{\{~?!--", source[start : start + 6]) else "}}"
        raise TemplateError(place, "the comment never ends", hint=f"end it with {end}")
    return Piece(kind="comment", text=text, strip=_strip(text), place=place)


def _strip(tag: str) -> Strip:
    return Strip(before=tag[2] == "~", after=tag[-3] == "~")


def _words(source: str, at: int, place: Place, *, triple: bool) -> tuple[tuple[Word, ...], int]:
    words: list[Word] = []
    while match := _WORD.match(source, at):
        kind, at = match.lastgroup or "", match.end()
        if kind == "end":
            if match[0] == "}}}}" or (match[0] in ("}}}", "}~}}")) != triple:
                raise TemplateError(
                    place, "the tag's braces do not match", hint="close {{ with }}, and {{{ with }}}"
                )
            return tuple(words), at
        if kind != "space":
            words.append(Word(kind, match[0], place_of(source, match.start())))
    raise TemplateError(place, "the tag never ends", hint="end it with }}")


def _refused(sign: str, place: Place) -> TemplateError:
    problem, hint = _NOT_TAKEN[sign]
    return TemplateError(place, problem, hint=hint)
