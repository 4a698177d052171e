"""A job runs each item once, and says how it ended."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from tests.support.experiment_parts import (
    FAST,
    HERE,
    FakeEvaluator,
    FakeJudge,
    FakeTarget,
    Follower,
    MemorySink,
    a_job,
    by_judge,
    fails,
    run,
)

from evaligo.errors import UnavailableError
from evaligo.experiments.contract import PermanentFailureError, Setting, TransientFailureError
from evaligo.records import Item, Output, Status, Totals
from evaligo.settings.secrets import Redactor


def test_every_item_is_asked_once_in_each_epoch_and_kept() -> None:
    target, sink = FakeTarget(), MemorySink()
    outcome = run(a_job(7, target, epochs=3), sink)
    assert outcome.status is Status.COMPLETED
    assert outcome.totals.done == 21
    assert (
        sorted(target.calls) == sorted(sink.kept) == sorted((f"q{i}", e) for i in range(7) for e in (1, 2, 3))
    )
    assert target.opened
    assert target.closed
    assert {score.value for result in sink.kept.values() for score in result.scores} == {1.0}


def test_what_has_a_result_is_not_asked_again() -> None:
    sink = MemorySink()
    run(a_job(6), sink)
    target = FakeTarget()
    outcome = run(a_job(10, target, spent=Totals(done=6)), sink)
    assert sorted(target.calls) == [(f"q{i}", 1) for i in range(6, 10)]
    assert outcome.totals.done == 10


def test_an_item_that_never_succeeds_is_kept_as_failed_while_others_do() -> None:
    target, sink = fails(lambda: TransientFailureError("500: oops"), 99, "q3"), MemorySink()
    outcome = run(a_job(8, target, limits=replace(FAST, retries=2)), sink)
    assert outcome.status is Status.COMPLETED
    assert outcome.totals.failed == 1
    assert sink.kept["q3", 1].error == "500: oops"
    assert sink.kept["q3", 1].output is None
    assert Counter(item for item, _ in target.calls)["q3"] == 3


def test_a_permanent_failure_is_not_tried_again() -> None:
    target = fails(lambda: PermanentFailureError("400: too long"), 99, "q2")
    outcome = run(a_job(5, target))
    assert len(target.calls) == 5
    assert (outcome.totals.done, outcome.totals.failed) == (5, 1)


def test_whatever_else_a_target_raises_is_that_items_error() -> None:
    sink = MemorySink()
    run(a_job(5, fails(lambda: ZeroDivisionError("by zero"), 99, "q2")), sink)
    assert sink.kept["q2", 1].error == "ZeroDivisionError: by zero"


def test_a_hung_call_is_given_up_after_its_time_and_tried_again() -> None:
    hung: list[str] = []

    async def answer(item: Item) -> Output:
        if item.id == "q1" and not hung:
            hung.append(item.id)
            await asyncio.sleep(60)
        return Output(text="yes")

    outcome = run(a_job(4, FakeTarget(answer), limits=replace(FAST, call_timeout=0.05)))
    assert (outcome.totals.done, outcome.totals.failed, outcome.totals.retries) == (4, 0, 1)


def test_the_watcher_sees_every_result_once_and_the_end() -> None:
    watch = Follower()
    outcome = run(a_job(30, FakeTarget(seconds=0.01)), watch=watch)
    assert sorted(r.item.id for r in watch.results) == sorted(f"q{i}" for i in range(30))
    last = watch.snapshots[-1]
    assert last.totals.done == last.n_results == outcome.totals.done == 30
    assert last.in_flight == 0


def test_a_watcher_that_raises_is_heard() -> None:
    def settles(_: int) -> str | None:
        raise RuntimeError("the gate broke")

    with pytest.raises(RuntimeError, match="the gate broke"):
        run(a_job(5_000), watch=Follower(settles=settles))


def test_a_judge_that_fails_once_leaves_that_score_absent() -> None:
    judge = FakeJudge(fails=lambda n: PermanentFailureError("no JSON, twice") if n == 2 else None)
    sink = MemorySink()
    outcome = run(a_job(10, evaluators=(by_judge(), FakeEvaluator()), judge=judge), sink)
    states = Counter(s.state for r in sink.kept.values() for s in r.scores)
    assert outcome.status is Status.COMPLETED
    assert states == {"scored": 19, "failed": 1}


def test_secrets_stand_in_no_error_and_in_no_answer() -> None:
    redactor = Redactor({"sk-123456": "${{ secrets.KEY }}", "production": "${{ env.STAGE }}"})

    async def answer(item: Item) -> Output:
        if item.id == "q0":
            raise PermanentFailureError("production refuses sk-123456")
        return Output(text="production says sk-123456")

    sink = MemorySink()
    run(a_job(2, FakeTarget(answer), setting=replace(HERE, redactor=redactor)), sink)
    assert sink.kept["q0", 1].error == "${{ env.STAGE }} refuses ${{ secrets.KEY }}"
    output = sink.kept["q1", 1].output
    assert output
    assert output.text == "production says ${{ secrets.KEY }}"


def test_half_a_surrogate_pair_is_kept_as_the_character_that_stands_for_it() -> None:
    async def answer(item: Item) -> Output:
        if item.id == "q1":
            raise ValueError("bad \ud800")
        return Output(text="half \udc00 é")

    sink = MemorySink()
    run(a_job(2, FakeTarget(answer)), sink)
    texts = [r.output.text if r.output else r.error for r in sink.kept.values()]
    assert sorted(texts) == ["ValueError: bad \ufffd", "half \ufffd é"]


def test_a_target_that_cannot_get_ready_is_closed_and_says_why() -> None:
    class Closed(FakeTarget):
        async def open(self, setting: Setting) -> None:
            raise UnavailableError(f"no such program in {setting.root}")

    target = Closed()
    with pytest.raises(UnavailableError, match="no such program"):
        run(a_job(5, target))
    assert target.closed
