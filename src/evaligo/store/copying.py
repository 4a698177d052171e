"""Copy all that a database holds into another, of whatever kind: whole and verified row by row, or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, delete, exists, func, select, text

from evaligo.errors import DataError, UnavailableError
from evaligo.store.bulk import keep_new
from evaligo.store.database import Database
from evaligo.store.jsontext import whole_text
from evaligo.store.tables import judgements, metadata

__all__ = ["Copied", "copy_all"]

_BLOCK = 2_000
_lines = msgspec.json.Encoder().encode_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What became of a table.

    Parameters
    ----------
    table : str
    n_rows : int
    sha256 : str
        Of its rows in the order of their key, the same in both databases.
    n_mended : int
        Rows with a text that holds a NUL, which PostgreSQL cannot keep: it became U+FFFD.
    """

    table: str
    n_rows: int
    sha256: str
    n_mended: int = 0


def copy_all(source: Database, target: Database, *, replace: bool = False) -> tuple[Copied, ...]:
    """Copy every row of every table, then read them back and compare counts and hashes; in one transaction.

    The source is read as of one moment; what is written to it meanwhile is not copied.

    Parameters
    ----------
    source, target : Database
        Both with the tables of this version.
    replace : bool
        Delete first what the target holds.

    Raises
    ------
    DataError
        The target holds something, and `replace` was not asked for.
    UnavailableError
        A table reads back otherwise than it was written: the target is as it was.
    """
    with source.read() as reading, target.overhaul() as writing:
        if replace:
            _clear(writing)
        _refuse_a_full_one(writing, target.name)
        copied = tuple(_copy(reading, writing, table) for table in metadata.sorted_tables)
        for table, sent in zip(metadata.sorted_tables, copied, strict=True):
            _verify(writing, table, sent, target.name)
        _continue_numbers(writing)
    return copied


def _clear(connection: Connection) -> None:
    for table in reversed(metadata.sorted_tables):
        connection.execute(delete(table))


def _refuse_a_full_one(connection: Connection, name: str) -> None:
    for table in metadata.sorted_tables:
        if connection.scalar(select(exists(select(*table.primary_key.columns)))):
            raise DataError(
                f"{name}: the database is not empty (there are {table.name.replace('_', ' ')})",
                hint="copy into an empty one",
            )


def _copy(reading: Connection, writing: Connection, table: Table) -> Copied:
    digest, n_rows, n_mended = hashlib.sha256(), 0, 0
    for rows in _blocks(reading, table):
        if writing.dialect.name == "postgresql":
            mended = [_mended(row) for row in rows]
            n_mended += sum(new != old for new, old in zip(mended, rows, strict=True))
            rows = mended  # noqa: PLW2901  (what is kept is what is hashed)
        keep_new(writing, table, rows)
        digest.update(_lines(rows))
        n_rows += len(rows)
    return Copied(table=table.name, n_rows=n_rows, sha256=digest.hexdigest(), n_mended=n_mended)


def _verify(connection: Connection, table: Table, sent: Copied, name: str) -> None:
    digest, n_rows = hashlib.sha256(), 0
    for rows in _blocks(connection, table):
        digest.update(_lines(rows))
        n_rows += len(rows)
    if (n_rows, digest.hexdigest()) != (sent.n_rows, sent.sha256):
        raise UnavailableError(
            f"{name}: {table.name} reads back otherwise than it was written ({n_rows:,} rows of {sent.n_rows:,})",
            hint="nothing was kept; stop what else writes to it, and try again",
        )


def _blocks(connection: Connection, table: Table) -> Iterator[Sequence[tuple[Any, ...]]]:
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_BLOCK)
    for block in connection.execute(query).partitions():
        yield [tuple(row) for row in block]


def _mended(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(whole_text(value) if isinstance(value, str) and "\0" in value else value for value in row)


def _continue_numbers(connection: Connection) -> None:
    """PostgreSQL counts judgements by itself, and knows nothing of those that came with their numbers."""
    if connection.dialect.name != "postgresql":
        return
    last = connection.scalar(select(func.max(judgements.c.id)))
    if last is not None:
        connection.execute(
            text("SELECT setval(pg_get_serial_sequence('judgements', 'id'), :last)"), {"last": last}
        )
