"""Cut a text into sentences: by marks, lines and list items, not at abbreviations or within numbers."""

from __future__ import annotations

import re

__all__ = ["sentences"]

_END = re.compile(r"(?<=[.!?…])[\"'”’»)\]*_]*\s+(?=[\"'“‘«(\[*_¿¡]*[^\Wa-zß-öø-ÿ])|(?<=[。！？])\s*|\n\s*")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof|St|Jr|Sr|No|Nr|vs|etc|approx|Inc|Ltd|Co|Fig|al|bzw|ca|z\.B|e\.g|i\.e)|\b[^\W\d_])\.$",
    re.IGNORECASE,
)
_MARKER = re.compile(r"^\s*(?:[-*•–>#|]+|\(?\d{1,2}[.)]|\(?[a-z]\))\s+")


def sentences(text: str) -> list[str]:
    r"""Cut a text into sentences, without the marks of lists and headings.

    Examples
    --------
    >>> sentences("Dr. Ray paid 4.90 euros. He left!\n- one\n- two")
    ['Dr. Ray paid 4.90 euros.', 'He left!', 'one', 'two']
    """
    if (
        "\n" not in text
        and len(text) < 60
        and text.count(".") < 2
        and not re.search(r"[!?。！？…]\s*\S", text)
    ):
        parts = [text]
    else:
        parts = _END.split(text)
    joined: list[str] = []
    for part in parts:
        if joined and len(joined[-1]) < 400 and _ABBREVIATION.search(joined[-1][-8:]):
            joined[-1] += " " + part
        else:
            joined.append(part)
    found = (_MARKER.sub("", part).strip() for part in joined)
    return [part for part in found if part]
