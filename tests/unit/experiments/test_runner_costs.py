"""Costs are counted, limited and, where the cache knows the answer, saved."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.experiment_parts import (
    FAST,
    FakeJudge,
    FakeTarget,
    MemorySink,
    a_job,
    answered,
    by_judge,
    fails,
    run,
)

from evaligo.errors import UsageError
from evaligo.experiments.contract import PermanentFailureError, Price, TransientFailureError
from evaligo.records import Status, Totals


def test_a_failure_that_passes_is_tried_again_and_its_cost_counts() -> None:
    sink = MemorySink()
    outcome = run(a_job(3, fails(lambda: TransientFailureError("503", cost=0.25), 2)), sink)
    assert outcome.totals.retries == 6
    assert outcome.totals.cost == pytest.approx(3.0)
    assert {(r.output.attempts, r.output.cost) for r in sink.kept.values() if r.output} == {(3, 1.0)}


def test_costs_are_summed_and_an_unknown_one_is_no_zero() -> None:
    assert run(a_job(4, FakeTarget(answered(cost=0.5)))).totals.cost == 2.0
    free = run(a_job(4, FakeTarget(answered(cost=None)))).totals
    assert (free.cost, free.unpriced) == (None, 4)
    later = run(a_job(4, FakeTarget(answered(cost=0.5)), spent=Totals(cost=1.0))).totals
    assert later.cost == 3.0


def test_money_is_reserved_before_each_call_and_its_limit_never_passed() -> None:
    price = Price(input_per_mtok=0.0, output_per_mtok=1e6)
    target = FakeTarget(answered(cost=1.0), seconds=0.005, price=price, most=(100, 2))
    sink = MemorySink()
    outcome = run(a_job(100, target, limits=replace(FAST, max_cost_usd=10.5)), sink)
    assert (outcome.status, outcome.cause) == (Status.INTERRUPTED, "budget")
    assert outcome.totals.cost == 9.0  # a tenth call might have cost $2 and passed $10.5
    assert len(sink.kept) == len(target.calls) == 9


def test_what_earlier_sessions_spent_counts() -> None:
    price = Price(input_per_mtok=0.0, output_per_mtok=1e6)
    target = FakeTarget(answered(cost=1.0), price=price, most=(0, 1))
    outcome = run(a_job(100, target, limits=replace(FAST, max_cost_usd=10.0), spent=Totals(cost=7.0)))
    assert (outcome.totals.cost, len(target.calls)) == (10.0, 3)


def test_a_call_whose_end_nobody_saw_counts_as_if_it_had_cost_the_most() -> None:
    price = Price(input_per_mtok=0.0, output_per_mtok=1e6)
    target = FakeTarget(seconds=60, price=price, most=(0, 1))
    limits = replace(FAST, max_cost_usd=3.0, call_timeout=0.02, retries=50)
    outcome = run(a_job(10, target, limits=limits))
    assert outcome.cause == "budget"
    assert len(target.calls) == 3


def test_a_limit_to_costs_that_nobody_knows_is_refused_before_any_call() -> None:
    target = FakeTarget(most=(10, 10))
    with pytest.raises(UsageError, match="price of the target's model is not known"):
        run(a_job(5, target, limits=replace(FAST, max_cost_usd=1.0)))
    assert not target.calls
    assert target.closed
    judged = a_job(
        5, evaluators=(by_judge(),), judge=FakeJudge(most=None), limits=replace(FAST, max_cost_usd=1.0)
    )
    with pytest.raises(UsageError, match="price of the judge's model is not known"):
        run(judged)


def test_the_judges_calls_are_within_the_limit_and_their_items_are_left_for_later() -> None:
    judge, sink = FakeJudge(cost=1.0, most=2.0, seconds=0.002), MemorySink()
    limits = replace(FAST, max_cost_usd=10.5)
    outcome = run(a_job(100, evaluators=(by_judge(),), judge=judge, limits=limits), sink)
    assert outcome.cause == "budget"
    assert outcome.totals.cost == judge.asked == 9
    assert all(score.state == "scored" for result in sink.kept.values() for score in result.scores)


def test_the_cache_answers_what_it_knows_for_nothing() -> None:
    sink = MemorySink()
    run(a_job(5, FakeTarget(answered(cost=1.0)), use_cache=True), sink)
    sink.kept.clear()
    target = FakeTarget(answered(cost=1.0))
    outcome = run(a_job(7, target, use_cache=True), sink)
    assert len(target.calls) == 2
    assert (outcome.totals.cached, outcome.totals.cost) == (5, 2.0)
    assert sum(r.output.cached for r in sink.kept.values() if r.output) == 5


def test_each_epoch_has_an_answer_of_its_own_in_the_cache() -> None:
    sink = MemorySink()
    run(a_job(2, epochs=2, use_cache=True), sink)
    assert len(sink.answers) == 4


def test_nothing_is_remembered_unless_asked() -> None:
    sink = MemorySink()
    run(a_job(5), sink)
    assert not sink.answers


def test_failed_answers_are_not_remembered() -> None:
    sink = MemorySink()
    run(a_job(5, fails(lambda: PermanentFailureError("400"), 9, "q1"), use_cache=True), sink)
    assert len(sink.answers) == 4
