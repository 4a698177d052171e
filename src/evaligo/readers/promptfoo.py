"""promptfoo's results JSON (`promptfoo eval -o results.json`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from evaligo.errors import DataError
from evaligo.readers.carried import asked_paths, carried
from evaligo.readers.contract import Ask
from evaligo.readers.decode import parse
from evaligo.readers.jsonhead import json_head
from evaligo.readers.paths import NOWHERE, dig, flatten
from evaligo.readers.promptfoo_items import Case, contents_of, epochs_of, ids_of
from evaligo.readers.source import Source
from evaligo.readers.values import score
from evaligo.records import Column, Metric, Run, RunInfo
from evaligo.records.run import describe, nfc

__all__ = ["Promptfoo"]

_RESULTS = re.compile(rb'"results"\s*:\s*\{\s*"version"\s*:')
_ERROR = 2
"""promptfoo's failureReason of a test that could not be run; 1 is a failed assertion, which has a score."""


class _Provider(msgspec.Struct):
    id: str = ""
    label: str | None = None


class _Prompt(msgspec.Struct):
    label: str = ""


class _Grade(msgspec.Struct):
    """Whether there is one is all that counts."""


class _Row(msgspec.Struct, rename="camel"):
    test_case: Case
    test_idx: int = 0
    prompt_idx: int = 0
    provider: _Provider | str = ""
    prompt: _Prompt = msgspec.field(default_factory=_Prompt)
    success: bool = False
    score: Any = None
    named_scores: dict[str, Any] | None = None
    latency_ms: Any = None
    cost: Any = None
    failure_reason: int | None = None
    grading_result: _Grade | None = None
    error: Any = None

    @property
    def model(self) -> str:
        """The provider as people call it."""
        return self.provider if isinstance(self.provider, str) else self.provider.label or self.provider.id

    @property
    def way(self) -> str:
        """The provider and the prompt that were tried together."""
        return f"{self.model}/{self.prompt.label}"

    @property
    def names(self) -> tuple[str, ...]:
        """What a user may call the provider, the prompt, or both."""
        provider = self.provider if isinstance(self.provider, str) else self.provider.id
        return self.way, self.model, provider, self.prompt.label

    @property
    def fault(self) -> str:
        """Why there is no score; empty where there is one, though it may be that of a failed assertion."""
        failed = self.failure_reason == _ERROR
        if self.failure_reason is None:  # versions before 0.96 tell it by the lack of a grade
            failed = bool(self.error) and self.grading_result is None
        said = str(self.error or "").strip()
        return f"error: {said.splitlines()[0] if said else 'no message'}" if failed else ""


class _Stats(msgspec.Struct):
    successes: int = 0
    failures: int = 0
    errors: int = 0


class _Results(msgspec.Struct):
    results: list[_Row]
    timestamp: str = ""
    stats: _Stats | None = None


class _Options(msgspec.Struct):
    repeat: int | None = None


class _File(msgspec.Struct, rename="camel"):
    results: _Results
    eval_id: str | None = None
    runtime_options: _Options | None = None


class Promptfoo:
    """Reads what `promptfoo eval` writes as JSON."""

    name = "promptfoo"

    def sniff(self, source: Source) -> bool:
        """Tell by the first keys: an eval's id, and results that begin with their version."""
        head = json_head(source.head)
        return head.has("evalId", "results") or (head.has("results") and bool(_RESULTS.search(source.head)))

    def read(self, source: Source, ask: Ask) -> Run:
        """Read the tests of one provider and prompt; `ask.task` names them where the file holds several.

        Raises
        ------
        DataError
            The file is damaged, holds no results, or holds several ways of which none is named.
        """
        file: _File = parse(source.data, source.label, _File)
        rows = _chosen(source.label, file.results.results, ask.task)
        cases = [row.test_case for row in rows]
        repeat = (file.runtime_options.repeat if file.runtime_options else None) or 1
        names, notes = ids_of(
            cases, [row.test_idx for row in rows], repeat=repeat, asked=ask.id, label=source.label
        )
        ids = nfc(names)
        columns = _columns(source.label, rows, ids.tolist())
        return Run(
            info=RunInfo(
                source=source.label,
                sha256=source.sha256,
                format=self.name,
                run_id=file.eval_id or "",
                model_id=rows[0].model,
                created=file.results.timestamp,
            ),
            item_ids=ids,
            columns=columns,
            metrics={name: _metric(name, column) for name, column in columns.items()},
            epochs=epochs_of(ids, cases, repeat),
            clusters=carried(_carriers(cases, ask.cluster), ids, asked=ask.cluster),
            contents=contents_of(cases),
            aliases={name: ("pass",) for name in ("accuracy", "success") if name not in columns},
            notes=(*notes, *_lost(file.results)),
        )


