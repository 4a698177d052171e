"""Read what stands inside of a tag: paths, literals, a helper with its arguments."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evaligo.notify.templates.errors import Place, TemplateError
from evaligo.notify.templates.lexer import Piece, Word
from evaligo.notify.templates.nodes import Argument, Given, Output, Path

__all__ = ["arguments_of", "output_of"]

_CONSTANTS = {"true": True, "false": False, "null": None, "undefined": None}
_LOOP = ("index", "key", "first", "last", "root")
_PARTS = re.compile(r"\[((?:\\\]|[^\]])*)\]|\.\.|\.(?=/|$)|[^./\[]+")


def output_of(piece: Piece) -> Output:
    """Read a tag that prints something.

    Raises
    ------
    TemplateError
        It names nothing, or is no path and no helper with arguments.
    """
    raw = piece.kind == "raw"
    if not piece.words:
        raise TemplateError(piece.place, "the tag is empty", hint="name a value, such as {{experiment.name}}")
    first, *rest = piece.words
    if not rest:
        value = _argument(first)
        if isinstance(value, Given):
            raise TemplateError(first.place, "a literal needs no braces", hint="write it as text")
        return Output(value=value, raw=raw, strip=piece.strip)
    given, options = arguments_of(rest)
    if first.kind != "path" or not given:
        raise TemplateError(
            first.place,
            f"{first.text!r} is followed by something that is no part of its name",
            hint="put a key with other signs in brackets: {{data.[my key]}}",
        )
    return Output(
        helper=first.text,
        value=given[0],
        arguments=tuple(given[1:]),
        options=options,
        raw=raw,
        strip=piece.strip,
    )


def arguments_of(words: Sequence[Word]) -> tuple[list[Argument], dict[str, Argument]]:
    """Read a helper's or a block's arguments: those by position, then those by name.

    Raises
    ------
    TemplateError
    """
    given: list[Argument] = []
    options: dict[str, Argument] = {}
    at = 0
    while at < len(words):
        if at + 1 < len(words) and words[at + 1].text == "=":
            _refuse_missing(words, at)
            options[words[at].text] = _argument(words[at + 2])
            at += 3
        else:
            _refuse_late(words[at], options)
            given.append(_argument(words[at]))
            at += 1
    return given, options


def _refuse_missing(words: Sequence[Word], at: int) -> None:
    if at + 2 == len(words):
        raise TemplateError(
            words[at].place, f"{words[at].text}= has no value", hint="write one, as in digits=1"
        )


def _refuse_late(word: Word, options: dict[str, Argument]) -> None:
    if options:
        raise TemplateError(
            word.place, f"{word.text!r} stands after a named option", hint="put the named options last"
        )


def _argument(word: Word) -> Argument:
    if word.kind == "text":
        quote = word.text[0]
        return Given(word.text[1:-1].replace(f"\\{quote}", quote))
    if word.kind == "number":
        return Given(float(word.text) if "." in word.text else int(word.text))
    if word.kind == "path":
        return Given(_CONSTANTS[word.text]) if word.text in _CONSTANTS else _path(word)
    hint = "put a key with other signs in brackets: {{data.[my key]}}"
    if word.text in "()":
        hint = "a helper takes plain values, not another helper's"
    elif word.text == "|":
        hint = "leave `as |name|` out, and write `this`"
    raise TemplateError(word.place, f"{word.text!r} cannot stand here", hint=hint)


def _path(word: Word) -> Path:
    loop = word.text.startswith("@")
    up = 0
    keys: list[str] = []
    for match in _PARTS.finditer(word.text.removeprefix("@")):
        part, bracketed = match[0], match[1]
        if bracketed is not None:
            keys.append(re.sub(r"\\([\\\]])", r"\1", bracketed))
        elif part not in (".", "..", "this"):
            keys.append(part)
        elif keys:
            raise TemplateError(
                word.place, f"{word.text!r} is no path", hint=f"put {part!r} in front, as in ../name"
            )
        else:
            up += part == ".."
    if loop:
        _check_loop(keys, word.text, word.place)
    return Path(up=up, keys=tuple(keys), loop=loop, text=word.text, place=word.place)


def _check_loop(keys: Sequence[str], text: str, place: Place) -> None:
    if not keys or keys[0] not in _LOOP:
        known = ", ".join(f"@{name}" for name in _LOOP)
        raise TemplateError(place, f"there is no {text}", hint=f"there are {known}")
