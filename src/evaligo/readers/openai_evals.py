"""The logs of OpenAI's evals (`oaieval`): JSONL with a spec, one line an event, and a final report."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError
from evaligo.readers.carried import asked_paths, carried, may_cluster
from evaligo.readers.contract import Ask
from evaligo.readers.decode import parse
from evaligo.readers.jsonhead import json_head
from evaligo.readers.paths import flatten
from evaligo.readers.source import Source
from evaligo.readers.values import score, shown
from evaligo.records import Column, Metric, Run, RunInfo
from evaligo.records.run import describe, nfc

__all__ = ["OpenaiEvals"]

_BLOCK = 4_000_000
_MATCH = "match.correct"
_NO_METRICS = frozenset({"expected", "picked", "sampled", "options"})


class _Spec(msgspec.Struct):
    eval_name: str
    completion_fns: list[str] = []
    base_eval: str = ""
    run_id: str | None = None
    created_at: str | None = None


class _Line(msgspec.Struct):
    """A line of any kind; an event's data stay undecoded until its type asks for them."""

    spec: _Spec | None = None
    final_report: dict[str, Any] | None = None
    type: str = ""
    sample_id: str | int | None = None
    data: msgspec.Raw = msgspec.Raw(b"null")


@dataclass(slots=True, kw_only=True)
class _Visit:
    """One run through a sample: what its events said."""

    values: dict[str, Any] = field(default_factory=dict)
    carriers: dict[str, Any] = field(default_factory=dict)
    expected: Any = None
    fault: str = ""


@dataclass(slots=True, kw_only=True)
class _Log:
    spec: _Spec
    visits: dict[str, list[_Visit]] = field(default_factory=dict)
    report: dict[str, Any] | None = None


class OpenaiEvals:
    """Reads what `oaieval` records."""

    name = "openai_evals"

    def sniff(self, source: Source) -> bool:
        """Tell by the first line, the run's spec."""
        return json_head(source.head).keys == ("spec",) and b'"eval_name"' in source.head

    def read(self, source: Source, ask: Ask) -> Run:
        """Read the scores of `match` and `metrics` events; a sample that was only sampled has none.

        Raises
        ------
        DataError
            A line is damaged, the file holds several runs, or is of another eval than the one asked for.
        """
        log = _log(source, asked_paths(ask.cluster))
        if ask.task is not None and ask.task not in (log.spec.eval_name, log.spec.base_eval):
            raise DataError(
                f"{source.label}: there is no task {ask.task!r}",
                hint=f"the log's eval is {log.spec.eval_name!r}",
            )
        if not log.visits:
            raise DataError(f"{source.label}: the log holds no samples", hint="check that the run finished")
        return _run(source, log, ask)


def _log(source: Source, asked: Sequence[str]) -> _Log:
    log = None
    for number, text in enumerate(_lines(source), start=1):
        if not text.strip():
            continue
        where = f"{source.label}: line {number}"
        line: _Line = parse(text, where, _Line)
        if log is None:
            log = _Log(spec=_first(line, where))
        elif line.spec is not None:
            raise DataError(f"{where}: a second run begins", hint="give each run a file of its own")
        else:
            _take(log, line, where, asked)
    if log is None:
        raise DataError(f"{source.label}: the file is empty", hint="check that the run was written out")
    return log


def _lines(source: Source) -> Iterator[bytes]:
    for block in source.blocks(_BLOCK):
        yield from block.removesuffix(b"\n").split(b"\n")


def _first(line: _Line, where: str) -> _Spec:
    if line.spec is None:
        raise DataError(f"{where}: there is no 'spec'", hint="the log of an eval begins with the run's spec")
    return line.spec


def _take(log: _Log, line: _Line, where: str, asked: Sequence[str]) -> None:
    """Add one line to the log."""
    if line.final_report is not None:
        log.report = line.final_report
    elif line.sample_id is not None:
        visits = log.visits.setdefault(str(line.sample_id), [])
        if line.type == "error":
            visits.append(_Visit(fault=_fault(parse(bytes(line.data), where))))
        elif line.type in ("match", "metrics"):
            _score(visits, line.type, parse(bytes(line.data), where, dict[str, Any]), asked)


def _fault(data: Any) -> str:
    said = str(data.get("message") or data.get("type") or "") if isinstance(data, dict) else ""
    return f"error: {said.strip().splitlines()[0]}" if said.strip() else "error"


