"""A deployment that knows its experiment."""

from __future__ import annotations

from functools import cached_property

from evaligo.client.objects.experiment import AsyncExperiment, Experiment
from evaligo.client.objects.views import DeploymentView
from evaligo.client.sender import AsyncSender, Sender, tell, tell_async
from evaligo.client.stories import experiments as stories
from evaligo.client.stories.deployments import ShownDeployment
from evaligo.errors import DataError

__all__ = ["AsyncDeployment", "Deployment"]


class Deployment(DeploymentView):
    """A deployment.

    Parameters
    ----------
    shown : ShownDeployment
    sender : Sender
    """

    def __init__(self, shown: ShownDeployment, sender: Sender) -> None:
        super().__init__(shown.record, shown.uptime_hours)
        self._sender = sender

    @cached_property
    def experiment(self) -> Experiment:
        """The experiment that it was judged by; asked for when it is first used.

        Raises
        ------
        DataError
            There is none, or it was deleted.
        """
        return Experiment(tell(self._sender, stories.find(_experiment_of(self))), self._sender)


class AsyncDeployment(DeploymentView):
    """A deployment.

    Parameters
    ----------
    shown : ShownDeployment
    sender : AsyncSender
    """

    def __init__(self, shown: ShownDeployment, sender: AsyncSender) -> None:
        super().__init__(shown.record, shown.uptime_hours)
        self._sender = sender

    async def get_experiment(self) -> AsyncExperiment:
        """Return the experiment that it was judged by.

        Raises
        ------
        DataError
            There is none, or it was deleted.
        """
        found = await tell_async(self._sender, stories.find(_experiment_of(self)))
        return AsyncExperiment(found, self._sender)


def _experiment_of(deployment: DeploymentView) -> str:
    if not deployment.experiment_id:
        raise DataError(
            f"deployment {deployment.id} ({deployment.version}) was recorded without an experiment",
            hint="record it with one: evaligo deployments record --experiment REF",
        )
    return deployment.experiment_id
