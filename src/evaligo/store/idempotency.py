"""What was answered to requests that carry an idempotency key: the same request again gets the same answer."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from evaligo.errors import DataError, UnavailableError
from evaligo.store.database import Database
from evaligo.store.tables import idempotency

__all__ = ["Answered", "Idempotency"]

_KEPT = 24 * 3600 * 1_000_000
_ABANDONED = 60 * 1_000_000
_UNDER_WAY = 0
_c = idempotency.c
_forgotten = delete(idempotency).where(
    or_(
        _c.moment < bindparam("then"),
        (_c.status == _UNDER_WAY) & (_c.moment < bindparam("begun")),
    )
)
"""Answers of yesterday, and requests that were cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What was answered to a request.

    Parameters
    ----------
    status : int
        Of HTTP.
    body : str
    """

    status: int
    body: str


class Idempotency:
    """The answers of one project, kept for a day.

    Parameters
    ----------
    database : Database
    project : str
    """

    def __init__(self, database: Database, project: str) -> None:
        self._database = database
        self._project = project

    def begin(self, key: str, request: str) -> Answered | None:
        """Take a key for a request that is about to be done; return the answer where it was done already.

        A request that was begun a minute ago and has no answer was cut off: it is done again.

        Parameters
        ----------
        key : str
        request : str
            SHA-256 of what is asked.

        Raises
        ------
        DataError
            The key stands for another request.
        UnavailableError
            The request is under way.
        """
        moment = _now()
        try:
            with self._database.write() as connection:
                connection.execute(_forgotten, {"then": moment - _KEPT, "begun": moment - _ABANDONED})
                connection.execute(insert(idempotency), self._row(key, request, moment))
        except IntegrityError:
            return self._earlier(key, request)
        return None

    def finish(self, key: str, answered: Answered) -> None:
        """Keep the answer."""
        query = update(idempotency).where(*self._is(key)).values(status=answered.status, body=answered.body)
        with self._database.write() as connection:
            connection.execute(query)

    def forget(self, key: str) -> None:
        """Let go of the key of a request that was refused."""
        with self._database.write() as connection:
            connection.execute(delete(idempotency).where(*self._is(key), _c.status == _UNDER_WAY))

    def _earlier(self, key: str, request: str) -> Answered | None:
        with self._database.read() as connection:
            row = connection.execute(select(idempotency).where(*self._is(key))).one_or_none()
        if row is None or (row.status == _UNDER_WAY and row.request == request):
            raise UnavailableError(
                "a request with this idempotency key is under way", hint="wait, and ask again for its answer"
            )
        if row.request != request:
            raise DataError(
                f"the idempotency key {key!r} stands for another request",
                hint="use a new key for each request",
            )
        return Answered(status=row.status, body=row.body)

    def _is(self, key: str) -> tuple[ColumnElement[bool], ...]:
        return _c.project == self._project, _c.key == key

    def _row(self, key: str, request: str, moment: int) -> dict[str, object]:
        return {
            "project": self._project,
            "key": key,
            "moment": moment,
            "request": request,
            "status": _UNDER_WAY,
            "body": "",
        }


def _now() -> int:
    return time.time_ns() // 1000
