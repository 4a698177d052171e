"""Texts as evaluators compare them: Unicode, case, white space and punctuation evened out on request."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any, Literal

import msgspec

from evaligo.experiments.evaluators.local import Local

__all__ = ["Textual", "Unicode", "as_text", "evened", "folded"]

Unicode = Literal["NFC", "NFKC", "none"]
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "−": "-"})


class Textual(Local, frozen=True, kw_only=True):
    """A local evaluator that evens texts out before it compares them.

    `unicode` is the normal form (Unicode Standard Annex 15); NFKC also makes full-width letters and ½ plain.
    """

    unicode: Unicode = "NFC"
    ignore_case: bool = False
    ignore_whitespace: bool = True
    """Runs of white space count as one space, and none at the ends."""
    ignore_punctuation: bool = False

    def even(self, text: str) -> str:
        """Even a text out."""
        text = evened(text, self.unicode)
        if self.ignore_case:
            text = folded(text)
        if self.ignore_punctuation:
            text = _without_punctuation(text)
        return " ".join(text.split()) if self.ignore_whitespace else text


def evened(text: str, form: Unicode) -> str:
    """Bring a text to a normal form, with plain quotes, hyphens and minus signs.

    Examples
    --------
    >>> evened("don’t", "NFC"), evened("½", "NFKC"), evened("don’t", "none")
    ("don't", '1⁄2', 'don’t')
    """
    if form == "none" or text.isascii():
        return text
    return unicodedata.normalize(form, text).translate(_QUOTES)


def folded(text: str) -> str:
    """Fold case, so that NFC texts stay NFC."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text.casefold())


@lru_cache(maxsize=64)
def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character).startswith("P")


def _without_punctuation(text: str) -> str:
    return re.sub(r"[^\w\s]|_", lambda match: "" if _is_punctuation(match[0]) else match[0], text)


def as_text(value: Any) -> str:
    """Write an expected answer as a model would: strings as they are, numbers plainly, the rest as JSON.

    Examples
    --------
    >>> as_text("a"), as_text(7.0), as_text(True), as_text({"b": [1]})
    ('a', '7', 'true', '{"b":[1]}')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return msgspec.json.encode(value, order="deterministic").decode()
