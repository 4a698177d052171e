"""Insert many rows at once: the statement is made once, and the rows go to the driver as they are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert

__all__ = ["keep_new"]

_MANY = 50
"""Rows from which on PostgreSQL takes them faster by COPY."""


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
    if len(ordered) < _MANY:
        connection.exec_driver_sql(_for_postgresql(table), ordered)
    else:
        _copy(connection, table, ordered)


def _copy(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """COPY knows no conflicts, so that the rows wait in a table of this session's own."""
    staged, names = f"staged_{table.name}", _names(table)
    connection.exec_driver_sql(
        f"CREATE TEMP TABLE IF NOT EXISTS {staged} (LIKE {table.name}) ON COMMIT DELETE ROWS"
    )
    connection.exec_driver_sql(f"TRUNCATE {staged}")
    _send(connection, f"COPY {staged} ({names}) FROM STDIN", rows)
    connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {staged} ON CONFLICT DO NOTHING"  # noqa: S608  (names of ours)
    )


def _send(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """SQLAlchemy has no COPY, and hears of no error in it."""
    import psycopg  # noqa: PLC0415  (part of an extra)

    from evaligo.store.postgres_errors import explained  # noqa: PLC0415  (needs psycopg)

    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as stream:
            for row in rows:
                stream.write_row(row)
    except psycopg.Error as error:
        name = connection.engine.url.render_as_string(hide_password=True)
        raise explained(name, error) or error from error


@cache
def _for_sqlite(table: Table) -> str:
    """The driver binds twice as fast as SQLAlchemy, which looks at each value of each row."""
    return str(insert(table).on_conflict_do_nothing().compile(dialect=sqlite.dialect()))


@cache
def _for_postgresql(table: Table) -> str:
    values = ", ".join("%s" for _ in table.columns)
    return f"INSERT INTO {table.name} ({_names(table)}) VALUES ({values}) ON CONFLICT DO NOTHING"  # noqa: S608  (names of ours)


@cache
def _names(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)
