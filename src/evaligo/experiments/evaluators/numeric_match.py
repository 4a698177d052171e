"""Whether the number in the output is the expected one."""

from __future__ import annotations

from typing import Any, Literal

from evaligo.experiments.contract import Case
from evaligo.experiments.evaluators.local import Finding, Local, answers, best_of, no_expected, shown
from evaligo.experiments.evaluators.numbers import Decimal, Number, numbers_in
from evaligo.experiments.evaluators.text import as_text

__all__ = ["NumericMatch"]


class NumericMatch(Local, frozen=True, kw_only=True):
    r"""1 where the number looked at equals an expected one within the tolerance, else 0.

    `which` says whether it is the last number of the output, the first, or the only one (an output with several is then
    wrong). A boxed number, as in ``\boxed{18}``, and one after ``####`` come before all others. Units are not read: ask
    for the unit in the prompt, or check it with `regex`.

    Examples
    --------
    >>> from evaligo.records import Item, Output
    >>> case = Case(item=Item(id="a", input="", expected=1234.5), output=Output(text="12 + ... = $1,234.50"))
    >>> NumericMatch().evaluate(case, None)[0].value
    1.0
    """

    name: str = "numeric_match"
    which: Literal["last", "first", "only"] = "last"
    tolerance: float = 0.0
    """Absolute."""
    relative_tolerance: float = 0.0
    """As a share of the expected number: 0.01 is 1 %."""
    decimal: Decimal = "."
    words: bool = True
    """Whether numbers that are spelt out count, from zero to twenty, the tens, and hundred."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (0.0 <= self.tolerance < float("inf") and 0.0 <= self.relative_tolerance < float("inf")):
            raise ValueError("a tolerance is negative or no number; give 0 or more")

    def look(self, case: Case) -> Finding:
        """Compare the number with each right answer."""
        right = answers(case)
        if not right:
            return no_expected()
        found = list(numbers_in(_marked(case.output.text), decimal=self.decimal, words=self.words))
        if not found:
            return Finding(0.0, "there is no number in the output")
        if self.which == "only" and len({number.value for number in found}) > 1:
            return Finding(0.0, f"the output holds {len(found)} numbers where one was asked for")
        said = found[0] if self.which == "first" else found[-1]
        expected = [number for answer in right if (number := self._expected(answer)) is not None]
        if not expected:
            raise ValueError(f"the expected answer {shown(right[0])} holds no number")
        return best_of([self._compare(said, number) for number in expected])

    def _compare(self, said: Number, expected: Number) -> Finding:
        if said.same(expected, absolute=self.tolerance, relative=self.relative_tolerance):
            return Finding(1.0, f"the output's number {shown(said.text)} is the expected {expected.text}")
        return Finding(0.0, f"expected {expected.text}, the output's number is {shown(said.text)}")

    def _expected(self, answer: Any) -> Number | None:
        """Read an expected answer: the last number where it is a text, as solutions end with it."""
        if isinstance(answer, (int, float)) and not isinstance(answer, bool):
            return Number(float(answer), percent=False, text=as_text(answer))
        found = list(numbers_in(_marked(as_text(answer)), decimal=self.decimal, words=self.words))
        return found[-1] if found else None


def _marked(text: str) -> str:
    """Cut a text to its final answer where it marks one, as benchmarks of arithmetic do."""
    at = text.rfind("\\boxed{")
    if at >= 0:
        return text[at + 7 :].split("}", 1)[0] if "frac" not in text[at:] else text[at + 7 :]
    at = text.rfind("####")
    return text[at + 4 :] if at >= 0 and text[at + 4 :].strip() else text
