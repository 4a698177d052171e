"""Inspect's logs: `.eval` (a zip) and JSON, of finished and of unfinished runs.

A `.eval` log carries a summary of each sample (a few hundred bytes) beside the sample with its transcript. The scores
come from the summaries; a sample is opened only where its summary is lacking or had its metadata cut, one at a time,
and its transcript is skipped while it is decoded.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from evaligo.errors import DataError
from evaligo.readers.carried import asked_paths, carried
from evaligo.readers.contract import Ask
from evaligo.readers.decode import parse
from evaligo.readers.inspect_aliases import Aggregates, aliases_of, reducer_notes
from evaligo.readers.inspect_archive import Archive
from evaligo.readers.inspect_scores import Scored, columns_of
from evaligo.readers.jsonhead import json_head
from evaligo.readers.paths import NOWHERE, dig, flatten
from evaligo.readers.source import Source
from evaligo.records import Run, RunInfo
from evaligo.records.run import nfc

__all__ = ["InspectLog"]

_ZIP = b"PK\x03\x04"
_START, _HEADER, _SUMMARIES = "_journal/start.json", "header.json", "summaries.json"
_JOURNAL = re.compile(r"_journal/summaries/(\d+)\.json")
_NOT_JSON = re.compile(rb'"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b', re.DOTALL)
_CUT = "Key removed from summary (> 1k)"
_CUT_AT = 1000
"""Inspect shortens texts of more than 1,024 characters (5,120 in inputs) in a sample's summary."""


class _Fault(msgspec.Struct):
    message: str = ""


class _Score(msgspec.Struct):
    value: Any = None
    reason: Any = None


class _Sample(msgspec.Struct):
    id: int | str
    epoch: int = 1
    input: Any = None
    target: Any = None
    metadata: dict[str, Any] | None = None
    scores: dict[str, _Score] | None = None
    error: str | _Fault | None = None
    lost: str = ""

    @property
    def key(self) -> tuple[str, int]:
        return str(self.id), self.epoch


class _Dataset(msgspec.Struct):
    sample_ids: list[int | str] | None = None


class _Config(msgspec.Struct):
    epochs: int | None = None
    score_on_error: bool | None = None


class _Scorer(msgspec.Struct):
    name: str
    metrics: Any = None


class _Spec(msgspec.Struct):
    task: str
    model: str
    run_id: str = ""
    created: str = ""
    dataset: _Dataset = msgspec.field(default_factory=_Dataset)
    config: _Config = msgspec.field(default_factory=_Config)
    scorers: list[_Scorer] | None = None


class _Results(msgspec.Struct):
    scores: list[Aggregates] = []


class _Log(msgspec.Struct):
    eval: _Spec
    status: str = "started"
    results: _Results | None = None
    error: _Fault | None = None
    samples: list[_Sample] | None = None


class InspectLog:
    """Reads what Inspect writes."""

    name = "inspect"

    def sniff(self, source: Source) -> bool:
        """Tell a zip (no other format that evaligo reads is one), or a JSON log by its first keys."""
        if source.head.startswith(_ZIP):
            return True
        return json_head(source.head).has("status", "eval")

    def read(self, source: Source, ask: Ask) -> Run:
        """Read the scores of every sample, and of every sample that should have run and did not.

        Raises
        ------
        DataError
            The log is damaged, holds no samples, or is of another task than the one asked for.
        """
        log = _from_zip(source) if source.head.startswith(_ZIP) else _from_json(source)
        _check_task(source.label, log.eval.task, ask.task)
        if not log.samples:
            raise DataError(
                f"{source.label}: the log holds no samples (its status is {log.status!r})",
                hint="run with samples logged, and give the log itself rather than its header",
            )
        return _run(source, log, ask)


def _run(source: Source, log: _Log, ask: Ask) -> Run:
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


def _from_json(source: Source) -> _Log:
    log: _Log = _decode(source.data, source.label, _Log)
    return log


def _from_zip(source: Source) -> _Log:
    with source.open() as stream:
        archive = Archive(stream, source.label)
        if _HEADER not in archive and _START not in archive:
            raise DataError(
                f"{source.label}: the zip holds neither {_HEADER} nor {_START}, so it is no log of Inspect",
                hint="give a `.eval` file that Inspect wrote",
            )
        log: _Log = _entry(archive, source.label, _HEADER if _HEADER in archive else _START, _Log)
        log.samples = list(_samples(archive, source.label))
        return log


def _samples(archive: Archive, label: str) -> Iterator[_Sample]:
    """Yield each sample from its summary, or from its own entry where the summary does not tell all."""
    entries = {name for name in archive.names if name.startswith("samples/") and name.endswith(".json")}
    for summary in _summaries(archive, label).values():
        name = f"samples/{summary.id}_epoch_{summary.epoch}.json"
        cut = name in entries and _is_cut(summary.metadata or {})
        entries.discard(name)
        yield _entry(archive, label, name, _Sample) if cut else summary
    for name in sorted(entries):
        yield _entry(archive, label, name, _Sample)


