"""Undo what hides a word: look-alike letters, digits and signs for letters, spacing, repeats, masks, invisible marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator

__all__ = ["plain", "undisguised"]

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_ALIKE = str.maketrans("аеорсухіѕјкмтвнԁɡυοαεικντρսոհցʏıł’‘ø", "aeopcyxisjkmtbhdguoaeikvtpunhgyil''o")
_MIXED = re.compile(r"[^\W\d_]*[a-z][^\W\d_]*")
_SIGNS = {
    "0": "o",
    "3": "e",
    "4": "a",
    "5": "s",
    "7": "t",
    "8": "b",
    "@": "a",
    "$": "s",
    "€": "e",
    "+": "t",
    "(": "c",
    "£": "l",
}
_AS_I = str.maketrans({**_SIGNS, "1": "i", "!": "i", "|": "i"})
_AS_L = str.maketrans({**_SIGNS, "1": "l", "!": "l", "|": "l"})
_SIGNED = re.compile(r"(?=\S*[a-z])(?=\S*[0-9@$€£!|+*#])[^\s\"“”]+|[0-9@$!]{4,}")
_MAY_BE_SIGNED = re.compile(r"[0-9@$€£!|+*#][a-z*]|[a-z][0-9@$€£|+*#]")
_SPACED = re.compile(
    r"(?<!\w)[a-z0-9@$!*](?P<gap>[ ._\-*/|]{1,3})[a-z0-9@$!*](?:(?P=gap)[a-z0-9@$!*])+(?!\w)"
)
_LONG = re.compile(r"\w*([a-z])\1\1\w*")
_RUN = re.compile(r"([a-z])\1+")
_RUN3 = re.compile(r"([a-z])\1\1+")
_ENDS = ".,;:!?)\"'…”"


def plain(text: str) -> str:
    """Return a text in lower case, without accents, invisible marks and letters of other scripts within Latin words.

    Examples
    --------
    >>> plain("Ｆｕ\u200bсk"), plain("Ночь"), plain("naïve")
    ('fuck', 'ночь', 'naive')
    """
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text))
    text = "".join(c for c in text if not unicodedata.combining(c)).casefold()
    return _MIXED.sub(lambda match: match[0].translate(_ALIKE), text).replace("’", "'")


def undisguised(text: str, known: Collection[str]) -> Iterator[tuple[str, int, int]]:
    """Yield the known words that a plain text hides, and where.

    Parameters
    ----------
    text : str
        As `plain` returns it.
    known : collection of str

    Examples
    --------
    >>> [word for word, _, _ in undisguised("1d10t m-o-r-o-n mooorooon m*r*n p4ssw0rd", {"idiot", "moron"})]
    ['moron', 'moron', 'idiot', 'moron']
    """
    for match in _SPACED.finditer(text):
        yield from _first(_letters(match[0].replace(match["gap"], "")), known, match)
    for match in _LONG.finditer(text) if _RUN3.search(text) else ():
        yield from _first(_shortened(match[0]), known, match)
    for match in _SIGNED.finditer(text) if _MAY_BE_SIGNED.search(text) else ():
        yield from _first(_unsigned(match[0]), known, match)


def _first(
    words: Iterator[str], known: Collection[str], match: re.Match[str]
) -> Iterator[tuple[str, int, int]]:
    for word in words:
        found = word if word in known else _unmasked(word, known) if "*" in word or "#" in word else None
        if found:
            yield found, match.start(), match.end()
            return


def _letters(token: str) -> Iterator[str]:
    yield token.translate(_AS_I)
    yield token.translate(_AS_L)


def _shortened(word: str) -> Iterator[str]:
    yield _RUN3.sub(r"\1", word)
    yield _RUN3.sub(r"\1\1", word)
    yield _RUN.sub(r"\1", word)


def _unsigned(token: str) -> Iterator[str]:
    bare = token.rstrip(_ENDS).lstrip("\"'(“")
    if bare.startswith("*") and bare.endswith("*"):  # Markdown
        bare = bare.strip("*")
    if "*" not in bare and bare.isalpha():
        return
    for word in _letters(bare):
        yield word
        yield from _shortened(word)


def _unmasked(word: str, known: Collection[str]) -> str | None:
    """Find a known word of the same length behind stars; it must show its first letter, and another or its last."""
    mask = re.sub(r"[*#]", ".", word)
    shown = len(mask) - mask.count(".")
    if not (len(mask) >= 4 and mask[0].isalpha() and shown >= 2 and re.fullmatch(r"[a-z.]+", mask)):
        return None
    pattern = re.compile(mask)
    return next((candidate for candidate in known if pattern.fullmatch(candidate)), None)
