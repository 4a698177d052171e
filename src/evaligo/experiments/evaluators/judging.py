"""What all evaluators that ask a model share: each question asked once, each metric scored or absent with its reason."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

from evaligo.experiments.contract import (
    Case,
    Evaluator,
    Judge,
    JudgeReply,
    PermanentFailureError,
    Setting,
    TransientFailureError,
)
from evaligo.experiments.evaluators.question import Question, version_of
from evaligo.records import Metric, Score

__all__ = ["Answer", "Failure", "JudgedEvaluator", "Scorer", "ask", "share"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What becomes of a judge's score: one metric.

    Parameters
    ----------
    metric : Metric
    question : Question
    inverted : bool
        Whether the metric is 1 less the score.
    """

    metric: Metric
    question: Question
    inverted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a judge gave no score, and what that cost."""

    reason: str
    cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedEvaluator:
    """An evaluator that asks a model, ready to work.

    Parameters
    ----------
    name : str
    answers : tuple of Answer
        Those that share a question are scored by one call, whose cost the first of them carries.
    """

    name: str
    answers: tuple[Answer, ...]

    @property
    def version(self) -> str:
        """The hash of its questions."""
        return version_of(*(f"{a.metric.name} {a.inverted} {a.question.version}" for a in self.answers))

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics of its answers."""
        return tuple(answer.metric for answer in self.answers)

    @property
    def asks_judge(self) -> bool:
        """Always."""
        return True

    def prepare(self, setting: Setting) -> Evaluator:  # noqa: ARG002  (the contract's parameter)
        """Return itself: it is ready."""
        return self

    async def evaluate(self, case: Case, judge: Judge | None) -> tuple[Score, ...]:
        """Ask each question once, and score each metric; a judge that fails leaves it absent."""
        questions = list(dict.fromkeys(answer.question for answer in self.answers))
        lacking = {question: question.lacks(case) for question in questions}
        asked = [question for question in questions if not lacking[question]]
        replies = await asyncio.gather(*(ask(judge, *question.put(case)) for question in asked))
        found = dict(zip(asked, replies, strict=True))
        return tuple(
            self._score(
                answer, found.get(answer.question), lacking[answer.question], first=self._first(answer)
            )
            for answer in self.answers
        )

    def _first(self, answer: Answer) -> bool:
        return next(a for a in self.answers if a.question == answer.question) is answer

    def _score(
        self, answer: Answer, reply: JudgeReply | Failure | None, lacking: str, *, first: bool
    ) -> Score:
        scorer = Scorer(evaluator=self.name, version=self.version)
        if reply is None:
            return scorer.absent(answer.metric, f"the item has no {lacking}", state="not_applicable")
        cost = reply.cost if first else None
        if isinstance(reply, Failure):
            return scorer.absent(answer.metric, reply.reason, cost=cost)
        value = 1.0 - reply.score if answer.inverted else reply.score
        return scorer.scored(answer.metric, value, reply.reason, cost=cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorer:
    """Makes one evaluator's scores.

    Parameters
    ----------
    evaluator, version : str
    """

    evaluator: str
    version: str

    def scored(self, metric: Metric, value: float, reason: str, *, cost: float | None = None) -> Score:
        """Make a score that there is."""
        return Score(
            metric=metric.name,
            value=value,
            reason=reason,
            evaluator=self.evaluator,
            version=self.version,
            cost=cost,
        )

    def absent(
        self,
        metric: Metric,
        reason: str,
        *,
        state: Literal["failed", "not_applicable"] = "failed",
        cost: float | None = None,
    ) -> Score:
        """Make one that there is not, with the reason."""
        return Score(
            metric=metric.name,
            value=None,
            reason=reason,
            evaluator=self.evaluator,
            version=self.version,
            state=state,
            cost=cost,
        )


async def ask(judge: Judge | None, system: str, user: str) -> JudgeReply | Failure:
    """Ask a judge; what fails for this output alone is a Failure, what would fail for each ends the run."""
    if judge is None:
        return Failure(reason="there is no judge to ask")
    try:
        return await judge.ask(system=system, user=user)
    except (PermanentFailureError, TransientFailureError) as error:
        if getattr(error, "stops_run", False):
            raise
        return Failure(reason=str(error) or "the judge failed", cost=error.cost or None)


def share(name: str, *, higher_is_better: bool = True) -> Metric:
    """Return a metric in [0, 1]."""
    return Metric(name=name, bounds=(0.0, 1.0), higher_is_better=higher_is_better)
