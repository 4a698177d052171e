"""Targets, evaluators, judges and a sink that live in the process: what the runner's tests are made of."""

# ruff: noqa: ARG001, ARG002  (a contract's arguments, of which a fake needs few)

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from evaligo.experiments.contract import Case, Evaluator, Judge, JudgeReply, Price, Setting
from evaligo.experiments.job import Job, Limits, Outcome, Snapshot
from evaligo.experiments.runner import run_job
from evaligo.records import Item, ItemResult, Metric, Output, Score

HERE = Setting(root=Path(), folder=Path())
ACCURACY = Metric(name="accuracy", bounds=(0.0, 1.0))

Answer = Callable[[Item], Awaitable[Output]]


def items(n: int, start: int = 0) -> Callable[[], Iterator[Item]]:
    """Give a dataset of numbered questions, made one at a time."""
    return lambda: (Item(id=f"q{i}", input=f"question {i}", expected="yes") for i in range(start, n))


@dataclass
class FakeTarget:
    """Answers by a coroutine of the test's, and counts."""

    answer: Answer | None = None
    seconds: float = 0.0
    price: Price | None = None
    most: tuple[int, int] | None = None
    fingerprint: Mapping[str, str] = field(default_factory=dict)
    calls: list[tuple[str, int]] = field(default_factory=list)
    open_now: int = 0
    most_open: int = 0
    opened: bool = False
    closed: bool = False

    async def open(self, setting: Setting) -> None:
        self.opened = True

    async def aclose(self) -> None:
        self.closed = True

    async def call(self, item: Item, epoch: int) -> Output:
        self.calls.append((item.id, epoch))
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            if self.seconds:
                await asyncio.sleep(self.seconds)
            return await self.answer(item) if self.answer else Output(text="yes")
        finally:
            self.open_now -= 1

    def request(self, item: Item, epoch: int) -> Any:
        return {"input": item.input}

    def most_tokens(self, item: Item) -> tuple[int, int] | None:
        return self.most


@dataclass
class FakeEvaluator:
    """Scores by a function of the test's."""

    score: Callable[[Case, Judge | None], Any] = lambda case, _: (
        Score(metric="accuracy", value=float(case.output.text == case.item.expected)),
    )
    name: str = "fake"
    version: str = "1"
    metrics: tuple[Metric, ...] = (ACCURACY,)
    asks_judge: bool = False

    def prepare(self, setting: Setting) -> Evaluator:
        return self

    def evaluate(self, case: Case, judge: Judge | None) -> Any:
        return self.score(case, judge)


@dataclass
class FakeJudge:
    """Gives one score for everything."""

    score: float = 1.0
    cost: float | None = 0.0
    most: float | None = 0.0
    seconds: float = 0.0
    asked: int = 0
    fails: Callable[[int], Exception | None] = lambda _: None

    async def ask(self, *, system: str, user: str) -> JudgeReply:
        self.asked += 1
        if self.seconds:
            await asyncio.sleep(self.seconds)
        if error := self.fails(self.asked):
            raise error
        return JudgeReply(score=self.score, reason="as asked", cost=self.cost)

    def most_cost(self, *, system: str, user: str) -> float | None:
        return self.most


def by_judge() -> FakeEvaluator:
    """Give an evaluator that asks the judge once."""

    async def score(case: Case, judge: Judge | None) -> tuple[Score, ...]:
        assert judge is not None
        reply = await judge.ask(system="grade", user=case.output.text)
        return (Score(metric="tone", value=reply.score, reason=reply.reason, cost=reply.cost),)

    return FakeEvaluator(
        score, name="judged", metrics=(Metric(name="tone", bounds=(0.0, 1.0)),), asks_judge=True
    )


@dataclass
class Follower:
    """Remembers what a run told."""

    settles: Callable[[int], str | None] = lambda _: None
    snapshots: list[Snapshot] = field(default_factory=list)
    results: list[ItemResult] = field(default_factory=list)

    def progress(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)

    def committed(self, results: Sequence[ItemResult]) -> str | None:
        self.results += results
        return self.settles(len(self.results))


class MemorySink:
    """Keeps results in a dictionary; refuses to keep one twice."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, int], ItemResult] = {}
        self.answers: dict[str, Output] = {}
        self.groups: list[int] = []
        self.refuses: Callable[[], Exception | None] = lambda: None

    def known(self, keys: Sequence[tuple[str, int]]) -> set[tuple[str, int]]:
        return self.kept.keys() & set(keys)

    def write(self, results: Iterable[ItemResult]) -> None:
        if error := self.refuses():
            raise error
        group = {(result.item.id, result.epoch): result for result in results}
        assert not group.keys() & self.kept.keys()
        self.kept |= group
        self.groups.append(len(group))

    def cached(self, key: str) -> Output | None:
        return self.answers.get(key)

    def remember(self, answers: Mapping[str, Output]) -> None:
        self.answers |= answers


class FileSink:
    """Keeps results in a SQLite file, in WAL mode as the store does."""

    def __init__(self, path: Path, *, busy: float = 5.0) -> None:
        self._base = sqlite3.connect(path, timeout=busy, check_same_thread=False, isolation_level=None)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=NORMAL")
        self._base.execute(
            "CREATE TABLE IF NOT EXISTS results (item TEXT, epoch INT, body BLOB, PRIMARY KEY (item, epoch))"
        )

    def known(self, keys: Sequence[tuple[str, int]]) -> set[tuple[str, int]]:
        marks = ",".join(["(?,?)"] * len(keys))
        flat = [value for key in keys for value in key]
        found = self._base.execute(
            f"SELECT item, epoch FROM results WHERE (item, epoch) IN (VALUES {marks})", flat
        )
        return set(found)

    def write(self, results: Iterable[ItemResult]) -> None:
        rows = [(r.item.id, r.epoch, msgspec.json.encode([r.output, r.error, r.scores])) for r in results]
        self._base.execute("BEGIN IMMEDIATE")
        self._base.executemany("INSERT INTO results VALUES (?, ?, ?)", rows)
        self._base.execute("COMMIT")

    def cached(self, key: str) -> Output | None:
        return None

    def remember(self, answers: Mapping[str, Output]) -> None:
        raise NotImplementedError

    def count(self) -> int:
        found: int = self._base.execute("SELECT count(*) FROM results").fetchone()[0]
        return found


def answered(text: str = "yes", *, cost: float | None = None) -> Answer:
    """Give the coroutine of a target that answers alike, at once."""
    output = Output(text=text, cost=cost)

    async def answer(item: Item) -> Output:
        return replace(output)

    return answer


FAST = Limits(concurrency=4, grace=0.2)


def a_job(n: int = 10, target: FakeTarget | None = None, **given: Any) -> Job:
    """Give a job of so many questions; what is given by name takes the place of a default."""
    return Job(
        **{
            "items": items(n),
            "n_items": n,
            "target": target or FakeTarget(),
            "setting": HERE,
            "limits": FAST,
            "evaluators": (FakeEvaluator(),),
            **given,
        }
    )


def run(job: Job, sink: MemorySink | None = None, watch: Follower | None = None) -> Outcome:
    """Run a job to its end."""
    return asyncio.run(run_job(job, sink or MemorySink(), watch or Follower()))


def fails(error: Callable[[], Exception], times: int, item_id: str | None = None) -> FakeTarget:
    """Give a target that fails so often at each item, or at one."""
    seen: Counter[str] = Counter()

    async def answer(item: Item) -> Output:
        seen[item.id] += 1
        if seen[item.id] <= times and item_id in {None, item.id}:
            raise error()
        return Output(text="yes", cost=0.5)

    return FakeTarget(answer)
