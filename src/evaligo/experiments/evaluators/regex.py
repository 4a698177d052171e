"""Whether the output matches a regular expression."""

from __future__ import annotations

import re

from evaligo.experiments.contract import Case
from evaligo.experiments.evaluators.local import Finding, Local, answers, best_of, no_expected, shown
from evaligo.experiments.evaluators.text import Unicode, as_text, evened

__all__ = ["Regex"]


class Regex(Local, frozen=True, kw_only=True):
    r"""1 where the pattern (or the item's expected answer, read as one) is found in the output, else 0.

    Patterns are Python's `re`. `full` asks that the whole output matches; `matches: false` turns the score round.

    Examples
    --------
    >>> from evaligo.records import Item, Output
    >>> case = Case(item=Item(id="a", input=""), output=Output(text="Ticket AB-123 is closed."))
    >>> Regex(pattern=r"[A-Z]{2}-\d+").evaluate(case, None)[0].reason
    "the output matches at 'AB-123'"
    """

    name: str = "regex"
    pattern: str | None = None
    full: bool = False
    matches: bool = True
    ignore_case: bool = False
    multiline: bool = False
    dotall: bool = False
    unicode: Unicode = "NFC"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.pattern is not None:
            self._compiled(self.pattern)

    def look(self, case: Case) -> Finding:
        """Search the output for the pattern."""
        patterns = tuple(map(as_text, answers(case))) if self.pattern is None else (self.pattern,)
        if not patterns:
            return no_expected()
        said = evened(case.output.text, self.unicode)
        return best_of([self._one(pattern, said) for pattern in patterns])

    def _one(self, pattern: str, said: str) -> Finding:
        compiled = self._compiled(pattern)
        match = compiled.fullmatch(said.strip()) if self.full else compiled.search(said)
        value = float((match is not None) == self.matches)
        if match is None:
            return Finding(value, f"the output does not match {shown(pattern)}")
        return Finding(value, f"the output matches at {shown(match[0])}")

    def _compiled(self, pattern: str) -> re.Pattern[str]:
        """Compile; Python keeps the last 512 patterns."""
        flags = re.IGNORECASE * self.ignore_case | re.MULTILINE * self.multiline | re.DOTALL * self.dotall
        try:
            return re.compile(pattern, flags)
        except re.error as error:
            raise ValueError(f"the pattern {pattern!r} cannot be read: {error}") from error
