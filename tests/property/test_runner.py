"""Whatever fails and whenever it stops: each item is kept once, paid for once, and the budget is never passed."""

from __future__ import annotations

import asyncio
from collections import Counter
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.experiment_parts import FakeTarget, Follower, MemorySink, a_job, run

from evaligo.experiments.budget import Budget, BudgetSpentError
from evaligo.experiments.contract import PermanentFailureError, Price, TransientFailureError
from evaligo.experiments.job import Limits
from evaligo.records import Item, Output, Status

N = 30
FAULTS = st.sampled_from(["ok", "ok", "ok", "transient", "permanent", "crash", "quota"])


@settings(max_examples=60, deadline=None)
@given(
    faults=st.lists(FAULTS, max_size=40),
    stops=st.lists(st.integers(1, N), max_size=3),
    concurrency=st.integers(1, 8),
)
def test_sessions_until_the_end_keep_each_item_once_and_pay_for_none_twice(
    faults: list[str], stops: list[int], concurrency: int
) -> None:
    script, answered = iter(faults), Counter[str]()

    async def answer(item: Item) -> Output:
        await asyncio.sleep(0)
        match next(script, "ok"):
            case "transient":
                raise TransientFailureError("503")
            case "permanent":
                raise PermanentFailureError("400")
            case "crash":
                raise ZeroDivisionError
            case "quota":
                raise PermanentFailureError("spent", stops_run=True)
        answered[item.id] += 1
        return Output(text="yes")

    sink, totals = MemorySink(), a_job(0).spent
    limits = Limits(concurrency=concurrency, retries=3)
    with patch("evaligo.experiments.retry._FIRST", 0.0):
        for session in range(60):
            after = stops[session] if session < len(stops) else None
            watch = Follower(settles=lambda n, after=after: "enough" if after and n >= after else None)  # type: ignore[misc]
            outcome = run(a_job(N, FakeTarget(answer), limits=limits, spent=totals), sink, watch)
            totals = outcome.totals
            if outcome.status is Status.COMPLETED and not outcome.cause:
                break
    assert (outcome.status, outcome.cause) == (Status.COMPLETED, "")
    assert totals.done == len(sink.kept) == N
    assert totals.failed == N - len(answered)
    assert max(answered.values(), default=1) == 1


@settings(max_examples=60, deadline=None)
@given(
    limit=st.floats(0.1, 20.0),
    costs=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8),
    fails=st.lists(st.booleans(), max_size=20),
    concurrency=st.integers(1, 8),
)
def test_what_is_spent_never_passes_the_limit_and_stops_no_sooner_than_it_must(
    limit: float, costs: list[float], fails: list[bool], concurrency: int
) -> None:
    failing, paid = iter(fails), [0.0]

    async def answer(_: Item) -> Output:
        cost = costs[len(paid) % len(costs)]
        paid.append(cost)
        await asyncio.sleep(0)
        if next(failing, False):
            raise TransientFailureError("503", cost=cost)
        return Output(text="yes", cost=cost)

    target = FakeTarget(answer, price=Price(input_per_mtok=1e6, output_per_mtok=0.0), most=(1, 0))
    limits = Limits(concurrency=concurrency, max_cost_usd=limit, retries=30)
    with patch("evaligo.experiments.retry._FIRST", 0.0):
        outcome = run(a_job(N, target, limits=limits))
    assert sum(paid) <= limit * (1.0 + 1e-6)
    if outcome.cause == "budget":
        assert sum(paid) > limit - 1.0 - 1e-6
    else:
        assert outcome.totals.done == N


@settings(max_examples=100, deadline=None)
@given(
    most=st.floats(0.0, 10.0),
    calls=st.lists(st.tuples(st.floats(0.0, 5.0), st.floats(0.0, 1.0)), max_size=20),
)
def test_a_budget_lets_through_whatever_fits_and_nothing_else(
    most: float, calls: list[tuple[float, float]]
) -> None:
    async def spent() -> float:
        budget = Budget(most)
        for bound, share in calls:
            fits = budget.spent + bound <= most
            try:
                await budget.reserve(bound)
            except BudgetSpentError:
                assert not fits
            else:
                budget.settle(bound, bound * share)
        return budget.spent

    assert asyncio.run(spent()) <= most * (1.0 + 1e-6)
