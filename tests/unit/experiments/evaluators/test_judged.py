import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.support.judges import ScriptedJudge

from evaligo.errors import DataError, UnavailableError
from evaligo.experiments.contract import (
    Case,
    Evaluator,
    Judge,
    PermanentFailureError,
    Setting,
    TransientFailureError,
)
from evaligo.experiments.parts import make_evaluators
from evaligo.records import Item, Output, Score
from evaligo.settings.document import Document

ITEM = Item(id="a", input="The capital of France?", context="France: capital Paris.", expected="Paris")


def _made(entry: Any, folder: Path = Path(), references: Mapping[str, str] | None = None) -> Evaluator:
    document = Document(source="x.yaml", data={"evaluators": [entry]}, lines={})
    setting = Setting(root=folder, folder=folder, references=references or {})
    return make_evaluators([(document, ("evaluators", 0), entry)], setting)[0]


def _scores(
    evaluator: Evaluator, judge: Judge | None, item: Item = ITEM, output: str = "Rome"
) -> dict[str, Score]:
    found = evaluator.evaluate(Case(item=item, output=Output(text=output)), judge)
    assert not isinstance(found, tuple)

    async def scores() -> tuple[Score, ...]:
        return await found

    return {score.metric: score for score in asyncio.run(scores())}


@pytest.mark.parametrize(
    ("entry", "values"),
    [
        ({"type": "llm_judge", "name": "tone", "rubric": "Is kind."}, {"tone": 0.8}),
        (
            {"type": "llm_judge", "name": "tone", "metric": "kindness", "rubric": "Is kind."},
            {"kindness": 0.8},
        ),
        ("groundedness_comprehensive", {"groundedness": 0.8, "hallucination": 0.2}),
        ("toxicity_advanced", {"toxicity": 0.8}),
        ("domain_specific_quality", {"domain_specific_quality": 0.8}),
        ("user_intent_alignment", {"user_intent_alignment": 0.8, "user_satisfaction_proxy": 0.8}),
    ],
)
def test_each_gives_its_metrics_with_reasons_and_cost(entry: Any, values: dict[str, float]) -> None:
    evaluator, judge = _made(entry), ScriptedJudge()
    scores = _scores(evaluator, judge)
    assert {name: score.value for name, score in scores.items()} == pytest.approx(values)
    assert [metric.name for metric in evaluator.metrics] == list(values)
    assert all(s.reason == "scripted" and s.version == evaluator.version for s in scores.values())
    assert sum(s.cost or 0.0 for s in scores.values()) == pytest.approx(0.002 * len(judge.asked))
    assert all(metric.bounds == (0.0, 1.0) for metric in evaluator.metrics)
    assert evaluator.asks_judge
    assert isinstance(evaluator, Evaluator)


def test_less_is_better_of_toxicity_and_hallucination_alone() -> None:
    kinds = ("groundedness_comprehensive", "toxicity_advanced", "user_intent_alignment")
    lower = {m.name for kind in kinds for m in _made(kind).metrics if not m.higher_is_better}
    assert lower == {"toxicity", "hallucination"}


def test_one_question_is_asked_once_for_both_of_its_metrics() -> None:
    judge = ScriptedJudge()
    _scores(_made("groundedness_comprehensive"), judge)
    assert len(judge.asked) == 1


@pytest.mark.parametrize(
    "error", [PermanentFailureError("no score twice", cost=0.01), TransientFailureError("429")]
)
def test_a_judge_that_fails_leaves_the_score_absent_with_the_reason(error: Exception) -> None:
    score = _scores(_made("toxicity_advanced"), ScriptedJudge(answer=lambda _: error))["toxicity"]
    assert (score.value, score.state, score.reason) == (None, "failed", str(error))
    assert score.cost == (0.01 if isinstance(error, PermanentFailureError) else None)


def test_one_question_s_failure_leaves_the_other_its_score() -> None:
    def answer(user: str) -> float | Exception:
        return PermanentFailureError("too long") if "Estimate how content" in user else 0.4

    scores = _scores(_made("user_intent_alignment"), ScriptedJudge(answer=answer))
    assert scores["user_intent_alignment"].value == 0.4
    assert scores["user_satisfaction_proxy"].state == "failed"


