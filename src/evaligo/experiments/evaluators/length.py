"""Whether the output's length lies within limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from evaligo.experiments.contract import Case
from evaligo.experiments.evaluators.local import Finding, Local

__all__ = ["Length"]

Limit = Annotated[int, msgspec.Meta(ge=0)]


class Length(Local, frozen=True, kw_only=True):
    """1 where the output keeps all limits, else 0.

    Words are parted by white space; characters are Unicode code points; tokens are those that the target counted, and an
    output of a target that counts none is not judged.

    Examples
    --------
    >>> from evaligo.records import Item, Output
    >>> case = Case(item=Item(id="a", input=""), output=Output(text="three words here"))
    >>> Length(max_words=2).evaluate(case, None)[0].reason
    '3 words are more than 2'
    """

    name: str = "length"
    metric: str = "length"
    min_words: Limit | None = None
    max_words: Limit | None = None
    min_chars: Limit | None = None
    max_chars: Limit | None = None
    min_tokens: Limit | None = None
    max_tokens: Limit | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        limits = list(self._limits())
        if not limits:
            raise ValueError("there is no limit; give one, such as `max_words: 200`")
        for unit, low, high in limits:
            if low is not None and high is not None and low > high:
                raise ValueError(f"`min_{unit}` is above `max_{unit}`")

    def look(self, case: Case) -> Finding:
        """Count, and compare."""
        counted: list[str] = []
        for unit, low, high in self._limits():
            count = _count(case, unit)
            if count is None:
                return Finding(None, "the target does not count its tokens")
            if low is not None and count < low:
                return Finding(0.0, f"{count} {unit} are fewer than {low}")
            if high is not None and count > high:
                return Finding(0.0, f"{count} {unit} are more than {high}")
            counted.append(f"{count} {unit}")
        return Finding(1.0, f"{' and '.join(counted)} are within the limits")

    def _limits(self) -> Iterator[tuple[str, int | None, int | None]]:
        limits = (
            ("words", self.min_words, self.max_words),
            ("chars", self.min_chars, self.max_chars),
            ("tokens", self.min_tokens, self.max_tokens),
        )
        return (limit for limit in limits if limit[1:] != (None, None))


def _count(case: Case, unit: str) -> int | None:
    if unit == "tokens":
        return case.output.output_tokens
    return len(case.output.text.split() if unit == "words" else case.output.text)
