"""Views of experiments built by hand: one for each thing that their reports must be able to say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.support.gate_reports import HOSTILE
from tests.support.quality_reports import hostile as hostile_quality
from tests.support.quality_reports import rejected as rejected_quality
from tests.support.quality_reports import without_baseline

from evaligo.records import DatasetInfo, Experiment, Metric, Revision, Status, Totals
from evaligo.records.view import (
    Costs,
    Difference,
    ExperimentView,
    Failure,
    ItemChange,
    LatencyView,
    ScoreChange,
    SliceRow,
)

LONG = " ".join(f"Clause {i} of the policy applies to orders placed in that month." for i in range(60))

CANDIDATE = Experiment(
    id="exp_01jn0000000000b2",
    name="pr-validation",
    status=Status.COMPLETED,
    created="2025-03-02T12:00:00Z",
    updated="2025-03-02T12:01:12Z",
    revision=Revision(commit="9f1c2d3e" * 5, branch="terser-prompt", dirty=True),
    dataset=DatasetInfo(name="smoke-tests", sha256="5e" * 32, n_items=240),
    config={
        "name": "pr-validation",
        "target": {
            "type": "openai",
            "base_url": "${{ env.OPENAI_BASE_URL }}",
            "api_key": "${{ secrets.OPENAI_API_KEY }}",
            "model": "support-bot",
        },
        "evaluators": ["exact_match", {"type": "llm_judge", "name": "tone", "prompt": "prompts/tone.md"}],
        "gate": "pr_validation",
    },
    config_sha256="c0" * 32,
    metrics=(Metric(name="accuracy", bounds=(0.0, 1.0)), Metric(name="tone", bounds=(0.0, 1.0))),
    gate="pr_validation",
    cluster="passage_id",
    tags={"team": "support"},
    fingerprint={"model": "support-bot", "endpoint": "gpu-b", "evaligo": "0.1.0", "python": "3.12.3"},
    totals=Totals(
        done=240,
        failed=2,
        cached=12,
        input_tokens=98_400,
        output_tokens=31_200,
        cost=0.2932,
        seconds=72.0,
        retries=3,
    ),
    verdict="REJECT",
    passed=False,
)
BASELINE = replace(
    CANDIDATE,
    id="exp_01jm0000000000a1",
    created="2025-03-01T12:00:00Z",
    revision=Revision(commit="1a2b3c4d" * 5, branch="main"),
    verdict="ALLOW",
    passed=True,
)
PARIS = ItemChange(
    item_id="q0007",
    metric="accuracy",
    cluster="passage-002",
    slices={"lang": "fr", "tier": "free"},
    input="Where is the head office? Answer from the context.",
    expected="Paris, since 2019",
    baseline_output="The head office is in Paris, where it moved in 2019.\nAsk reception for the floor.",
    candidate_output="The head office is in Lyon, where it moved in 2009.\nAsk reception for the floor.",
    scores=(
        ScoreChange(
            metric="accuracy",
            baseline=1.0,
            candidate=0.0,
            baseline_reason="the answer holds 'Paris'",
            candidate_reason="the answer does not hold 'Paris'",
        ),
        ScoreChange(
            metric="tone", baseline=0.92, candidate=0.9, candidate_reason="polite", baseline_reason="polite"
        ),
        ScoreChange(metric="latency", higher_is_better=False, baseline=0.61, candidate=2.94),
        ScoreChange(metric="cost", higher_is_better=False, baseline=0.00118, candidate=0.00122),
    ),
)
VERBOSE = ItemChange(
    item_id="q0031",
    metric="accuracy",
    cluster="passage-010",
    slices={"lang": "en"},
    input=LONG,
    expected="",
    baseline_output=f"{LONG} A refund is due within 14 days.",
    candidate_output=f"{LONG} A refund is due within 30 days.",
    scores=(ScoreChange(metric="accuracy", baseline=1.0, candidate=0.0, candidate_reason="30 is not 14"),),
)
SILENT = ItemChange(
    item_id="q0100",
    metric="accuracy",
    input="Cancel my order.",
    expected="The order is cancelled.",
    baseline_output="The order is cancelled.",
    candidate_output=None,
    candidate_error="HTTP 500 after 5 attempts",
    scores=(ScoreChange(metric="accuracy", baseline=1.0, candidate_reason="there is no answer to judge"),),
)
BETTER = ItemChange(
    item_id="q0199",
    metric="accuracy",
    input="Which card is accepted?",
    expected="Visa",
    baseline_output="I cannot tell.",
    candidate_output="Visa is accepted.",
    scores=(ScoreChange(metric="accuracy", baseline=0.0, candidate=1.0),),
)
LATENCY = LatencyView(
    edges=tuple(round(0.2 * i, 1) for i in range(16)),
    baseline=(0, 4, 31, 72, 58, 34, 20, 11, 6, 2, 1, 0, 1, 0, 0),
    candidate=(0, 2, 18, 51, 61, 44, 27, 15, 9, 5, 2, 1, 1, 1, 1),
    baseline_quantiles={"p50": 0.78, "p95": 1.2034, "p99": 1.9},
    candidate_quantiles={"p50": 0.91, "p95": 1.3455, "p99": 2.6},
)
SLICES = (
    SliceRow(key="lang", value="en", metric="accuracy", n_items=179, baseline=0.88, candidate=0.86, delta=-0.02),
    SliceRow(key="lang", value="fr", metric="accuracy", n_items=61, baseline=0.85, candidate=0.66, delta=-0.19),
    SliceRow(key="tier", value="free", metric="accuracy", n_items=240, baseline=0.87, candidate=0.81, delta=-0.06),
)  # fmt: skip


def rejected(**changes: Any) -> ExperimentView:
    """Return the view of an experiment that a gate rejects, with any field replaced."""
    view = ExperimentView(
        experiment=CANDIDATE,
        baseline=BASELINE,
        quality=rejected_quality(),
        regressions=(PARIS, VERBOSE, SILENT),
        n_regressions=21,
        improvements=(BETTER,),
        n_improvements=6,
        failures=(
            Failure(item_id="q0100", epoch=1, what="target", error="HTTP 500 after 5 attempts"),
            Failure(item_id="q0101", epoch=1, what="tone", error="the judge answered no JSON, twice"),
        ),
        n_failures=2,
        latency=LATENCY,
        costs=Costs(target=0.2932, judge=0.0412, n_answers=238, input_tokens=98_400, output_tokens=31_200),
        baseline_costs=Costs(
            target=0.2842, judge=0.0409, n_answers=240, input_tokens=98_400, output_tokens=29_800
        ),
        slices=SLICES,
        differences=(Difference("endpoint", "gpu-a", "gpu-b"),),
    )
    return replace(view, **changes)


def first() -> ExperimentView:
    """Return the view of a first run, with no baseline."""
    return rejected(
        experiment=replace(CANDIDATE, verdict="NO BASELINE", passed=True),
        baseline=None,
        quality=without_baseline(),
        regressions=(),
        n_regressions=0,
        improvements=(),
        n_improvements=0,
        latency=replace(LATENCY, baseline=(), baseline_quantiles={}),
        baseline_costs=None,
        slices=tuple(replace(s, baseline=None, delta=None) for s in SLICES),
        differences=(),
    )


def interrupted() -> ExperimentView:
    """Return the view of a run that stopped before any gate."""
    return replace(
        first(),
        experiment=replace(
            CANDIDATE,
            status=Status.INTERRUPTED,
            verdict="",
            passed=None,
            gate="",
            note="stopped after 10 minutes, as --timeout asked",
            totals=replace(CANDIDATE.totals, done=97),
        ),
        quality=None,
    )


def hostile(text: str = HOSTILE) -> ExperimentView:
    """Return a view in which everything that others write is `text`."""
    score = ScoreChange(metric=text, baseline=1.0, candidate=0.0, baseline_reason=text, candidate_reason=text)
    change = ItemChange(
        item_id=text,
        metric=text,
        cluster=text,
        slices={text: text},
        input=text,
        expected=text,
        baseline_output=f"{text} one",
        candidate_output=f"{text} two",
        scores=(score,),
    )
    failed = replace(change, candidate_output=None, candidate_error=text, baseline_output=None)
    experiment = replace(
        CANDIDATE,
        id=text,
        name=text,
        revision=Revision(commit=text, branch=text),
        dataset=DatasetInfo(name=text, sha256=text, n_items=1, selection=text),
        config={text: text},
        gate=text,
        cluster=text,
        tags={text: text},
        fingerprint={text: text},
        note=text,
    )
    return rejected(
        experiment=experiment,
        baseline=experiment,
        quality=hostile_quality(text),
        regressions=(change, failed),
        improvements=(change,),
        failures=(Failure(item_id=text, epoch=1, what=text, error=text),),
        slices=(replace(SLICES[0], key=text, value=text, metric=text),),
        differences=(Difference(text, text, text),),
    )


VIEWS = {"reject": rejected(), "no-baseline": first(), "interrupted": interrupted(), "hostile": hostile()}
