"""JSONL: a record a line, whatever its fields are called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import msgspec

from evaligo.errors import DataError
from evaligo.readers.contract import Ask
from evaligo.readers.decode import BROKEN, lenient
from evaligo.readers.jsonhead import json_head
from evaligo.readers.plan import Plan, constant, plan_from
from evaligo.readers.repeats import Repeats
from evaligo.readers.rows import Rows, run_info
from evaligo.readers.source import Source
from evaligo.readers.typed import Typed
from evaligo.records import Run

__all__ = ["Jsonl", "numbered_records"]

_BLOCK = 4_000_000
_SAMPLE = 200
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Jsonl:
    r"""The reader of any JSON Lines file.

    The item's id is what `--id` names, or the first column that is called like one; the metrics are what `--metric`
    names, or every column of numbers at the top or one level down.

    Examples
    --------
    >>> data = b'{"id": "a", "repo": "x", "scores": {"f1": 0.5}}\n{"id": "b", "repo": "x", "scores": {"f1": null}}'
    >>> run = Jsonl().read(Source(label="a.jsonl", raw=data), Ask(cluster="repo"))
    >>> run.resolve("f1"), run.columns["scores.f1"].present.tolist(), run.cluster("repo").tolist()
    ('scores.f1', [True, False], ['x', 'x'])
    """

    name: str = "jsonl"

    def sniff(self, source: Source) -> bool:
        """Tell whether the first line is an object; formats that know their keys are tried before this one."""
        first, _, rest = source.head.partition(b"\n")
        return json_head(source.head).kind == "object" and (not rest or first.rstrip().endswith(b"}"))

    def read(self, source: Source, ask: Ask) -> Run:
        """Read the run.

        Raises
        ------
        DataError
            A line is not what it should be; the sentence names the line.
        """
        sample = [record for _, record in islice(numbered_records(source), _SAMPLE)]
        if not sample:
            raise DataError(f"{source.label}: there are no items", hint="check that the run finished")
        rows = _rows(source, plan_from(sample, ask, source.label), sample)
        info = {key: constant(sample, key) for key in ("run_id", "model_id", "task_id")}
        info["model_id"] = info["model_id"] or constant(sample, "model")
        return rows.run(run_info(source, self.name, **info), ask)


def numbered_records(source: Source) -> Iterator[tuple[int, dict[str, Any]]]:
    r"""Yield each line's object with the line's number; blank lines are skipped.

    Raises
    ------
    DataError
        A line is not a JSON object.

    Examples
    --------
    >>> list(numbered_records(Source(label="a.jsonl", raw=b'{"a": 1}\n\n{"a": 2}')))
    [(1, {'a': 1}), (3, {'a': 2})]
    """
    line = 0
    for block in _blocks(source):
        yield from _records(block, line, source.label)
        line += block.count(b"\n")


def _rows(source: Source, plan: Plan, sample: list[dict[str, Any]]) -> Rows:
    """Read block by block: as typed structs where they fit, else with a close look at each line."""
    rows, repeats = Rows(plan), Repeats.of(plan)
    typed = Typed.of(plan, sample)
    line = 0
    for block in _blocks(source):
        before = len(rows.ids)
        quickly = typed is not None and _add_quickly(rows, block, typed)
        if not quickly:
            _add_carefully(rows, block, line, source.label)
        # Where a record may lack a score, another may hold two of them and the count not show it.
        if not quickly or repeats.suspects(block, len(rows.ids) - before):
            repeats.refuse_lines(block, line, source.label)
        line += block.count(b"\n")
    return rows


def _add_quickly(rows: Rows, block: bytes, typed: Typed) -> bool:
    """Add a block's records as typed structs; False where one of them needs a closer look."""
    try:
        records = msgspec.json.Decoder(typed.type).decode_lines(block)
    except BROKEN:
        return False
    return rows.add_typed(records, typed)


def _blocks(source: Source) -> Iterator[bytes]:
    for n, block in enumerate(source.blocks(_BLOCK)):
        yield block if n else block.removeprefix(_BOM)


def _records(block: bytes, before: int, label: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, text in enumerate(block.split(b"\n"), before + 1):
        if not text.strip():
            continue
        record = lenient(text, f"{label}: line {number}")
        if not isinstance(record, dict):
            raise DataError(f"{label}: line {number}: not a JSON object")
        yield number, record


def _add_carefully(rows: Rows, block: bytes, before: int, label: str) -> None:
    """Read a block's records one by one, to say which is wrong, or to take what typed structs do not."""
    numbered = list(_records(block, before, label))
    rows.add_records([r for _, r in numbered], lambda n, _: f"{label}: line {numbered[n][0]}")
