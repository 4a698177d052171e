"""Whether a text switches between languages without a reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from evaligo.experiments.evaluators.penalties import NONE, Penalty

__all__ = ["mixing"]

_COMMON = {
    "English": "the is and of to that it with for are was this you which not be by from but have will can if",
    "French": "les est et dans une du que pour pas il elle vous nous avec sur au aux qui ce cette ne rien sont mais il faut votre notre le",
    "German": "und der die das ist nicht ein eine mit auf für von sie wir den dem zu auch wird man muss es ich im bei bitte kann",
    "Spanish": "el los las una del que por para con su es y está pero nosotros usted como muy gracias mañana lo se",
    "Italian": "il che di è per una con non sono gli della nel ma anche si questo le dei",
    "Portuguese": "não uma para com os as dos das você são mais seu muito está ao",
    "Dutch": "het een van niet voor met zijn ook maar op aan naar wordt deze er wij",
}
_OWNERS: dict[str, set[str]] = {}
for _language, _words in _COMMON.items():
    for _word in _words.split():
        _OWNERS.setdefault(_word, set()).add(_language)
_OWNER = {word: next(iter(owners)) for word, owners in _OWNERS.items() if len(owners) == 1}
"""The function words that tell one language from the others."""
_ASIDE = re.compile(r"\"[^\"]*\"|“[^”]*”|«[^»]*»|„[^“”]*[“”]|\([^)]*\)|`[^`]*`")
_WORD = re.compile(r"[^\W\d_]{2,}|[\u3040-\u30ff\u3400-\u9fff]+")
_SCRIPTS = (
    (re.compile("[A-Za-z\u00c0-\u024f]"), "Latin"), (re.compile("[\u0400-\u04ff]"), "Cyrillic"),
    (re.compile("[\u0370-\u03ff]"), "Greek"), (re.compile("[\u3040-\u30ff\u3400-\u9fff]"), "Chinese or Japanese"),
    (re.compile("[\uac00-\ud7af]"), "Korean"), (re.compile("[\u0600-\u06ff]"), "Arabic"),
    (re.compile("[\u0590-\u05ff]"), "Hebrew"), (re.compile("[\u0900-\u097f]"), "Devanagari"),
)  # fmt: skip


def mixing(text: str) -> Penalty:
    """Find two languages in one text, quotations, brackets and code left out.

    Latin names within other scripts are usual; Latin function words are not.

    Examples
    --------
    >>> mixing("The lens is flat and das Glas ist nicht klar und dick, which is the reason.").reason
    'it mixes English and German'
    """
    words = _WORD.findall(_ASIDE.sub(" ", text))
    hits: dict[str, int] = {}
    for word in words:
        owner = _OWNER.get(word.lower())
        if owner:
            hits[owner] = hits.get(owner, 0) + 1
    ranked = sorted(hits, key=lambda language: -hits[language])
    if not text.isascii():
        found = _scripts(words, ranked)
        if found.value:
            return found
    if len(ranked) > 1 and hits[ranked[1]] >= 2 and hits[ranked[1]] >= 0.2 * hits[ranked[0]]:
        return Penalty(0.6, f"it mixes {ranked[0]} and {ranked[1]}")
    return NONE


def _scripts(words: Sequence[str], languages: Sequence[str]) -> Penalty:
    scripts = [_script(word) for word in words]
    others = [script for script in scripts if script not in ("Latin", "")]
    switches = sum(a != b for a, b in pairwise(scripts))
    if languages and len(others) >= 2 and "Latin" in scripts and switches >= 3:
        return Penalty(0.6, f"it switches between Latin and {others[0]} {switches} times")
    return NONE


def _script(word: str) -> str:
    return next((name for pattern, name in _SCRIPTS if pattern.match(word)), "")
