"""Numbers in running text: signs, thousands separators, percent, powers of ten, fractions, words such as million."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

__all__ = ["Decimal", "Number", "numbers_in"]

Decimal = Literal[".", ","]

_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "bn": 1e9, "mn": 1e6}
_WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
}  # fmt: skip
_SIGNS = str.maketrans({"−": "-", "–": "-", "⁄": "/", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'"})


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it stands in a text.

    Parameters
    ----------
    value : float
        As written: 12 for "12 %".
    percent : bool
    text : str
    """

    value: float
    percent: bool
    text: str

    def same(self, other: Number, *, absolute: float, relative: float) -> bool:
        """Tell whether two are equal within a tolerance; 12 %, 0.12 and a bare 12 are the same share.

        Examples
        --------
        >>> share = Number(12.0, True, "12%")
        >>> share.same(Number(0.12, False, "0.12"), absolute=0.0, relative=0.0)
        True
        """
        if self.percent == other.percent:
            return _near(self.value, other.value, absolute, relative)
        share, plain = (self, other) if self.percent else (other, self)
        return _near(share.value / 100.0, plain.value, absolute, relative) or _near(
            share.value, plain.value, absolute, relative
        )


def _near(a: float, b: float, absolute: float, relative: float) -> bool:
    rounding = 1e-12 * max(abs(a), abs(b))
    return abs(a - b) <= max(absolute, relative * abs(b), rounding)


@lru_cache(maxsize=4)
def _pattern(decimal: Decimal, *, words: bool) -> re.Pattern[str]:
    point, comma = (r"\.", ",") if decimal == "." else (",", r"\.")
    whole = rf"\d{{1,3}}(?:{comma}\d{{3}})+(?!\d)|\d{{1,3}}(?:'\d{{3}})+(?!\d)|\d{{1,3}}(?: \d{{3}})+(?!\d)|\d{{1,2}}(?:,\d{{2}})+,\d{{3}}(?!\d)|\d+"
    spelt = rf"|\b(?P<word>{'|'.join(_WORDS)})\b(?!-)" if words else ""
    return re.compile(
        rf"(?:(?P<sign>(?<![\w)\]])[-+]\s?)?(?:[$€£¥]\s?)?(?<![\w.])(?<![^\W\d]-)(?:(?P<whole>{whole})(?:{point}(?P<part>\d+))?|{point}(?P<bare>\d+))"
        rf"(?:e(?P<e>[-+]?\d{{1,3}})(?!\w)|\s?(?:[×x*]|\\times)\s?10\s?\^\s?\{{?(?P<ten>[-+]?\d{{1,3}})\}}?)?"
        rf"(?:/(?P<under>\d{{1,9}})(?![\d/]))?{spelt})"
        rf"(?:\s?(?P<percent>%|percent\b|per cent\b)|[\s-]?(?P<scale>{'|'.join(_SCALES)})\b)?",
        re.IGNORECASE,
    )


def numbers_in(text: str, *, decimal: Decimal = ".", words: bool = False) -> Iterator[Number]:
    """Yield the numbers of a text in their order; those inside names, such as GPT-4, are none.

    Parameters
    ----------
    text : str
    decimal : {".", ","}
        What stands before the decimals; the other one may then part thousands.
    words : bool
        Whether one to twenty, the tens and hundred count when they are spelt out.

    Examples
    --------
    >>> [number.value for number in numbers_in("−1,234.5, 3 million, 1.5 × 10^3, 3/4 and GPT-4")]
    [-1234.5, 3000000.0, 1500.0, 0.75]
    >>> [number.value for number in numbers_in("1.234,5", decimal=",")]
    [1234.5]
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS)
    for match in _pattern(decimal, words=words).finditer(text):
        value = _value(match)
        if value is not None:
            yield Number(value, match["percent"] is not None, match[0].strip())


def _value(match: re.Match[str]) -> float | None:
    groups = match.groupdict()
    if groups.get("word"):
        value = float(_WORDS[groups["word"].lower()])
    else:
        digits = re.sub(r"\D", "", groups["whole"] or "0")
        value = float(f"{digits[:300]}.{groups['part'] or groups['bare'] or '0'}")
        value *= 10.0 ** min(300, int(groups["e"] or groups["ten"] or 0))
        if groups["under"]:
            if not int(groups["under"]):
                return None
            value /= int(groups["under"])
        if groups["sign"] and "-" in groups["sign"]:
            value = -value
    value *= _SCALES[groups["scale"].lower()] if groups["scale"] else 1.0
    return value if abs(value) < 1e300 else None