def _summaries(archive: Archive, label: str) -> dict[tuple[str, int], _Sample]:
    """Read the summaries; of a sample that ran again after an error, the last one counts, as it does in Inspect."""
    names = [_SUMMARIES] if _SUMMARIES in archive else _journal(archive.names)
    return {sample.key: sample for name in names for sample in _entry(archive, label, name, list[_Sample])}


def _journal(names: Iterable[str]) -> list[str]:
    found = [match for match in map(_JOURNAL.fullmatch, names) if match]
    return [match[0] for match in sorted(found, key=lambda match: int(match[1]))]


def _entry(archive: Archive, label: str, name: str, kind: Any) -> Any:
    return _decode(archive.read(name), f"{label}: {name}", kind)


def _decode(data: bytes, where: str, kind: Any) -> Any:
    """Decode JSON in which NaN may stand for a score that was not given, as Inspect writes it."""
    try:
        return parse(data, where, kind)
    except DataError:
        if b"NaN" not in data and b"Infinity" not in data:
            raise
        return parse(_NOT_JSON.sub(_quoted, data), where, kind)


def _quoted(match: re.Match[bytes]) -> bytes:
    return match[0] if match[0].startswith(b'"') else b'"%b"' % match[0]


def _is_cut(metadata: Mapping[str, Any]) -> bool:
    return any(
        value == _CUT or (isinstance(value, str) and len(value) > _CUT_AT and value.endswith("..."))
        for value in metadata.values()
    )


def _check_task(label: str, task: str, asked: str | None) -> None:
    if asked is not None and asked not in (task, task.rpartition("/")[2]):
        raise DataError(f"{label}: there is no task {asked!r}", hint=f"the log's task is {task!r}")


def _in_order(log: _Log) -> list[_Sample]:
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


def _lost(item: str, epoch: int, sibling: _Sample | None) -> _Sample:
    """Stand in for a sample that is not in the log; another epoch of it tells what it asks."""
    lost = _Sample(id=item, epoch=epoch, lost="not run")
    if sibling is not None:
        lost.input, lost.target, lost.metadata = sibling.input, sibling.target, sibling.metadata
    return lost


def _scored(label: str, sample: _Sample, config: _Config) -> Scored:
    scores = sample.scores or {}
    return Scored(
        row=f"{label}: sample {sample.id!r}, epoch {sample.epoch}",
        values={name: score.value for name, score in scores.items()},
        reasons={name: str(score.reason) for name, score in scores.items() if score.reason},
        fault=sample.lost or _fault(sample, scored_anyway=bool(scores) and bool(config.score_on_error)),
    )


def _fault(sample: _Sample, *, scored_anyway: bool) -> str:
    """Say how a sample failed; where the run was told to score failed samples, their scores stand."""
    if sample.error is None or scored_anyway:
        return ""
    message = sample.error if isinstance(sample.error, str) else sample.error.message
    return f"error: {message.splitlines()[0]}" if message.strip() else "error"


def _announced(scorers: Sequence[_Scorer] | None) -> list[str]:
    """Name the scorers whose metric bears their own name; those of dicts and lists have their keys' names."""
    return [s.name for s in scorers or () if isinstance(s.metrics, list) and s.metrics]


def _planned(scorers: Sequence[_Scorer] | None) -> dict[str, list[str]]:
    """Name the aggregates that each scorer was to report, without the package that defines them."""
    return {
        s.name: [m["name"].rpartition("/")[2] for m in s.metrics if isinstance(m, dict) and "name" in m]
        for s in scorers or ()
        if isinstance(s.metrics, list)
    }


def _metadata(samples: Sequence[_Sample], asked: str | None) -> dict[str, list[Any]]:
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


def _contents(samples: Sequence[_Sample]) -> Any:
    out = np.empty(len(samples), dtype=object)
    out[:] = [None if s.input is None else _content(s.input, s.target) for s in samples]
    return out


def _content(question: Any, target: Any) -> str:
    """Hash what a sample asks and expects, from what its summary still has of them."""
    targets = target if isinstance(target, list) else [target]
    texts = [*_texts(question), *(str(t)[:_CUT_AT] for t in targets)]
    return hashlib.sha256("\0".join(texts).encode(errors="replace")).hexdigest()[:16]


def _texts(question: Any) -> Iterator[str]:
    if isinstance(question, str):
        yield question[:_CUT_AT]
        return
    for message in question if isinstance(question, list) else ():
        content = dig(message, "content")
        yield str(dig(message, "role"))
        yield from map(_part, content if isinstance(content, list) else [content])


def _part(content: Any) -> str:
    """Show one part of a message as a summary does: texts cut, anything else by its kind."""
    if isinstance(content, str):
        return content[:_CUT_AT]
    kind, text = dig(content, "type"), dig(content, "text")
    return str(text)[:_CUT_AT] if kind == "text" else f"({str(kind).capitalize()})"


def _unfinished(log: _Log, samples: Sequence[_Sample]) -> Iterator[str]:
    if log.status == "success":
        return
    lost = sum(1 for sample in samples if sample.lost)
    why = f" ({log.error.message})" if log.error and log.error.message else ""
    yield f"the log is not finished: its status is {log.status!r}{why}, {lost} of {len(samples)} samples did not run"
