"""One output through its evaluators: every metric gets a score, or a reason why it has none."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from numbers import Real
from typing import Any

from evaligo.experiments.contract import Case, Evaluator, Judge
from evaligo.records import Metric, Score
from evaligo.settings.secrets import Redactor

__all__ = ["Scorer", "checked", "said"]

_SLOW = 0.002
"""Seconds that an evaluator may hold up every call in flight; a slower one goes to a thread."""
_VERY_SLOW = 0.1
_SURE = 3
"""Evaluations after which the mean is believed; the first often imports something."""
_LONGEST_REASON = 2_000


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
        self._redactor = redactor
        self._asking = [evaluator for evaluator in evaluators if evaluator.asks_judge]
        self._local = [_Local(evaluator) for evaluator in evaluators if not evaluator.asks_judge]
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="evaluator")
        self._one = asyncio.Semaphore(1)

    async def scores(self, case: Case, judge: Judge | None) -> tuple[Score, ...]:
        """Score one output on every metric."""
        scores: list[Score] = []
        for local in self._local:
            scores += await self._locally(local, case)
        if self._asking:
            asked = await asyncio.gather(*(self._asked(one, case, judge) for one in self._asking))
            scores += [score for some in asked for score in some]
        return tuple(scores)

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _locally(self, local: _Local, case: Case) -> Iterable[Score]:
        try:
            if not local.slow:
                found = local.evaluate(case)
            elif local.waits:
                found = await self._in_thread(local, case)
            else:
                async with self._one:
                    found = await self._in_thread(local, case)
            if hasattr(found, "__await__"):
                found = await found
            return checked(local.evaluator, found, self._redactor)
        except Exception as error:  # noqa: BLE001  (whatever an evaluator raises is the reason of an absent score)
            return _failed(local.evaluator, self._redactor.clean(said(error)))

    async def _in_thread(self, local: _Local, case: Case) -> Any:
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, local.evaluator.evaluate, case, None
        )

    async def _asked(self, evaluator: Evaluator, case: Case, judge: Judge | None) -> Iterable[Score]:
        try:
            found: Any = evaluator.evaluate(case, judge)
            if hasattr(found, "__await__"):
                found = await found
            return checked(evaluator, found, self._redactor)
        except Exception as error:  # noqa: BLE001  (as above)
            return _failed(evaluator, self._redactor.clean(said(error)))


class _Local:
    """An evaluator that asks no judge, and what it was seen to take."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.slow = False
        self.waits = False
        """Whether it mostly waits (for a file, a service) and does not compute: then several may run at a time."""
        self._times, self._wall, self._cpu = 0, 0.0, 0.0

    def evaluate(self, case: Case) -> Any:
        """Score here and now, on the clock."""
        wall, cpu = time.perf_counter(), time.thread_time()
        try:
            return self.evaluator.evaluate(case, None)
        finally:
            self._took(time.perf_counter() - wall, time.thread_time() - cpu)

    def _took(self, wall: float, cpu: float) -> None:
        self._times += 1
        self._wall += wall
        self._cpu += cpu
        mean = self._wall / self._times
        self.slow = wall > _VERY_SLOW or (self._times >= _SURE and mean > _SLOW)
        self.waits = self._cpu < self._wall / 2


def checked(evaluator: Evaluator, found: Any, redactor: Redactor) -> Iterable[Score]:
    """Return one score for each of an evaluator's metrics, whatever it gave.

    Parameters
    ----------
    evaluator : Evaluator
    found : object
        What its `evaluate` returned.
    redactor : Redactor
    """
    if not isinstance(found, (tuple, list)) or not all(isinstance(score, Score) for score in found):
        return _failed(evaluator, f"the evaluator returned {type(found).__name__}, not a tuple of scores")
    given = {score.metric: score for score in found}
    names = {metric.name for metric in evaluator.metrics}
    if len(given) < len(found) or not given.keys() <= names:
        return _failed(
            evaluator, f"the evaluator scored {', '.join(s.metric for s in found)}, not its metrics"
        )
    return [_checked(evaluator, metric, given.get(metric.name), redactor) for metric in evaluator.metrics]


def said(error: BaseException) -> str:
    """Say in one line what was raised."""
    text = " ".join(str(error).split())[:_LONGEST_REASON]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _checked(evaluator: Evaluator, metric: Metric, score: Score | None, redactor: Redactor) -> Score:
    if score is None:
        return _absent(evaluator, metric, "the evaluator gave no score")
    score = replace(
        score,
        evaluator=score.evaluator or evaluator.name,
        version=score.version or evaluator.version,
        reason=redactor.clean_foreign(str(score.reason)),
    )
    if score.state != "scored":
        return replace(score, value=None)
    wrong = _wrong(score.value, metric)
    return (
        replace(score, value=None, state="failed", reason=wrong)
        if wrong
        else replace(score, value=float(score.value or 0.0))
    )


def _wrong(value: Any, metric: Metric) -> str:
    if not isinstance(value, Real):
        return f"the evaluator gave {value!r:.100}, which is no number"
    number = float(value)
    if not math.isfinite(number):
        return f"the evaluator gave {number}, which is no score"
    low, high = metric.bounds or (-math.inf, math.inf)
    if not low <= number <= high:
        return f"the evaluator gave {number:g}, outside of [{low:g}, {high:g}]"
    return ""


def _failed(evaluator: Evaluator, reason: str) -> list[Score]:
    return [_absent(evaluator, metric, reason) for metric in evaluator.metrics]


def _absent(evaluator: Evaluator, metric: Metric, reason: str) -> Score:
    return Score(
        metric=metric.name,
        value=None,
        reason=reason,
        evaluator=evaluator.name,
        version=evaluator.version,
        state="failed",
    )
