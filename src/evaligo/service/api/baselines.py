"""Baselines: what each environment is held to, was, and shall be."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from evaligo.app.baselines import Promotion, find_entry, promote, roll_back
from evaligo.app.resolve_baseline import Baseline, resolve_baseline
from evaligo.errors import DataError, UnavailableError, UsageError
from evaligo.records import Experiment
from evaligo.records.baseline import BaselineEntry
from evaligo.service.access import Admin, Here, Reader, Runner
from evaligo.service.answers import answer
from evaligo.service.api.experiments import found
from evaligo.service.body import json_of
from evaligo.service.forms import BaselineList, NewBaseline, Promoted, Resolved, Rollback
from evaligo.service.once import Once
from evaligo.service.openapi import gives, takes
from evaligo.service.problems import ProblemError, answered_with
from evaligo.store.deployments import DeploymentFilter

__all__ = ["Environment", "resolved", "router", "told"]

router = APIRouter(tags=["baselines"])

Environment = Annotated[str, Query(min_length=1, max_length=200)]


@router.get("/baselines", responses=gives(BaselineList), response_model=None)
def all_current(here: Reader) -> Response:
    """Return what each environment is held to."""
    return answer(BaselineList(baselines=here.store.baselines.all_current()))


@router.get("/baselines/current", responses=gives(BaselineEntry), response_model=None)
def current(here: Reader, environment: Environment) -> Response:
    """Return what an environment is held to."""
    entry = here.store.baselines.current(environment)
    if entry is None:
        raise ProblemError(404, _no_baseline(environment))
    return answer(entry, etag=entry.id)


@router.get("/baselines/history", responses=gives(BaselineList), response_model=None)
def history(
    here: Reader,
    environment: Environment | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Return what an environment, or every one, is and was held to, newest first."""
    return answer(BaselineList(baselines=here.store.baselines.history(environment, limit=limit)))


@router.get("/baselines/resolve", responses=gives(Resolved), response_model=None)
def resolve(
    here: Reader, ref: Annotated[str, Query(min_length=1, max_length=500)], candidate: str = ""
) -> Response:
    """Find what a reference means: an environment, a branch, or an experiment; never a file of the server's."""
    baseline = _found(here, ref, candidate)
    return answer(Resolved(kind=baseline.kind, label=baseline.label, experiment=_experiment(baseline)))


@router.post(
    "/baselines",
    status_code=201,
    openapi_extra=takes(NewBaseline),
    responses=gives(Promoted, status=201),
    response_model=None,
)
def create(here: Runner, once: Once, body: Annotated[NewBaseline, Depends(json_of(NewBaseline))]) -> Response:
    """Hold an environment to an experiment; of two promotions at once, one is answered with 409.

    `force`, for an experiment that its gate did not let pass, needs the role admin.
    """
    if body.force:
        here.demand("admin", "promoting with force")
    experiment = found(here, body.experiment)
    environment = body.environment or _environment_of(here, experiment)

    def work() -> Response:
        with answered_with(409, UnavailableError):
            made = promote(
                here.store,
                experiment.id,
                environment,
                who=here.who,
                why=body.why,
                force=body.force,
                name=body.name,
                metrics=body.metrics,
                metadata=body.metadata,
                replaces=body.replaces,
            )
        return told(made)

    return once(work)


@router.post(
    "/baselines/rollback",
    status_code=201,
    openapi_extra=takes(Rollback),
    responses=gives(Promoted, status=201),
    response_model=None,
)
def rollback(here: Admin, once: Once, body: Annotated[Rollback, Depends(json_of(Rollback))]) -> Response:
    """Hold an environment to what it was held to before; a new entry, and the history is kept."""

    def work() -> Response:
        with answered_with(409, UnavailableError):
            made = roll_back(
                here.store, body.environment, who=here.who, to=body.to, why=body.why, replaces=body.replaces
            )
        return told(made)

    return once(work)


@router.get("/baselines/{ref}", responses=gives(BaselineEntry), response_model=None)
def get(
    here: Reader, ref: Annotated[str, Path(max_length=200)], environment: Environment | None = None
) -> Response:
    """Return an entry of the ledger, by its id, the beginning of it, or its number in an environment."""
    with answered_with(404):
        entry = find_entry(here.store, ref, environment)
    return answer(entry, etag=entry.id)


def resolved(here: Here, ref: str, *, candidate: str = "") -> Experiment:
    """Find the experiment that a reference to a baseline means.

    Raises
    ------
    ProblemError
        404 for nothing.
    """
    return _experiment(_found(here, ref, candidate))


def _found(here: Here, ref: str, candidate: str) -> Baseline:
    with answered_with(404):
        baseline = resolve_baseline(here.store, ref, candidate=candidate, files=False)
    if baseline is None:
        raise ProblemError(
            404,
            DataError(
                f"{ref!r} is no environment with a baseline, no branch with a passing experiment, and no experiment",
                hint="list them with: evaligo baselines show, evaligo experiment list",
            ),
        )
    return baseline


def _experiment(baseline: Baseline) -> Experiment:
    if baseline.experiment is None:
        raise ProblemError(404, DataError(f"{baseline.label} is no stored experiment"))
    return baseline.experiment


def _environment_of(here: Here, experiment: Experiment) -> str:
    """Return where an experiment was deployed last."""
    wanted = DeploymentFilter(experiment_id=experiment.id)
    for deployment in here.store.deployments.list(wanted, limit=1).deployments:
        return deployment.environment
    raise UsageError(
        f"no environment is given, and experiment {experiment.id} ({experiment.name}) was deployed to none",
        hint="name the environment",
    )


def _no_baseline(environment: str) -> DataError:
    return DataError(
        f"the environment {environment!r} has no baseline",
        hint=f"promote one with: evaligo baselines update --experiment REF --environment {environment}",
    )


def told(made: Promotion) -> Response:
    """Answer what became of a promotion: 201, and 200 where nothing changed."""
    return answer(
        Promoted(baseline=made.entry, replaced=made.replaced, changed=made.changed),
        status=201 if made.changed else 200,
        etag=made.entry.id,
    )
