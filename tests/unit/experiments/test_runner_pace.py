"""A run calls as fast as it may, and no faster."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from dataclasses import replace
from typing import Any

from tests.support.experiment_parts import (
    FAST,
    FakeEvaluator,
    FakeTarget,
    Follower,
    a_job,
    fails,
    run,
)

from evaligo.experiments.contract import Case, Judge, TransientFailureError
from evaligo.experiments.job import Limits
from evaligo.records import Item, Output


def test_no_more_calls_are_open_than_the_concurrency_allows() -> None:
    target = FakeTarget(seconds=0.005)
    run(a_job(40, target))
    assert target.most_open == 4


def test_a_concurrency_far_above_the_work_costs_nothing() -> None:
    start = time.monotonic()
    limits = replace(FAST, concurrency=10_000_000)
    assert run(a_job(3, FakeTarget(), limits=limits)).totals.done == 3
    assert time.monotonic() - start < 2.0


def test_a_dataset_is_read_no_further_than_it_is_worked_on() -> None:
    taken = 0

    def many() -> Any:
        nonlocal taken
        for taken in range(1, 100_001):
            yield Item(id=f"q{taken}", input="?")

    watch = Follower(settles=lambda n: "enough" if n >= 100 else None)
    outcome = run(a_job(100_000, FakeTarget(seconds=0.001), items=many), watch=watch)
    assert outcome.cause == "settled"
    assert taken < 5_000


def test_retry_after_is_waited_for() -> None:
    start = time.monotonic()
    run(a_job(1, fails(lambda: TransientFailureError("429", retry_after=0.3), 1)))
    assert 0.3 <= time.monotonic() - start < 1.5


def test_requests_are_paced() -> None:
    start = time.monotonic()
    run(a_job(11, limits=replace(FAST, requests_per_minute=1200)))
    assert 0.45 <= time.monotonic() - start < 1.5


def test_tokens_are_paced_by_what_was_used() -> None:
    async def answer(_: Item) -> Output:
        return Output(text="yes", input_tokens=10, output_tokens=0)

    target = FakeTarget(answer, most=(10, 1000))
    start = time.monotonic()
    run(a_job(11, target, limits=replace(FAST, tokens_per_minute=12_000, concurrency=1)))
    assert time.monotonic() - start < 5.0  # at their bound, eleven calls would take 50 s


def test_a_crowded_endpoint_is_given_fewer_calls_at_a_time() -> None:
    open_now = 0

    async def answer(_: Item) -> Output:
        nonlocal open_now
        open_now += 1
        try:
            if open_now > 3:
                raise TransientFailureError("429", crowded=True)
            await asyncio.sleep(0.005)
            return Output(text="yes")
        finally:
            open_now -= 1

    watch = Follower()
    limits = Limits(concurrency=32, retries=20)
    outcome = run(a_job(150, FakeTarget(answer), limits=limits), watch=watch)
    assert (outcome.totals.done, outcome.totals.failed) == (150, 0)
    assert min(s.slots for s in watch.snapshots) < 8


def test_an_evaluator_that_is_seen_to_be_slow_leaves_the_loops_thread() -> None:
    threads: list[str] = []

    def score(case: Case, _: Judge | None) -> Any:
        threads.append(threading.current_thread().name.split("_")[0])
        end = time.thread_time() + 0.01
        while time.thread_time() < end:
            pass
        return FakeEvaluator().evaluate(case, None)

    run(a_job(20, evaluators=(FakeEvaluator(score),)))
    assert Counter(threads) == {"MainThread": 3, "evaluator": 17}


def test_evaluators_that_wait_do_so_side_by_side() -> None:
    def score(case: Any, _: Any) -> Any:
        time.sleep(0.05)
        return FakeEvaluator().evaluate(case, None)

    start = time.monotonic()
    run(a_job(43, evaluators=(FakeEvaluator(score),), limits=replace(FAST, concurrency=20)))
    assert time.monotonic() - start < 1.5  # one after another they take 2.1 s
