"""Parquet, through duckdb (the extra `parquet`): columns by name, nested ones by dotted path."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError, MissingExtraError
from evaligo.readers.contract import Ask
from evaligo.readers.paths import NOWHERE, dig
from evaligo.readers.plan import Plan, constant, plan_from
from evaligo.readers.rows import Rows, run_info
from evaligo.readers.source import Source
from evaligo.readers.values import epoch, identity, score
from evaligo.records import Run

__all__ = ["Parquet"]

_MAGIC = b"PAR1"
_SAMPLE = 200
_BLOCK = 4_096
_SELECT = "SELECT {} FROM read_parquet(?)"
_NUMBERS = {float, int, bool, type(None)}
_PLAIN = {str, *_NUMBERS}


@dataclass(frozen=True, slots=True)
class Parquet:
    """The reader of Parquet files."""

    name: str = "parquet"

    def sniff(self, source: Source) -> bool:
        """Tell whether the head bears Parquet's magic."""
        return source.head.startswith(_MAGIC)

    def read(self, source: Source, ask: Ask) -> Run:
        """Read the run.

        Raises
        ------
        MissingExtraError
            duckdb is not installed.
        DataError
            The file is damaged, or a row is not what it should be; the sentence names the row.
        """
        with _on_disk(source) as path, _connection() as connection:
            table = _Table.of(connection, path, source.label)
            sample = table.sample()
            if not sample:
                raise DataError(f"{source.label}: there are no items", hint="check that the run finished")
            plan = plan_from(sample, ask, source.label)
            rows = Rows(plan)
            for block in table.blocks(plan, sample):
                block.add_to(rows, plan)
        return rows.run(run_info(source, self.name, model_id=constant(sample, "model")), ask)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Some rows as columns."""

    label: str
    first: int
    size: int
    columns: Mapping[str, Sequence[Any]]

    def add_to(self, rows: Rows, plan: Plan) -> None:
        rows.add_columns(
            self._ids(plan.id),
            {path: self._scores(path) for path in plan.scores if path in self.columns},
            [] if plan.epoch is None else self._each(plan.epoch, epoch),
            {path: list(self._values(path)) for path in plan.clusters},
        )

    def _values(self, path: str) -> Sequence[Any]:
        return self.columns.get(path) or [None] * self.size

    def _ids(self, path: str) -> list[Any]:
        ids = self._values(path)
        plain = set(map(type, ids)) in ({str}, {int}) and "" not in ids
        return list(ids) if plain else self._each(path, identity)

    def _each(self, path: str, read: Callable[[Any, str], Any]) -> list[Any]:
        return [read(v, f"{self.label}: row {n}") for n, v in enumerate(self._values(path), self.first)]

    def _scores(self, path: str) -> NDArray[np.float64]:
        """Read a column of scores: all at once, or one by one where some are no plain numbers."""
        values = self._values(path)
        if set(map(type, values)) <= _NUMBERS:
            scores = np.array(values, dtype=np.float64)
            if not np.isinf(scores).any() and np.isnan(scores).sum() == values.count(None):
                return scores
        return np.array(self._each(path, score), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A Parquet file in duckdb."""

    connection: Any
    path: str
    label: str
    names: Sequence[str]

    @classmethod
    def of(cls, connection: Any, path: Path, label: str) -> _Table:
        with _explained(label):
            names = [
                c[0] for c in connection.execute(f"{_SELECT.format('*')} LIMIT 0", [str(path)]).description
            ]
        return cls(connection=connection, path=str(path), label=label, names=names)

    def sample(self) -> list[dict[str, Any]]:
        with _explained(self.label):
            found = self.connection.execute(f"{_SELECT.format('*')} LIMIT {_SAMPLE}", [self.path]).fetchall()
        return [{name: _plain(v) for name, v in zip(self.names, row, strict=True)} for row in found]

    def blocks(self, plan: Plan, sample: Sequence[Mapping[str, Any]]) -> Iterator[_Block]:
        """Yield the rows: of the columns that the plan needs, those that are there."""
        named = [plan.id, *plan.scores, *plan.clusters, *([plan.epoch] if plan.epoch else [])]
        wanted = [path for path in named if any(dig(record, path) is not NOWHERE for record in sample)]
        places = {path: place for path in wanted if (place := _place(path, self.names)) is not None}
        with _explained(self.label):
            self.connection.execute(_SELECT.format(", ".join(places.values())), [self.path])
        first = 1
        while block := self._fetch():
            columns = map(_plain_column, zip(*block, strict=True))
            yield _Block(
                label=self.label,
                first=first,
                size=len(block),
                columns=dict(zip(places, columns, strict=True)),
            )
            first += len(block)

    def _fetch(self) -> list[tuple[Any, ...]]:
        with _explained(self.label):
            return self.connection.fetchmany(_BLOCK)  # type: ignore[no-any-return]


def _place(path: str, names: Iterable[str]) -> str | None:
    """Say in SQL where a dotted path lies: in the column with the longest name that it begins with, key by key."""
    fitting = [name for name in names if path == name or path.startswith(f"{name}.")]
    if not fitting:
        return None
    top = max(fitting, key=len)
    keys = path[len(top) + 1 :].split(".") if path != top else []
    return _quoted(top) + "".join(f"[{_text(key)}]" for key in keys)


def _plain_column(values: Sequence[Any]) -> Sequence[Any]:
    return values if set(map(type, values)) <= _PLAIN else list(map(_plain, values))


def _plain(value: Any) -> Any:
    """Turn what duckdb makes of a cell into what JSON would: decimals to floats, dates and UUIDs to text."""
    if value is None or isinstance(value, str | int | float | bool | list):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {str(key): _plain(v) for key, v in value.items()}
    return str(value)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(key: str) -> str:
    return "'" + key.replace("'", "''") + "'"


@contextmanager
def _connection() -> Iterator[Any]:
    try:
        import duckdb  # noqa: PLC0415  (an optional part, and 30 ms)
    except ImportError:
        raise MissingExtraError("reading Parquet", extra="parquet") from None
    with duckdb.connect() as connection:
        yield connection


@contextmanager
def _explained(label: str) -> Iterator[None]:
    """Turn what duckdb raises about a file into a DataError."""
    try:
        yield
    except Exception as error:
        if not type(error).__module__.lstrip("_").startswith("duckdb"):
            raise
        said = str(error).partition("\n")[0]
        raise DataError(
            f"{label}: not a whole Parquet file ({said})", hint="write or copy it again"
        ) from None


@contextmanager
def _on_disk(source: Source) -> Iterator[Path]:
    """Give duckdb a plain file: bytes that are none, or whose name duckdb takes for a pattern, are written to one."""
    path = source.path
    if path is not None and not set(str(path)) & set("*?[") and _bare(path):
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "data.parquet")
        copy.write_bytes(source.read())
        yield copy


def _bare(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == _MAGIC
