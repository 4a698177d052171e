"""A server's ledgers, read and added to as the project's own are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Literal

from evaligo.client.client import Client
from evaligo.client.reaching import Reaching
from evaligo.records import Event
from evaligo.records.baseline import BaselineEntry
from evaligo.records.deployment import Deployment
from evaligo.store.baselines import Ledger
from evaligo.store.database import Database
from evaligo.store.deployments import DeploymentFilter, DeploymentPage, Deployments
from evaligo.store.listing import zoned

__all__ = ["ServedDeployments", "ServedLedger", "in_utc"]

_MOST = 200


class ServedLedger(Ledger):
    """What each environment is held to on a server; while it is away, what the project's own store says.

    Parameters
    ----------
    database : Database
    project : str
    reaching : Reaching
    send : callable
        Brings an experiment to the server.
    """

    def __init__(
        self, database: Database, project: str, reaching: Reaching, send: Callable[[str], object]
    ) -> None:
        super().__init__(database, project)
        self._reaching, self._send = reaching, send

    def current(self, environment: str) -> BaselineEntry | None:
        """Return what an environment is held to; None where it never was held to anything."""

        def ask(client: Client) -> BaselineEntry | None:
            found = client.baselines.find_current(environment)
            return None if found is None else found.record

        return self._reaching.ask(ask, lambda: Ledger.current(self, environment))

    def all_current(self) -> tuple[BaselineEntry, ...]:
        """Return what each environment is held to, by the environments' names."""
        return self._reaching.ask(
            lambda client: tuple(found.record for found in client.baselines.list()),
            lambda: Ledger.all_current(self),
        )

    def history(
        self, environment: str | None = None, *, limit: int | None = None
    ) -> tuple[BaselineEntry, ...]:
        """Return an environment's entries, or all, newest first."""
        most = min(limit or _MOST, _MOST)
        return self._reaching.ask(
            lambda client: tuple(e.record for e in client.baselines.history(environment, limit=most)),
            lambda: Ledger.history(self, environment, limit=limit),
        )

    def append(
        self,
        baseline: BaselineEntry,
        *,
        kind: Literal["promotion", "rollback"] = "promotion",  # noqa: ARG002  (the server knows)
        events: Iterable[Event] = (),  # noqa: ARG002  (the server tells)
    ) -> None:
        """Have the server add an entry, if what it replaces is still what the environment is held to.

        The experiment is sent there before; who did it, and what the audit chain is told, is the server's to say.

        Raises
        ------
        UnavailableError
            Another promotion was faster, or the server does not answer.
        """
        self._send(baseline.experiment_id)
        self._reaching.client.baselines.create(
            experiment_id=baseline.experiment_id,
            name=baseline.name,
            environment=baseline.environment,
            metrics=baseline.metrics,
            metadata=baseline.metadata,
            why=baseline.why,
            force=bool(baseline.metadata.get("forced")),
            replaces=baseline.replaced,
        )


class ServedDeployments(Deployments):
    """Which versions went where, as a server knows it; while it is away, as the project's own store does.

    Parameters
    ----------
    database : Database
    project : str
    reaching : Reaching
    """

    def __init__(self, database: Database, project: str, reaching: Reaching) -> None:
        super().__init__(database, project)
        self._reaching = reaching

    def live(self, environment: str) -> Deployment | None:
        """Return what an environment runs; None where that is not known."""

        def ask(client: Client) -> Deployment | None:
            found = (d.record for d in client.deployments.list(environment=environment, status="success"))
            return next((one for one in found if one.ended is None), None)

        return self._reaching.ask(ask, lambda: Deployments.live(self, environment))

    def list(
        self, wanted: DeploymentFilter | None = None, *, limit: int = 100, cursor: str | None = None
    ) -> DeploymentPage:
        """Return deployments, newest first."""
        asked = wanted or DeploymentFilter()
        filters = {name: in_utc(getattr(asked, name)) for name in DeploymentFilter.__dataclass_fields__}

        def ask(client: Client) -> DeploymentPage:
            some, last = client.deployments.list(**filters).take(limit, cursor)
            return DeploymentPage(deployments=tuple(one.record for one in some), cursor=last)

        return self._reaching.ask(ask, lambda: Deployments.list(self, wanted, limit=limit, cursor=cursor))


def in_utc(value: Any) -> Any:
    """Return a filter's value: a time that names no zone is UTC to a store, and local to a client."""
    return zoned(value) if isinstance(value, datetime) else value
