"""The fenced blocks of a Markdown page, with the directives that stand in comments above them.

===========================  ==================================================================================
``<!-- exit: 2 -->``         the exit code of the block's last command, where it is not 0
``<!-- file: a.json -->``    the block is this file's contents: it is written, for later blocks to read
``<!-- output -->``          the block is what the last command before it printed; ``...`` stands for anything
``<!-- setup: command -->``  run this first, unseen by the reader
``<!-- not run: why -->``    the block is only read; the reason is for those who look here
===========================  ==================================================================================
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["DIRECTIVES", "Block", "blocks_of", "commands_of"]

DIRECTIVES = ("exit", "file", "output", "setup", "not run")

_COMMENT = re.compile(r"<!--\s*(.*?)\s*-->")
_FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,}|~{3,})\s*(?P<language>[^\s`]*)\s*$")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A fenced block.

    Parameters
    ----------
    line : int
        Of the opening fence, from 1.
    directives : tuple of (name, value)
        Of the comments directly above, in their order.
    """

    page: str
    line: int
    language: str
    text: str
    directives: tuple[tuple[str, str], ...]

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"

    def said(self, name: str) -> str | None:
        return dict(self.directives).get(name)


def blocks_of(path: Path, root: Path) -> list[Block]:
    """Return a page's blocks in their order."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return list(_blocks(lines, path.relative_to(root).as_posix()))


def _blocks(lines: list[str], page: str) -> Iterator[Block]:
    at = 0
    directives: list[tuple[str, str]] = []
    while at < len(lines):
        line = lines[at]
        if opening := _FENCE.match(line):
            end = _closing(lines, at, opening["fence"])
            indent = len(opening["indent"])
            yield Block(
                page=page,
                line=at + 1,
                language=opening["language"],
                text="".join(f"{inside[indent:]}\n" for inside in lines[at + 1 : end]),
                directives=tuple(directives),
            )
            at, directives = end, []
        elif comment := _COMMENT.fullmatch(line.strip()):
            name, _, value = comment[1].partition(":")
            directives.append((name.strip(), value.strip()))
        elif line.strip():
            directives = []
        at += 1


def _closing(lines: list[str], start: int, fence: str) -> int:
    for at in range(start + 1, len(lines)):
        if lines[at].strip() == fence:
            return at
    raise AssertionError(f"the block that opens in line {start + 1} never ends")


def commands_of(text: str) -> Iterator[tuple[str, str]]:
    """Split a console block into commands, each with the output shown under it.

    >>> list(commands_of("$ echo a \\\\\\n    b\\na b\\n$ true\\n"))
    [('echo a \\\\\\n    b', 'a b\\n'), ('true', '')]
    """
    command, output = "", ""
    for line in text.splitlines():
        if line.startswith("$ "):
            if command:
                yield command, output
            command, output = line[2:], ""
        elif command.endswith("\\") and not output:
            command += f"\n{line}"
        else:
            output += f"{line}\n"
    if command:
        yield command, output
