"""A run stops cleanly, for whatever reason, and loses nothing that was paid for."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.experiment_parts import (
    FAST,
    FakeJudge,
    FakeTarget,
    Follower,
    MemorySink,
    a_job,
    by_judge,
    fails,
    items,
    run,
)

from evaligo.errors import UnavailableError
from evaligo.experiments.contract import PermanentFailureError, TransientFailureError
from evaligo.experiments.job import Outcome
from evaligo.experiments.runner import run_job
from evaligo.records import Status


def test_an_endpoint_that_never_answers_stops_the_run_and_leaves_every_item_for_later() -> None:
    target, sink = fails(lambda: TransientFailureError("it cannot be reached"), 99), MemorySink()
    outcome = run(a_job(200, target, limits=replace(FAST, retries=1)), sink)
    assert (outcome.status, outcome.cause) == (Status.INTERRUPTED, "endpoint")
    assert outcome.note == "the target does not answer: it cannot be reached"
    assert not sink.kept
    assert len(target.calls) < 30


def test_a_small_dataset_is_left_for_later_too_where_nothing_answers() -> None:
    outcome = run(a_job(2, fails(lambda: TransientFailureError("down"), 99), limits=replace(FAST, retries=0)))
    assert (outcome.status, outcome.cause, outcome.totals.done) == (Status.INTERRUPTED, "endpoint", 0)


def test_a_spent_quota_ends_the_run_and_is_not_waited_for() -> None:
    sink = MemorySink()
    target = fails(lambda: PermanentFailureError("the daily quota is spent", stops_run=True), 99, "q5")
    outcome = run(a_job(1000, target), sink)
    assert (outcome.status, outcome.cause) == (Status.INTERRUPTED, "quota")
    assert outcome.note == "the daily quota is spent"
    assert ("q5", 1) not in sink.kept
    assert outcome.totals.done == len(sink.kept) == len(target.calls) - 1


def test_an_endpoint_that_asks_to_wait_for_hours_is_taken_for_a_spent_quota() -> None:
    start = time.monotonic()
    outcome = run(a_job(20, fails(lambda: TransientFailureError("429", retry_after=7200.0), 99)))
    assert outcome.cause == "quota"
    assert "asks to wait 7200 s" in outcome.note
    assert time.monotonic() - start < 5.0


def test_the_deadline_ends_the_run_resumable_and_gives_calls_in_flight_a_moment() -> None:
    sink = MemorySink()
    target = FakeTarget(seconds=0.1)
    outcome = run(a_job(1000, target, limits=replace(FAST, deadline=0.25, grace=2.0)), sink)
    assert (outcome.status, outcome.cause) == (Status.INTERRUPTED, "deadline")
    assert len(sink.kept) == len(target.calls)
    finished = run(a_job(20, FakeTarget(), spent=outcome.totals), sink)
    assert finished.status is Status.COMPLETED


def test_a_call_that_outlasts_the_grace_is_given_up_and_left_for_later() -> None:
    start = time.monotonic()
    outcome = run(a_job(10, FakeTarget(seconds=60), limits=replace(FAST, deadline=0.1)))
    assert time.monotonic() - start < 3.0
    assert (outcome.cause, outcome.totals.done) == ("deadline", 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_cleanly(number: signal.Signals) -> None:
    sink = MemorySink()
    target = FakeTarget(seconds=0.05)
    watch = Follower(settles=lambda _: os.kill(os.getpid(), number))
    outcome = run(a_job(1000, target, limits=replace(FAST, grace=2.0)), sink, watch)
    assert (outcome.status, outcome.cause) == (Status.INTERRUPTED, "interrupted")
    assert "stopped by" in outcome.note
    assert len(sink.kept) == len(target.calls) < 1000


def test_a_second_signal_waits_for_nothing() -> None:
    async def twice() -> Outcome:
        loop = asyncio.get_running_loop()
        for seconds in (0.1, 0.3):
            loop.call_later(seconds, os.kill, os.getpid(), signal.SIGINT)
        job = a_job(10, FakeTarget(seconds=60), limits=replace(FAST, grace=60.0))
        return await run_job(job, MemorySink(), Follower())

    start = time.monotonic()
    assert asyncio.run(twice()).cause == "interrupted"
    assert time.monotonic() - start < 3.0


def test_a_cancelled_run_keeps_what_finished() -> None:
    sink = MemorySink()

    async def cancelled() -> None:
        running = asyncio.create_task(run_job(a_job(100, FakeTarget(seconds=0.02)), sink, Follower()))
        await asyncio.sleep(0.1)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(cancelled())
    assert 4 <= len(sink.kept) < 100


def test_the_watcher_settles_a_run() -> None:
    watch = Follower(settles=lambda n: "the gate is settled" if n >= 20 else None)
    outcome = run(a_job(1000, FakeTarget(seconds=0.01)), watch=watch)
    assert (outcome.status, outcome.cause) == (Status.COMPLETED, "settled")
    assert outcome.note == "the gate is settled"
    assert 20 <= outcome.totals.done < 1000


def test_a_sink_that_cannot_write_stops_the_run_with_its_sentence() -> None:
    sink = MemorySink()
    sink.refuses = lambda: UnavailableError("the database is locked")
    target = FakeTarget(seconds=0.01)
    outcome = run(a_job(1000, target), sink)
    assert (outcome.status, outcome.cause, outcome.totals.done) == (Status.INTERRUPTED, "store", 0)
    assert "results cannot be kept" in outcome.note
    assert "the database is locked" in outcome.note
    assert f"{len(target.calls)} are lost" in outcome.note
    assert len(target.calls) < 500


def test_what_a_sink_could_not_write_waits_in_the_journal_and_is_not_paid_for_again(tmp_path: Path) -> None:
    sink = MemorySink()
    sink.refuses = lambda: OSError(28, "No space left on device")
    first = FakeTarget(seconds=0.01)
    outcome = run(a_job(1000, first, journal=tmp_path / "exp_1"), sink)
    assert f"{len(first.calls)} finished results wait in the journal" in outcome.note
    sink.refuses = lambda: None
    second = FakeTarget()
    outcome = run(a_job(1000, second, journal=tmp_path / "exp_1"), sink)
    assert outcome.status is Status.COMPLETED
    assert outcome.totals.done == len(sink.kept) == 1000
    assert not set(first.calls) & set(second.calls)
    assert not list(tmp_path.iterdir())


def test_a_sink_that_recovers_while_the_run_stops_gets_everything() -> None:
    sink = MemorySink()
    refusals = iter([UnavailableError("the database is locked")])
    sink.refuses = lambda: next(refusals, None)
    target = FakeTarget(seconds=0.01)
    outcome = run(a_job(1000, target), sink)
    assert outcome.cause == "store"
    assert outcome.totals.done == len(sink.kept) == len(target.calls)


def test_a_judge_whose_quota_is_spent_ends_the_run_and_leaves_the_item_for_later() -> None:
    judge = FakeJudge(fails=lambda n: PermanentFailureError("spent", stops_run=True) if n > 5 else None)
    sink = MemorySink()
    outcome = run(a_job(100, evaluators=(by_judge(),), judge=judge), sink)
    assert (outcome.cause, outcome.note) == ("quota", "the judge: spent")
    assert len(sink.kept) == 5


def test_a_dataset_that_breaks_in_the_middle_loses_nothing_that_was_paid_for() -> None:
    sink = MemorySink()

    def broken() -> Any:
        yield from items(600)()
        raise UnavailableError("the dataset has gone")

    target = FakeTarget(seconds=0.001)
    with pytest.raises(UnavailableError, match="the dataset has gone"):
        run(a_job(1000, target, items=broken), sink)
    assert len(sink.kept) == len(target.calls)
    assert target.closed


def test_a_journal_that_cannot_be_taken_up_stays_as_it_is(tmp_path: Path) -> None:
    sink = MemorySink()
    sink.refuses = lambda: UnavailableError("the database is locked")
    run(a_job(1000, FakeTarget(seconds=0.01), journal=tmp_path / "exp_1"), sink)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    target = FakeTarget()
    outcome = run(a_job(1000, target, journal=tmp_path / "exp_1"), sink)
    assert (outcome.cause, target.calls) == ("store", [])
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
