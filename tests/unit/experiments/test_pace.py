"""Calls a minute are spread evenly and never more than allowed; calls at a time follow the endpoint."""

from __future__ import annotations

import asyncio

import pytest

from evaligo.experiments.pace import Pace, Throttle


class Clock:
    """A clock that sleeping moves, a little further than was asked for."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds + 0.003


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("evaligo.experiments.pace.asyncio.sleep", clock.sleep)
    return clock


@pytest.mark.parametrize("per_minute", [1, 7, 60, 600, 6000])
def test_no_minute_has_more_than_its_units_and_hardly_one_has_fewer(clock: Clock, per_minute: int) -> None:
    async def takes() -> list[float]:
        pace, at = Pace(per_minute, clock), []
        while clock.now < 300.0:
            await pace.take()
            at.append(clock.now)
        return at

    at = asyncio.run(takes())
    assert all(later - first >= 60.0 for first, later in zip(at, at[per_minute:], strict=False))
    assert len(at) >= 0.99 * 5 * per_minute - 1


def test_what_is_not_used_for_a_while_is_not_saved_up(clock: Clock) -> None:
    async def takes() -> float:
        pace = Pace(60, clock)
        clock.now = 1_000.0
        for _ in range(3):
            await pace.take()
        return clock.now - 1_000.0

    assert asyncio.run(takes()) >= 1.9


def test_units_given_back_are_there_for_the_next(clock: Clock) -> None:
    async def takes() -> float:
        pace = Pace(6_000, clock)
        await pace.take(6_000)
        pace.give_back(5_900)
        await pace.take(1)
        return clock.now

    assert asyncio.run(takes()) == pytest.approx(1.0, abs=0.05)


def test_slots_are_halved_once_for_calls_that_were_in_flight_together() -> None:
    async def slots() -> list[int]:
        throttle, seen = Throttle(32), []
        for started, now in [(0.0, 1.0), (0.1, 1.1), (0.9, 1.2), (1.5, 2.0)]:
            throttle.was_crowded(started, now)
            seen.append(throttle.slots)
        return seen

    assert asyncio.run(slots()) == [16, 16, 16, 8]


def test_slots_come_back_one_a_round_and_never_beyond_the_most() -> None:
    async def rounds() -> list[int]:
        throttle, seen = Throttle(8), []
        throttle.was_crowded(0.0, 1.0)
        for _ in range(6):
            for _ in range(throttle.slots + 1):
                throttle.went_well()
            seen.append(throttle.slots)
        return seen

    assert asyncio.run(rounds()) == [5, 6, 7, 8, 8, 8]


def test_there_is_always_one_slot() -> None:
    async def slots() -> int:
        throttle = Throttle(4)
        for second in range(10):
            throttle.was_crowded(second, second + 0.5)
        async with throttle:
            return throttle.slots

    assert asyncio.run(slots()) == 1


def test_one_who_waits_for_a_slot_gets_it_when_another_leaves() -> None:
    async def passed() -> list[str]:
        throttle, order = Throttle(1), []

        async def user(name: str) -> None:
            async with throttle:
                order.append(name)
                await asyncio.sleep(0)

        given_up = asyncio.create_task(user("a"))
        others = [asyncio.create_task(user(name)) for name in "bcd"]
        await asyncio.sleep(0)
        others[0].cancel()
        await asyncio.wait_for(asyncio.gather(given_up, *others, return_exceptions=True), 5)
        return order

    assert asyncio.run(passed()) == ["a", "c", "d"]
