"""Results item by item: written in batches while an experiment runs, read in batches afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

import msgspec
from sqlalchemy import Connection, Select, bindparam, literal, select, tuple_
from sqlalchemy.exc import IntegrityError

from evaligo.errors import DataError
from evaligo.records import ItemResult, Output
from evaligo.store.bulk import keep_new
from evaligo.store.database import Database
from evaligo.store.jsontext import encode
from evaligo.store.moments import now
from evaligo.store.result_rows import item_row, result_of, result_row
from evaligo.store.tables import items, response_cache, results

__all__ = ["ASKING", "ResultSink", "asked_any", "stored_results"]

ASKING = "evaligo items"
"""The right to items: who writes results has it beside others, who deletes the items that nobody asked alone."""

_MANY = 500
_CACHED = select(response_cache.c.output).where(
    response_cache.c.project == bindparam("project"), response_cache.c.key == bindparam("key")
)
_ASKED = select(literal(True)).where(results.c.experiment_id == bindparam("experiment")).limit(1)


class ResultSink:
    """Where a running experiment keeps its results; may be called from several threads.

    Parameters
    ----------
    database : Database
    project, experiment_id : str
    """

    def __init__(self, database: Database, project: str, experiment_id: str) -> None:
        self._database = database
        self._project = project
        self._experiment_id = experiment_id

    def known(self, keys: Sequence[tuple[str, int]]) -> set[tuple[str, int]]:
        """Tell which of these (item id, epoch) have a result already."""
        wanted = set(keys)
        ids = sorted({item_id for item_id, _ in keys})
        found: set[tuple[str, int]] = set()
        with self._database.read() as connection:
            for some in _batched(ids, _MANY):
                found |= self._there(connection, some)
        return found & wanted

    def _there(self, connection: Connection, ids: Sequence[str]) -> set[tuple[str, int]]:
        query = select(results.c.item_id, results.c.epoch).where(
            results.c.experiment_id == self._experiment_id, results.c.item_id.in_(ids)
        )
        return {(row.item_id, row.epoch) for row in connection.execute(query)}

    def write(self, batch: Iterable[ItemResult]) -> None:
        """Keep a batch in one transaction, on the disk when this returns; of two results of one key the first stays.

        Raises
        ------
        DataError
            There is no such experiment, or no more.
        UnavailableError
            The database is locked or the disk is full; nothing of the batch was kept.
        """
        hashed = [(result, result.item.content) for result in batch]
        if not hashed:
            return
        asked = {content: result.item for result, content in hashed}
        asked_rows = [item_row(item, content) for content, item in asked.items()]
        rows = [result_row(self._experiment_id, result, content) for result, content in hashed]
        try:
            with self._database.write(beside=ASKING) as connection:
                keep_new(connection, items, asked_rows)
                keep_new(connection, results, rows)
        except IntegrityError as error:
            raise DataError(
                f"there is no experiment {self._experiment_id!r} to keep results in",
                hint="it was deleted while it ran",
            ) from error

    def cached(self, key: str) -> Output | None:
        """Return the remembered answer to a request, by its SHA-256; marked as cached."""
        with self._database.read() as connection:
            found = connection.scalar(_CACHED, {"project": self._project, "key": key})
        return None if found is None else replace(msgspec.json.decode(found, type=Output), cached=True)

    def remember(self, answers: Mapping[str, Output]) -> None:
        """Keep answers for `cached`; of two for one request the first stays."""
        if not answers:
            return
        rows = [(self._project, key, now(), encode(output)) for key, output in answers.items()]
        with self._database.write() as connection:
            keep_new(connection, response_cache, rows)


def asked_any(connection: Connection, experiment_id: str, item_ids: Iterable[str]) -> bool:
    """Tell whether an experiment has a result of any of these items."""
    return any(
        connection.scalar(_ASKED.where(results.c.item_id.in_(some)), {"experiment": experiment_id})
        for some in _batched(item_ids, _MANY)
    )


def stored_results(
    database: Database, experiment_id: str, *, item_ids: Collection[str] | None = None, batch: int = 1000
) -> Iterator[ItemResult]:
    """Yield an experiment's results in the order of item and epoch, `batch` of them in memory at a time.

    Each batch is a transaction of its own, so that a slow reader keeps no one from writing.

    Parameters
    ----------
    database : Database
    experiment_id : str
    item_ids : collection of str, optional
        Only those of these items.
    batch : int
    """
    for some in [None] if item_ids is None else _batched(sorted(item_ids), _MANY):
        yield from _stored_results(database, experiment_id, some, batch)


def _stored_results(
    database: Database, experiment_id: str, item_ids: Sequence[str] | None, batch: int
) -> Iterator[ItemResult]:
    after: tuple[str, int] | None = None
    while True:
        with database.read() as connection:
            rows = connection.execute(_page(experiment_id, item_ids, after, batch))
            found = [result_of(row) for row in rows]
        yield from found
        if len(found) < batch:
            return
        after = (found[-1].item.id, found[-1].epoch)


def _page(
    experiment_id: str, item_ids: Sequence[str] | None, after: tuple[str, int] | None, batch: int
) -> Select[tuple[object, ...]]:
    query = (
        select(results, items.c.input, items.c.expected, items.c.context)
        .join(items, items.c.content == results.c.content)
        .where(results.c.experiment_id == experiment_id)
        .order_by(results.c.item_id, results.c.epoch)
        .limit(batch)
    )
    if item_ids is not None:
        query = query.where(results.c.item_id.in_(item_ids))
    if after is None:
        return query
    return query.where(tuple_(results.c.item_id, results.c.epoch) > tuple_(*after))


def _batched(ids: Iterable[str], size: int) -> Iterator[list[str]]:
    """Cut what may be long into lists that a query takes."""
    rest = iter(ids)
    while some := list(islice(rest, size)):
        yield some
