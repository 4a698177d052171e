import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from tests.support.judges import ScriptedJudge

from evaligo.errors import DataError, UnavailableError
from evaligo.experiments.canaries import (
    Canary,
    judge_canaries,
    read_canaries,
    record_canaries,
    write_canaries,
)
from evaligo.experiments.contract import Case, Evaluator, PermanentFailureError, Setting
from evaligo.experiments.drift import CanaryReport, drift_of
from evaligo.experiments.evaluators.groundedness_comprehensive import GroundednessComprehensive
from evaligo.experiments.evaluators.llm_judge import LlmJudge
from evaligo.experiments.evaluators.pairwise import Pairwise
from evaligo.records import Item, ItemResult, Output, Score, Severity

HERE = Setting(root=Path(), folder=Path(), references={"0": "x"})
TONE = LlmJudge(name="tone", rubric="Is kind.").prepare(HERE)


def _results(
    evaluators: Sequence[Evaluator], judge: ScriptedJudge, *, n: int = 40, **parts: str
) -> list[ItemResult]:
    async def result(at: int) -> ItemResult:
        item = Item(id=str(at), input=f"question {at}", context=parts.get("context"))
        case = Case(item=item, output=Output(text=f"answer {at}"))
        scores: list[Score] = []
        for evaluator in evaluators:
            found = evaluator.evaluate(case, judge)
            assert not isinstance(found, tuple)
            scores += await found
        return ItemResult(item=item, output=case.output, scores=tuple(scores))

    async def results() -> list[ItemResult]:
        return [await result(at) for at in range(n)]

    return asyncio.run(results())


def _judged(
    evaluators: Sequence[Evaluator], judge: ScriptedJudge, canaries: Sequence[Canary]
) -> CanaryReport:
    return asyncio.run(judge_canaries(evaluators, judge, canaries))


def _by_number(shift: float = 0.0) -> ScriptedJudge:
    def answer(user: str) -> float:
        number = int(user.rpartition("| answer ")[2].split()[0])
        return 0.3 + 0.01 * number + shift

    return ScriptedJudge(answer=answer)


def test_a_judge_that_stays_the_same_gives_every_score_again() -> None:
    canaries = record_canaries(_results([TONE], _by_number()), [TONE])
    report = _judged([TONE], _by_number(), canaries)
    assert len(canaries) == 30
    assert [finding.severity for finding in report.findings] == [Severity.OK]
    assert report.cost == pytest.approx(30 * 0.002)


def test_a_judge_that_moved_is_reported_as_that() -> None:
    canaries = record_canaries(_results([TONE], _by_number()), [TONE])
    report = _judged([TONE], _by_number(0.08), canaries)
    drift = report.of("tone")
    assert drift is not None
    assert (drift.moved, drift.changed) == (True, 1.0)
    assert drift.shift == pytest.approx(0.08)
    (finding,) = report.findings
    assert finding.severity is Severity.WARNING
    assert finding.message.startswith("the judge moved by +0.08 [+0.08, +0.08] on its canaries of tone")
    assert "not a change of the candidate" in finding.message


def test_a_judge_that_is_only_noisy_is_seldom_suspected() -> None:
    rng = np.random.default_rng(8)
    suspected = 0
    for seed in range(300):
        law = rng.uniform(0.2, 0.8, size=20)
        then, now = (np.round(law + rng.normal(0.0, 0.1, size=20), 1) for _ in range(2))
        suspected += drift_of(then.tolist(), now.tolist(), metric="m", evaluator="e", seed=seed).moved
    assert suspected <= 9  # 3 are expected at 1 %


def test_a_shift_of_half_the_judge_s_noise_is_found_by_thirty_canaries_mostly() -> None:
    rng = np.random.default_rng(9)
    found = 0
    for seed in range(100):
        then = rng.uniform(0.2, 0.8, size=30)
        now = then + rng.normal(0.08, 0.1, size=30)
        drift = drift_of(then.tolist(), now.tolist(), metric="m", evaluator="e", seed=seed)
        found += drift.moved
        assert drift.interval[0] <= drift.shift <= drift.interval[1]
    assert found >= 85


def test_another_version_of_the_evaluator_is_no_drift() -> None:
    canaries = record_canaries(_results([TONE], _by_number()), [TONE])
    changed = LlmJudge(name="tone", rubric="Is very kind.").prepare(HERE)
    drift = _judged([changed], _by_number(0.2), canaries).of("tone")
    assert drift is not None
    assert not drift.moved
    assert "another version of tone" in drift.finding.message


def test_canaries_that_the_judge_fails_on_are_counted_and_no_zero() -> None:
    canaries = record_canaries(_results([TONE], _by_number()), [TONE])
    broken = ScriptedJudge(answer=lambda _: PermanentFailureError("no score twice"))
    drift = _judged([TONE], broken, canaries).of("tone")
    assert drift is not None
    assert (drift.n_canaries, drift.failed, drift.moved) == (0, 30, False)
    assert "0 canaries of tone are too few to tell a drift of the judge, as the judge failed on 30" in (
        drift.finding.message
    )


def test_every_metric_of_an_evaluator_has_its_drift() -> None:
    grounded = GroundednessComprehensive().prepare(HERE)
    canaries = record_canaries(_results([grounded], _by_number(), context="page"), [grounded])
    report = _judged([grounded], _by_number(0.1), canaries)
    shifts = {drift.metric: round(drift.shift, 6) for drift in report.drifts}
    assert shifts == {"groundedness": 0.1, "hallucination": -0.1}


def test_an_evaluator_with_nothing_to_judge_does_not_keep_the_others_from_their_canaries() -> None:
    both = [TONE, GroundednessComprehensive().prepare(HERE)]
    canaries = record_canaries(_results(both, _by_number()), both)
    assert len(canaries) == 30
    assert {metric for canary in canaries for metric in canary.scores} == {"tone"}


def test_a_comparison_with_the_baseline_has_no_canaries() -> None:
    pairwise = Pairwise().prepare(HERE)
    results = _results([pairwise], ScriptedJudge(), n=1)
    assert results[0].scores[0].value is not None
    assert record_canaries(results, [pairwise]) == ()


def test_the_sample_does_not_depend_on_the_order_of_results() -> None:
    results = _results([TONE], _by_number())
    assert record_canaries(results, [TONE], seed=3) == record_canaries(results[::-1], [TONE], seed=3)
    assert record_canaries(results, [TONE], seed=3) != record_canaries(results, [TONE], seed=4)


def test_a_file_of_canaries_reads_as_it_was_written(tmp_path: Path) -> None:
    canaries = record_canaries(_results([TONE], _by_number(), context="Ü\u2028"), [TONE])
    write_canaries(tmp_path / "deep" / "c.jsonl", canaries)
    assert read_canaries(tmp_path / "deep" / "c.jsonl") == canaries
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["c.jsonl"]


@pytest.mark.parametrize(
    "line", ["{", '{"id": "a"}', '{"id":"a","input":"","output":"","scores":{},"x":1}', "\ud800"]
)
def test_a_broken_line_is_named_with_its_place(line: str, tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_bytes(b"\n" + line.encode("utf-8", "surrogatepass"))
    with pytest.raises(DataError, match=r"c\.jsonl:2: not a canary"):
        read_canaries(path)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="No such file"):
        read_canaries(tmp_path / "c.jsonl")
