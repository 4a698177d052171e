"""Which versions went where, and how they fared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, insert, or_, select, tuple_, update

from evaligo.errors import DataError
from evaligo.records import Event
from evaligo.records.deployment import Deployment, DeploymentStatus
from evaligo.store.audit import add_entry, chain_right
from evaligo.store.database import Database
from evaligo.store.jsontext import encode
from evaligo.store.listing import place, zoned
from evaligo.store.moments import microseconds, now, parsed
from evaligo.store.outbox import emit
from evaligo.store.tables import deployments

__all__ = ["DeploymentFilter", "DeploymentPage", "Deployments"]

_NEXT = {
    DeploymentStatus.PENDING: {
        DeploymentStatus.SUCCESS,
        DeploymentStatus.FAILED,
        DeploymentStatus.ROLLED_BACK,
    },
    DeploymentStatus.SUCCESS: {DeploymentStatus.FAILED, DeploymentStatus.ROLLED_BACK},
}
_c = deployments.c


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentFilter:
    """What a deployment must be to be listed; None admits any.

    Parameters
    ----------
    environment, version, experiment_id : str, optional
    status : DeploymentStatus, optional
    since, until : datetime, optional
        When it was created, both included; a time that names no zone is UTC.
    """

    environment: str | None = None
    version: str | None = None
    experiment_id: str | None = None
    status: DeploymentStatus | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentPage:
    """Some deployments, newest first.

    Parameters
    ----------
    deployments : tuple of Deployment
    cursor : str, optional
        What to ask the next page with; None where this is the last.
    """

    deployments: tuple[Deployment, ...]
    cursor: str | None = None


class Deployments:
    """The deployments of one project.

    Parameters
    ----------
    database : Database
    project : str
    """

    def __init__(self, database: Database, project: str) -> None:
        self._database = database
        self._project = project

    def add(
        self, deployment: Deployment, *, kind: str = "deployment", events: Iterable[Event] = ()
    ) -> Deployment:
        """Keep a new deployment; one that is live supersedes what was live before it.

        Parameters
        ----------
        deployment : Deployment
        kind : str
            What the audit chain calls it: ``"override"`` for one against its gate's verdict.
        events : iterable of Event
            What people are told, in the same transaction.

        Returns
        -------
        Deployment
            As it is kept: superseded already, where a later one is known.
        """
        with self._database.write(alone=chain_right(self._project)) as connection:
            kept = replace(
                deployment, ended=_earliest(deployment.ended, self._superseded(connection, deployment))
            )
            connection.execute(insert(deployments), self._row(kept))
            self._supersede(connection, kept)
            self._tell(connection, kind, kept, kept.who)
            _emit(connection, self._project, events)
        return kept

    def finish(
        self,
        deployment_id: str,
        status: DeploymentStatus,
        *,
        at: str,
        who: str,
        events: Callable[[Deployment], Iterable[Event]] = lambda _: (),
    ) -> Deployment:
        """Say how a deployment ended up; to say the same again changes nothing.

        Parameters
        ----------
        deployment_id : str
        status : DeploymentStatus
        at : str
            When, RFC 3339 in UTC.
        who : str
        events : callable
            Returns what people are told of it as it is then, in the same transaction.

        Raises
        ------
        DataError
            There is no such deployment, or it cannot become that any more.
        """
        with self._database.write(alone=chain_right(self._project)) as connection:
            found = self._get(connection, deployment_id)
            if found.status is status:
                return found
            if status not in _NEXT.get(found.status, ()):
                raise DataError(
                    f"deployment {found.id} is {found.status}: it cannot become {status}",
                    hint="record another deployment",
                )
            changed = self._changed(connection, found, status, max(at, found.succeeded or found.created))
            row = {name: getattr(changed, name) for name in ("updated", "succeeded", "ended")}
            query = update(deployments).where(_c.id == found.id).values(status=str(status), **row)
            connection.execute(query)
            self._supersede(connection, changed)
            self._tell(connection, "deployment", changed, who)
            _emit(connection, self._project, events(changed))
        return changed

    def find(self, deployment_id: str) -> Deployment | None:
        """Return the deployment of this very id; None where there is none."""
        with self._database.read() as connection:
            return self._find(connection, deployment_id)

    def get(self, deployment_id: str) -> Deployment:
        """Return the deployment of this very id.

        Raises
        ------
        DataError
            There is none.
        """
        with self._database.read() as connection:
            return self._get(connection, deployment_id)

    def live(self, environment: str) -> Deployment | None:
        """Return what an environment runs; None where that is not known."""
        query = self._mine(environment).where(_c.succeeded.is_not(None), _c.ended.is_(None))
        with self._database.read() as connection:
            row = connection.execute(query.order_by(_c.succeeded.desc()).limit(1)).one_or_none()
        return None if row is None else _deployment(row)

    def list(
        self, wanted: DeploymentFilter | None = None, *, limit: int = 100, cursor: str | None = None
    ) -> DeploymentPage:
        """Return deployments, newest first, in one query.

        Parameters
        ----------
        wanted : DeploymentFilter, optional
            All where left out.
        limit : int
            At most so many.
        cursor : str, optional
            The page before's, for the next.

        Raises
        ------
        UsageError
            The cursor is none that a page gave.
        """
        query = self._mine().where(*_conditions(wanted or DeploymentFilter()))
        if cursor is not None:
            query = query.where(tuple_(_c.moment, _c.id) < tuple_(*place(cursor)))
        query = query.order_by(_c.moment.desc(), _c.id.desc()).limit(limit + 1)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        shown = rows[:limit]
        last = f"{shown[-1].moment}.{shown[-1].id}" if len(rows) > limit else None
        return DeploymentPage(deployments=tuple(map(_deployment, shown)), cursor=last)

    def _changed(
        self, connection: Connection, found: Deployment, status: DeploymentStatus, at: str
    ) -> Deployment:
        if status.live:
            live = replace(found, status=status, updated=now(), succeeded=at)
            return replace(live, ended=self._superseded(connection, live))
        return replace(found, status=status, updated=now(), ended=_earliest(found.ended, at))

    def _superseded(self, connection: Connection, deployment: Deployment) -> str | None:
        """When the next success in the environment came; None where none did, or this one never was live."""
        if deployment.succeeded is None:
            return None
        later = select(func.min(_c.succeeded)).where(
            *self._of(deployment.environment), _c.succeeded > deployment.succeeded, _c.id != deployment.id
        )
        found: str | None = connection.scalar(later)
        return found

    def _supersede(self, connection: Connection, deployment: Deployment) -> None:
        """End what was live when this one went live."""
        at = deployment.succeeded
        if at is None:
            return
        lives_on = or_(_c.ended.is_(None), _c.ended > at)
        before = and_(*self._of(deployment.environment), _c.succeeded <= at, lives_on, _c.id != deployment.id)
        connection.execute(update(deployments).where(before).values(ended=at))

    def _tell(self, connection: Connection, kind: str, deployment: Deployment, who: str) -> None:
        names = ("environment", "version", "experiment_id", "status", "created", "metadata")
        told = {name: getattr(deployment, name) for name in names}
        add_entry(connection, self._project, kind=kind, who=who, subject=deployment.id, data=told)

    def _get(self, connection: Connection, deployment_id: str) -> Deployment:
        found = self._find(connection, deployment_id)
        if found is None:
            raise DataError(
                f"there is no deployment {deployment_id!r}", hint="list them with: evaligo deployments list"
            )
        return found

    def _find(self, connection: Connection, deployment_id: str) -> Deployment | None:
        row = connection.execute(self._mine().where(_c.id == deployment_id)).one_or_none()
        return None if row is None else _deployment(row)

    def _mine(self, environment: str | None = None) -> Select[tuple[Any, ...]]:
        return select(deployments).where(*self._of(environment))

    def _of(self, environment: str | None) -> Iterator[ColumnElement[bool]]:
        yield _c.project == self._project
        if environment is not None:
            yield _c.environment == environment

    def _row(self, deployment: Deployment) -> dict[str, Any]:
        columns = {name: getattr(deployment, name) for name in Deployment.__dataclass_fields__}
        return {
            **columns,
            "project": self._project,
            "moment": microseconds(parsed(deployment.created)),
            "status": str(deployment.status),
            "metadata": encode(deployment.metadata),
        }


def _emit(connection: Connection, project: str, events: Iterable[Event]) -> None:
    for event in events:
        emit(connection, project, event)


def _conditions(wanted: DeploymentFilter) -> Iterator[ColumnElement[bool]]:
    equal: Mapping[str, Any] = {
        "environment": wanted.environment,
        "version": wanted.version,
        "experiment_id": wanted.experiment_id,
        "status": None if wanted.status is None else str(wanted.status),
    }
    yield from (_c[name] == value for name, value in equal.items() if value is not None)
    if wanted.since is not None:
        yield _c.moment >= microseconds(zoned(wanted.since))
    if wanted.until is not None:
        yield _c.moment <= microseconds(zoned(wanted.until))


def _earliest(first: str | None, second: str | None) -> str | None:
    return min((moment for moment in (first, second) if moment is not None), default=None)


def _deployment(row: Row[Any]) -> Deployment:
    columns = {name: getattr(row, name) for name in Deployment.__dataclass_fields__}
    changed = {"status": DeploymentStatus(row.status), "metadata": msgspec.json.decode(row.metadata)}
    return Deployment(**{**columns, **changed})
