"""CSV: a header, then a row an item; separated by commas, semicolons or tabs."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError
from evaligo.readers.contract import Ask
from evaligo.readers.plan import Plan, constant, plan_from
from evaligo.readers.rows import Rows, run_info
from evaligo.readers.source import Source
from evaligo.readers.values import epoch, identity, shown
from evaligo.records import Run

__all__ = ["Csv"]

_SEPARATORS = ",;\t"
_BLOCK = 4_000
_SAMPLE = 200
_BYTES = 4_000_000
_HEAD = 65_536
_WORDS = {"true": 1.0, "false": 0.0, "": math.nan}


@dataclass(frozen=True, slots=True)
class Csv:
    r"""The reader of CSV and TSV files with a header.

    An empty cell is an absent score; `true` and `false` are 1 and 0.

    Examples
    --------
    >>> run = Csv().read(Source(label="a.csv", raw=b"id;repo;f1\na;x;0.5\nb;x;\n"), Ask(cluster="repo"))
    >>> run.columns["f1"].present.tolist(), run.cluster("repo").tolist()
    ([True, False], ['x', 'x'])
    """

    name: str = "csv"

    def sniff(self, source: Source) -> bool:
        """Tell whether the head is text whose first two rows have as many cells, more than one."""
        lines = _head_lines(source)
        if len(lines) < 2 or lines[0].lstrip()[:1] in ("{", "[", "<"):
            return False
        try:
            rows = list(islice(csv.reader(lines, delimiter=_separator(lines[0])), 2))
        except csv.Error:
            return False
        return len(rows) == 2 and 1 < len(rows[0]) == len(rows[1])

    def read(self, source: Source, ask: Ask) -> Run:
        """Read the run.

        Raises
        ------
        DataError
            A line is not what it should be; the sentence names the line.
        """
        names, lines = _table(source)
        sample = [dict(zip(names, map(_guess, cells), strict=True)) for _, cells in islice(lines, _SAMPLE)]
        if not sample:
            raise DataError(f"{source.label}: there are no items", hint="below its header the file is empty")
        plan = plan_from(sample, ask, source.label)
        rows = Rows(plan)
        names, lines = _table(source)
        while block := list(islice(lines, _BLOCK)):
            _Block.of(names, block, source.label).add_to(rows, plan)
        return rows.run(run_info(source, self.name, model_id=constant(sample, "model")), ask)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Some rows as columns of text, with the line that each row ends on."""

    label: str
    lines: Sequence[int]
    columns: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, names: Sequence[str], numbered: Sequence[tuple[int, list[str]]], label: str) -> _Block:
        columns = zip(*(cells for _, cells in numbered), strict=True)
        return cls(
            label=label, lines=[line for line, _ in numbered], columns=dict(zip(names, columns, strict=True))
        )

    def add_to(self, rows: Rows, plan: Plan) -> None:
        ids = self.columns[plan.id]
        rows.add_columns(
            self._each(plan.id, identity) if "" in ids else list(ids),
            {path: self._numbers(path) for path in plan.scores if path in self.columns},
            [] if plan.epoch is None else self._each(plan.epoch, _epoch),
            {path: self._texts(path) for path in plan.clusters},
        )

    def _each(self, name: str, read: Callable[[str, str], Any]) -> list[Any]:
        return [
            read(cell, f"{self.label}: line {line}")
            for line, cell in zip(self.lines, self.columns[name], strict=True)
        ]

    def _texts(self, name: str) -> list[str | None]:
        return [cell or None for cell in self.columns.get(name, [""] * len(self.lines))]

    def _numbers(self, name: str) -> NDArray[np.float64]:
        """Read a column of scores: all at once, or cell by cell where one is not a plain number."""
        cells = self.columns[name]
        with suppress(ValueError):
            values = np.array([float(cell) if cell else math.nan for cell in cells])
            if np.isinf(values).any() or np.isnan(values).sum() != cells.count("") or "_" in "".join(cells):
                raise ValueError
            return values
        return np.array(self._each(name, _number))


def _table(source: Source) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """Return the header, and the rows with their line numbers."""
    head = _head_lines(source)
    reader = csv.reader(_lines(source), delimiter=_separator(head[0] if head else ""), strict=True)
    rows = _rows(reader, source.label)
    _, header = next(rows, (0, []))
    names = [name.strip() or ("index" if n == 0 else "") for n, name in enumerate(header)]
    if len(names) < 2 or "" in names:
        raise DataError(
            f"{source.label}: line 1: not a header", hint="the first line names the columns, one and all"
        )
    if twice := [name for n, name in enumerate(names) if name in names[:n]]:
        raise DataError(
            f"{source.label}: line 1: the column {twice[0]!r} is there twice", hint="rename one of them"
        )
    return names, _full(rows, names, source.label)


def _rows(reader: Any, label: str) -> Iterator[tuple[int, list[str]]]:
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise DataError(f"{label}: line {reader.line_num}: not CSV ({error})") from None
        if cells is None:
            return
        if cells:
            yield reader.line_num, cells


def _full(
    rows: Iterator[tuple[int, list[str]]], names: Sequence[str], label: str
) -> Iterator[tuple[int, list[str]]]:
    for line, cells in rows:
        if len(cells) != len(names):
            raise DataError(
                f"{label}: line {line}: {len(cells)} cells where the header has {len(names)}",
                hint="quote cells that hold separators, and let the run finish",
            )
        yield line, cells


def _lines(source: Source) -> Iterator[str]:
    for n, block in enumerate(source.blocks(_BYTES)):
        try:
            text = block.decode("utf-8" if n else "utf-8-sig")
        except UnicodeDecodeError:
            raise DataError(
                f"{source.label}: the bytes are not UTF-8 text", hint="write the file as UTF-8"
            ) from None
        yield from io.StringIO(text, newline="")


def _head_lines(source: Source) -> list[str]:
    """Return the head's whole lines; none where it is no text."""
    head = source.head if len(source.head) < _HEAD else source.head[: source.head.rfind(b"\n") + 1]
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError:
        return []
    return [] if "\0" in text else [line for line in text.splitlines() if line.strip()]


def _separator(header: str) -> str:
    return max(_SEPARATORS, key=header.count)


def _guess(cell: str) -> Any:
    """Read a sampled cell as what it looks like."""
    if cell.strip().lower() in _WORDS:
        return None if not cell.strip() else cell.strip().lower() == "true"
    for kind in (int, float):
        with suppress(ValueError):
            return kind(cell)
    return cell


def _number(cell: str, where: str) -> float:
    text = cell.strip().lower()
    if text in _WORDS:
        return _WORDS[text]
    with suppress(ValueError):
        if math.isfinite(value := float(text)) and "_" not in text:
            return value
    raise DataError(
        f"{where}: the score is {shown(cell)}",
        hint="a score is a finite number; leave the cell of a missing one empty",
    )


def _epoch(cell: str, where: str) -> int | None:
    try:
        return epoch(float(cell), where) if cell.strip() else None
    except ValueError:
        raise DataError(f"{where}: the epoch is {shown(cell)}", hint="an epoch is a whole number") from None
