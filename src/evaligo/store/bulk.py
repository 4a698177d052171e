"""Insert many rows at once: the statement is made once, and the rows go to the driver as they are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert

__all__ = ["keep_new"]


def keep_new(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows; where one of a row's key is there already, that one stays.

    Parameters
    ----------
    connection : Connection
        In a transaction.
    table : Table
    rows : sequence of tuple
        Each with a value for each of the table's columns, in their order.
    """
    if rows:
        connection.exec_driver_sql(_statement(table), [*rows])


@cache
def _statement(table: Table) -> str:
    """The driver binds twice as fast as SQLAlchemy, which looks at each value of each row."""
    return str(insert(table).on_conflict_do_nothing().compile(dialect=sqlite.dialect()))
