"""Questions and answers in the HTML report: escaped, their lines kept, long stretches folded, changes marked.

What was removed and added is told by the elements `del` and `ins`, by a line through or under it, and to a screen
reader in words: never by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

from evaligo.reports.digits import count
from evaligo.reports.escape import middle, visible
from evaligo.reports.experiment_diff import Piece, block

__all__ = ["plain", "side"]

_MOST = 20_000
_SHOWN = 600
_AROUND = 120
_NONE = Markup('<p class="none">{}</p>')
_TEXT = Markup('<div class="answer">{}</div>')
_FOLDED = Markup("{}<details><summary>{}</summary>{}</details>{}")
_MARKED = {"removed": Markup("<del>{}</del>"), "added": Markup("<ins>{}</ins>"), "same": Markup("{}")}


def plain(text: str | None, *, none: str = "none") -> Markup:
    """Return a text as a block; one that is long shows both its ends, and the rest when it is opened.

    Examples
    --------
    >>> str(plain("a < b")), str(plain(None, none="no answer"))
    ('<div class="answer">a &lt; b</div>', '<p class="none">no answer</p>')
    """
    if not text:
        return _NONE.format("empty" if text == "" else middle(visible(none), _SHOWN))
    return _TEXT.format(_folded(text, _SHOWN, _SHOWN // 2))


def side(pieces: Sequence[Piece], kind: str) -> Markup:
    """Return one answer with what is its own marked; `kind` is ``"removed"`` for the baseline, ``"added"`` for the candidate.

    Examples
    --------
    >>> str(side((Piece("same", "in "), Piece("removed", "Paris"), Piece("added", "Lyon")), "added"))
    '<div class="answer">in <ins>Lyon</ins></div>'
    """
    own = [p for p in pieces if p.kind in {"same", kind}]
    return _TEXT.format(Markup("").join(_pieces(own))) if own else _NONE.format("empty")


def _pieces(pieces: Sequence[Piece]) -> Iterator[Markup]:
    for piece in pieces:
        keep = _AROUND if piece.kind == "same" else _SHOWN // 2
        words = piece.text.lstrip(" ")  # a line under a space would look like a character
        yield escape(" " * (len(piece.text) - len(words)))
        if words:
            yield _MARKED[piece.kind].format(_folded(words, 3 * keep, keep))


def _folded(text: str, most: int, keep: int) -> Markup:
    """Fold the middle of a stretch longer than `most` characters, but for `keep` at either end."""
    text = middle(text, _MOST)
    if len(text) <= most:
        return escape(block(text))
    start, stop = _word(text, keep, -1), _word(text, len(text) - keep, 1)
    head, inside, tail = text[:start], text[start:stop], text[stop:]
    said = count(len(inside), "more character")
    return _FOLDED.format(*map(escape, (block(head), said, block(inside), block(tail))))


def _word(text: str, at: int, step: int) -> int:
    """Move a cut to the next space, where one is near."""
    return next((i for i in range(at, at + 30 * step, step) if text[i].isspace()), at)
