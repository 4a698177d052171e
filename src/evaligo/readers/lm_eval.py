"""lm_eval (EleutherAI's evaluation harness): `samples_*.jsonl`, or the results folder that holds them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError
from evaligo.readers.carried import asked_paths, carried, may_cluster
from evaligo.readers.contract import Ask
from evaligo.readers.jsonhead import json_head
from evaligo.readers.jsonl import numbered_records
from evaligo.readers.lm_eval_results import Results, is_results, results_of, samples_in
from evaligo.readers.paths import NOWHERE, dig, flatten
from evaligo.readers.rows import run_info
from evaligo.readers.source import Source
from evaligo.readers.values import identity, score, shown
from evaligo.records import Column, Run
from evaligo.records.run import describe, nfc

__all__ = ["LmEval"]

_RESULTS = ("configs", "group_subtasks", "groups", "n-shot", "versions")


@dataclass(frozen=True, slots=True)
class LmEval:
    r"""The reader of lm_eval's samples.

    A line is one document under one filter; a document's filters become metrics of one row, such as
    `exact_match,strict-match` (the filter `none` leaves the name plain).

    Examples
    --------
    >>> line = b'{"doc_id": 0, "doc": {}, "target": "1", "filter": "none", "metrics": ["acc"], "acc": 1.0}\n'
    >>> run = LmEval().read(Source(label="samples.jsonl", raw=line), Ask())
    >>> run.item_ids.tolist(), run.resolve("accuracy")
    (['0'], 'acc')
    """

    name: str = "lm_eval"

    def sniff(self, source: Source) -> bool:
        """Tell whether the first line is a document's, or the source a file or folder of results."""
        if source.is_dir:
            return is_results(source)
        head = json_head(source.head)
        return head.has("doc_id", "doc", "target") or (head.has("results") and any(map(head.has, _RESULTS)))

    def read(self, source: Source, ask: Ask) -> Run:
        """Read the run.

        Raises
        ------
        DataError
            A line is not what it should be; the file holds aggregates only, or the folder samples of several tasks.
        """
        if source.is_dir:
            source = samples_in(source, ask.task)
        if json_head(source.head).has("results"):
            raise DataError(
                f"{source.label}: aggregates only, no scores an item",
                hint="give the samples_*.jsonl beside it; lm_eval writes it with --log_samples",
            )
        samples = _Samples(source.label)
        for line, record in numbered_records(source):
            samples.add(record, f"{source.label}: line {line}", ask)
        samples.check(ask.metric)
        return samples.run(source, results_of(source), ask)


class _Samples:
    """The documents so far, a row each."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.rows: dict[tuple[str, int], int] = {}
        self.seen: Counter[tuple[str, str]] = Counter()
        self.contents: list[str] = []
        self.scores: dict[str, dict[int, float | None]] = {}
        self.no_numbers: dict[str, str] = {}
        self.fields: dict[str, dict[int, Any]] = {}

    def add(self, record: Mapping[str, Any], where: str, ask: Ask) -> None:
        """Add a line: a document under one filter."""
        names = record.get("metrics")
        if "doc_id" not in record or not isinstance(names, list):
            raise DataError(
                f"{where}: not a sample of lm_eval", hint="every line has a `doc_id` and its `metrics`"
            )
        filtered = str(record.get("filter", "none"))
        row = self._row(identity(record["doc_id"], where), filtered, record, ask)
        for name in names:
            column = name if filtered == "none" else f"{name},{filtered}"
            self._score(column, record.get(name), f"{where}: {name!r}", row)

    def check(self, asked: str | None) -> None:
        """Refuse a metric that was asked for and is no number an item."""
        for name, what in self.no_numbers.items():
            if asked is not None and asked in (name, name.partition(",")[0]) and asked not in self.scores:
                raise DataError(
                    f"{self.label}: {name!r} is {what} for each item, no number",
                    hint="it cannot be compared item by item",
                )

    def run(self, source: Source, results: Results, ask: Ask) -> Run:
        """Close the rows into a run."""
        ids = nfc(doc for doc, _ in self.rows)
        better = results.higher_is_better
        fields = {path: [found.get(row) for row in range(len(ids))] for path, found in self.fields.items()}
        return Run(
            info=run_info(
                source, "lm_eval", model_id=results.model, task_id=results.task, created=results.time
            ),
            item_ids=ids,
            columns={name: self._column(name) for name in self.scores},
            metrics={n: describe(n, higher_is_better=better.get(n.partition(",")[0])) for n in self.scores},
            clusters=carried(fields, ids, asked=ask.cluster, source=source.label),
            contents=np.array(self.contents, dtype=object) if any(self.contents) else None,
            aliases=_aliases(self.scores),
            notes=tuple(
                f"{name!r} is left out: it is {what} for each item" for name, what in self.no_numbers.items()
            ),
        )

    def _row(self, doc_id: str, filtered: str, record: Mapping[str, Any], ask: Ask) -> int:
        """Find the document's row: its first under each filter is one, and so are its second ones."""
        nth = self.seen[doc_id, filtered]
        self.seen[doc_id, filtered] += 1
        row = self.rows.setdefault((doc_id, nth), len(self.rows))
        if row == len(self.contents):
            self.contents.append(
                ":".join(str(record[k]) for k in ("doc_hash", "prompt_hash") if record.get(k))
            )
            for path, value in _cluster_fields(record, ask.cluster):
                self.fields.setdefault(path, {})[row] = value
        return row

    def _score(self, column: str, value: Any, where: str, row: int) -> None:
        if column in self.no_numbers:
            return
        if isinstance(value, list | dict) and column not in self.scores:
            self.no_numbers[column] = shown(value)
            return
        self.scores.setdefault(column, {})[row] = score(_number(value), where)

    def _column(self, name: str) -> Column:
        values: NDArray[np.float64] = np.full(len(self.rows), np.nan)
        for row, value in self.scores[name].items():
            values[row] = np.nan if value is None else value
        return Column(values=values, present=~np.isnan(values))


def _cluster_fields(record: Mapping[str, Any], asked: str | None) -> Iterable[tuple[str, Any]]:
    """Yield the document's fields that may serve as clusters, and the one asked for."""
    doc = record.get("doc")
    leaves = flatten({"doc": doc}) if isinstance(doc, Mapping) else {}
    yield from ((path, value) for path, value in leaves.items() if may_cluster(path))
    for path in asked_paths(asked):
        if (value := dig(record, path)) is not NOWHERE:
            yield path, value


def _number(value: Any) -> Any:
    """Undo what lm_eval does to numpy's numbers: it writes those that are no Python floats as text."""
    if isinstance(value, str):
        with suppress(ValueError):
            return float(value)
    return value


def _aliases(columns: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Let `accuracy` mean `acc`, and a metric's bare name all its filters."""
    aliases: dict[str, tuple[str, ...]] = {}
    for name in columns:
        bare = name.partition(",")[0]
        for alias in [bare, *(["accuracy"] if bare == "acc" else [])]:
            if alias != name:
                aliases[alias] = (*aliases.get(alias, ()), name)
    return aliases
