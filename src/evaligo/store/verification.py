"""Check a chain of envelopes: every line against its own hash, its number and the line before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from evaligo.errors import DataError
from evaligo.store.decision_log import COUNT
from evaligo.store.envelope import GENESIS, Seal, read_seal
from evaligo.store.lines import log_lines

__all__ = ["Audit", "Chain", "Problem", "verify"]

_KEPT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that is wrong with a log.

    Parameters
    ----------
    line : int, optional
        From 1; None where the log as a whole is meant.
    message : str

    Examples
    --------
    >>> print(Problem(line=3, message="was edited"))
    line 3 was edited
    """

    line: int | None
    message: str

    def __str__(self) -> str:
        return self.message if self.line is None else f"line {self.line} {self.message}"


@dataclass(slots=True, kw_only=True)
class Audit:
    """What a check of a log found.

    Parameters
    ----------
    n_decisions : int
        Whole lines.
    head : str
        The last line's hash; 64 zeros for an empty log.
    problems : list of Problem
        The first thousand, in the order of the lines.
    n_problems : int
        All of them.
    """

    n_decisions: int = 0
    head: str = GENESIS
    problems: list[Problem] = field(default_factory=list)
    n_problems: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.n_problems

    def add(self, problem: Problem) -> None:
        """Count a problem, and keep it if it is among the first thousand: a forged log must not fill the memory."""
        self.n_problems += 1
        if len(self.problems) < _KEPT:
            self.problems.append(problem)


class Chain:
    """Checks lines one after the other.

    Parameters
    ----------
    expect_head : str, optional
        A hash that some intact line must have.
    noun : str
        What a line is, for the sentences.
    """

    def __init__(self, *, expect_head: str | None = None, noun: str = "decision") -> None:
        self.audit = Audit()
        self._expected = expect_head
        self._anchored = expect_head in {None, GENESIS}
        self._before = Seal(sequence=0, previous="", hash=GENESIS)
        self._noun = noun

    def take(self, number: int, line: bytes) -> None:
        """Check the next line, without its newline."""
        self.audit.n_decisions += 1
        link = _seal_of(line, self._before)
        for message in _wrongs(link, self._before, self._noun):
            self.audit.add(Problem(line=number, message=message))
        self._anchored = self._anchored or (link.intact and link.hash == self._expected)
        self._before = link

    def end(self, *, noted: int = 0, whole: str = "log") -> Audit:
        """Check what only the end tells.

        Parameters
        ----------
        noted : int
            How many lines there were, as is noted elsewhere; 0 where nothing is.
        whole : str
            What the lines make up, for the sentences.
        """
        self.audit.head = self._before.hash
        if self.audit.n_decisions < noted and self._before.sequence < noted:
            cut = f"the {whole} ends before {self._noun} {noted}: lines were cut off at its end"
            self.audit.add(Problem(line=None, message=cut))
        if not self._anchored:
            lost = f"no line has the hash {self._expected}: the {whole} was cut short or rewritten since"
            self.audit.add(Problem(line=None, message=lost))
        return self.audit


def verify(directory: str | Path, *, expect_head: str | None = None) -> Audit:
    """Find every edited, dropped, inserted or reordered line; streams, so that the log's size does not matter.

    Lines cut off at the log's end leave no gap behind: they are missed by the count that is noted beside the log. Who
    can forge that too is found by a head hash that `gate`, `history` or an earlier `verify` printed, kept somewhere
    else and passed as `expect_head`.

    Parameters
    ----------
    directory : path
    expect_head : str, optional
        A hash that some intact line must have; the log may have grown since it was the head.

    Raises
    ------
    DataError
        There is no log.
    UnavailableError
        It cannot be read.
    """
    chain = Chain(expect_head=expect_head)
    for number, line in log_lines(directory):
        if not line.endswith(b"\n"):
            torn = f"is torn: {len(line)} bytes without an end; the next append sets them aside"
            chain.audit.add(Problem(line=number, message=torn))
            break
        chain.take(number, line[:-1])
    return chain.end(noted=_noted(Path(directory)))


def _noted(directory: Path) -> int:
    """How many decisions were noted beside the log; 0 where nothing readable is (logs of 0.1.0 have no note)."""
    try:
        return int((directory / COUNT).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def _seal_of(line: bytes, before: Seal) -> Seal:
    """Read a line's seal; one that is no envelope has its number, and no hash that another could be held to."""
    try:
        return read_seal(line)
    except DataError:
        return Seal(sequence=before.sequence + 1, previous="", hash="", intact=False)


def _wrongs(link: Seal, before: Seal, noun: str) -> Iterator[str]:
    if not link.hash:
        yield f"is no {noun}'s envelope"
        return
    if not link.intact:
        yield "was edited: its contents do not have the hash that it carries"
    if link.sequence != before.sequence + 1:
        yield f"is {noun} {link.sequence} where {before.sequence + 1} was expected: lines were dropped, inserted or moved"
    elif before.hash and link.previous != before.hash:
        yield "is not chained to the line before it: a line was dropped, inserted, moved or edited"
