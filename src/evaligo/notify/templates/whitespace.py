"""White-space control: what `~` takes away, and the lines that hold nothing but a tag of a block or a comment.

Held to npm `handlebars`, oddities of long `{{else if}}` chains included: a tag alone on its line leaves no empty line behind.
"""

from __future__ import annotations

from evaligo.notify.templates.nodes import Block, Comment, Node, Text

__all__ = ["control_white_space"]

_INLINE = " \t"


def control_white_space(nodes: list[Node], *, whole: bool = True) -> None:
    """Shorten the texts of a list of nodes, and of the blocks in it.

    Parameters
    ----------
    nodes : list of node
    whole : bool
        Whether it is the whole template, whose start and end are those of a line.
    """
    for at, node in enumerate(nodes):
        if isinstance(node, Text):
            continue
        if isinstance(node, Block):
            _control_inside(node)
            first, last = node.opening, node.closing
        else:
            first, last = node.strip, node.strip
        if last.after:
            _cut_start(nodes, at + 1, everything=True)
        if first.before:
            _cut_end(nodes, at - 1, everything=True)
        begins = _ends_line(nodes, at - 1, whole=whole)
        ends = _begins_line(nodes, at + 1, whole=whole)
        if isinstance(node, Block):
            _take_lines(nodes, at, begins=begins, ends=ends)
        elif isinstance(node, Comment) and begins and ends:
            _cut_start(nodes, at + 1)
            _cut_end(nodes, at - 1)


def _take_lines(nodes: list[Node], at: int, *, begins: bool, ends: bool) -> None:
    """Take away the lines of a block's first and last tag, where nothing else stands on them."""
    block = nodes[at]
    assert isinstance(block, Block)  # noqa: S101  (the caller looked)
    other = block.body if block.otherwise is None else block.otherwise
    inner = block.body if block.otherwise is None else _first_branch(block.otherwise, chained=block.chained)
    if begins and _begins_line(block.body, 0):
        _cut_start(block.body, 0)
        _cut_end(nodes, at - 1)
    if ends and _ends_line(inner, len(inner) - 1):
        _cut_start(nodes, at + 1)
        _cut_end(other, len(other) - 1)


def _control_inside(block: Block) -> None:
    control_white_space(block.body, whole=False)
    if block.otherwise is not None:
        control_white_space(block.otherwise, whole=False)
    if block.opening.after:
        _cut_start(block.body, 0, everything=True)
    if block.otherwise is not None:
        _control_else(block, _first_branch(block.otherwise, chained=block.chained))
    elif block.closing.before:
        _cut_end(block.body, len(block.body) - 1, everything=True)


def _control_else(block: Block, branch: list[Node]) -> None:
    body = block.body
    if block.middle.before:
        _cut_end(body, len(body) - 1, everything=True)
    if block.middle.after:
        _cut_start(branch, 0, everything=True)
    if block.closing.before:
        _cut_end(branch, len(branch) - 1, everything=True)
    if _ends_line(body, len(body) - 1) and _begins_line(branch, 0):
        _cut_end(body, len(body) - 1)
        _cut_start(branch, 0)


def _first_branch(otherwise: list[Node], *, chained: bool) -> list[Node]:
    """Return what stands directly after the first `else`."""
    first = otherwise[0] if chained else None
    return first.body if isinstance(first, Block) else otherwise


def _ends_line(nodes: list[Node], at: int, *, whole: bool = False) -> bool:
    """Tell whether a node leaves an empty line's start to what follows it."""
    if at < 0:
        return whole
    node = nodes[at]
    if not isinstance(node, Text):
        return False
    end = node.written[len(node.written.rstrip()) :]
    return "\n" in end or (whole and at == 0 and end == node.written)


def _begins_line(nodes: list[Node], at: int, *, whole: bool = False) -> bool:
    """Tell whether a node leaves the rest of a line empty to what stands before it."""
    if at >= len(nodes):
        return whole
    node = nodes[at]
    if not isinstance(node, Text):
        return False
    start = node.written[: len(node.written) - len(node.written.lstrip())]
    return "\n" in start or (whole and at == len(nodes) - 1 and start == node.written)


def _cut_start(nodes: list[Node], at: int, *, everything: bool = False) -> None:
    """Take white space from a text's start: all of it, or the rest of a line; a second rest of a line stays."""
    node = nodes[at] if 0 <= at < len(nodes) else None
    if not isinstance(node, Text) or (node.cut_start and not everything):
        return
    left = node.value.lstrip() if everything else _rest_of_line(node.value)
    node.cut_start = left != node.value
    node.value = left


def _cut_end(nodes: list[Node], at: int, *, everything: bool = False) -> None:
    """Take white space from a text's end: all of it, or the start of a line."""
    node = nodes[at] if 0 <= at < len(nodes) else None
    if not isinstance(node, Text) or (node.cut_end and not everything):
        return
    left = node.value.rstrip() if everything else node.value.rstrip(_INLINE)
    node.cut_end = left != node.value
    node.value = left


def _rest_of_line(text: str) -> str:
    return text.lstrip(_INLINE).removeprefix("\r").removeprefix("\n")
