"""Quality reports built by hand: one for each thing that they must be able to say."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from tests.support.gate_reports import HOSTILE, run_info

from evaligo.records import Finding, QualityReport, Severity, Threshold, ThresholdResult, Verdict
from evaligo.records.report import Flip, Flips, Missing

FLIPS = Flips(
    improved=6,
    worsened=21,
    unchanged=213,
    binary=True,
    worst=tuple(
        Flip(item_id=f"q{i:04d}", cluster_id=f"passage-{i // 3:03d}", baseline=1.0, candidate=0.0)
        for i in range(10)
    ),
    best=(Flip(item_id="q0199", cluster_id="passage-066", baseline=0.0, candidate=1.0),),
)
SLOWER = Flips(
    improved=90,
    worsened=150,
    unchanged=0,
    binary=False,
    worst=(
        Flip(item_id="q0007", cluster_id=None, baseline=0.61, candidate=2.94),
        Flip(item_id="q0031", cluster_id=None, baseline=0.58, candidate=0.94),
    ),
    best=(),
)

ACCURACY = ThresholdResult(
    threshold=Threshold(
        name="accuracy_regression",
        kind="max_decrease",
        metric="accuracy",
        estimand="mean",
        limit=0.02,
        written="max_decrease: 2%",
        confidence_level=0.90,
    ),
    verdict=Verdict.REJECT,
    because="the upper bound -3.1 pp lies below -2 pp",
    estimate=-0.0625,
    interval=(-0.0941, -0.0309),
    confidence_level=0.90,
    baseline_value=0.8708,
    candidate_value=0.8083,
    demonstrated=True,
    p_failure=0.0021,
    p_holm=0.0063,
    mde=0.0412,
    n_items=240,
    n_clusters=40,
    method="cluster_bootstrap_t",
    reason="40 clusters are few: the bootstrap guards the t test",
    flips=FLIPS,
    unit="points",
)
LATENCY = ThresholdResult(
    threshold=Threshold(
        name="latency_p95",
        kind="max_increase",
        metric="latency",
        estimand="p95",
        limit=0.2,
        written="max_increase: 200ms",
    ),
    verdict=Verdict.ALLOW,
    because="the estimate +142 ms is at most 200 ms",
    estimate=0.1421,
    interval=(0.0312, 0.2874),
    baseline_value=1.2034,
    candidate_value=1.3455,
    within_noise=True,
    p_failure=0.8,
    p_holm=1.0,
    mde=0.241,
    n_items=240,
    n_clusters=40,
    method="quantile_cluster",
    reason="the p95 of 240 items in 40 clusters",
    flips=SLOWER,
    unit="s",
    higher_is_better=False,
)
COST = ThresholdResult(
    threshold=Threshold(
        name="cost_per_request",
        kind="max_increase",
        metric="cost",
        estimand="relative",
        limit=0.15,
        written="max_increase: 15%",
    ),
    verdict=Verdict.ALLOW,
    because="the estimate +3.2 % is at most 15 %",
    estimate=0.0321,
    interval=(0.0111, 0.0532),
    baseline_value=0.001184,
    candidate_value=0.001222,
    p_failure=0.9999,
    p_holm=1.0,
    mde=0.031,
    n_items=240,
    n_clusters=40,
    method="ratio_cluster",
    reason="the change of a mean relative to the baseline's",
    unit="relative",
    higher_is_better=False,
)
SATISFACTION = ThresholdResult(
    threshold=Threshold(
        name="user_satisfaction_proxy",
        kind="min_score",
        metric="user_satisfaction_proxy",
        estimand="mean",
        limit=0.85,
        written="min_score: 0.85",
        confidence_level=0.95,
        role="supporting",
        slice={"lang": "fr"},
    ),
    verdict=Verdict.INCONCLUSIVE,
    because="0.8500 lies between the bounds 0.8211 and 0.8824",
    estimate=0.8517,
    interval=(0.8211, 0.8824),
    candidate_value=0.8517,
    p_failure=0.47,
    p_holm=0.94,
    mde=0.05,
    n_items=61,
    method="betting",
    reason="scores in [0, 1] whose tail the sample may not have shown",
    missing=Missing(
        candidate_only=0,
        absent=3,
        examples=(("q0100", "the evaluator failed: the judge answered no JSON, twice"),),
        dropped=Verdict.INCONCLUSIVE,
        worst_case=Verdict.REJECT,
    ),
    suggestion="about 900 items of this slice would decide it",
    unit="points",
)
EFFICIENCY = ThresholdResult(
    threshold=Threshold(
        name="cost_efficiency",
        kind="min_ratio",
        metric="accuracy",
        estimand="ratio:cost",
        limit=10.0,
        written="min_accuracy_per_dollar: 10.0",
        confidence_level=0.95,
        role="informational",
    ),
    verdict=Verdict.ALLOW,
    because="the lower bound 641.2000 lies above 10",
    estimate=661.5,
    interval=(641.2, math.inf),
    candidate_value=661.5,
    n_items=240,
    method="ratio_cluster",
    reason="a ratio of two means",
)
DRIFT = Finding(
    check="fingerprint",
    severity=Severity.WARNING,
    message="the model's endpoint differs: 'gpu-a' in the baseline, 'gpu-b' in the candidate",
    hint="run the baseline again there; infrastructure alone moves scores",
)


def rejected(**changes: Any) -> QualityReport:
    """Return a REJECT over five thresholds, with any field replaced."""
    report = QualityReport(
        gate="pr_validation",
        description="Fast checks for pull requests",
        verdict=Verdict.REJECT,
        because="accuracy_regression failed beyond noise, also after Holm's correction for 5 thresholds",
        passed=False,
        exit_code=1,
        results=(ACCURACY, LATENCY, COST, SATISFACTION, EFFICIENCY),
        findings=(DRIFT,),
        baseline=run_info("baseline"),
        candidate=run_info("candidate"),
        cluster="passage_id",
        gate_sha256="ab" * 32,
        failure_action="block_deployment",
        success_action="update_baseline",
        seed=0,
        version="0.1.0",
    )
    return replace(report, **changes)


def allowed() -> QualityReport:
    """Return an ALLOW over two thresholds."""
    return rejected(
        verdict=Verdict.ALLOW,
        because="every threshold holds",
        passed=True,
        exit_code=0,
        results=(LATENCY, COST),
        findings=(),
    )


def undecided() -> QualityReport:
    """Return an INCONCLUSIVE that the gate lets pass."""
    return rejected(
        verdict=Verdict.INCONCLUSIVE,
        because="user_satisfaction_proxy is undecided",
        passed=True,
        exit_code=0,
        on_inconclusive="warn",
        results=(LATENCY, SATISFACTION),
        findings=(),
    )


def without_baseline() -> QualityReport:
    """Return what a first run gets: nothing to compare with."""
    first = replace(
        ACCURACY,
        verdict=None,
        because="there is no baseline",
        estimate=None,
        flips=None,
        interval=(-math.inf, math.inf),
        baseline_value=None,
        method="",
        reason="",
        mde=math.inf,
        demonstrated=False,
        p_failure=1.0,
        p_holm=1.0,
    )
    return rejected(
        verdict=Verdict.ALLOW,
        because="there is no baseline yet; what needs none holds",
        passed=True,
        exit_code=0,
        results=(first, EFFICIENCY),
        findings=(
            Finding(
                check="baseline",
                severity=Severity.WARNING,
                message="there is no baseline 'main' yet",
                hint="promote this experiment, or give --require-baseline to make this fail",
            ),
        ),
        baseline=None,
    )


def hostile(text: str = HOSTILE) -> QualityReport:
    """Return a report in which everything that others write is `text`."""
    flip = Flip(item_id=text, cluster_id=text, baseline=1.0, candidate=0.0)
    result = replace(
        ACCURACY,
        threshold=replace(ACCURACY.threshold, name=text, metric=text, written=text, slice={text: text}),
        because=text,
        reason=text,
        flips=replace(FLIPS, worst=(flip,), best=(flip,)),
        missing=Missing(absent=1, examples=((text, text),), dropped=Verdict.ALLOW),
        suggestion=text,
        findings=(Finding(check=text, severity=Severity.WARNING, message=text, hint=text),),
    )
    info = replace(run_info("candidate"), source=text, run_id=text, model_id=text, task_id=text)
    return rejected(
        gate=text,
        description=text,
        because=text,
        results=(result,),
        findings=(Finding(check=text, severity=Severity.WARNING, message=text, hint=text),),
        baseline=info,
        candidate=info,
        failure_action=text,
    )


REPORTS = {
    "reject": rejected(),
    "allow": allowed(),
    "inconclusive": undecided(),
    "no-baseline": without_baseline(),
    "hostile": hostile(),
}
