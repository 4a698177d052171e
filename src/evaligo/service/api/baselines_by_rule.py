"""Baselines beside each other, over time, as files, and by rule."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from typing import IO, Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from evaligo.app.baseline_files import export_baseline, import_baseline
from evaligo.app.baselines_diff import baseline_diff
from evaligo.app.promotion import auto_update
from evaligo.app.promotion_policy import BaselinePolicy
from evaligo.app.trend import trend
from evaligo.errors import DataError, UnavailableError, UsageError
from evaligo.readers.baseline_file import Kept, read_kept
from evaligo.readers.source import Source
from evaligo.records import Status
from evaligo.records.baseline import BaselineEntry
from evaligo.records.baseline_diff import DiffSide
from evaligo.records.promotion import Decision
from evaligo.records.view import Difference
from evaligo.service.access import Here, Reader, Runner
from evaligo.service.answers import answer, stream_bytes
from evaligo.service.api.baselines import Environment, told
from evaligo.service.api.experiments import found
from evaligo.service.body import Text, json_of, refuse_nul
from evaligo.service.forms import Name, NewExperiment, Promoted, Ref
from evaligo.service.once import Once
from evaligo.service.openapi import gives, takes
from evaligo.service.problems import answered_with

__all__ = ["router"]

router = APIRouter(tags=["baselines"])

_BLOCK = 1_000_000
_IN_MEMORY = 16_000_000
_LABEL = "the baseline sent"

Reference = Annotated[str, Query(min_length=1, max_length=500)]
Interval = tuple[float | None, float | None]


class MetricDiff(msgspec.Struct, kw_only=True, frozen=True):
    """One metric of both baselines; an open end of its change's interval is null."""

    metric: str
    before: float | None
    after: float | None
    change: float | None = None
    interval: Interval | None = None
    n_items: int = 0


class BaselineDiff(msgspec.Struct, kw_only=True, frozen=True):
    """What changed from one baseline to another."""

    before: DiffSide
    after: DiffSide
    metrics: tuple[MetricDiff, ...]
    changes: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()


class TrendPoint(msgspec.Struct, kw_only=True, frozen=True):
    """One experiment's level; an open end of its interval is null."""

    experiment_id: str
    name: str
    at: str
    kind: str
    sequence: int
    mean: float | None
    interval: Interval
    n_items: int
    dataset: str


class Trend(msgspec.Struct, kw_only=True, frozen=True):
    """A metric of an environment's baselines over time, the oldest first."""

    environment: str
    metric: str
    higher_is_better: bool
    points: tuple[TrendPoint, ...]


class BaselineText(msgspec.Struct, kw_only=True, frozen=True):
    """A baseline whole, as `evaligo baselines export` writes it."""

    evaligo_baseline: int
    entry: BaselineEntry
    experiment: dict[str, Any]
    judgements: list[dict[str, Any]]
    results: list[dict[str, Any]]
    sha256: str


class AutoUpdate(msgspec.Struct, kw_only=True, frozen=True):
    """A promotion by rule; without an experiment, of what is deployed there, else of the newest on the baseline's branch."""

    environment: Name
    experiment: Ref | None = None
    why: Annotated[str, msgspec.Meta(max_length=10_000)] = ""
    dry_run: bool = False


@router.get("/baselines/diff", responses=gives(BaselineDiff), response_model=None)
def diff(here: Reader, before: Reference, after: Reference) -> Response:
    """Tell what changed; each is an environment, an entry's id, `ENVIRONMENT#NUMBER`, or an experiment."""
    with answered_with(404):
        changed = baseline_diff(here.store, before, after)
    return answer(changed.to_dict())


@router.get("/baselines/trend", responses=gives(Trend), response_model=None)
def over_time(
    here: Reader,
    *,
    environment: Environment,
    metric: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 30,
    runs: bool = True,
) -> Response:
    """Return a metric of an environment's baselines over time, and of the runs between them."""
    with answered_with(404):
        series = trend(here.store, environment, metric=metric, limit=limit, runs=runs)
    return answer(series.to_dict())


@router.get("/baselines/export", responses=gives(BaselineText), response_model=None)
def export(
    here: Reader,
    request: Request,
    environment: Environment,
    ref: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
) -> Response:
    """Return a baseline whole: every item, answer and score, and what its gates said, with a SHA-256."""
    file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  (closed when it was sent)
    try:
        with answered_with(404):
            export_baseline(here.store, environment, file, ref=ref)
    except BaseException:
        file.close()
        raise
    return stream_bytes(request, _pieces(file), media_type="application/json")


@router.post(
    "/baselines/import",
    status_code=201,
    openapi_extra=takes(BaselineText),
    responses=gives(Promoted, status=201),
    response_model=None,
)
def bring(
    here: Runner,
    *,
    once: Once,
    raw: Text,
    environment: Environment,
    why: Annotated[str, Query(max_length=10_000)] = "",
    replaces: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Keep the experiment of an exported baseline, and hold an environment to it.

    One that its gate did not let pass needs the role admin, as promoting it with `force` does.
    """

    def work() -> Response:
        source = Source(label=_LABEL, raw=refuse_nul(raw.plain(raw.limits.decompressed)))
        _check(here, read_kept(source))
        with answered_with(409, UnavailableError):
            made = import_baseline(here.store, source, environment, who=here.who, why=why, replaces=replaces)
        return told(made)

    return once(work)


@router.post(
    "/baselines/auto_update",
    status_code=201,
    openapi_extra=takes(AutoUpdate),
    responses=gives(Decision, status=201),
    response_model=None,
)
def by_rule(
    here: Runner, request: Request, once: Once, body: Annotated[AutoUpdate, Depends(json_of(AutoUpdate))]
) -> Response:
    """Hold an environment to an experiment if its policy lets it; each rule is told. 200 where nothing changed."""
    policy = _policy(request, body.environment)
    ref = None if body.experiment is None else found(here, body.experiment).id

    def work() -> Response:
        with answered_with(409, UnavailableError):
            done = auto_update(
                here.store,
                body.environment,
                policy,
                who=here.who,
                ref=ref,
                why=body.why,
                dry_run=body.dry_run,
            )
        return answer(done, status=200 if done.entry is None else 201)

    return once(work)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(_BLOCK):
            yield piece


def _check(here: Here, kept: Kept) -> None:
    """Refuse a head that could not be created, and for all but admins one that could not be promoted."""
    try:
        msgspec.convert(msgspec.to_builtins(kept.experiment), NewExperiment)
    except msgspec.ValidationError as error:
        raise DataError(f"{_LABEL}: its experiment is not as expected: {error}") from error
    head = kept.experiment
    if head.status is not Status.COMPLETED or head.passed is False or (head.gate and head.passed is None):
        here.demand("admin", "importing an experiment that its gate did not let pass")


def _policy(request: Request, environment: str) -> BaselinePolicy:
    """Return an environment's policy: the project's own, where the application runs in its process."""
    policies: Callable[[str], BaselinePolicy] | None = getattr(request.app.state, "policies", None)
    if policies is None:
        raise UsageError(
            "a server keeps no .evaligo/baselines.yaml: the policy is with the project",
            hint="run `evaligo baselines auto-update` in the project, with EVALIGO_URL set",
        )
    return policies(environment)
