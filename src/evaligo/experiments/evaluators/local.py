"""What every local evaluator is: a name, a version, one metric, and a look at one output."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import msgspec

from evaligo.experiments.contract import Case, Judge, Setting
from evaligo.records import Metric, Score
from evaligo.records.metric import known_direction
from evaligo.settings.shape import Shape

__all__ = ["Finding", "Local", "answers", "best_of", "no_expected", "shown"]

_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Finding:
    """What an evaluator saw in one output.

    Parameters
    ----------
    value : float, optional
        In [0, 1]; None where there is nothing to judge.
    reason : str
        One short sentence that names the evidence.
    """

    value: float | None
    reason: str


class Local(Shape, frozen=True):
    """An evaluator that asks no model; a subclass's fields are its keys in the configuration.

    `name` is what reports call it, `metric` what its scores are called.
    """

    name: str = ""
    metric: str = "accuracy"
    version: ClassVar[str] = "1"
    asks_judge: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.metric.strip():
            raise ValueError("the name or the metric is empty; leave the key out for the usual one")

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The one metric, in [0, 1]; its name tells which way is better."""
        return (Metric(name=self.metric, bounds=(0.0, 1.0), higher_is_better=known_direction(self.metric)),)

    def prepare(self, setting: Setting) -> Self:  # noqa: ARG002  (most need nothing of it)
        """Return it ready to work."""
        return self

    def evaluate(self, case: Case, judge: Judge | None) -> tuple[Score, ...]:  # noqa: ARG002  (asks no judge)
        """Score one output."""
        return (self.score(self.metric, self.look(case)),)

    @abstractmethod
    def look(self, case: Case) -> Finding:
        """Look at one output."""

    def score(self, metric: str, finding: Finding) -> Score:
        """Make a finding a score; one without a value is not applicable."""
        return Score(
            metric=metric,
            value=finding.value,
            reason=finding.reason,
            evaluator=self.name,
            version=self.version,
            state="not_applicable" if finding.value is None else "scored",
        )


def answers(case: Case) -> tuple[Any, ...]:
    """Return the item's right answers: `expected`, or each entry where that is a list; none where it is absent."""
    expected = case.item.expected
    if expected is None:
        return ()
    return tuple(expected) if isinstance(expected, (list, tuple)) else (expected,)


def no_expected() -> Finding:
    """Say that an item has no expected answer."""
    return Finding(None, "the item has no expected answer")


def best_of(findings: list[Finding]) -> Finding:
    """Return the finding of the right answer that fits best."""
    return max(findings, key=lambda finding: finding.value or 0.0)


def shown(value: Any, *, most: int = _SHOWN) -> str:
    r"""Quote a value in a sentence, on one line, shortened.

    Examples
    --------
    >>> shown("a\nb"), shown({"a": 1})
    ("'a b'", '\'{"a":1}\'')
    """
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    flat = " ".join(text[: 4 * most].split())
    return repr(flat if len(flat) <= most else flat[: most - 1] + "…")
