"""The files that datasets come in: JSON Lines, CSV and Parquet, read row by row."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from evaligo.errors import DataError, MissingExtraError, UnavailableError
from evaligo.settings.shape import near

__all__ = ["ENDINGS", "FIELDS", "Row", "loose_rows_of", "rows_of"]

FIELDS = ("id", "input", "expected", "context", "metadata")
Row = tuple[str, dict[str, Any]]
"""Where a row stands, for errors, and what it holds under the names of `FIELDS`."""

_METADATA = "metadata."
_LARGEST_CELL = 100_000_000
_ROWS_AT_ONCE = 1_000


def rows_of(path: Path) -> Iterator[Row]:
    """Read a dataset's rows in the file's order, under the names of `FIELDS`.

    Raises
    ------
    DataError
        The file is of no known kind, a row is broken, or has a field that datasets do not have; with file and line.
    UnavailableError
        It cannot be opened.
    """
    table = path.suffix.lower() != ".jsonl"
    for number, (where, record) in enumerate(loose_rows_of(path)):
        if table and not number:
            _check_header(list(record), path)
        yield where, _sorted_out(record) if table else _strict(record, where)


def loose_rows_of(path: Path) -> Iterator[Row]:
    """Read the rows of a file whose fields are called anything; an empty cell of a table is None.

    Raises
    ------
    DataError
        The file is of no known kind, or a row is broken; with file and line.
    UnavailableError
        It cannot be opened.
    """
    kind = path.suffix.lower()
    if kind not in _READERS:
        raise DataError(f"{path}: not a dataset", hint=f"datasets are {', '.join(ENDINGS)} files")
    try:
        yield from _READERS[kind](path)
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: byte {error.start} is no UTF-8", hint="save the file as UTF-8") from error
    except OSError as error:
        raise UnavailableError(f"{path}: {error.strerror or error}", hint="check the path") from error


def _jsonl(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if text.strip():
                where = f"{path}: line {number}"
                yield where, _record(text, where)


def _record(text: bytes, where: str) -> dict[str, Any]:
    try:
        record = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise DataError(
            f"{where}: no JSON ({str(error)[:100]})", hint="a dataset has one JSON object a line"
        ) from error
    if not isinstance(record, dict):
        raise DataError(f"{where}: no JSON object", hint='write {"id": …, "input": …}')
    return record


def _strict(record: dict[str, Any], where: str) -> dict[str, Any]:
    for key in record:
        if key not in FIELDS:
            raise DataError(
                f"{where}: there is no field {key!r}",
                hint=f"{near(key, FIELDS)}; whatever else describes an item goes into `metadata`",
            )
    return record


def _csv(path: Path) -> Iterator[Row]:
    csv.field_size_limit(min(_LARGEST_CELL, sys.maxsize))
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        header = _guarded(reader, path) or []
        _refuse_twice(header, path)
        while (cells := _guarded(reader, path)) is not None:
            where = f"{path}: line {reader.line_num}"
            if not cells:
                continue
            if len(cells) != len(header):
                raise DataError(
                    f"{where}: {len(cells)} cells under {len(header)} columns", hint="check the quotes"
                )
            yield where, {key: cell or None for key, cell in zip(header, cells, strict=True)}


def _guarded(reader: Any, path: Path) -> list[str] | None:
    try:
        row: list[str] | None = next(reader, None)
    except csv.Error as error:
        raise DataError(f"{path}: line {reader.line_num}: {error}", hint="check the quotes") from error
    return row


def _parquet(path: Path) -> Iterator[Row]:
    try:
        import duckdb  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise MissingExtraError("reading Parquet", extra="parquet") from error
    with duckdb.connect() as connection:
        try:
            connection.execute("select * from read_parquet(?)", [str(path)])
            header = [column[0] for column in connection.description or ()]
            number = 0
            while rows := connection.fetchmany(_ROWS_AT_ONCE):
                for number, row in enumerate(rows, number + 1):  # noqa: B020  (it goes on counting)
                    yield f"{path}: row {number}", dict(zip(header, map(_json_value, row), strict=True))
        except duckdb.Error as error:
            raise DataError(
                f"{path}: {str(error).splitlines()[0]}", hint="check that it is a Parquet file"
            ) from error


def _json_value(value: Any) -> Any:
    """Turn what JSON has no kind for, such as a date, into text."""
    return msgspec.to_builtins(value, enc_hook=str)


def _refuse_twice(header: list[str], path: Path) -> None:
    twice = {name for name in header if header.count(name) > 1}
    if twice:
        raise DataError(f"{path}: the column {min(twice)!r} stands twice", hint="rename one of them")


def _check_header(header: list[str], path: Path) -> None:
    """A column whose name is nearly that of a field, which itself is not there, was hardly meant as metadata."""
    for name in header:
        hint = near(name, [f for f in FIELDS if f not in header])
        if name not in FIELDS and hint.startswith("did you mean"):
            raise DataError(f"{path}: there is no field {name!r}", hint=f"{hint[:-1]}, or metadata.{name}?")


def _sorted_out(row: Mapping[str, Any]) -> dict[str, Any]:
    """Leave empty cells out, and put the columns that are no fields into the metadata."""
    cells = {key: value for key, value in row.items() if value is not None}
    fields = {key: value for key, value in cells.items() if key in FIELDS and key != "metadata"}
    given = cells.get("metadata")
    metadata = dict(given) if isinstance(given, Mapping) else {}
    metadata |= {key.removeprefix(_METADATA): value for key, value in cells.items() if key not in FIELDS}
    return {**fields, "metadata": metadata} if metadata else fields


_READERS: dict[str, Callable[[Path], Iterator[Row]]] = {".jsonl": _jsonl, ".csv": _csv, ".parquet": _parquet}
ENDINGS = tuple(_READERS)
"""What the names of datasets end in."""
