"""An experiment's results: uploaded in batches, streamed back, summed up, and what gates said of them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from evaligo.app.improvement import improvement
from evaligo.app.metric_summaries import metric_summaries
from evaligo.app.receive_judgement import receive_judgement
from evaligo.app.receive_results import read_results, receive_results
from evaligo.records.baseline import Judgement, MetricSummary
from evaligo.records.improvement import Improvement
from evaligo.service.access import Reader, Runner
from evaligo.service.answers import NDJSON, answer, stream
from evaligo.service.api.baselines import resolved
from evaligo.service.api.experiments import exactly, found
from evaligo.service.body import Text, json_of
from evaligo.service.forms import Compare, Keys, NewJudgement, Received
from evaligo.service.once import Once
from evaligo.service.openapi import gives, takes, takes_text
from evaligo.service.problems import answered_with

__all__ = ["router"]

router = APIRouter(tags=["results"])


class Metrics(msgspec.Struct, kw_only=True, frozen=True):
    """Each metric of an experiment."""

    experiment_id: str
    metrics: tuple[MetricSummary, ...]


class Judgements(msgspec.Struct, kw_only=True, frozen=True):
    """What gates said of an experiment, the newest first."""

    judgements: tuple[Judgement, ...]


@router.post(
    "/experiments/{experiment_id}/results",
    openapi_extra=takes_text(NDJSON, "A result a line, as JSON; `Content-Encoding: gzip` is understood."),
    responses=gives(Received),
    response_model=None,
)
def upload(here: Runner, experiment_id: str, raw: Text) -> Response:
    """Keep a batch of results; they are on the disk when this answers.

    Of two results of one item and epoch the first stays, so that a batch may be sent again. A batch is kept whole or, where
    a line is no result, not at all.
    """
    exactly(here, experiment_id)
    results = read_results(raw.plain(raw.limits.decompressed))
    with answered_with(409):
        receive_results(here.store, experiment_id, results)
    return answer(Received(received=len(results)))


@router.get(
    "/experiments/{ref}/results",
    responses=gives(media_type=NDJSON, what="A result a line."),
    response_model=None,
)
def download(here: Reader, request: Request, ref: str) -> Response:
    """Stream an experiment's results, by item and epoch, as JSON lines."""
    return stream(request, here.store.results(found(here, ref).id))


@router.post(
    "/experiments/{experiment_id}/results/known",
    openapi_extra=takes(Keys),
    responses=gives(Keys),
    response_model=None,
)
def known(here: Reader, experiment_id: str, body: Annotated[Keys, Depends(json_of(Keys))]) -> Response:
    """Tell which of these results are there, so that a cut-off upload goes on where it ended."""
    exactly(here, experiment_id)
    return answer(Keys(keys=sorted(here.store.sink(experiment_id).known(body.keys))))


@router.get("/experiments/{ref}/metrics", responses=gives(Metrics), response_model=None)
def metrics(here: Reader, ref: str) -> Response:
    """Return the mean of each metric, and how many scores it rests on."""
    experiment = found(here, ref)
    return answer(Metrics(experiment_id=experiment.id, metrics=metric_summaries(here.store, experiment)))


@router.get("/experiments/{ref}/judgements", responses=gives(Judgements), response_model=None)
def judgements(here: Reader, ref: str) -> Response:
    """Return what gates said of an experiment, the newest first."""
    return answer(Judgements(judgements=here.store.judgements(found(here, ref).id)))


@router.post(
    "/experiments/{experiment_id}/judgements",
    status_code=201,
    openapi_extra=takes(NewJudgement),
    responses=gives(Judgement, status=201),
    response_model=None,
)
def judged(
    here: Runner,
    once: Once,
    experiment_id: str,
    body: Annotated[NewJudgement, Depends(json_of(NewJudgement))],
) -> Response:
    """Keep a quality report that was made where the experiment ran; the same one again is answered with 200."""
    exactly(here, experiment_id)

    def work() -> Response:
        kept, new = receive_judgement(
            here.store,
            experiment_id,
            body.report,
            baseline_id=body.baseline_id,
            who=here.who,
            where=body.where,
        )
        return answer(kept, status=201 if new else 200)

    return once(work)


@router.post(
    "/experiments/{ref}/compare",
    openapi_extra=takes(Compare),
    responses=gives(Improvement),
    response_model=None,
)
def compare(here: Reader, ref: str, body: Annotated[Compare, Depends(json_of(Compare))]) -> Response:
    """Compare an experiment with an environment's baseline, a branch's newest passing experiment, or another experiment.

    By its own id an experiment is compared with itself: that is what it is held to once it was promoted.
    """
    candidate = found(here, ref)
    itself = body.baseline == candidate.id
    return answer(
        improvement(
            here.store,
            candidate,
            candidate if itself else resolved(here, body.baseline, candidate=candidate.id),
            metrics=body.metrics,
            primary=body.primary,
            cluster=False if body.no_cluster else body.cluster,
            confidence_level=body.confidence_level,
            seed=body.seed,
        )
    )