def _chosen(label: str, rows: Sequence[_Row], task: str | None) -> list[_Row]:
    """Choose the rows of one provider and prompt, in the order of the tests."""
    ways = {row.prompt_idx: row for row in rows}
    if not ways:
        raise DataError(f"{label}: the file holds no results", hint="check that the eval ran to its end")
    found = [at for at, row in ways.items() if task is None or task in row.names]
    if len(found) != 1:
        there = ", ".join(repr(row.way) for row in ways.values())
        what = f"{len(found)} of them are called {task!r}" if task else "a run is one of them"
        raise DataError(
            f"{label}: the providers and prompts are {there}; {what}",
            hint="name one with --task PROVIDER/PROMPT",
        )
    return sorted((row for row in rows if row.prompt_idx == found[0]), key=lambda row: row.test_idx)


def _columns(label: str, rows: Sequence[_Row], ids: Sequence[str]) -> dict[str, Column]:
    """Make the columns: promptfoo's own four (cost where there was any), then the named scores."""
    own: dict[str, list[Any]] = {
        "score": [row.score for row in rows],
        "pass": [row.success for row in rows],
        "latency_ms": [row.latency_ms for row in rows],
        "cost": [row.cost for row in rows],
    }
    if not any(own["cost"]):
        del own["cost"]
    for key in dict.fromkeys(key for row in rows for key in row.named_scores or ()):
        name = f"namedScores.{key}" if key in own else key
        own[name] = [(row.named_scores or {}).get(key) for row in rows]
    faults = [row.fault for row in rows]
    return {name: _column(f"{label}: {name!r} of item", values, faults, ids) for name, values in own.items()}


def _column(where: str, values: Sequence[Any], faults: Sequence[str], ids: Sequence[str]) -> Column:
    scores = [
        None if fault else score(value, f"{where} {item!r}")
        for value, fault, item in zip(values, faults, ids, strict=True)
    ]
    return Column.of(scores, {at: faults[at] or "not scored" for at, s in enumerate(scores) if s is None})


def _metric(name: str, column: Column) -> Metric:
    """Describe a column; promptfoo's `score` is a share, unless an assertion of the user's own gave more."""
    there = column.values[column.present]
    share = name == "score" and bool(np.all((there >= 0.0) & (there <= 1.0)))
    return describe(name, bounds=(0.0, 1.0) if share else None)


def _carriers(cases: Sequence[Case], asked: str | None) -> dict[str, list[Any]]:
    """Lay out what could name a cluster: the tests' metadata and their variables."""
    columns: dict[str, list[Any]] = {}
    for at, case in enumerate(cases):
        for path, value in _leaves(case, asked):
            columns.setdefault(path, [None] * len(cases))[at] = value
    return columns


def _leaves(case: Case, asked: str | None) -> Iterator[tuple[str, Any]]:
    record: Mapping[str, Any] = {"metadata": case.metadata or {}, "vars": case.vars or {}}
    yield from flatten(record, depth=3).items()
    for path in asked_paths(asked):
        yield from ((path, found) for found in _found(record, path))
    if asked is not None:
        yield from ((asked, found) for found in _found(record["vars"], asked))


def _found(record: Any, path: str) -> list[Any]:
    """Return what lies at a path, if anything does."""
    value = dig(record, path)
    return [] if value is NOWHERE else [value]


def _lost(results: _Results) -> Iterator[str]:
    """Tell of results that promptfoo counted and did not write, as happens when its database refuses them."""
    if results.stats is None:
        return
    counted = results.stats.successes + results.stats.failures + results.stats.errors
    if counted > len(results.results):
        yield f"promptfoo counted {counted} results, the file holds {len(results.results)}"
