"""Experiments: heads, results, metrics, verdicts."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import msgspec

from evaligo.client.asking import Answer, Ask, Story, deleting, getting, patching, posting, zoned
from evaligo.errors import UsageError
from evaligo.notify.whereabouts import whereabouts
from evaligo.records import Experiment, ItemResult, Status
from evaligo.records.baseline import Judgement, MetricSummary
from evaligo.records.improvement import Improvement

__all__ = [
    "ExperimentPage",
    "Lines",
    "change",
    "compare",
    "create",
    "delete",
    "find",
    "finished",
    "head_of",
    "judge",
    "judgements",
    "known",
    "metrics",
    "page",
    "results",
    "upload",
]

_CHANGING = ("updated", "status", "totals", "verdict", "passed", "note")
_MOST_RESULTS = 1_000
_MOST_BYTES = 8_000_000
_decoder = msgspec.json.Decoder(ItemResult)


class ExperimentPage(msgspec.Struct, frozen=True):
    """Some experiments, newest first."""

    experiments: tuple[Experiment, ...]
    cursor: str | None = None


class _Metrics(msgspec.Struct, frozen=True):
    metrics: tuple[MetricSummary, ...]


class _Judgements(msgspec.Struct, frozen=True):
    judgements: tuple[Judgement, ...]


class _Keys(msgspec.Struct, frozen=True):
    keys: list[tuple[str, int]]


class _Received(msgspec.Struct, frozen=True):
    received: int


def page(
    filters: Mapping[str, Any], cursor: str | None = None, limit: int | None = None
) -> Story[ExperimentPage]:
    """Ask for some experiments; of `filters` those that are None count for nothing."""
    asked = {name: zoned(value) if name in ("since", "until") else value for name, value in filters.items()}
    tags: Mapping[str, str] = filters.get("tags") or {}
    asked["tags"], asked["tag"] = None, [f"{key}={value}" for key, value in tags.items()]
    answer = yield getting("/experiments", **asked, cursor=cursor, limit=limit)
    return answer.value(ExperimentPage)


def find(ref: str) -> Story[Experiment]:
    """Ask for what an id, a name or a commit means."""
    if not ref.strip():
        raise UsageError("the experiment's name is empty", hint="give an id, a name, or a commit")
    answer = yield getting("/find", ref=ref)
    return answer.value(Experiment)


def create(head: Mapping[str, Any]) -> Story[Experiment]:
    """Begin an experiment; with an id of its own it may be sent twice."""
    answer = yield posting("/experiments", head, once=True)
    return answer.value(Experiment)


def head_of(experiment: Experiment) -> dict[str, Any]:
    """Return what never changes of an experiment: what `create` sends of one that ran elsewhere."""
    whole: dict[str, Any] = msgspec.to_builtins(experiment)
    return {key: value for key, value in whole.items() if key not in _CHANGING}


def change(experiment_id: str, changes: Mapping[str, Any], *, etag: str = "*") -> Story[Experiment]:
    """Note what changed of an experiment."""
    answer = yield patching(f"/experiments/{experiment_id}", changes, etag=etag)
    return answer.value(Experiment)


def delete(experiment_id: str, *, force: bool) -> Story[None]:
    """Delete an experiment."""
    answer = yield deleting(f"/experiments/{experiment_id}", force=force)
    if answer.status != 404:  # the answer to a first try may have been lost
        answer.check()
    return


def metrics(experiment_id: str) -> Story[tuple[MetricSummary, ...]]:
    """Ask for the mean of each metric."""
    answer = yield getting(f"/experiments/{experiment_id}/metrics")
    return answer.value(_Metrics).metrics


def judgements(experiment_id: str) -> Story[tuple[Judgement, ...]]:
    """Ask for what gates said of an experiment, the newest first."""
    answer = yield getting(f"/experiments/{experiment_id}/judgements")
    return answer.value(_Judgements).judgements


def judge(experiment_id: str, report: Mapping[str, Any], *, baseline_id: str) -> Story[Judgement]:
    """Send what a gate said elsewhere; the same again is kept once."""
    body = {"report": report, "baseline_id": baseline_id, "where": whereabouts(os.environ)}
    answer = yield posting(f"/experiments/{experiment_id}/judgements", body)
    return answer.value(Judgement)


def compare(experiment_id: str, question: Mapping[str, Any]) -> Story[Improvement]:
    """Ask how much better an experiment is than another."""
    answer = yield posting(f"/experiments/{experiment_id}/compare", question)
    return answer.value(Improvement)


def known(experiment_id: str, keys: Sequence[tuple[str, int]]) -> Story[set[tuple[str, int]]]:
    """Ask which of these (item id, epoch) have a result already."""
    answer = yield posting(f"/experiments/{experiment_id}/results/known", {"keys": keys})
    return set(answer.value(_Keys).keys)


def upload(experiment_id: str, results: Iterable[ItemResult]) -> Story[int]:
    """Send results in batches; what is there already is not sent again. Return how many were sent.

    An upload that was cut off is begun again from the start: it goes on where it ended.
    """
    sent = 0
    rest = iter(results)
    while some := list(islice(rest, _MOST_RESULTS)):
        there = yield from known(experiment_id, [(one.item.id, one.epoch) for one in some])
        for batch in _batches(one for one in some if (one.item.id, one.epoch) not in there):
            answer: Answer = yield _batch(experiment_id, batch)
            sent += answer.value(_Received).received
    return sent


def results(experiment_id: str) -> Ask:
    """Return the request for all results, which are streamed."""
    return getting(f"/experiments/{experiment_id}/results")


class Lines:
    r"""Puts results together from pieces of JSON lines.

    Examples
    --------
    >>> lines = Lines()
    >>> lines.feed(b'{"item": {"id": "q1", "inp'), [one.item.id for one in lines.feed(b'ut": 1}}\n')]
    ([], ['q1'])
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> list[ItemResult]:
        """Return the results that are whole now."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        return [_decoder.decode(line) for line in lines if line]


def _batches(results: Iterable[ItemResult]) -> Iterator[list[bytes]]:
    """Cut what is to be sent into bodies of a bearable size."""
    batch: list[bytes] = []
    size = 0
    for result in results:
        line = _line(result)
        if batch and size + len(line) > _MOST_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line)
    if batch:
        yield batch


def _line(result: ItemResult) -> bytes:
    try:
        return msgspec.json.encode(result)
    except UnicodeEncodeError:  # half a character, which no JSON holds; the store mends it the same way
        mended = result.output and replace(result.output, text=_whole(result.output.text))
        return msgspec.json.encode(replace(result, output=mended, error=_whole(result.error)))


def _whole(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _batch(experiment_id: str, lines: Sequence[bytes]) -> Ask:
    headers = {"content-type": "application/x-ndjson", "content-encoding": "gzip"}
    body = gzip.compress(b"\n".join(lines), compresslevel=1, mtime=0)
    return Ask(method="POST", path=f"/experiments/{experiment_id}/results", body=body, headers=headers)


def finished(experiment: Experiment) -> dict[str, Any]:
    """Return what changed of an experiment while it ran: what `change` sends of one that ran elsewhere."""
    status = Status.INTERRUPTED if experiment.status is Status.RUNNING else experiment.status
    return {
        "status": str(status),
        "totals": msgspec.to_builtins(experiment.totals),
        "verdict": experiment.verdict,
        "passed": experiment.passed,
        "note": experiment.note,
    }
