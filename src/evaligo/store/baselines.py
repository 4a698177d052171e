"""The ledger of baselines: what each environment is held to, and was; only ever added to."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Row, Select, func, insert, select

from evaligo.errors import UnavailableError
from evaligo.records import Event
from evaligo.records.baseline import BaselineEntry
from evaligo.store.audit import add_entry, chain_right
from evaligo.store.database import Database
from evaligo.store.jsontext import encode
from evaligo.store.moments import now
from evaligo.store.outbox import emit
from evaligo.store.tables import baselines

__all__ = ["Ledger", "overtaken", "promoted"]


class Ledger:
    """The baselines of one project.

    Parameters
    ----------
    database : Database
    project : str
    """

    def __init__(self, database: Database, project: str) -> None:
        self._database = database
        self._project = project

    def current(self, environment: str) -> BaselineEntry | None:
        """Return what an environment is held to; None where it never was held to anything."""
        with self._database.read() as connection:
            return self._newest(connection, environment)

    def all_current(self) -> tuple[BaselineEntry, ...]:
        """Return what each environment is held to, by the environments' names."""
        newest = (
            select(baselines.c.environment, func.max(baselines.c.sequence).label("sequence"))
            .where(baselines.c.project == self._project)
            .group_by(baselines.c.environment)
            .subquery()
        )
        query = (
            self._mine()
            .join(
                newest,
                (baselines.c.environment == newest.c.environment)
                & (baselines.c.sequence == newest.c.sequence),
            )
            .order_by(baselines.c.environment)
        )
        return self._entries(query)

    def history(
        self, environment: str | None = None, *, limit: int | None = None
    ) -> tuple[BaselineEntry, ...]:
        """Return an environment's entries, or all, newest first."""
        query = self._mine()
        if environment is None:
            query = query.order_by(baselines.c.created.desc(), baselines.c.sequence.desc())
        else:
            query = query.where(baselines.c.environment == environment).order_by(baselines.c.sequence.desc())
        return self._entries(query.limit(limit))

    def of_experiment(self, experiment_id: str) -> tuple[BaselineEntry, ...]:
        """Return the entries that an experiment is or was the baseline of."""
        return self._entries(
            self._mine().where(baselines.c.experiment_id == experiment_id).order_by(baselines.c.created)
        )

    def append(
        self,
        baseline: BaselineEntry,
        *,
        kind: Literal["promotion", "rollback"] = "promotion",
        events: Iterable[Event] = (),
    ) -> None:
        """Add an entry, if what it replaces is still what the environment is held to; the audit chain is told.

        Parameters
        ----------
        baseline : BaselineEntry
        kind : {"promotion", "rollback"}
            What the audit chain calls it.
        events : iterable of Event
            What people are told, in the same transaction.

        Raises
        ------
        UnavailableError
            Another promotion was faster; the ledger is as that left it.
        """
        with self._database.write(alone=chain_right(self._project)) as connection:
            newest = self._newest(connection, baseline.environment)
            if baseline.replaced != (newest.id if newest else ""):
                raise overtaken(baseline.environment, newest)
            connection.execute(insert(baselines), self._row(baseline))
            add_entry(
                connection,
                self._project,
                kind=kind,
                who=baseline.who,
                subject=baseline.id,
                data=_told(baseline),
            )
            for event in events:
                emit(connection, self._project, event)

    def _newest(self, connection: Connection, environment: str) -> BaselineEntry | None:
        query = (
            self._mine()
            .where(baselines.c.environment == environment)
            .order_by(baselines.c.sequence.desc())
            .limit(1)
        )
        row = connection.execute(query).one_or_none()
        return None if row is None else _baseline(row)

    def _entries(self, query: Select[tuple[Any, ...]]) -> tuple[BaselineEntry, ...]:
        with self._database.read() as connection:
            return tuple(map(_baseline, connection.execute(query)))

    def _mine(self) -> Select[tuple[Any, ...]]:
        return select(baselines).where(baselines.c.project == self._project)

    def _row(self, baseline: BaselineEntry) -> dict[str, Any]:
        columns = {name: getattr(baseline, name) for name in BaselineEntry.__dataclass_fields__}
        as_json = {name: encode(columns[name]) for name in ("metrics", "metadata")}
        return {**columns, **as_json, "project": self._project}


def promoted(
    *,
    environment: str,
    experiment_id: str,
    who: str,
    why: str = "",
    name: str = "",
    verdict: str = "",
    metrics: Mapping[str, Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
    replaces: BaselineEntry | None,
) -> BaselineEntry:
    """Make the entry that follows another.

    Parameters
    ----------
    environment, experiment_id, who, why, name, verdict, metrics, metadata
        As in `BaselineEntry`.
    replaces : BaselineEntry or None
        What the caller saw the environment held to; `append` refuses where that is no longer so.
    """
    return BaselineEntry(
        id=f"bl_{secrets.token_hex(8)}",
        environment=environment,
        sequence=replaces.sequence + 1 if replaces else 1,
        name=name,
        created=now(),
        who=who,
        why=why,
        experiment_id=experiment_id,
        verdict=verdict,
        replaced=replaces.id if replaces else "",
        metrics=metrics or {},
        metadata=metadata or {},
    )


def overtaken(environment: str, newest: BaselineEntry | None) -> UnavailableError:
    """Return the error that tells of another promotion that was faster."""
    winner = f"{newest.id} by {newest.who} ({newest.experiment_id})" if newest else "nothing"
    return UnavailableError(
        f"the baseline of {environment} changed meanwhile: it is {winner}",
        hint="look at it, and promote again if that is still meant",
    )


def _told(baseline: BaselineEntry) -> dict[str, Any]:
    """What the audit chain keeps of an entry: all but its metrics."""
    names = ("environment", "sequence", "name", "experiment_id", "verdict", "replaced", "why", "metadata")
    return {name: getattr(baseline, name) for name in names}


def _baseline(row: Row[Any]) -> BaselineEntry:
    columns = {name: getattr(row, name) for name in BaselineEntry.__dataclass_fields__}
    as_json = {name: msgspec.json.decode(columns[name]) for name in ("metrics", "metadata")}
    return BaselineEntry(**{**columns, **as_json})
