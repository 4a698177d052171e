"""One output through its evaluators: every metric gets a score, or a reason why it has none."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from numbers import Real
from typing import Any

from evaligo.experiments.contract import Case, Evaluator, Judge
from evaligo.records import Score
from evaligo.settings.secrets import Redactor

__all__ = ["Scorer", "said"]

_SLOW, _VERY_SLOW = 0.002, 0.1
"""Seconds that an evaluator may hold up every call in flight."""
_ENOUGH = 3
"""Slow evaluations (fast ones taken off, very slow ones counted twice) that send an evaluator to a thread: a first one
often imports something, and on a busy machine any may be held up."""
_LONGEST_REASON = 2_000
_ANY = (-math.inf, math.inf)


class Scorer:
    """The evaluators of a run.

    Parameters
    ----------
    evaluators : sequence of Evaluator
    redactor : Redactor
    concurrency : int
        Threads, at the most, for evaluators that wait for something and do not say so.
    """

    def __init__(self, evaluators: Sequence[Evaluator], redactor: Redactor, *, concurrency: int) -> None:
        givers = [_Giver(evaluator, redactor) for evaluator in evaluators]
        self._asking = [giver for giver in givers if giver.evaluator.asks_judge]
        self._local = [_Local(giver) for giver in givers if not giver.evaluator.asks_judge]
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="evaluator")
        self._one = asyncio.Semaphore(1)

    async def scores(self, case: Case, judge: Judge | None) -> tuple[Score, ...]:
        """Score one output on every metric."""
        scores: list[Score] = []
        for local in self._local:
            scores += await self._locally(local, case)
        if self._asking:
            asked = await asyncio.gather(*(self._asked(giver, case, judge) for giver in self._asking))
            scores += [score for some in asked for score in some]
        return tuple(scores)

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _locally(self, local: _Local, case: Case) -> list[Score]:
        try:
            found = await self._in_thread(local, case) if local.slow else local.evaluate(case)
            return local.giver.checked(await found if hasattr(found, "__await__") else found)
        except Exception as error:  # noqa: BLE001  (whatever an evaluator raises is the reason of an absent score)
            return local.giver.failed(error)

    async def _in_thread(self, local: _Local, case: Case) -> Any:
        """Score in a thread; of those that compute, one at a time, for they share one interpreter."""
        evaluate = partial(local.giver.evaluator.evaluate, case, None)
        async with nullcontext() if local.waits else self._one:
            return await asyncio.get_running_loop().run_in_executor(self._threads, evaluate)

    async def _asked(self, giver: _Giver, case: Case, judge: Judge | None) -> list[Score]:
        try:
            found: Any = giver.evaluator.evaluate(case, judge)
            return giver.checked(await found if hasattr(found, "__await__") else found)
        except Exception as error:  # noqa: BLE001  (as above)
            return giver.failed(error)


class _Local:
    """An evaluator that asks no judge, and what it was seen to take."""

    def __init__(self, giver: _Giver) -> None:
        self.giver = giver
        self.slow = False
        self.waits = False
        """Whether it mostly waits (for a file, a service) and does not compute: then several may run at a time."""
        self._slow_ones = 0

    def evaluate(self, case: Case) -> Any:
        """Score here and now, on the clock."""
        doubtful = (
            self._slow_ones > 0
        )  # only then is the processor's time asked for, which takes a system call
        cpu = time.thread_time() if doubtful else 0.0
        wall = time.perf_counter()
        try:
            return self.giver.evaluator.evaluate(case, None)
        finally:
            took = time.perf_counter() - wall
            self._count(took)
            if doubtful:
                self.waits = time.thread_time() - cpu < took / 2

    def _count(self, took: float) -> None:
        if took < _SLOW:
            self._slow_ones = max(0, self._slow_ones - 1)
        else:
            self._slow_ones += 1 + (took > _VERY_SLOW)
        self.slow = self._slow_ones >= _ENOUGH


class _Giver:
    """An evaluator as one who owes a score, or a reason, for each of its metrics.

    Parameters
    ----------
    evaluator : Evaluator
    redactor : Redactor
    """

    def __init__(self, evaluator: Evaluator, redactor: Redactor) -> None:
        self.evaluator = evaluator
        self._redactor = redactor
        self._name, self._version = evaluator.name, evaluator.version
        self._bounds = {metric.name: metric.bounds or _ANY for metric in evaluator.metrics}

    def failed(self, error: Exception) -> list[Score]:
        """Return what an exception leaves."""
        return self._absent(self._redactor.clean(said(error)))

    def checked(self, found: Any) -> list[Score]:
        """Return one score for each of the metrics, whatever the evaluator gave."""
        if not isinstance(found, (tuple, list)) or not all(isinstance(score, Score) for score in found):
            return self._absent(f"the evaluator returned {type(found).__name__}, not a tuple of scores")
        given = {score.metric: score for score in found}
        if len(given) < len(found) or not given.keys() <= self._bounds.keys():
            names = ", ".join(score.metric for score in found)
            return self._absent(f"the evaluator scored {names}, not its metrics")
        missing = Score(metric="", value=None, reason="the evaluator gave no score", state="failed")
        return [self._signed(given.get(name) or replace(missing, metric=name)) for name in self._bounds]

    def _signed(self, score: Score) -> Score:
        wrong = self._wrong(score) if score.state == "scored" else ""
        state = "failed" if wrong else score.state
        return Score(
            metric=score.metric,
            value=float(score.value) if state == "scored" and score.value is not None else None,
            reason=wrong or self._redactor.clean_foreign(str(score.reason)),
            evaluator=score.evaluator or self._name,
            version=score.version or self._version,
            state=state,
            cost=score.cost,
        )

    def _wrong(self, score: Score) -> str:
        value: Any = score.value
        if not isinstance(value, (float, int, Real)):  # the first two are told fast
            return f"the evaluator gave {value!r:.100}, which is no number"
        number = float(value)
        if not math.isfinite(number):
            return f"the evaluator gave {number}, which is no score"
        low, high = self._bounds[score.metric]
        if not low <= number <= high:
            return f"the evaluator gave {number:g}, outside of [{low:g}, {high:g}]"
        return ""

    def _absent(self, reason: str) -> list[Score]:
        absent = Score(metric="", value=None, reason=reason, state="failed")
        return [self._signed(replace(absent, metric=name)) for name in self._bounds]


def said(error: BaseException) -> str:
    """Say in one line what was raised."""
    text = " ".join(str(error).split())[:_LONGEST_REASON]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
