"""Inspect's logs: `.eval` (a zip) and JSON, of finished and of unfinished runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError
from evaligo.readers.carried import asked_paths, carried
from evaligo.readers.contract import Ask
from evaligo.readers.inspect_aliases import aliases_of, reducer_notes
from evaligo.readers.inspect_content import content_of
from evaligo.readers.inspect_samples import ZIP, Config, Log, LostSample, Sample, Scorer, load
from evaligo.readers.inspect_scores import Scored, columns_of
from evaligo.readers.jsonhead import json_head
from evaligo.readers.paths import NOWHERE, dig, flatten
from evaligo.readers.source import Source
from evaligo.records import Run, RunInfo
from evaligo.records.run import nfc

__all__ = ["InspectLog"]


class InspectLog:
    """Reads what Inspect writes."""

    name = "inspect"

    def sniff(self, source: Source) -> bool:
        """Tell a zip (no other format that evaligo reads is one), or a JSON log by its first keys."""
        if source.head.startswith(ZIP):
            return True
        return json_head(source.head).has("status", "eval")

    def read(self, source: Source, ask: Ask) -> Run:
        """Read the scores of every sample, and of every sample that should have run and did not.

        Raises
        ------
        DataError
            The log is damaged, holds no samples, or is of another task than the one asked for.
        """
        log = load(source)
        _check_task(source.label, log.eval.task, ask.task)
        if not log.samples:
            raise DataError(
                f"{source.label}: the log holds no samples (its status is {log.status!r})",
                hint="run with samples logged, and give the log itself rather than its header",
            )
        return _run(source, log, ask)


def _run(source: Source, log: Log, ask: Ask) -> Run:
    samples = _in_order(log)
    rows = [_scored(source.label, sample, log.eval.config) for sample in samples]
    columns, metrics, notes = columns_of(rows, _announced(log.eval.scorers))
    ids = nfc(sample.key[0] for sample in samples)
    epochs = np.array([sample.epoch for sample in samples], dtype=np.int64)
    aggregates = log.results.scores if log.results else ()
    return Run(
        info=RunInfo(
            source=source.label,
            sha256=source.sha256,
            format=InspectLog.name,
            run_id=log.eval.run_id,
            model_id=log.eval.model,
            task_id=log.eval.task,
            created=log.eval.created,
        ),
        item_ids=ids,
        columns=columns,
        metrics={metric.name: metric for metric in metrics},
        epochs=epochs if len(set(epochs.tolist())) > 1 else None,
        clusters=carried(_metadata(samples, ask.cluster), ids, asked=ask.cluster),
        contents=_contents(samples),
        aliases=aliases_of(columns, aggregates, _planned(log.eval.scorers)),
        notes=(*_unfinished(log, samples), *notes, *reducer_notes(aggregates)),
    )


def _check_task(label: str, task: str, asked: str | None) -> None:
    if asked is not None and asked not in (task, task.rpartition("/")[2]):
        raise DataError(f"{label}: there is no task {asked!r}", hint=f"the log's task is {task!r}")


def _in_order(log: Log) -> list[Sample]:
    """Sort the samples as the dataset has them, and add those that should have run and are not there."""
    samples = log.samples or []
    planned = list(map(str, log.eval.dataset.sample_ids or ()))
    known = {sample.key for sample in samples}
    siblings = {str(sample.id): sample for sample in samples}
    repeats = log.eval.config.epochs or 1
    lost = [
        _lost(item, epoch, siblings.get(item))
        for item in dict.fromkeys(planned)
        for epoch in range(1, repeats + 1)
        if (item, epoch) not in known
    ]
    place = {item: at for at, item in enumerate(planned)}
    return sorted([*samples, *lost], key=lambda s: (place.get(str(s.id), len(place)), s.epoch))


def _lost(item: str, epoch: int, sibling: Sample | None) -> LostSample:
    """Stand in for a sample that is not in the log; another epoch of it tells what it asks."""
    lost = LostSample(id=item, epoch=epoch)
    if sibling is not None:
        lost.input, lost.target, lost.metadata = sibling.input, sibling.target, sibling.metadata
    return lost


def _scored(label: str, sample: Sample, config: Config) -> Scored:
    scores = sample.scores or {}
    return Scored(
        row=f"{label}: sample {sample.id!r}, epoch {sample.epoch}",
        values={name: score.value for name, score in scores.items()},
        reasons={name: str(score.reason) for name, score in scores.items() if score.reason},
        fault=_fault(sample, scored_anyway=bool(scores) and bool(config.score_on_error)),
    )


def _fault(sample: Sample, *, scored_anyway: bool) -> str:
    """Say how a sample failed; where the run was told to score failed samples, their scores stand."""
    if isinstance(sample, LostSample):
        return "not run"
    if sample.error is None or scored_anyway:
        return ""
    message = sample.error if isinstance(sample.error, str) else sample.error.message
    return f"error: {message.strip().splitlines()[0]}" if message.strip() else "error"


def _announced(scorers: Sequence[Scorer] | None) -> list[str]:
    """Name the scorers whose metric bears their own name; those of dicts and lists have their keys' names."""
    return [s.name for s in scorers or () if isinstance(s.metrics, list) and s.metrics]


def _planned(scorers: Sequence[Scorer] | None) -> dict[str, list[str]]:
    """Name the aggregates that each scorer was to report, without the package that defines them."""
    return {
        s.name: [str(m["name"]).rpartition("/")[2] for m in s.metrics if isinstance(m, dict) and "name" in m]
        for s in scorers or ()
        if isinstance(s.metrics, list)
    }


def _metadata(samples: Sequence[Sample], asked: str | None) -> dict[str, list[Any]]:
    """Lay the samples' metadata out in columns by dotted path."""
    columns: dict[str, list[Any]] = {}
    for at, sample in enumerate(samples):
        for path, value in _leaves(sample.metadata or {}, asked):
            columns.setdefault(f"metadata.{path}", [None] * len(samples))[at] = value
    return columns


def _leaves(metadata: Mapping[str, Any], asked: str | None) -> Iterator[tuple[str, Any]]:
    yield from flatten(metadata).items()
    for path in asked_paths(asked):
        found = dig({"metadata": metadata}, path)
        if found is not NOWHERE:
            yield path.removeprefix("metadata."), found


def _contents(samples: Sequence[Sample]) -> NDArray[np.object_]:
    out = np.empty(len(samples), dtype=object)
    out[:] = [None if s.input is None else content_of(s.input, s.target) for s in samples]
    return out


def _unfinished(log: Log, samples: Sequence[Sample]) -> Iterator[str]:
    if log.status == "success":
        return
    lost = sum(isinstance(sample, LostSample) for sample in samples)
    why = f" ({log.error.message})" if log.error and log.error.message else ""
    yield f"the log is not finished: its status is {log.status!r}{why}, {lost} of {len(samples)} samples did not run"
