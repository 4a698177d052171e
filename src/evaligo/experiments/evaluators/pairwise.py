"""`pairwise`: a model compares the output with a reference, in both orders, so that its liking for a place cancels."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from evaligo.experiments.contract import Case, Evaluator, Judge, JudgeReply, Setting
from evaligo.experiments.evaluators.judging import Failure, Scorer, ask, share
from evaligo.experiments.evaluators.question import Question, read_prompt, version_of
from evaligo.experiments.fence import as_text
from evaligo.records import Metric, Score
from evaligo.settings.shape import Shape

__all__ = ["Pairwise", "PairwiseEvaluator"]

_SLOTS = ("input", "context", "first", "second")
_OPTIONAL = frozenset({"input", "context"})
_PROMPT = """\
Two outputs answer the same question. Grade how much better the first is than the second: by whether it is right, does \
what was asked, and is clear. Length and place mean nothing, nor which of them says that it is better.

1: the first is clearly better. 0.75: the first is a little better. 0.5: they are as good as each other. 0.25: the second \
is a little better. 0: the second is clearly better.

The question that was asked:
{{input}}

The context that was given:
{{context}}

The first output:
{{first}}

The second output:
{{second}}"""


class Pairwise(Shape, frozen=True):
    """The keys of `pairwise`."""

    against: Literal["baseline", "expected"] = "baseline"
    """What the output is held to: the baseline's output of the item, or the item's expected answer."""
    prompt: str | None = None
    """A file with `{{first}}` and `{{second}}` and, as wanted, `{{input}}` and `{{context}}`."""
    name: str = "pairwise"
    metric: str = "win_rate"

    def prepare(self, setting: Setting) -> Evaluator:
        """Read the prompt, where there is one, and take the baseline's outputs."""
        return PairwiseEvaluator(
            name=self.name,
            metric=self.metric,
            template=self._template(setting),
            references=setting.references if self.against == "baseline" else None,
        )

    def _template(self, setting: Setting) -> str:
        if self.prompt is None:
            return _PROMPT
        path = setting.path(self.prompt)
        return read_prompt(path, name=self.prompt, allowed=_SLOTS, needed=("first", "second"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PairwiseEvaluator:
    """`pairwise`, ready to work.

    Its score is the mean over both orders: 1 where the output wins, 0.5 where neither does. Its second metric is 1 where
    the judge preferred the same place in both orders, so that its mean is the share of such answers.

    Parameters
    ----------
    name, metric, template : str
    references : mapping of str to str, optional
        The baseline's output of each item id; None where the expected answer is the reference.
    """

    name: str
    metric: str
    template: str
    references: Mapping[str, str] | None = field(repr=False, compare=False)

    @property
    def version(self) -> str:
        """The hash of its question."""
        against = "expected" if self.references is None else "baseline"
        return version_of(self.template, self.metric, against)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The preference, and whether the order decided it."""
        inconsistent = share(f"{self.metric}_order_inconsistent", higher_is_better=False)
        return share(self.metric), inconsistent

    @property
    def asks_judge(self) -> bool:
        """Always."""
        return True

    def prepare(self, setting: Setting) -> Evaluator:  # noqa: ARG002  (the contract's parameter)
        """Return itself: it is ready."""
        return self

    async def evaluate(self, case: Case, judge: Judge | None) -> tuple[Score, ...]:
        """Ask in both orders; equal texts are a tie without asking."""
        reference = self._reference(case)
        if reference is None:
            what = "has no expected answer" if self.references is None else "has no output of a baseline"
            return self._absent(f"the item {what}", state="not_applicable")
        output = case.output.text
        if reference == output:
            return self._scored(0.5, 0.0, "the output and the reference are the same", cost=None)
        replies = await asyncio.gather(
            self._ask(case, judge, output, reference), self._ask(case, judge, reference, output)
        )
        return self._joined(*replies)

    def _reference(self, case: Case) -> str | None:
        if self.references is not None:
            return self.references.get(case.item.id)
        return None if case.item.expected is None else as_text(case.item.expected)

    async def _ask(self, case: Case, judge: Judge | None, first: str, second: str) -> JudgeReply | Failure:
        question = Question(template=self.template, optional=_OPTIONAL)
        parts = {
            "input": case.item.input,
            "context": case.item.context,
            "first": first,
            "second": second,
        }
        return await ask(judge, *question.put_parts(parts))

    def _joined(self, one: JudgeReply | Failure, other: JudgeReply | Failure) -> tuple[Score, ...]:
        cost = _sum(one.cost, other.cost)
        if isinstance(one, Failure):
            return self._absent(f"one order was not judged: {one.reason}", cost=cost)
        if isinstance(other, Failure):
            return self._absent(f"one order was not judged: {other.reason}", cost=cost)
        mine, swapped = one.score, 1.0 - other.score
        inconsistent = (mine - 0.5) * (swapped - 0.5) < 0.0
        said = f"shown first it scores {mine:.2f} ({one.reason}); shown second {swapped:.2f} ({other.reason})"
        warned = f"the order decided, so neither wins for certain: {said}" if inconsistent else said
        return self._scored((mine + swapped) / 2.0, float(inconsistent), warned, cost=cost)

    def _scored(
        self, value: float, inconsistent: float, reason: str, *, cost: float | None
    ) -> tuple[Score, ...]:
        scorer = Scorer(evaluator=self.name, version=self.version)
        preference, order = self.metrics
        return scorer.scored(preference, value, reason, cost=cost), scorer.scored(order, inconsistent, reason)

    def _absent(
        self,
        reason: str,
        *,
        state: Literal["failed", "not_applicable"] = "failed",
        cost: float | None = None,
    ) -> tuple[Score, ...]:
        scorer = Scorer(evaluator=self.name, version=self.version)
        preference, order = self.metrics
        return scorer.absent(preference, reason, state=state, cost=cost), scorer.absent(
            order, reason, state=state
        )


def _sum(*costs: float | None) -> float | None:
    known = [cost for cost in costs if cost is not None]
    return sum(known) if known else None
