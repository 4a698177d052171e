"""Deployments: which version went where, how it fared, and whether it may go at all."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from evaligo.app.clearance import clearance
from evaligo.app.deployments import (
    DeploymentBlockedError,
    find_deployment,
    finish_deployment,
    record_deployment,
    uptime_hours,
)
from evaligo.errors import DataError
from evaligo.records.deployment import Deployment, DeploymentStatus
from evaligo.service.access import Here, Reader, Runner
from evaligo.service.answers import answer
from evaligo.service.api.experiments import found
from evaligo.service.body import json_of
from evaligo.service.forms import CURSOR, Cleared, DeploymentPage, Finish, NewDeployment, ShownDeployment
from evaligo.service.once import Once
from evaligo.service.openapi import PREFIX, gives, takes
from evaligo.service.problems import answered_with
from evaligo.store.deployments import DeploymentFilter

__all__ = ["router"]

router = APIRouter(tags=["deployments"])


@router.post(
    "/deployments",
    status_code=201,
    openapi_extra=takes(NewDeployment),
    responses=gives(ShownDeployment, status=201),
    response_model=None,
)
def create(
    here: Runner, once: Once, body: Annotated[NewDeployment, Depends(json_of(NewDeployment))]
) -> Response:
    """Keep a deployment; one that its environment's gate blocks is answered with 409.

    `override`, which says why it goes out all the same, needs the role admin, and is kept in the audit chain.
    """
    if body.override.strip():
        here.demand("admin", "overriding a gate")
    found(here, body.experiment)
    return once(lambda: _created(here, body))


@router.get("/deployments", responses=gives(DeploymentPage), response_model=None)
def listed(
    here: Reader,
    *,
    environment: str | None = None,
    version: str | None = None,
    experiment_id: str | None = None,
    status: DeploymentStatus | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(pattern=CURSOR)] = None,
) -> Response:
    """List deployments, newest first."""
    wanted = DeploymentFilter(
        environment=environment,
        version=version,
        experiment_id=experiment_id,
        status=status,
        since=since,
        until=until,
    )
    page = here.store.deployments.list(wanted, limit=limit, cursor=cursor)
    return answer(DeploymentPage(deployments=tuple(map(_with_uptime, page.deployments)), cursor=page.cursor))


@router.get("/deployments/check", responses=gives(Cleared), response_model=None)
def check(
    here: Reader,
    environment: Annotated[str, Query(min_length=1, max_length=200)],
    experiment: Annotated[str, Query(min_length=1, max_length=500)],
) -> Response:
    """Tell whether an experiment may go to an environment: what its gate said of it last."""
    cleared = clearance(here.store, here.gates(here.store), environment, found(here, experiment).id)
    whole = {name: getattr(cleared, name) for name in type(cleared).__dataclass_fields__}
    return answer(Cleared(**whole, exit_code=cleared.exit_code))


@router.get("/deployments/{ref}", responses=gives(ShownDeployment), response_model=None)
def get(here: Reader, ref: str) -> Response:
    """Return a deployment, by its id, or its version: of several the newest."""
    return _shown(_found(here, ref))


@router.post(
    "/deployments/{deployment_id}/finish",
    openapi_extra=takes(Finish),
    responses=gives(ShownDeployment),
    response_model=None,
)
def finish(
    here: Runner, once: Once, deployment_id: str, body: Annotated[Finish, Depends(json_of(Finish))]
) -> Response:
    """Say how a deployment ended up; to say the same again changes nothing."""
    deployment = _found(here, deployment_id)

    def work() -> Response:
        with answered_with(409, DataError):
            done = finish_deployment(here.store, deployment.id, body.status, who=here.who, at=body.at)
        return _shown(done)

    return once(work)


def _created(here: Here, body: NewDeployment) -> Response:
    with answered_with(409, DeploymentBlockedError):
        made = record_deployment(
            here.store,
            here.gates(here.store),
            environment=body.environment,
            version=body.version,
            ref=body.experiment,
            who=here.who,
            status=body.status,
            created_at=body.created_at,
            override=body.override,
            metadata=body.metadata,
        )
    return _shown(made, 201)


def _found(here: Here, ref: str) -> Deployment:
    with answered_with(404):
        return find_deployment(here.store, ref)


def _with_uptime(deployment: Deployment) -> ShownDeployment:
    whole = {name: getattr(deployment, name) for name in Deployment.__dataclass_fields__}
    return ShownDeployment(**whole, uptime_hours=uptime_hours(deployment))


def _shown(deployment: Deployment, status: int = 200) -> Response:
    headers = {"Location": f"{PREFIX}/deployments/{deployment.id}"} if status == 201 else None
    return answer(_with_uptime(deployment), status=status, etag=deployment.updated, headers=headers)
