"""Deployments: which version went where, how it fared, and whether it may go at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec

from evaligo.client.asking import Story, getting, posting, zoned
from evaligo.records.deployment import Deployment, DeploymentStatus

__all__ = ["Cleared", "DeploymentPage", "ShownDeployment", "check", "find", "finish", "page", "record"]


class ShownDeployment(msgspec.Struct, frozen=True, kw_only=True):
    """A deployment, and how long it was, or is, live."""

    id: str
    environment: str
    version: str
    experiment_id: str = ""
    status: DeploymentStatus
    created: str
    updated: str
    succeeded: str | None = None
    ended: str | None = None
    who: str = ""
    metadata: dict[str, Any] = {}
    uptime_hours: float

    @property
    def record(self) -> Deployment:
        """The deployment as it is kept."""
        return Deployment(**{name: getattr(self, name) for name in Deployment.__dataclass_fields__})


class DeploymentPage(msgspec.Struct, frozen=True):
    """Some deployments, newest first."""

    deployments: tuple[ShownDeployment, ...]
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """Whether an experiment may go to an environment.

    Parameters
    ----------
    environment, experiment_id : str
    gate : str
        The environment's; empty where there is none.
    verdict : str
        Its newest on the experiment; empty where it never judged it.
    blocks : bool
        Whether a deployment is refused.
    because : str
        One sentence.
    judged : str
        When; empty where never.
    exit_code : int
        0 for ALLOW, 2 for INCONCLUSIVE, else 1.
    """

    environment: str
    experiment_id: str
    gate: str
    verdict: str
    blocks: bool
    because: str
    judged: str
    exit_code: int


def page(
    filters: Mapping[str, Any], cursor: str | None = None, limit: int | None = None
) -> Story[DeploymentPage]:
    """Ask for some deployments; of `filters` those that are None count for nothing."""
    asked = {name: zoned(value) if name in ("since", "until") else value for name, value in filters.items()}
    answer = yield getting("/deployments", **asked, cursor=cursor, limit=limit)
    return answer.value(DeploymentPage)


def find(ref: str) -> Story[ShownDeployment]:
    """Ask for a deployment, by its id or version."""
    answer = yield getting(f"/deployments/{quote(ref, safe='')}")
    return answer.value(ShownDeployment)


def record(deployment: Mapping[str, Any]) -> Story[ShownDeployment]:
    """Keep a deployment."""
    answer = yield posting("/deployments", deployment, once=True)
    return answer.value(ShownDeployment)


def finish(deployment_id: str, how: Mapping[str, Any]) -> Story[ShownDeployment]:
    """Say how a deployment ended up."""
    answer = yield posting(f"/deployments/{quote(deployment_id, safe='')}/finish", how)
    return answer.value(ShownDeployment)


def check(environment: str, experiment: str) -> Story[Cleared]:
    """Ask whether an experiment may go to an environment."""
    answer = yield getting("/deployments/check", environment=environment, experiment=experiment)
    return answer.value(Cleared)
