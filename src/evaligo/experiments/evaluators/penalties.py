"""What makes a text incoherent, each as a penalty in [0, 1] with its evidence: loops, cuts, garble, word salad."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from evaligo.experiments.evaluators.wordlist import words

__all__ = ["NONE", "Penalty", "cut_off", "garbled", "looping", "salad"]


@dataclass(frozen=True, slots=True)
class Penalty:
    """A penalty and what it is for.

    Parameters
    ----------
    value : float
        In [0, 1]; 0 where there is nothing to find.
    reason : str
    """

    value: float
    reason: str


NONE = Penalty(0.0, "")
_CLEAR = 0.6
"""The penalty of one clear sign."""

_WORD_LOOP = re.compile(r"([^\W_]\w{0,3}|\w{0,2}[^\W\d_]\w{0,9}?)\1{7,}")
_LONGEST_UNIT = 12
_CLOSED = re.compile(r"[.!?…。！？\"'”’»)\]}>*_`|;]\s*$")
_LISTED = re.compile(r"^\s*(?:[-*•|#>+]|\(?\d{1,3}[.)]\s|[\w ]{1,30}:\s)")
_LEADING = words(
    """
    a an the and or but nor of to in on at by for from with into onto about as than that which who whose
    because if when while although unless until is are was were be been am has have had will would can
    could should must may might not very its their our your my his her this these those both either
    neither between without within through during per via le la les un une des du de et ou dans en au
    aux pour par sur avec der die das den dem ein eine und oder mit von zu el los las y o del para con
    su que
    """
)  # fmt: skip


def looping(words: Sequence[str], lines: Sequence[str], text: str) -> Penalty:
    """Find a unit of up to 12 words, or of letters, that goes on and on, and sentences that come back.

    Parameters
    ----------
    words : sequence of str
        The text's words in lower case.
    lines : sequence of str
        Its sentences.
    text : str

    Examples
    --------
    >>> looping("it is so because it is so because it is so because".split(), [], "").value
    1.0
    """
    match = _WORD_LOOP.search(text)
    if match and len(match[0]) >= 12:
        return Penalty(1.0, f"{match[1]!r} repeats without end")
    if len(words) < 5 or len(set(words)) > 0.8 * len(words):
        return NONE
    covered, unit = _longest_loop(words)
    if covered:
        return Penalty(min(1.0, 2.0 * covered / len(words)), f"{' '.join(unit)!r} repeats over and over")
    said = [line.casefold() for line in lines if line.count(" ") >= 2]
    if len(said) >= 3 and len(set(said)) < len(said):
        share = 1.0 - len(set(said)) / len(said)
        again = next(line for line in said if said.count(line) > 1)
        return Penalty(min(1.0, 1.5 * share), f"{again[:60]!r} comes {said.count(again)} times")
    return _repeated_phrases(words)


def _longest_loop(words: Sequence[str]) -> tuple[int, Sequence[str]]:
    """Return the length of the longest run of three or more equal units, and the unit."""
    best: tuple[int, Sequence[str]] = (0, ())
    for period in range(1, min(_LONGEST_UNIT, len(words) // 3) + 1):
        run = 0
        for at in range(period, len(words)):
            run = run + 1 if words[at] == words[at - period] else 0
            if run >= max(2 * period, 4) and run + period > best[0]:
                best = run + period, words[at - period + 1 : at + 1]
    return best


def _repeated_phrases(words: Sequence[str]) -> Penalty:
    """Return the share of groups of four words that came before, beyond the 25 % of an ordinary refrain."""
    groups = list(zip(words, words[1:], words[2:], words[3:], strict=False))
    if len(groups) < 8:
        return NONE
    share = 1.0 - len(set(groups)) / len(groups)
    return Penalty(
        min(1.0, max(0.0, (share - 0.25) / 0.4)), f"{share:.0%} of its phrases of four words are repeats"
    )


def cut_off(text: str, words: Sequence[str]) -> Penalty:
    """Find a text that stops in mid-sentence, or leaves a fence or bracket open.

    Examples
    --------
    >>> cut_off("Open the settings, and then click on the", ["the"] * 8).reason
    "it stops after 'the'"
    """
    opened = _left_open(text)
    if opened:
        return Penalty(_CLEAR, f"{opened} is left open")
    if _CLOSED.search(text):
        return NONE
    last = text.rsplit("\n", 1)[-1]
    ending = words[-1] if words else ""
    if text[-1] in ",(-–" or (ending in _LEADING and len(words) > 4 and text[-1].isalpha()):
        return Penalty(_CLEAR, f"it stops after {(text[-1] if text[-1] in ',(-–' else ending)!r}")
    if _LISTED.match(last) or not text[-1].isalpha() or ("\n" in text and last.count(" ") < 6):
        return NONE
    prose = re.search(r"[.!?。！？]\s+\w", text) is not None
    if (prose and last.count(" ") >= 3) or last.count(" ") >= 13 or last.count("(") > last.count(")"):
        return Penalty(0.55, f"it stops in mid-sentence after {last[-20:].split(' ', 1)[-1]!r}")
    return NONE


def _left_open(text: str) -> str:
    if text.count("```") % 2:
        return "a fence of code"
    closing = {"{": "}", "[": "]"}.get(text[0])
    return repr(text[0]) if closing and text.count(text[0]) > text.count(closing) else ""


_BROKEN = re.compile("[\ufffd\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_MOJIBAKE = re.compile("Ã[\x80-\xbf©¨¤¶¼ŸŠ«­±³º¡]|â€|Â[\xa0-\xbf]|ï»¿")
_TEMPLATE = re.compile(r"<\|\w+\|>|</?s>|\[/?INST\]|<unk>|<pad>|<eos>|<0x[0-9A-F]{2}>")
_MARKS = (_TEMPLATE, _BROKEN, _MOJIBAKE)
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]{4,}")
_VOWEL = re.compile(r"[aeiouyà-æè-ïò-öø-ýāēīōūąęůœ]", re.IGNORECASE)
_CROWD = re.compile(r"[bcdfghjklmnpqrstvwxz]{5,}", re.IGNORECASE)
_ENGLISH_CROWD = re.compile(
    r"ngths|tchst|ghtsc|rchts|lengthst|schr|chsch|ngst|rldst|ights|nschl|lschr|ftsp|rtsch|ngsst|ndsch|chtl|chts",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"\w(?:[@#$%^&*~|+=_]{2,}|[;,/\\.]{2,}(?!\w*\.\w))\w|\w[%&]{2,}|[$&%]{2,}")
_SIGN = re.compile(r"[^\w\s]|_")
_STAMMER = re.compile(r"\b(?:([^\W\d_])\1{1,4}){3,}\b")


def garbled(text: str, words: Sequence[str]) -> Penalty:
    """Find broken encodings, marks of templates, words that are none, signs within words, odd case, lost spaces.

    Examples
    --------
    >>> garbled("Thâ€™s cafÃ©", ["cafÃ©"]).reason
    "a broken encoding or a template's mark shows in 2 places, such as 'â€'"
    """
    marks = [match[0] for pattern in _MARKS for match in pattern.finditer(text)]
    if marks:
        value = min(0.9, 0.3 * len(marks) + 0.3 * bool(_TEMPLATE.search(text)))
        return Penalty(
            value,
            f"a broken encoding or a template's mark shows in {len(marks)} places, such as {marks[0]!r}",
        )
    odd = [word for word in _LATIN.findall(text) if _is_odd(word)]
    odd += _SIGNED.findall(text) + [match[0] for match in _STAMMER.finditer(text)]
    share = len(odd) / max(3, len(words))
    if share > 0.1:
        return Penalty(
            min(1.0, (share - 0.1) / 0.3), f"{len(odd)} of its words are none, such as {str(odd[0])[:30]!r}"
        )
    singles = sum(len(word) == 1 and word.isalpha() and word.isascii() for word in words)
    if len(words) >= 10 and singles > 0.6 * len(words):
        return Penalty(_CLEAR, "its words are spaced into letters")
    signs = len(_SIGN.findall(text))
    if len(text) >= 20 and signs > 0.55 * len(text):
        return Penalty(_CLEAR, "it is mostly signs")
    return NONE


@lru_cache(maxsize=20_000)
def _is_odd(word: str) -> bool:
    if len(word) > 45:
        return True
    if word.isupper():
        return False
    if not _VOWEL.search(word) or (_CROWD.search(word) and not _ENGLISH_CROWD.search(word)):
        return True
    inner = word[1:]
    return sum(a.isupper() != b.isupper() for a, b in pairwise(inner)) >= 3


_DET = "a|an|the|my|your|our|their|every"
_PREP = "of|in|to|on|at|by|with|from|for|into|under|through|between|about"
_AND = "and|or|but|if|because|although"
_AUX = "is|are|was|were|am|has|does|will|would"
_IMPOSSIBLE = re.compile(
    rf"\b(?:(?:{_DET}) (?:{_DET}|{_PREP}|{_AND}|{_AUX}|it|he|she|they|we)\b|(?:of|from|at|for|with|into|the|a|an) (?:and|or|but|{_AUX})\b"
    rf"|(?:and|or|but) (?:and|or|but)\b|(?:is|are|was|were) (?:is|are|was|were|can|will|has|have|does|of)\b|(of|to|is|a|the|and|in|with|under) \1\b"
    rf"|(?:{_DET})(?=[.!?](?:\s|$)))"
)
_ENGLISH = words(
    """
    the a an of to in is are and for with that it on by was be or not you this from at as can
    """
)


def salad(lower: str, words: Sequence[str]) -> Penalty:
    """Find pairs of English function words that no sentence has, such as "the of" and "is are".

    Examples
    --------
    >>> salad("the of cat is are blue", "the of cat is are blue".split()).value
    1.0
    """
    if len(words) < 6 or sum(word in _ENGLISH for word in words) < 0.15 * len(words):
        return NONE
    found = [match[0] for match in _IMPOSSIBLE.finditer(lower)]
    share = len(found) / len(words)
    if share <= 0.02:
        return NONE
    return Penalty(min(1.0, (share - 0.02) / 0.06), f"words stand together that cannot, such as {found[0]!r}")
