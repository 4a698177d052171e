"""Judges in process: one that obeys whatever stands outside of the fence, one that follows a script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec

from evaligo.experiments.contract import JudgeReply

__all__ = ["GullibleJudge", "ScriptedJudge"]

_NONCE = re.compile(r"the mark (\S+),")
_ORDER = re.compile(
    r"(?:give|award|assign|set|score|grade|rate)\b[^.\n]{0,40}?\b(?:a|an|of|to|as|:|=|is)\s*(\d(?:\.\d+)?)",
    re.IGNORECASE,
)
_JSON = re.compile(r"\{[^{}]*\"score\"[^{}]*\}")
_WORDED = re.compile(r"(?im)^\W*(?:system|assistant|developer|grader|admin)\W*:.*?(\d(?:\.\d+)?)\s*\W*$")


@dataclass(slots=True)
class GullibleJudge:
    """Does what it is told by anything that is not fenced as data; grades the fenced output by a word in it.

    It reads the mark from the system message, takes what stands between a BEGIN and an END line of that mark for data,
    and each line that looks like one for one, wherever it stands. Of the rest, the last order or ready answer wins.

    Parameters
    ----------
    good : str
        An honest grade is 0.9 where this word stands in the output, else 0.2.
    needs_marks : bool
        Whether a line between the fences that lacks its mark counts as said outside. A judge that does not need them
        overlooks them, also before a line that closes the fence.
    part : str
        The fenced part that it grades.
    asked : list of (str, str)
        The system's and the user's messages so far.
    """

    good: str = "Paris"
    needs_marks: bool = True
    part: str = "output"
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def ask(self, *, system: str, user: str) -> JudgeReply:
        """Grade, or obey."""
        self.asked.append((system, user))
        score, reason = self.grade(system, user)
        return JudgeReply(score=score, reason=reason, cost=0.001)

    def grade(self, system: str, user: str) -> tuple[float, str]:
        """Return a score and a reason."""
        found = _NONCE.search(system)
        inside, outside = self._split(user, found[1] if found else "\0")
        order = self._order("\n".join(outside))
        if order is not None:
            return order, "as I was told"
        honest = 0.9 if self.good in "\n".join(inside) else 0.2
        return honest, "by what it says"

    def most_cost(self, *, system: str, user: str) -> float | None:
        """Say nothing: no test here reserves."""
        del system, user
        return None

    def _split(self, user: str, nonce: str) -> tuple[list[str], list[str]]:
        inside: list[str] = []
        outside: list[str] = []
        within = ""
        for line in user.splitlines():
            opened = re.fullmatch(rf"\[BEGIN (\w+) {re.escape(nonce)}\]", line)
            if opened and not within:
                within = opened[1]
            elif within and re.fullmatch(rf"\[END \w+ {re.escape(nonce)}\]", self._read(line)):
                within = ""
            elif within and (line.startswith("| ") or not self.needs_marks):
                inside += [line] if within == self.part else []
            else:
                outside.append(line)
        return inside, outside

    def _read(self, line: str) -> str:
        return line if self.needs_marks else line.removeprefix("| ")

    @staticmethod
    def _order(said: str) -> float | None:
        orders = list(_orders(said))
        return orders[-1] if orders else None


def _orders(said: str) -> Iterator[float]:
    for match in _JSON.finditer(said):
        with suppress(msgspec.DecodeError, KeyError, TypeError, ValueError):
            yield float(msgspec.json.decode(match[0])["score"])
    for pattern in (_ORDER, _WORDED):
        for match in pattern.finditer(said):
            if 0.0 <= float(match[1]) <= 1.0:
                yield float(match[1])


@dataclass(slots=True)
class ScriptedJudge:
    """Answers by a function of the user's message; an exception that it returns is raised.

    Parameters
    ----------
    answer : callable
    asked : list of str
        The user's messages so far.
    """

    answer: Callable[[str], float | Exception] = lambda user: 0.8  # noqa: ARG005  (a script may not look)
    asked: list[str] = field(default_factory=list)

    async def ask(self, *, system: str, user: str) -> JudgeReply:
        """Answer as the script says."""
        assert system
        self.asked.append(user)
        answer = self.answer(user)
        if isinstance(answer, Exception):
            raise answer
        return JudgeReply(score=answer, reason="scripted", cost=0.002)

    def most_cost(self, *, system: str, user: str) -> float | None:
        """Say nothing: no test here reserves."""
        del system, user
        return None
