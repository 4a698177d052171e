"""Which sentences of an output claim something that a context could support."""

from __future__ import annotations

import re

from evaligo.experiments.evaluators.sentences import sentences

__all__ = ["claims"]

_DECLINES = re.compile(
    r"""\b(?:i\s+(?:do\s+not|don't|cannot|can't|could\s+not|couldn't|am\s+(?:not\s+able|unable)\s+to|'m\s+(?:not\s+able|unable)\s+to)
    \s+(?:really\s+)?(?:know|answer|find|tell|say|determine|provide|help|have|see)
    |i(?:\s+am|'m)\s+(?:sorry|afraid|not\s+sure|unsure)
    |(?:there\s+is|there's|contains?|have|has|found?)\s+(?:no|not\s+enough|insufficient)\s+(?:\w+\s+)?(?:information|answer|mention|details?|evidence)
    |(?:context|documents?|passage|text|source|article|information|sources)\s+(?:provided\s+|given\s+|above\s+)?(?:does|do|did)(?:\s+not|n't)\s+
    (?:\w+\s+)?(?:say|mention|contain|provide|specify|state|include|tell|cover|give|indicate|answer|address)
    |(?:is|was|are)(?:\s+not|n't)\s+(?:mentioned|specified|stated|provided|given|covered|answered|described)\s+in\s+the
    |(?:cannot|can't|can\s+not)\s+be\s+(?:answered|determined|inferred))""",
    re.IGNORECASE | re.VERBOSE,
)
_MANNERS = re.compile(
    r"""^(?:sure|certainly|of\s+course|great\s+question|good\s+question|absolutely|hello|hi|dear|thanks?|thank\s+you|you're\s+welcome
    |here\s+(?:is|are)|here's|let\s+me|feel\s+free|i\s+hope|hope\s+(?:this|that)|please\s+(?:let|feel|note\s+that\s*$)|do\s+not\s+hesitate
    |don't\s+hesitate|kind\s+regards|best\s+regards|if\s+you\s+have\s+(?:any|more|further)|is\s+there\s+anything|yes|no|okay|ok)\b
    [^,:;]*(?:[,:;]\s*(?:here|let|i)\b[^.]*)?[.!:]*$""",
    re.IGNORECASE | re.VERBOSE,
)
_TO_THE_READER = re.compile(
    r"\b(?:let me know|feel free|hope (?:this|that) helps|happy to help|here is what|here's what)\b",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:yes|no|sure|certainly|according to (?:the )?\w+|based on (?:the )?(?:\w+ )?\w+)\s*[,:]\s+",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w")


def claims(output: str) -> tuple[list[str], bool]:
    """Cut an output into its claims.

    Questions, greetings, offers of help and refusals claim nothing.

    Returns
    -------
    claims : list of str
    declines : bool
        Whether a sentence refuses to answer.

    Examples
    --------
    >>> claims("Sure! The fee is 20 euros. Let me know if you need more.")
    (['The fee is 20 euros.'], False)
    >>> claims("I don't know.")
    ([], True)
    """
    found: list[str] = []
    declines = False
    for sentence in sentences(output):
        plain = sentence.replace("’", "'")
        if _DECLINES.search(plain):
            declines = True
        elif not (
            plain.rstrip("*_\"' ").endswith("?") or _MANNERS.match(plain) or _TO_THE_READER.search(plain)
        ):
            claim = _LEAD.sub("", sentence)
            if _WORD.search(claim):
                found.append(claim)
    return found, declines
