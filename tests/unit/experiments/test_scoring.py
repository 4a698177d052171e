"""Every metric gets a score, or a reason why it has none: never a NaN, never a 0 for a failure."""

from __future__ import annotations

import asyncio
import math
import re
from typing import Any

import numpy as np
import pytest
from tests.support.experiment_parts import ACCURACY, FakeEvaluator, FakeJudge, by_judge

from evaligo.experiments.contract import Case, Evaluator, Judge
from evaligo.experiments.scoring import Scorer
from evaligo.records import Item, Metric, Output, Score
from evaligo.settings.secrets import Redactor

CASE = Case(item=Item(id="a", input="?", expected="yes"), output=Output(text="yes"))
REDACTOR = Redactor({"sk-123456": "${{ secrets.KEY }}"})


def scored(*evaluators: Evaluator, judge: Judge | None = None) -> tuple[Score, ...]:
    async def scores() -> tuple[Score, ...]:
        scorer = Scorer(evaluators, REDACTOR, concurrency=2)
        try:
            return await scorer.scores(CASE, judge)
        finally:
            scorer.close()

    return asyncio.run(scores())


def giving(found: Any, metrics: tuple[Metric, ...] = (ACCURACY,)) -> FakeEvaluator:
    return FakeEvaluator(lambda *_: found, metrics=metrics)


def of(value: Any, **given: Any) -> tuple[Score, ...]:
    return (Score(metric="accuracy", value=value, **given),)


def test_a_score_carries_who_gave_it() -> None:
    (score,) = scored(giving(of(0.5, reason="half")))
    assert score == Score(metric="accuracy", value=0.5, reason="half", evaluator="fake", version="1")


@pytest.mark.parametrize("value", [1, True, np.float32(1.0), np.int64(1)])
def test_any_real_number_becomes_a_float(value: Any) -> None:
    (score,) = scored(giving(of(value)))
    assert type(score.value) is float
    assert score.value == 1.0


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (math.nan, "nan, which is no score"),
        (math.inf, "inf, which is no score"),
        (-math.inf, "-inf, which is no score"),
        (None, "None, which is no number"),
        ("0.5", "'0.5', which is no number"),
        (1j, "1j, which is no number"),
        (1.5, r"1.5, outside of \[0, 1\]"),
        (10**400, "too large"),
    ],
)
def test_what_is_no_score_is_absent_with_a_reason(value: Any, reason: str) -> None:
    (score,) = scored(giving(of(value)))
    assert (score.state, score.value) == ("failed", None)
    assert re.search(reason, score.reason)


def test_an_evaluator_that_raises_leaves_each_of_its_metrics_absent_and_the_others_alone() -> None:
    def raises(*_: Any) -> Any:
        raise KeyError("sk-123456")

    two = (Metric(name="first"), Metric(name="second"))
    scores = scored(FakeEvaluator(raises, name="broken", metrics=two), FakeEvaluator())
    assert [(s.metric, s.state, s.value) for s in scores] == [
        ("first", "failed", None),
        ("second", "failed", None),
        ("accuracy", "scored", 1.0),
    ]
    assert scores[0].reason == "KeyError: '${{ secrets.KEY }}'"


@pytest.mark.parametrize("found", [None, 0.5, {"accuracy": 1.0}, [0.5], "accuracy"])
def test_what_is_no_tuple_of_scores_is_named(found: Any) -> None:
    (score,) = scored(giving(found))
    assert score.state == "failed"
    assert "not a tuple of scores" in score.reason


@pytest.mark.parametrize("found", [(*of(1.0), *of(0.0)), (Score(metric="other", value=1.0), *of(1.0))])
def test_scores_of_other_metrics_or_two_of_one_are_refused(found: Any) -> None:
    (score,) = scored(giving(found))
    assert (score.metric, score.state) == ("accuracy", "failed")
    assert "not its metrics" in score.reason


def test_a_metric_without_a_score_is_absent_with_a_reason() -> None:
    scores = scored(giving(of(1.0), (ACCURACY, Metric(name="other"))))
    assert [(s.metric, s.state) for s in scores] == [("accuracy", "scored"), ("other", "failed")]
    assert scores[1].reason == "the evaluator gave no score"


@pytest.mark.parametrize("state", ["failed", "not_applicable"])
def test_a_score_that_says_it_is_none_has_no_value(state: Any) -> None:
    (score,) = scored(giving(of(0.0, state=state, reason="no expected answer")))
    assert (score.state, score.value, score.reason) == (state, None, "no expected answer")


def test_local_evaluators_may_be_coroutines() -> None:
    async def later(*_: Any) -> Any:
        await asyncio.sleep(0)
        return of(1.0)

    assert scored(FakeEvaluator(later))[0].value == 1.0


def test_evaluators_that_ask_the_judge_ask_it_side_by_side() -> None:
    judge = FakeJudge(score=0.25, seconds=0.1)

    async def timed() -> float:
        scorer = Scorer([by_judge()] * 8, REDACTOR, concurrency=2)
        start = asyncio.get_running_loop().time()
        assert len(await scorer.scores(CASE, judge)) == 8
        return asyncio.get_running_loop().time() - start

    assert asyncio.run(timed()) < 0.6