def _score(visits: list[_Visit], kind: str, data: Mapping[str, Any], asked: Sequence[str]) -> None:
    """Add an event's scores to the sample's last visit, or to a new one where that has them already."""
    values = {_MATCH: data.get("correct")} if kind == "match" else {}
    values |= {
        key: value for key, value in data.items() if kind == "metrics" or key not in {"correct", *_NO_METRICS}
    }
    if not visits or visits[-1].fault or visits[-1].values.keys() & values.keys():
        visits.append(_Visit())
    visit = visits[-1]
    visit.values |= values
    visit.carriers |= {path: v for path, v in flatten(data).items() if may_cluster(path) or path in asked}
    visit.expected = data.get("expected", visit.expected)


def _run(source: Source, log: _Log, ask: Ask) -> Run:
    samples = [
        (item, at, visit)
        for item in sorted(log.visits, key=_natural)
        for at, visit in _numbered(log.visits[item])
    ]
    ids, visits = nfc(item for item, _, _ in samples), [visit for _, _, visit in samples]
    epochs = np.array([at for _, at, _ in samples], dtype=np.int64)
    columns, metrics, notes = _columns(source.label, ids.tolist(), visits)
    main = next((name for name in ("match", "accuracy") if name in columns), None)
    return Run(
        info=RunInfo(
            source=source.label,
            sha256=source.sha256,
            format=OpenaiEvals.name,
            run_id=log.spec.run_id or "",
            model_id=", ".join(log.spec.completion_fns),
            task_id=log.spec.eval_name,
            created=log.spec.created_at or "",
        ),
        item_ids=ids,
        columns=columns,
        metrics=metrics,
        epochs=epochs if (epochs > 1).any() else None,
        clusters=carried(_carriers(visits), ids, asked=ask.cluster),
        contents=_contents(visits),
        aliases={"correct": (main,)} if main and "correct" not in columns else {},
        notes=(*notes, *_checked(log.report, columns)),
    )


def _natural(item: str) -> tuple[str, int, str]:
    """Sort `task.dev.10` behind `task.dev.9`."""
    name, _, number = item.rpartition(".")
    return (name, int(number), "") if number.isdecimal() else (item, -1, "")


def _numbered(visits: list[_Visit]) -> Iterator[tuple[int, _Visit]]:
    return enumerate(visits or [_Visit(fault="no event scored the sample")], start=1)


def _columns(
    label: str, ids: Sequence[str], visits: Sequence[_Visit]
) -> tuple[dict[str, Column], dict[str, Metric], list[str]]:
    columns, metrics, notes = {}, {}, []
    keys = list(dict.fromkeys(key for visit in visits for key in visit.values))
    for key in keys:
        name = ("match" if "accuracy" in keys else "accuracy") if key == _MATCH else key
        given = [v for visit in visits if (v := visit.values.get(key)) is not None]
        if not any(isinstance(value, bool | int | float) for value in given):
            shows = f", such as {shown(given[0])}," if given else ""
            notes.append(f"the metric {name!r} is left out: its values{shows} are no numbers")
            continue
        columns[name] = _column(f"{label}: {name!r} of sample", key, ids, visits)
        graded = all(isinstance(value, bool) for value in given)
        metrics[name] = describe(name, bounds=(0.0, 1.0) if graded else None)
    return columns, metrics, notes


def _column(where: str, key: str, ids: Sequence[str], visits: Sequence[_Visit]) -> Column:
    scores: list[float | None] = []
    reasons = {}
    for at, (item, visit) in enumerate(zip(ids, visits, strict=True)):
        value = visit.values.get(key)
        numeric = isinstance(value, bool | int | float)
        scores.append(score(value, f"{where} {item!r}") if numeric else None)
        if not numeric:
            reasons[at] = visit.fault or (
                "not scored" if value is None else f"the value {shown(value)} is no number"
            )
    return Column.of(scores, reasons)


def _carriers(visits: Sequence[_Visit]) -> dict[str, list[Any]]:
    paths = dict.fromkeys(path for visit in visits for path in visit.carriers)
    return {path: [visit.carriers.get(path) for visit in visits] for path in paths}


def _contents(visits: Sequence[_Visit]) -> NDArray[np.object_]:
    """Hash what each sample expects: the log keeps no question but in prompts, which are what is tried."""
    out = np.empty(len(visits), dtype=object)
    out[:] = [None if v.expected is None else _hash(v.expected) for v in visits]
    return out


def _hash(expected: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(expected, order="deterministic")).hexdigest()[:16]


def _checked(report: Mapping[str, Any] | None, columns: Mapping[str, Column]) -> Iterator[str]:
    """Hold the means against the final report."""
    if report is None:
        yield "the log is not finished: it has no final report"
        return
    for name, column in columns.items():
        told, there = report.get(name), column.values[column.present]
        if (
            isinstance(told, int | float)
            and len(there)
            and abs(told - there.mean()) > 1e-6 * max(1.0, abs(told))
        ):
            yield f"the final report says {name} {told:g}, the mean of the events is {there.mean():g}"
