"""How coherent the output is, told by its surface, without a model."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from evaligo.experiments.contract import Case
from evaligo.experiments.evaluators.local import Finding, Local
from evaligo.experiments.evaluators.penalties import NONE, Penalty, cut_off, garbled, looping, salad
from evaligo.experiments.evaluators.reading import Reading, read
from evaligo.experiments.evaluators.sentences import sentences
from evaligo.experiments.evaluators.tongues import mixing

__all__ = ["CoherenceSimple"]

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_CODE_LIKE = re.compile(
    r"^\s*(?:\{|\[|<\w|SELECT |def |class |import |for \w+ in|#include|function |const |let |var |\|)",
    re.MULTILINE,
)
_LIST = re.compile(r"^\s*(?:[-*•|#>]|\(?\d{1,3}[.)])\s", re.MULTILINE)
_WORD = re.compile(r"\w+(?:['’\-]\w+)*")
_CONNECTS = re.compile(
    r"(?:[\"“]?(?:first|second|third|finally|then|next|however|therefore|thus|hence|moreover|also|but|and|so|for example|in addition|"
    r"instead|otherwise|meanwhile|later|after|before|when|if|as|because|although|today|at first|by \d|since|unfortunately|yes|no|please|"
    r"with|for|in that|each|both|another|some|others|one|two|many|most|all|only|once|together|outside|tomorrow|here|there|thank)\b|[\"“])",
    re.IGNORECASE,
)
_TALKS = re.compile(r"\b(?:you|your|we|our|us|who|where|which|what)\b", re.IGNORECASE)
_REPORTED = re.compile(
    r"\b(?:some|others|critics|say|says|said|claims?|claimed|whether|myth|believe)\b", re.IGNORECASE
)
_ENDS = (".", "!", "?", "。", "！", "？", '"', "”")
_MOST = 40
"""Sentences that are compared with one another; comparing all of a long text would take too long."""


class CoherenceSimple(Local, frozen=True, kw_only=True):
    """The coherence in [0, 1]: the product of ``1 - penalty`` over seven penalties.

    The penalties are those of loops and repeats, of a text cut off, of garbled text, of word salad (English), of mixed
    languages, of two sentences of which one denies the other, and of sentences that have nothing to do with one another.
    Code, lists and tables are left out where they would be taken for one of these. It does not know whether a text is true,
    or its argument sound. An empty output has coherence 0.

    Examples
    --------
    >>> from evaligo.records import Item, Output
    >>> def look(text):
    ...     return CoherenceSimple().look(Case(item=Item(id="a", input=""), output=Output(text=text)))
    >>> look("The shop is open. It closes at six.").value
    1.0
    >>> look("To reset it, click on the").reason
    "it stops after 'the'"
    """

    name: str = "coherence_simple"
    metric: str = "coherence"

    def look(self, case: Case) -> Finding:
        """Add up what speaks against an output."""
        text = unicodedata.normalize("NFC", case.output.text).strip()
        if not text:
            return Finding(0.0, "the output is empty")
        coherence, worst = 1.0, NONE
        for penalty in _penalties(text):
            coherence *= 1.0 - penalty.value
            worst = max(worst, penalty, key=lambda one: one.value)
        return Finding(round(coherence, 6), worst.reason or "nothing speaks against it")


def _penalties(text: str) -> Iterator[Penalty]:
    prose = _CODE.sub(" ", text) if "`" in text else text
    words = _WORD.findall(prose.lower())
    yield cut_off(text, words)
    if _CODE_LIKE.search(prose):
        return
    lines = sentences(prose)
    yield looping(words, lines, prose)
    yield garbled(prose, words)
    yield salad(prose.lower(), words)
    yield mixing(prose)
    if len(lines) > 1:
        readings = [read(line) for line in lines[:_MOST]]
        yield _contradiction(readings)
        if not _LIST.search(prose):
            yield _drift(readings)


def _contradiction(readings: Sequence[Reading]) -> Penalty:
    """Find two sentences of the same words, of which one denies what the other affirms."""
    plain = [
        one
        for one in readings
        if len(one.terms) >= 2 and not one.text.endswith("?") and not _REPORTED.search(one.text)
    ]
    for at, one in enumerate(plain):
        for other in plain[at + 1 :]:
            if one.numbers == other.numbers and _opposed(one, other):
                return Penalty(0.6, f"{other.text[:60]!r} denies {one.text[:60]!r}")
    return NONE


def _opposed(one: Reading, other: Reading) -> bool:
    shared = one.terms.keys() & other.terms.keys()
    if (
        len(shared) < 2
        or len(shared) < 0.75 * max(len(one.terms), len(other.terms))
        or one.names != other.names
    ):
        return False
    denied, denies = ({term for term in shared if of.terms[term] < 0} for of in (one, other))
    return bool(denied | denies) and not denied & denies


def _drift(readings: Sequence[Reading]) -> Penalty:
    """Find sentences of which none takes up a word, a pronoun or a thread of the others."""
    readings = [one for one in readings if one.text.endswith(_ENDS)]
    if len(readings) < 4:
        return NONE
    loose = [one for one in readings if not _linked(one, readings)]
    share = len(loose) / len(readings)
    if share < 0.75:
        return NONE
    return Penalty(0.6, f"{len(loose)} of {len(readings)} sentences take up nothing of the others")


def _linked(one: Reading, readings: Sequence[Reading]) -> bool:
    if one.anaphoric or _CONNECTS.match(one.text) or _TALKS.search(one.text) or len(one.terms) < 2:
        return True
    return any(one is not other and not one.terms.keys().isdisjoint(other.terms) for other in readings)
