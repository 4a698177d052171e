"""`client.deployments`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from evaligo.client.asking import zoned
from evaligo.client.objects.deployment import AsyncDeployment, Deployment
from evaligo.client.objects.listing import AsyncListing, Listing
from evaligo.client.objects.views import DeploymentView, ExperimentView
from evaligo.client.sender import AsyncSender, Sender, tell, tell_async
from evaligo.client.stories import deployments as stories

__all__ = ["AsyncDeployments", "Deployments"]


class Deployments:
    """Which version went where.

    Parameters
    ----------
    sender : Sender
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self,
        *,
        environment: str | None = None,
        version: str | None = None,
        experiment_id: str | None = None,
        status: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Listing[Deployment]:
        """Return deployments, newest first.

        Parameters
        ----------
        environment, version, experiment_id : str, optional
        status : {"pending", "success", "failed", "rolled_back"}, optional
        since, until : datetime, optional
            When it was created; a time that names no zone is local.
        """
        filters = {
            "environment": environment,
            "version": version,
            "experiment_id": experiment_id,
            "status": status,
            "since": since,
            "until": until,
        }

        def page(cursor: str | None, limit: int) -> tuple[list[Deployment], str | None]:
            found = tell(self._sender, stories.page(filters, cursor, limit))
            return [Deployment(one, self._sender) for one in found.deployments], found.cursor

        return Listing(page)

    def get(self, ref: str) -> Deployment:
        """Return a deployment, by its id, or its version: of several the newest.

        Raises
        ------
        DataError
            There is none.
        """
        return Deployment(tell(self._sender, stories.find(ref)), self._sender)

    def record(
        self,
        *,
        environment: str,
        version: str,
        experiment: ExperimentView | str,
        status: str = "pending",
        created_at: datetime | None = None,
        override: str = "",
        metadata: Mapping[str, Any] | None = None,
    ) -> Deployment:
        """Keep a deployment; one that its environment's gate blocks is refused.

        Parameters
        ----------
        environment, version : str
        experiment : Experiment or str
            What it was judged by.
        status : {"pending", "success", "failed", "rolled_back"}
        created_at : datetime, optional
            Now where left out; a time that names no zone is local.
        override : str
            Why it goes out against the verdict; needs the role admin, and is kept in the audit chain.
        metadata : mapping, optional

        Raises
        ------
        DeploymentBlockedError
            The gate did not say ALLOW; of `evaligo.app.deployments`.
        """
        body = _deployment(
            environment=environment,
            version=version,
            experiment=experiment,
            status=status,
            created_at=created_at,
            override=override,
            metadata=metadata,
        )
        return Deployment(tell(self._sender, stories.record(body)), self._sender)

    def finish(
        self, deployment: DeploymentView | str, status: str = "success", *, at: datetime | None = None
    ) -> Deployment:
        """Say how a deployment ended up; to say the same again changes nothing.

        Raises
        ------
        DataError
            There is no such deployment, or it cannot become that any more.
        """
        body = {"status": status, "at": zoned(at)}
        return Deployment(tell(self._sender, stories.finish(_id(deployment), body)), self._sender)

    def check(self, environment: str, experiment: ExperimentView | str) -> stories.Cleared:
        """Tell whether an experiment may go to an environment: what its gate said of it last."""
        return tell(self._sender, stories.check(environment, _experiment(experiment)))


class AsyncDeployments:
    """Which version went where; everything as in `Deployments`, to be awaited.

    Parameters
    ----------
    sender : AsyncSender
    """

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(self, **filters: Any) -> AsyncListing[AsyncDeployment]:
        """Return deployments, newest first, for an `async for` statement."""

        async def page(cursor: str | None, limit: int) -> tuple[list[AsyncDeployment], str | None]:
            found = await tell_async(self._sender, stories.page(filters, cursor, limit))
            return [AsyncDeployment(one, self._sender) for one in found.deployments], found.cursor

        return AsyncListing(page)

    async def get(self, ref: str) -> AsyncDeployment:
        """Return a deployment, by its id, or its version: of several the newest."""
        return AsyncDeployment(await tell_async(self._sender, stories.find(ref)), self._sender)

    async def record(
        self,
        *,
        environment: str,
        version: str,
        experiment: ExperimentView | str,
        status: str = "pending",
        created_at: datetime | None = None,
        override: str = "",
        metadata: Mapping[str, Any] | None = None,
    ) -> AsyncDeployment:
        """Keep a deployment; one that its environment's gate blocks is refused."""
        body = _deployment(
            environment=environment,
            version=version,
            experiment=experiment,
            status=status,
            created_at=created_at,
            override=override,
            metadata=metadata,
        )
        return AsyncDeployment(await tell_async(self._sender, stories.record(body)), self._sender)

    async def finish(
        self, deployment: DeploymentView | str, status: str = "success", *, at: datetime | None = None
    ) -> AsyncDeployment:
        """Say how a deployment ended up; to say the same again changes nothing."""
        story = stories.finish(_id(deployment), {"status": status, "at": zoned(at)})
        return AsyncDeployment(await tell_async(self._sender, story), self._sender)

    async def check(self, environment: str, experiment: ExperimentView | str) -> stories.Cleared:
        """Tell whether an experiment may go to an environment."""
        return await tell_async(self._sender, stories.check(environment, _experiment(experiment)))


def _deployment(
    *,
    environment: str,
    version: str,
    experiment: ExperimentView | str,
    status: str,
    created_at: datetime | None,
    override: str,
    metadata: Mapping[str, Any] | None,
) -> dict[str, Any]:
    return {
        "environment": environment,
        "version": version,
        "experiment": _experiment(experiment),
        "status": status,
        "created_at": zoned(created_at),
        "override": override,
        "metadata": metadata or {},
    }


def _experiment(experiment: ExperimentView | str) -> str:
    return experiment if isinstance(experiment, str) else experiment.id


def _id(deployment: DeploymentView | str) -> str:
    return deployment if isinstance(deployment, str) else deployment.id
