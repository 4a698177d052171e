import asyncio
import re

import pytest
from tests.support.judges import ScriptedJudge

from evaligo.experiments.contract import Case, Evaluator, PermanentFailureError, Setting
from evaligo.experiments.evaluators.pairwise import Pairwise
from evaligo.records import Item, Output, Score

ITEM = Item(id="a", input="2+2?", expected="four")


def _evaluator(references: dict[str, str] | None = None, **keys: str) -> Evaluator:
    from pathlib import Path

    setting = Setting(root=Path(), folder=Path(), references=references or {})
    return Pairwise(**keys).prepare(setting)  # type: ignore[arg-type]  # `against` is a text here


def _scores(evaluator: Evaluator, judge: ScriptedJudge, output: str = "4", item: Item = ITEM) -> list[Score]:
    found = evaluator.evaluate(Case(item=item, output=Output(text=output)), judge)
    assert not isinstance(found, tuple)

    async def scores() -> list[Score]:
        return list(await found)

    return asyncio.run(scores())


def _first(user: str) -> str:
    found = re.search(r"\[BEGIN first \w+\]\n\| (.*)", user)
    assert found
    return found[1]


@pytest.mark.parametrize("liking", [0.0, 0.1, 0.25])
def test_a_liking_for_the_first_place_cancels(liking: float) -> None:
    def answer(user: str) -> float:
        return (0.7 if _first(user) == "4" else 0.3) + liking

    preference, _ = _scores(_evaluator({"a": "5"}), ScriptedJudge(answer=answer))
    assert preference.value == pytest.approx(0.7)


def test_a_judge_that_looks_at_the_place_alone_says_nothing_and_is_found_out() -> None:
    preference, order = _scores(_evaluator({"a": "5"}), ScriptedJudge(answer=lambda _: 1.0))
    assert (preference.value, order.value) == (0.5, 1.0)
    assert preference.reason.startswith("the order decided")


def test_a_judge_that_agrees_with_itself_is_no_inconsistency() -> None:
    _, order = _scores(_evaluator({"a": "5"}), ScriptedJudge(answer=lambda user: float(_first(user) == "4")))
    assert order.value == 0.0


def test_both_calls_are_paid_for_once() -> None:
    scores = _scores(_evaluator({"a": "5"}), ScriptedJudge())
    assert [score.cost for score in scores] == [0.004, None]


def test_equal_outputs_are_a_tie_that_costs_nothing() -> None:
    judge = ScriptedJudge()
    assert [s.value for s in _scores(_evaluator({"a": "4"}), judge)] == [0.5, 0.0]
    assert not judge.asked


@pytest.mark.parametrize(
    ("against", "reason"),
    [
        ("baseline", "the item has no output of a baseline"),
        ("expected", "the item has no expected answer"),
    ],
)
def test_without_a_reference_there_is_nothing_to_compare(against: str, reason: str) -> None:
    judge = ScriptedJudge()
    scores = _scores(_evaluator({}, against=against), judge, item=Item(id="a", input="?"))
    assert {(s.state, s.reason) for s in scores} == {("not_applicable", reason)}
    assert not judge.asked


def test_the_expected_answer_may_be_the_reference() -> None:
    judge = ScriptedJudge()
    _scores(_evaluator(against="expected"), judge)
    assert sorted(map(_first, judge.asked)) == ["4", "four"]


def test_one_order_that_fails_leaves_both_metrics_absent() -> None:
    def answer(user: str) -> float | Exception:
        return 0.9 if _first(user) == "4" else PermanentFailureError("too long")

    scores = _scores(_evaluator({"a": "5"}), ScriptedJudge(answer=answer))
    assert {(s.value, s.state) for s in scores} == {(None, "failed")}
    assert "too long" in scores[0].reason
    assert scores[0].cost == 0.002


def test_swapping_output_and_reference_mirrors_the_score() -> None:
    judge = ScriptedJudge(answer=lambda user: 0.8 if _first(user) == "4" else 0.35)
    one = _scores(_evaluator({"a": "5"}), judge, output="4")[0].value
    other = _scores(_evaluator({"a": "4"}), judge, output="5")[0].value
    assert one is not None
    assert other == pytest.approx(1.0 - one)
