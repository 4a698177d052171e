"""Build a template's nodes of its pieces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evaligo.notify.templates.errors import TemplateError
from evaligo.notify.templates.expressions import arguments_of, output_of
from evaligo.notify.templates.helpers import check_call
from evaligo.notify.templates.lexer import Piece, pieces
from evaligo.notify.templates.nodes import NO_STRIP, Block, Comment, Node, Strip, Text
from evaligo.notify.templates.whitespace import control_white_space
from evaligo.settings.shape import near

__all__ = ["parse"]

_KINDS = ("each", "if", "unless")
_DEEPEST = 20


def parse(source: str) -> list[Node]:
    """Read a template.

    Raises
    ------
    TemplateError
        It is none; the sentence names line and column.
    """
    reader = _Reader(pieces(source))
    nodes, stray = reader.body(depth=0)
    if stray is not None:
        raise _astray(stray)
    control_white_space(nodes)
    return nodes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Otherwise:
    """What follows a block's `else`, and the closing tag behind it."""

    nodes: list[Node]
    chained: bool
    strip: Strip
    closing: Piece


class _Reader:
    def __init__(self, source: Iterator[Piece]) -> None:
        self._source = source

    def body(self, *, depth: int) -> tuple[list[Node], Piece | None]:
        """Read nodes up to an `else` or a closing tag, which is returned beside them; None at the template's end."""
        nodes: list[Node] = []
        for piece in self._source:
            if piece.kind in ("else", "close"):
                return nodes, piece
            nodes.append(self._node(piece, depth))
        return nodes, None

    def _node(self, piece: Piece, depth: int) -> Node:
        if piece.kind == "text":
            return Text(written=piece.text, value=piece.text)
        if piece.kind == "comment":
            return Comment(strip=piece.strip)
        if piece.kind == "open":
            block, closing = self._block(piece, depth=depth + 1, chain=0)
            _check_name(closing, block.kind, piece)
            return block
        output = output_of(piece)
        check_call(output, piece.place)
        return output

    def _block(self, opening: Piece, *, depth: int, chain: int) -> tuple[Block, Piece]:
        """Read a block and the tag that closes it; `chain` counts the `else if` that lead to it."""
        head = _head(opening)
        if depth > _DEEPEST:
            raise TemplateError(
                opening.place, "blocks are nested too deeply", hint=f"keep within {_DEEPEST} of them"
            )
        body, stop = self.body(depth=depth)
        if stop is None:
            raise _never_closed(opening)
        rest = self._otherwise(opening, stop, depth=depth, chain=chain) if stop.kind == "else" else None
        closing = stop if rest is None else rest.closing
        block = Block(
            **head,
            body=body,
            otherwise=None if rest is None else rest.nodes,
            chained=rest is not None and rest.chained,
            opening=opening.strip,
            middle=NO_STRIP if rest is None else rest.strip,
            closing=closing.strip if chain < 2 else opening.strip,  # a quirk of Handlebars
        )
        return block, closing

    def _otherwise(self, opening: Piece, tag: Piece, *, depth: int, chain: int) -> _Otherwise:
        if tag.words:
            block, closing = self._block(tag, depth=depth + 1, chain=chain + 1)
            return _Otherwise(nodes=[block], chained=True, strip=tag.strip, closing=closing)
        nodes, stop = self.body(depth=depth)
        if stop is None:
            raise _never_closed(opening)
        if stop.kind == "else":
            raise TemplateError(stop.place, "a block has a second {{else}}", hint="leave one of them out")
        return _Otherwise(nodes=nodes, chained=False, strip=tag.strip, closing=stop)


def _head(opening: Piece) -> dict[str, Any]:
    """Read the tag that opens a block, or an `else` that does."""
    name = opening.words[0].text if opening.words else ""
    if name not in _KINDS:
        raise TemplateError(
            opening.place,
            f"there is no block {name!r}",
            hint=f"{near(name, _KINDS)}; for what may be missing write {{{{#if name}}}}",
        )
    given, options = arguments_of(opening.words[1:])
    zero_counts = options.pop("includeZero", None) if name != "each" else None
    if len(given) != 1 or options:
        raise TemplateError(
            opening.place, f"{name!r} takes one value", hint=f"write it as in {{{{#{name} failed_metrics}}}}"
        )
    return {"kind": name, "value": given[0], "zero_counts": zero_counts}


def _check_name(closing: Piece, kind: str, opening: Piece) -> None:
    name = " ".join(word.text for word in closing.words)
    if name != kind:
        raise TemplateError(
            closing.place,
            f"{{{{/{name}}}}} closes the {kind!r} of {opening.place}",
            hint=f"write {{{{/{kind}}}}}",
        )


def _never_closed(opening: Piece) -> TemplateError:
    name = opening.words[0].text
    return TemplateError(opening.place, f"{name!r} is never closed", hint=f"write {{{{/{name}}}}} behind it")


def _astray(piece: Piece) -> TemplateError:
    return TemplateError(piece.place, f"{piece.text} stands outside of any block", hint="leave it out")
