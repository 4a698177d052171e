"""ROUGE-L: how much of two texts is a common subsequence of words."""

from __future__ import annotations

import re

__all__ = ["rouge_l"]

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def rouge_l(candidate: str, reference: str) -> float:
    """Return the F1 of the longest common subsequence of words.

    Equations 2 to 4 of Lin (2004), "ROUGE: A package for automatic evaluation of summaries", with beta = 1. Words are
    not stemmed; case and punctuation do not count.

    Parameters
    ----------
    candidate, reference : str

    Returns
    -------
    float
        In [0, 1]; 0 where either has no word.

    Examples
    --------
    Both are of section 3.1 of the paper:

    >>> rouge_l("police kill the gunman", "police killed the gunman")
    0.75
    >>> rouge_l("the gunman kill police", "police killed the gunman")
    0.5
    """
    from rapidfuzz.distance import LCSseq  # noqa: PLC0415  (an extra)

    said, wanted = (_WORD.findall(text.casefold()) for text in (candidate, reference))
    common = LCSseq.similarity(said, wanted)
    return 2.0 * common / (len(said) + len(wanted)) if common else 0.0
