"""Experiments: their heads, and what is found out about them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from msgspec import UNSET

from evaligo.app.experiment_head import new_id
from evaligo.app.find_experiment import find_experiment
from evaligo.errors import DataError, UnavailableError, UsageError
from evaligo.records import Experiment, Status
from evaligo.service.access import Admin, Here, Reader, Runner
from evaligo.service.answers import answer, refuse_changed
from evaligo.service.body import json_of
from evaligo.service.forms import CURSOR, ExperimentChanges, ExperimentPage, NewExperiment
from evaligo.service.once import Once
from evaligo.service.openapi import PREFIX, gives, takes
from evaligo.service.problems import ProblemError, answered_with
from evaligo.store.heads import CHANGING
from evaligo.store.listing import Filter
from evaligo.store.moments import now, parsed
from evaligo.store.revise import revise

__all__ = ["exactly", "found", "router"]

router = APIRouter(tags=["experiments"])

Cursor = Annotated[str | None, Query(pattern=CURSOR, description="The page before's, for the next.")]
Tags = Annotated[list[str], Query(alias="tag", max_length=20, description="`key=value`; repeatable.")]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.post(
    "/experiments",
    status_code=201,
    openapi_extra=takes(NewExperiment),
    responses=gives(Experiment, status=201),
    response_model=None,
)
def create(
    here: Runner, once: Once, body: Annotated[NewExperiment, Depends(json_of(NewExperiment))]
) -> Response:
    """Begin an experiment; the same one under the same id again is no error, and is answered with 200."""
    return once(lambda: _created(here, body))


@router.get("/experiments", responses=gives(ExperimentPage), response_model=None)
def listed(
    here: Reader,
    *,
    name: str | None = None,
    branch: str | None = None,
    commit: str | None = None,
    status: Status | None = None,
    passed: bool | None = None,
    tag: Tags = [],  # noqa: B006  (FastAPI copies it)
    since: datetime | None = None,
    until: datetime | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """List experiments, newest first."""
    wanted = Filter(
        name=name,
        branch=branch,
        commit=commit,
        status=status,
        passed=passed,
        tags=dict(map(_tag, tag)),
        since=since,
        until=until,
    )
    page = here.store.list(wanted, limit=limit, cursor=cursor)
    return answer(ExperimentPage(experiments=page.experiments, cursor=page.cursor))


@router.get("/find", responses=gives(Experiment), response_model=None)
def find(here: Reader, ref: Annotated[str, Query(min_length=1, max_length=500)]) -> Response:
    """Find the experiment that an id or its beginning, a name, or a commit means."""
    return _shown(found(here, ref))


@router.get("/experiments/{ref}", responses=gives(Experiment), response_model=None)
def get(here: Reader, ref: str) -> Response:
    """Return an experiment, by what `find` takes, as far as it has no slash in it."""
    return _shown(found(here, ref))


@router.patch(
    "/experiments/{experiment_id}",
    openapi_extra=takes(ExperimentChanges),
    responses=gives(Experiment),
    response_model=None,
)
def update(
    here: Runner,
    request: Request,
    experiment_id: str,
    body: Annotated[ExperimentChanges, Depends(json_of(ExperimentChanges))],
) -> Response:
    """Note what changed of an experiment; `If-Match` says of which version, or `*`."""
    before = exactly(here, experiment_id)
    seen = refuse_changed(request, before.updated)
    changed: dict[str, Any] = {
        field: value for field in CHANGING if (value := getattr(body, field, UNSET)) is not UNSET
    }
    _refuse_reopening(before, changed.get("status", before.status))
    with answered_with(412, UnavailableError):
        revise(here.store, experiment_id, seen=seen, **changed)
    return _shown(exactly(here, experiment_id))


@router.delete(
    "/experiments/{experiment_id}", status_code=204, responses=gives(status=204), response_model=None
)
def delete(here: Admin, experiment_id: str, *, force: bool = False) -> Response:
    """Delete an experiment with its results; one that is or was a baseline only with `force`."""
    exactly(here, experiment_id)
    with answered_with(409, DataError), answered_with(409, UnavailableError):
        here.store.delete(experiment_id, force=force)
    return Response(status_code=204)


def found(here: Here, ref: str) -> Experiment:
    """Find what a reference means.

    Raises
    ------
    ProblemError
        404 for nothing, or several.
    """
    with answered_with(404):
        return find_experiment(here.store, ref)


def exactly(here: Here, experiment_id: str) -> Experiment:
    """Find the experiment of this very id.

    Raises
    ------
    ProblemError
        404.
    """
    with answered_with(404):
        return here.store.get(experiment_id)


def _shown(experiment: Experiment, status: int = 200) -> Response:
    headers = {"Location": f"{PREFIX}/experiments/{experiment.id}"} if status == 201 else None
    return answer(experiment, status=status, etag=experiment.updated, headers=headers)


def _created(here: Here, body: NewExperiment) -> Response:
    experiment = _experiment(body)
    try:
        here.store.create(experiment)
    except DataError as error:
        before = here.store.find(experiment.id)
        if before is None:
            raise ProblemError(409, error) from error  # it is another project's, whose name is not told
        if _never_changing(before) != _never_changing(experiment):
            raise ProblemError(409, error) from error
        return _shown(before)
    return _shown(experiment, 201)


def _experiment(body: NewExperiment) -> Experiment:
    fields = {name: getattr(body, name) for name in body.__struct_fields__}
    chosen = {
        "id": new_id() if body.id is UNSET else body.id,
        "created": now() if body.created is UNSET else _time(body.created),
        "updated": now(),
    }
    return Experiment(**{**fields, **chosen})


def _time(written: Any) -> str:
    parsed(written)
    return str(written)


def _never_changing(experiment: Experiment) -> dict[str, Any]:
    whole = msgspec.to_builtins(experiment)
    return {key: value for key, value in whole.items() if key not in CHANGING}


def _refuse_reopening(before: Experiment, status: Status) -> None:
    if before.status is Status.COMPLETED and status is not Status.COMPLETED:
        raise ProblemError(
            409,
            DataError(
                f"experiment {before.id} is completed: it cannot become {status} again",
                hint="begin another experiment",
            ),
        )


def _tag(written: str) -> tuple[str, str]:
    key, equals, value = written.partition("=")
    if not (key and equals):
        raise UsageError(f"tag: {written!r} is no tag", hint="write key=value")
    return key, value
