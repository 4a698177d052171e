"""Canaries: frozen outputs with the scores that the judge gave them, which each run has judged anew."""

from __future__ import annotations

import asyncio
import hashlib
import heapq
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from evaligo.errors import DataError, UnavailableError
from evaligo.experiments.contract import Case, Evaluator, Judge
from evaligo.experiments.drift import CanaryReport, Drift, drift_of
from evaligo.experiments.evaluators.pairwise import PairwiseEvaluator
from evaligo.records import Item, ItemResult, Output, Score

__all__ = ["Canary", "CanaryScore", "judge_canaries", "read_canaries", "record_canaries", "write_canaries"]

USUAL = 30
"""Canaries that a run records: enough to tell a shift of half the scores' own noise."""


class CanaryScore(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the judge gave a frozen output on one metric.

    Parameters
    ----------
    value : float
    evaluator, version : str
        What asked it, and in which words.
    """

    value: float
    evaluator: str
    version: str


class Canary(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A frozen output, one line of the file.

    Parameters
    ----------
    id : str
    input, expected, context : JSON value
    output : str
    scores : mapping of metric to CanaryScore
    """

    id: str
    input: Any
    output: str
    scores: dict[str, CanaryScore]
    expected: Any = None
    context: Any = None

    @property
    def case(self) -> Case:
        """What an evaluator looks at."""
        item = Item(id=self.id, input=self.input, expected=self.expected, context=self.context)
        return Case(item=item, output=Output(text=self.output))


def record_canaries(
    results: Iterable[ItemResult], evaluators: Iterable[Evaluator], *, most: int = USUAL, seed: int = 0
) -> tuple[Canary, ...]:
    """Freeze a random sample of a run's outputs with the scores that its judge gave them.

    Outputs that most of the evaluators scored come first, for some items give an evaluator nothing to judge.
    `pairwise` against a baseline is left out: its reference changes from run to run.

    Parameters
    ----------
    results : iterable of ItemResult
        Read once; `most` of them are held.
    evaluators : iterable of Evaluator
    most : int
    seed : int
        The same seed and results give the same sample, in whatever order they come.
    """
    names = {evaluator.name for evaluator in _steady(evaluators)}
    able = (result for result in results if result.output is not None and _judges_of(result, names))
    chosen = heapq.nsmallest(most, able, key=lambda result: (-_judges_of(result, names), _lot(result, seed)))
    return tuple(_canary(result, names) for result in chosen)


async def judge_canaries(
    evaluators: Iterable[Evaluator],
    judge: Judge,
    canaries: Sequence[Canary],
    *,
    concurrency: int = 16,
    seed: int = 0,
) -> CanaryReport:
    """Judge frozen outputs anew, and compare with the scores recorded.

    Parameters
    ----------
    evaluators : iterable of Evaluator
        Those that ask no judge are passed over.
    judge : Judge
    canaries : sequence of Canary
    concurrency : int
        Outputs judged at once.
    seed : int

    Raises
    ------
    PermanentFailureError
        The judge cannot be asked at all.
    """
    turns = asyncio.Semaphore(concurrency)
    drifts: list[Drift] = []
    costs: list[float] = []
    for evaluator in _steady(evaluators):
        mine = [c for c in canaries if any(s.evaluator == evaluator.name for s in c.scores.values())]
        found = await asyncio.gather(*(_rejudged(evaluator, judge, canary, turns) for canary in mine))
        costs += [score.cost for scores in found for score in scores.values() if score.cost is not None]
        drifts += [
            drift
            for metric in evaluator.metrics
            if (drift := _drift(evaluator, metric.name, mine, found, seed)) is not None
        ]
    return CanaryReport(drifts=tuple(drifts), n_canaries=len(canaries), cost=sum(costs) if costs else None)


def read_canaries(path: Path) -> tuple[Canary, ...]:
    """Read a file of canaries.

    Raises
    ------
    DataError
        A line is no canary; with file and line.
    UnavailableError
        The file cannot be read.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror}", hint="check the path") from error
    decoder = msgspec.json.Decoder(Canary)
    return tuple(_line(decoder, line, f"{path}:{at}") for at, line in enumerate(lines, 1) if line.strip())


def write_canaries(path: Path, canaries: Iterable[Canary]) -> None:
    """Write a file of canaries, whole or not at all.

    Raises
    ------
    UnavailableError
        The file cannot be written.
    """
    text = b"".join(msgspec.json.encode(canary) + b"\n" for canary in canaries)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror}", hint="check the folder and the disk") from error


def _line(decoder: msgspec.json.Decoder[Canary], line: bytes, place: str) -> Canary:
    try:
        return decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DataError(
            f"{place}: not a canary: {error}", hint="delete the file, and the next run records it anew"
        ) from error


def _steady(evaluators: Iterable[Evaluator]) -> list[Evaluator]:
    """Keep those that ask a judge about the output alone."""
    return [
        e
        for e in evaluators
        if e.asks_judge and not (isinstance(e, PairwiseEvaluator) and e.references is not None)
    ]


def _judges_of(result: ItemResult, names: set[str]) -> int:
    """How many of the evaluators gave the output a score."""
    return len(names & {score.evaluator for score in result.scores if score.state == "scored"})


def _lot(result: ItemResult, seed: int) -> str:
    return hashlib.sha256(msgspec.json.encode([seed, result.item.id, result.epoch])).hexdigest()


def _canary(result: ItemResult, names: set[str]) -> Canary:
    item = result.item
    scores = {
        s.metric: CanaryScore(value=s.value, evaluator=s.evaluator, version=s.version)
        for s in result.scores
        if s.value is not None and s.evaluator in names
    }
    return Canary(
        id=item.id,
        input=item.input,
        expected=item.expected,
        context=item.context,
        output=result.output.text if result.output else "",
        scores=scores,
    )


async def _rejudged(
    evaluator: Evaluator, judge: Judge, canary: Canary, turns: asyncio.Semaphore
) -> Mapping[str, Score]:
    async with turns:
        found = evaluator.evaluate(canary.case, judge)
        scores = found if isinstance(found, tuple) else await found
    return {score.metric: score for score in scores}


def _drift(
    evaluator: Evaluator,
    metric: str,
    canaries: Sequence[Canary],
    found: Sequence[Mapping[str, Score]],
    seed: int,
) -> Drift | None:
    pairs = [
        (c.scores[metric], now[metric]) for c, now in zip(canaries, found, strict=True) if metric in c.scores
    ]
    if not pairs:
        return None
    both = [(then, now.value) for then, now in pairs if now.value is not None]
    return drift_of(
        [then.value for then, _ in both],
        [value for _, value in both],
        metric=metric,
        evaluator=evaluator.name,
        failed=len(pairs) - len(both),
        other_version=any(then.version != evaluator.version for then, _ in pairs),
        seed=seed,
    )
