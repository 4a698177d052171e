"""Insert many rows at once: the statement is made once, and the rows go to the driver as they are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert

__all__ = ["keep_new"]


def keep_new(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows; where one of a row's key is there already, that one stays.

    Rows go in by the order of the table's first columns, so that of two writers of the same rows one waits for the
    other, and never each for the other.

    Parameters
    ----------
    connection : Connection
        In a transaction.
    table : Table
    rows : sequence of tuple
        Each with a value for each of the table's columns, in their order; its key stands first.
    """
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_for_sqlite(table), [*rows])
        return
    key = len(table.primary_key.columns)
    ordered = sorted(rows, key=lambda row: row[:key])
    connection.exec_driver_sql(_for_postgresql(table), tuple(map(list, zip(*ordered, strict=True))))


@cache
def _for_sqlite(table: Table) -> str:
    """The driver binds twice as fast as SQLAlchemy, which looks at each value of each row."""
    return str(insert(table).on_conflict_do_nothing().compile(dialect=sqlite.dialect()))


@cache
def _for_postgresql(table: Table) -> str:
    """All rows go in one statement, a column an array: no round trip and no parsing a row."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    arrays = ", ".join(f"%s::{_kind(column)}[]" for column in table.columns)
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"  # noqa: S608  (names of ours)


def _kind(column: Column[Any]) -> str:
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415  (35 ms that an embedded database need not pay)

    found: str = column.type.compile(postgresql.dialect())  # type: ignore[no-untyped-call]
    return found.partition(" COLLATE")[0]
