"""Judge: two experiments and a gate in, a verdict out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from evaligo.app.documents import gates_of
from evaligo.app.judge_stored import judge_stored
from evaligo.errors import UsageError
from evaligo.gates.quality import QualityGate, find_gate
from evaligo.records.baseline import Judgement
from evaligo.service.access import Here, Runner
from evaligo.service.answers import answer
from evaligo.service.api.baselines import resolved
from evaligo.service.api.experiments import found
from evaligo.service.body import json_of
from evaligo.service.forms import Judge
from evaligo.service.once import Once
from evaligo.service.openapi import gives, takes
from evaligo.service.problems import answered_with
from evaligo.store.moments import now

__all__ = ["router"]

router = APIRouter(tags=["judge"])


@router.post(
    "/judge",
    status_code=201,
    openapi_extra=takes(Judge),
    responses=gives(Judgement, status=201),
    response_model=None,
)
def judge(here: Runner, once: Once, body: Annotated[Judge, Depends(json_of(Judge))]) -> Response:
    """Judge an experiment by a quality gate, and keep what it says; the verdict is in `report`."""
    candidate = found(here, body.candidate)
    baseline = None if body.baseline is None else resolved(here, body.baseline, candidate=candidate.id)
    gate = _gate(here, body)

    def work() -> Response:
        report = judge_stored(
            here.store,
            candidate,
            baseline,
            gate,
            who=here.who,
            cluster=False if body.no_cluster else body.cluster,
            on_inconclusive=body.on_inconclusive,
            fail_on_regression=body.fail_on_regression,
            require_baseline=body.require_baseline,
            seed=body.seed,
        )
        judgement = Judgement(
            experiment_id=candidate.id,
            gate=gate.name,
            baseline_id=baseline.id if baseline else "",
            verdict=str(report.verdict),
            created=now(),
            report=report.to_dict(),
        )
        return answer(judgement, status=201)

    return once(work)


def _gate(here: Here, body: Judge) -> QualityGate:
    gates: Sequence[QualityGate] = (
        here.gates(here.store) if body.yaml is None else gates_of(body.yaml.encode(), "gates")
    )
    if body.gate is None and len(gates) == 1:
        return gates[0]
    if body.gate is None:
        raise UsageError(
            f"there are {len(gates)} quality gates, and none is named",
            hint=f"name one of {', '.join(gate.name for gate in gates)}" if gates else "send one as `yaml`",
        )
    with answered_with(404, UsageError):
        return find_gate(gates, body.gate)
