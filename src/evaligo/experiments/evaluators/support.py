"""How far a context supports a claim, by words: coverage, and the checks of numbers, names, negation and swapped words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from evaligo.experiments.evaluators.reading import Reading, read
from evaligo.experiments.evaluators.sentences import sentences

__all__ = ["SUPPORTED", "Context", "Support", "support"]

SUPPORTED = 0.5
"""The support from which on a claim counts as supported."""

_NOTHING, _FULL = 0.25, 0.85
"""Coverages that count as no support and as full support; linear between them."""
_DENIED = 0.2
"""What is left of the support of a claim that a check speaks against."""
_NAME = 1.5
"""The weight of a name; that of another word is 1, and of one whose beginning alone is found, this much:"""
_BEGINNING = 0.8
_LETTERS = 5
_CLAUSE = re.compile(r";|,?\s+(?:and|but|while|whereas|et|und|y)\s+|,\s+(?:which|who)\s+", re.IGNORECASE)
_GERMAN = re.compile(r"\b(?:der|die|das|dem|den|ein|eine|und)\b")
"""German writes every noun with a capital, so that names cannot be told."""
_KNOWN = -9
"""The place of a word that the context has in another form or sentence."""
_PART = 3
"""Words and numbers that a clause needs to be held against the context on its own."""


@dataclass(frozen=True, slots=True)
class Support:
    """A claim's support.

    Parameters
    ----------
    value : float
        In [0, 1].
    against : str
        What speaks against the claim, if a check does.
    """

    value: float
    against: str


@dataclass(frozen=True, slots=True)
class Window:
    """One sentence of the context, with what its pronouns may stand for.

    Parameters
    ----------
    terms : dict of str to int
        With the terms that pronouns may stand for.
    beginnings : frozenset of str
        Of the longer terms.
    numbers : frozenset of str
    order : tuple of str
        The sentence's own terms.
    passive : bool
        Whether somebody does something "by" somebody.
    """

    terms: dict[str, int]
    beginnings: frozenset[str]
    numbers: frozenset[str]
    order: tuple[str, ...]
    passive: bool


class Context:
    """A context, read once.

    Parameters
    ----------
    texts : iterable of str
        Passages; a pronoun refers to nothing beyond its own.
    """

    __slots__ = ("beginnings", "names", "numbers", "terms", "windows")

    def __init__(self, texts: Iterable[str]) -> None:
        passages = [[read(sentence) for sentence in sentences(text)] for text in texts]
        self.windows = [window for passage in passages for window in _windows(passage)]
        readings = [reading for passage in passages for reading in passage]
        self.numbers = frozenset().union(*(reading.numbers for reading in readings))
        self.names = frozenset().union(*(reading.names for reading in readings))
        self.terms = frozenset().union(*(reading.terms for reading in readings))
        self.beginnings = frozenset().union(*(window.beginnings for window in self.windows))


def _windows(passage: list[Reading]) -> Iterator[Window]:
    said: dict[str, int] = {}
    for reading in passage:
        carried = said if reading.anaphoric else {}
        terms = {**carried, **reading.terms} if carried else reading.terms
        beginnings = frozenset([term[:_LETTERS] for term in terms if len(term) >= _LETTERS])
        yield Window(terms, beginnings, reading.numbers, tuple(reading.terms), " by " in reading.text)
        said = dict.fromkeys((*carried, *reading.names, *list(reading.terms)[:2]), 1)


def support(claim: str, context: Context) -> Support:
    """Tell how far a context supports a claim.

    Examples
    --------
    >>> context = Context(["Orders over 50 euros ship free."])
    >>> support("Orders over 50 euros are shipped free.", context).value
    1.0
    >>> support("Orders over 40 euros ship free.", context).against
    'the number 40 is not in the context'
    """
    whole = _support(read(claim), context)
    if whole.value >= SUPPORTED:
        return whole
    parts = [
        reading
        for part in _CLAUSE.split(claim)
        if len((reading := read(part)).terms) + len(reading.numbers) >= _PART
    ]
    if len(parts) < 2:
        return whole
    weakest = min((_support(part, context) for part in parts), key=lambda found: found.value)
    return weakest if weakest.value > whole.value else whole


def _support(said: Reading, context: Context) -> Support:
    """Hold a claim against the sentence of the context that covers most of it."""
    weights = {term: _NAME if term in said.names else 1.0 for term in said.terms}
    whole = sum(weights.values()) + _NAME * len(said.numbers)
    if not whole:
        return Support(1.0, "")
    best, covered = None, 0.0
    for window in context.windows:
        found = _covered(said, weights, window)
        if found > covered:
            best, covered = window, found
    share = min(1.0, max(0.0, (covered / whole - _NOTHING) / (_FULL - _NOTHING)))
    against = _against(said, best, context)
    return Support(share * _DENIED if against else share, against)


def _covered(said: Reading, weights: dict[str, float], window: Window) -> float:
    covered = _NAME * len(said.numbers & window.numbers)
    for term, weight in weights.items():
        if term in window.terms:
            covered += weight
        elif term[:_LETTERS] in window.beginnings:
            covered += weight * _BEGINNING
    return covered


def _against(said: Reading, window: Window | None, context: Context) -> str:
    """Name what speaks against a claim, the surest first; empty where nothing does."""
    for number in sorted(said.numbers - context.numbers):
        return f"the number {number} is not in the context"
    for name in sorted(said.names - context.terms):
        if name[:_LETTERS] not in context.beginnings:
            return f"{_original(said, name)!r} is not in the context"
    if window is None:
        return "no sentence of the context shares a word with it"
    for number in sorted(said.numbers - window.numbers):
        return f"the number {number} stands with something else in the context"
    return _denied(said, window) or _swapped(said, window, context) or _turned(said, window, context)


def _denied(said: Reading, window: Window) -> str:
    """Find a word that the claim affirms and the context denies, or the other way round."""
    shared = [term for term in said.terms if window.terms.get(term)]
    claimed = {term for term in shared if said.terms[term] < 0}
    stated = {term for term in shared if window.terms[term] < 0}
    if claimed & stated or not claimed | stated:
        return ""
    term = min(claimed | stated, key=list(said.terms).index)
    return f"the context {'affirms' if claimed else 'denies'} {_original(said, term)!r}"


def _swapped(said: Reading, window: Window, context: Context) -> str:
    """Find words that stand where the context, alike on both sides, has another one."""
    places = {term: at for at, term in enumerate(window.order)}
    claim = list(said.terms)
    stands = [
        places.get(t, _KNOWN if t in window.terms or t[:_LETTERS] in window.beginnings else None)
        for t in claim
    ]
    for at, stop in _runs(stands):
        inner = stop - at == 1 or any(term not in context.terms for term in claim[at:stop])
        before, after = stands[max(0, at - 2) : at], stands[stop : stop + 2]
        if stop - at <= 2 and inner and _between(before, after, len(places)):
            return f"the context has another word in the place of {_original(said, claim[at])!r}"
    return ""


def _runs(stands: list[int | None]) -> Iterator[tuple[int, int]]:
    """Yield where runs of unknown words begin and end."""
    at = 0
    for unknown, run in groupby(stands, key=lambda place: place is None):
        stop = at + len(list(run))
        if unknown:
            yield at, stop
        at = stop


def _between(before: list[int | None], after: list[int | None], n_places: int) -> bool:
    """Tell whether the context has one or two words between these neighbours; at an end, two neighbours must agree."""
    if before and after:
        left, right = before[-1], after[0]
        return left is not None and right is not None and left >= 0 and right - left in (2, 3)
    return before == [n_places - 3, n_places - 2] or after == [1, 2]


def _turned(said: Reading, window: Window, context: Context) -> str:
    """Find two names that the claim has the other way round, with the same word between them."""
    if (" by " in said.text) != window.passive or _GERMAN.search(said.text):
        return ""
    order = {term: at for at, term in enumerate(window.order)}
    shared = [term for term in said.terms if term in order]
    named = [at for at, term in enumerate(shared) if term in context.names]
    if len(named) < 2:
        return ""
    first, last = named[0], named[-1]
    between = [order[term] for term in shared[first + 1 : last] if term not in context.names]
    if any(order[shared[last]] < at < order[shared[first]] for at in between):
        return f"the context has {_original(said, shared[last])!r} first"
    return ""


def _original(said: Reading, term: str) -> str:
    """Return the word as the claim writes it."""
    return next(
        (word for word in said.text.replace(",", " ").split() if term in read(f"x {word}").terms), term
    ).strip(".;:!?")
