"""Whether the output is the expected answer, and nothing else."""

from __future__ import annotations

from typing import Any

import msgspec

from evaligo.experiments.contract import Case
from evaligo.experiments.evaluators.local import Finding, answers, no_expected, shown
from evaligo.experiments.evaluators.text import Textual, as_text

__all__ = ["ExactMatch"]


class ExactMatch(Textual, frozen=True, kw_only=True):
    """1 where the output is one of the right answers, else 0.

    An expected object is compared as JSON, whatever the order of its keys.

    Examples
    --------
    >>> from evaligo.records import Item, Output
    >>> case = Case(item=Item(id="a", input="2+2?", expected=["4", "four"]), output=Output(text=" Four"))
    >>> ExactMatch(ignore_case=True).evaluate(case, None)[0].value
    1.0
    """

    name: str = "exact_match"

    def look(self, case: Case) -> Finding:
        """Compare with each right answer."""
        right = answers(case)
        if not right:
            return no_expected()
        said = case.output.text
        if any(self._same(said, answer) for answer in right):
            return Finding(1.0, "the output is the expected answer")
        return Finding(0.0, f"expected {_listed(right)}, the output is {shown(said)}")

    def _same(self, said: str, answer: Any) -> bool:
        if isinstance(answer, dict):
            return bool(_decoded(said) == answer)
        return self.even(said) == self.even(as_text(answer))


def _decoded(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return None


def _listed(right: tuple[Any, ...]) -> str:
    return " or ".join(shown(answer, most=40) for answer in right[:3])
