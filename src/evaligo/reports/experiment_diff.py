"""What changed between two answers, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from evaligo.reports.escape import visible

__all__ = ["Piece", "block", "diff", "excerpt", "first_change"]

_WORDS = re.compile(r"\s*\S+|\s+$")
_MOST_WORDS = 1000  # two such texts made of two words only, the worst case, take a fifth of a second
_SHORT_RUN = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that both answers have, that only the baseline has, or that only the candidate has."""

    kind: Literal["same", "removed", "added"]
    text: str


def diff(baseline: str, candidate: str) -> tuple[Piece, ...]:
    """Return the pieces of both answers in order; the baseline is all but the added ones, the candidate all but the removed.

    Words are compared whole, the spaces before them included (difflib's longest matching blocks; Ratcliff and Metzener
    1988). What stands between two changes is shown as changed with them where it is two words or fewer. Very long texts
    are aligned at both ends only.

    Examples
    --------
    >>> [(p.kind, p.text) for p in diff("It is in Paris.", "It is in Lyon.")]
    [('same', 'It is in'), ('removed', ' Paris.'), ('added', ' Lyon.')]
    """
    before, after = _WORDS.findall(baseline), _WORDS.findall(candidate)
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    middle = _middle(before[head : len(before) - tail], after[head : len(after) - tail])
    ends = (before[:head], before[len(before) - tail :])
    return _joined((Piece("same", "".join(ends[0])), *middle, Piece("same", "".join(ends[1]))))


def first_change(pieces: Sequence[Piece]) -> tuple[str, str]:
    """Return what the first change removed and what it added.

    Examples
    --------
    >>> first_change(diff("It is in Paris.", "It is in Lyon."))
    ('Paris.', 'Lyon.')
    """
    found = {"removed": "", "added": ""}
    for piece in pieces:
        if piece.kind != "same":
            found[piece.kind] = piece.text.strip()
        elif any(found.values()):
            break
    return found["removed"], found["added"]


def excerpt(text: str, limit: int) -> str:
    """Return a text on one line, its end cut off.

    Examples
    --------
    >>> excerpt("one  two three", 9)
    'one two …'
    """
    line = visible(" ".join(text.split()))
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def block(text: str) -> str:
    r"""Write whatever has no glyph as a backslash escape, but for the ends of lines.

    Examples
    --------
    >>> block("a\n\x1b[1mb\r\n")
    'a\n\\x1b[1mb\\r\n'
    """
    return "\n".join(map(visible, text.split("\n")))


def _common(before: Sequence[str], after: Sequence[str]) -> int:
    """Return how many words both begin with."""
    pairs = zip(before, after, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(before), len(after)))


def _middle(before: list[str], after: list[str]) -> Iterator[Piece]:
    if max(len(before), len(after)) > _MOST_WORDS:
        yield from (Piece("removed", "".join(before)), Piece("added", "".join(after)))
        return
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    telling = [b for b in blocks if b.size > _SHORT_RUN or not b.size]
    i = j = 0
    for found in telling:
        yield Piece("removed", "".join(before[i : found.a]))
        yield Piece("added", "".join(after[j : found.b]))
        yield Piece("same", "".join(before[found.a : found.a + found.size]))
        i, j = found.a + found.size, found.b + found.size


def _joined(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Leave out empty pieces, and join neighbours of one kind."""
    out: list[Piece] = []
    for piece in pieces:
        if out and out[-1].kind == piece.kind:
            out[-1] = Piece(piece.kind, out[-1].text + piece.text)
        elif piece.text:
            out.append(piece)
    return tuple(out)