def test_a_failure_that_every_item_would_meet_ends_the_run() -> None:
    judge = ScriptedJudge(answer=lambda _: PermanentFailureError("the key is refused", stops_run=True))
    with pytest.raises(PermanentFailureError, match="refused"):
        _scores(_made("toxicity_advanced"), judge)


def test_a_missing_judge_is_a_failure_and_no_zero() -> None:
    assert _scores(_made("toxicity_advanced"), None)["toxicity"].state == "failed"


def test_without_a_context_nothing_is_grounded_or_hallucinated_and_nobody_is_asked() -> None:
    judge = ScriptedJudge()
    scores = _scores(_made("groundedness_comprehensive"), judge, Item(id="a", input="?"))
    assert {(s.state, s.reason) for s in scores.values()} == {("not_applicable", "the item has no context")}
    assert not judge.asked


def test_what_an_item_lacks_is_left_out_of_an_inline_rubric_s_question() -> None:
    judge = ScriptedJudge()
    _scores(_made({"type": "llm_judge", "rubric": "Is kind."}), judge, Item(id="a", input="Hello?"))
    assert "Hello?" in judge.asked[0]
    assert "context" not in judge.asked[0]
    assert "expected answer" not in judge.asked[0]


def test_a_prompt_s_file_needs_every_part_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "p.md").write_text("As good as {{ expected }}?\n\n{{output}}\n")
    evaluator = _made({"type": "llm_judge", "prompt": "p.md"}, tmp_path)
    judge = ScriptedJudge()
    assert _scores(evaluator, judge)["llm_judge"].value == 0.8
    assert "As good as [BEGIN expected " in judge.asked[0]
    lacking = _scores(evaluator, judge, Item(id="a", input="?"))["llm_judge"]
    assert (lacking.state, lacking.reason) == ("not_applicable", "the item has no expected")


def test_the_version_follows_the_prompt_s_text(tmp_path: Path) -> None:
    versions = set()
    for text in ("{{output}}", "{{output}} please", "{{output}}"):
        (tmp_path / "p.md").write_text(text)
        versions.add(_made({"type": "llm_judge", "prompt": "p.md"}, tmp_path).version)
    assert len(versions) == 2
    assert len({_made(kind).version for kind in ("toxicity_advanced", "domain_specific_quality")}) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{{ouput}}", "there is no {{ouput}}; did you mean 'output'?"),
        ("Good?", "shows the judge no output; write {{output}} where it belongs"),
        (b"\xff{{output}}", "byte 0 is no UTF-8"),
    ],
)
def test_a_prompt_that_cannot_be_put_is_an_error_before_any_call(
    text: str | bytes, says: str, tmp_path: Path
) -> None:
    (tmp_path / "p.md").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DataError) as caught:
        _made({"type": "llm_judge", "prompt": "p.md"}, tmp_path)
    assert says in str(caught.value)


def test_a_missing_prompt_names_its_file(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"gone\.md"):
        _made({"type": "llm_judge", "prompt": "gone.md"}, tmp_path)


@pytest.mark.parametrize(
    "entry",
    [
        {"type": "llm_judge"},
        {"type": "llm_judge", "prompt": "p.md", "rubric": "r"},
        {"type": "domain_specific_quality", "prompt": "p.md", "rubric": "r"},
        {"type": "llm_judge", "rubric": "r", "promt": "p.md"},
        {"type": "pairwise", "against": "nobody"},
    ],
)
def test_keys_that_do_not_go_together_are_refused(entry: Any) -> None:
    with pytest.raises(DataError, match=r"x\.yaml:1"):
        _made(entry)


def test_an_input_that_is_no_text_is_shown_as_json() -> None:
    judge = ScriptedJudge()
    item = Item(id="a", input=[{"role": "user", "content": "Hé?"}])
    _scores(_made("toxicity_advanced"), judge, item)
    assert '| [{"role":"user","content":"Hé?"}]' in judge.asked[0]
