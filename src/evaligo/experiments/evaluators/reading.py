"""A sentence as evidence: its content words in order, with numbers, names and what is negated."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from evaligo.experiments.evaluators.lemmas import NEGATORS, STOPWORDS, lemma
from evaligo.experiments.evaluators.wordlist import words

__all__ = ["Reading", "read"]

_TOKEN = re.compile(
    r"\d{1,3}(?:[,\u202f\u00a0]\d{3})+(?:\.\d+)?|\d+(?:[.:,]\d+)*"
    r"|[^\W\d_][^\W_]*(?:['’][^\W\d_]+|-[^\W\d_]{2,})*|[,;()]"
)
_TURNING = words(
    """
    but and et und y while whereas although though because mais aber sondern pero sino
    """
)
_PRONOUNS = words(
    """
    it he she they its his her their them him this these those such il elle ils elles son sa ses er sie
    es ihr ihre su sus
    """
)  # fmt: skip
_NUMBERS = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10",
    "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16",
    "seventeen": "17", "eighteen": "18", "nineteen": "19", "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50",
    "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90", "twice": "2", "dix": "10", "deux": "2", "trois": "3",
    "quatre": "4", "cinq": "5", "sept": "7", "huit": "8", "neuf": "9", "douze": "12", "zwei": "2", "drei": "3", "vier": "4",
    "fünf": "5", "sechs": "6", "sieben": "7", "acht": "8", "neun": "9", "zehn": "10", "zwölf": "12", "dos": "2",
    "tres": "3", "cuatro": "4", "cinco": "5", "siete": "7", "ocho": "8", "nueve": "9", "diez": "10", "doce": "12",
}  # fmt: skip
_CLOSED = words(
    """
    red green blue yellow black white orange purple brown grey gray north south east west northern
    southern eastern western spring summer autumn winter monday tuesday wednesday thursday friday
    saturday sunday january february march april may june july august september october november
    december morning evening noon midnight weekly daily monthly janvier février mars avril mai juin
    juillet août septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto
    septiembre octubre noviembre diciembre
    """
)  # fmt: skip
_MOVES = re.compile(r"\b(up|down)\s+(?:by\s+)?(?=[$€£]?\d)", re.IGNORECASE)
_SCOPE = 4
"""Content words that a negation reaches."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sentence says.

    Parameters
    ----------
    text : str
    terms : dict of str to int
        Content words' canonical forms in order, with their polarity: -1 where negated or the opposite.
    names : frozenset of str
        The terms that stand for one thing among many: capitalised within a sentence, weekdays, months, colours.
    numbers : frozenset of str
        In digits, without separators.
    anaphoric : bool
        Whether it refers to something said before: it, she, these.
    """

    text: str
    terms: dict[str, int]
    names: frozenset[str]
    numbers: frozenset[str]
    anaphoric: bool


@lru_cache(maxsize=4096)
def read(text: str) -> Reading:
    """Read one sentence.

    Examples
    --------
    >>> found = read("Orders over 1,000 euros do not ship on Mondays.")
    >>> found.terms["ship"], sorted(found.names), sorted(found.numbers)
    (-1, ['monday'], ['1000'])
    """
    terms: dict[str, int] = {}
    names: set[str] = set()
    numbers: set[str] = set()
    anaphoric = False
    scope = 0
    for at, token in enumerate(_TOKEN.findall(_plainer(text))):
        form, sign, kind = _word(token)
        if kind >= _CONTENT:
            if kind > _CONTENT + (at == 0):
                names.add(form)
            sign = -sign if scope else sign
            scope -= scope > 0
            terms[form] = sign if terms.get(form, sign) == sign else 0
        elif kind == _NUMERAL:
            numbers.add(form)
        elif kind == _REFERS:
            anaphoric = True
        elif kind != _STOPS:
            scope = _SCOPE if kind == _NEGATES else 0
    return Reading(text, terms, frozenset(names), frozenset(numbers), anaphoric)


def _plainer(text: str) -> str:
    """Write "up 8%" as "rose 8%", and "free of charge" as "free"."""
    if "free of charge" in text:
        text = text.replace("free of charge", "free")
    if " up " in text or " down " in text:
        return _MOVES.sub(lambda match: "rose " if match[1].lower() == "up" else "fell ", text)
    return text


_STOPS, _NUMERAL, _REFERS, _TURNS, _NEGATES, _CONTENT, _CAPITAL, _NAME = range(8)
"""What a token does in a sentence. One with a capital is a name unless the sentence begins with it."""

_KINDS = {
    **dict.fromkeys(STOPWORDS, _STOPS),
    **dict.fromkeys(_CLOSED, _NAME),
    **dict.fromkeys(_TURNING, _TURNS),
    **dict.fromkeys(_PRONOUNS, _REFERS),
    **dict.fromkeys(_NUMBERS, _NUMERAL),
    **dict.fromkeys(NEGATORS, _NEGATES),
}
_MONTHS_TOO = frozenset({"may", "march", "mars"})


@lru_cache(maxsize=50_000)
def _word(token: str) -> tuple[str, int, int]:
    """Return a token's canonical form, its polarity, and what it does."""
    if token[0].isdigit():
        return _digits(token), 1, _NUMERAL
    word = token.replace("’", "'").lower()
    if word.endswith("n't"):
        return word, 1, _NEGATES
    word = word.removesuffix("'s").rsplit("'", 1)[-1]  # l'inscription, d'un
    capital = token[0].isupper()
    if word in _MONTHS_TOO and not capital:
        return word, 1, _STOPS
    kind = _KINDS.get(word) or _KINDS.get(word.rstrip("s"), -1) * (word.rstrip("s") in _CLOSED)
    if kind > 0 or word in STOPWORDS or (len(word) == 1 and not capital):
        return _NUMBERS.get(word, word.rstrip("s")), 1, max(0, kind)
    form, sign = lemma(word)
    return _unaccented(form), sign, _CAPITAL if capital else _CONTENT


def _unaccented(form: str) -> str:
    if form.isascii():
        return form
    return "".join(c for c in unicodedata.normalize("NFD", form) if not unicodedata.combining(c))


def _digits(token: str) -> str:
    """Write a number without separators, trailing zeros and leading ones: 1,000.50 is 1000.5."""
    if ":" not in token:
        token = re.sub(r"[,\u202f\u00a0](?=\d{3}(?!\d))", "", token)
        if token.count(",") == 1 and "." not in token:
            token = token.replace(",", ".")
        if token.count(".") == 1:
            token = token.rstrip("0").rstrip(".")
    return token.lstrip("0") or "0"
