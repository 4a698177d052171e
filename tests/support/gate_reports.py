"""Gate reports built by hand: one for each thing that a report must be able to say."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from evaligo.records import Comparison, ComparisonTable, Finding, GateReport, Severity, Verdict
from evaligo.records.report import (
    ClusterEffect,
    EpochSpread,
    Flip,
    Flips,
    Missing,
    Plots,
    PolicyRecord,
    Suggestion,
)
from evaligo.records.run import RunInfo

HOSTILE = "</script><img src=x onerror=alert(1)>|``\x1b[31m@octocat :x: [a](javascript:1)\r\n| b\u202e\ud800\ufffe\\|"

COMPARISON = Comparison(
    metric="accuracy",
    higher_is_better=True,
    estimand="mean",
    baseline_value=0.8123,
    candidate_value=0.8247,
    delta=0.0124,
    standard_error=0.0051,
    df=187.3,
    ci=(0.0023, math.inf),
    confidence_level=0.95,
    alternative="greater",
    p_value=0.00702,
    null=0.0,
    mde=0.0040,
    power=0.80,
    n_pairs=4032,
    n_clusters=212,
    design_effect=1.84,
    method="cluster_cr2",
    reason="212 clusters are enough for the CR2 standard error with Bell-McCaffrey degrees of freedom",
    seed=0,
)
POLICY = PolicyRecord(
    name="superiority",
    min_delta=0.005,
    margin=None,
    alpha=0.05,
    power=0.80,
    on_missing="both",
    method="auto",
    estimand="mean",
    cluster="passage_id",
)
FLIPS = Flips(
    improved=103,
    worsened=53,
    unchanged=3876,
    binary=True,
    worst=tuple(
        Flip(item_id=f"item-{i:04d}", cluster_id=f"passage-{i // 3}", baseline=1.0, candidate=0.0)
        for i in range(10)
    ),
    best=tuple(
        Flip(item_id=f"item-{i:04d}", cluster_id=f"passage-{i // 3}", baseline=0.0, candidate=1.0)
        for i in range(100, 110)
    ),
)
CLUSTERS = tuple(
    ClusterEffect(cluster_id=f"passage-{i}", n_items=12 + i, delta=round(-0.4 + 0.02 * i, 4))
    for i in range(60)
)
PLOTS = Plots(
    histogram=((-1.0, -0.9, 53), *((round(-0.9 + i / 10, 1), round(-0.8 + i / 10, 1), 0) for i in range(8)),
               (-0.1, 0.1, 3876), *((round(0.1 + i / 10, 1), round(0.2 + i / 10, 1), 0) for i in range(8)),
               (0.9, 1.0, 103)),
    power_curve=tuple((e / 2000, round(1.0 / (1.0 + math.exp(-(e - 16.0) / 4.0)), 4)) for e in range(41)),
    clusters=CLUSTERS,
)  # fmt: skip


def run_info(name: str) -> RunInfo:
    """Return where a run comes from."""
    return RunInfo(
        source=f"runs/{name}.json",
        sha256=("1f0a" if name == "baseline" else "9c3b") * 16,
        format="inspect_log",
        run_id=f"run-{name}",
        model_id="acme/model-7b" if name == "baseline" else "acme/model-8b",
        task_id="boolq",
        created="2025-03-01T12:00:00Z",
    )


def allowed(**changes: Any) -> GateReport:
    """Return an ALLOW over clusters, with any field replaced."""
    report = GateReport(
        verdict=Verdict.ALLOW,
        because="the lower bound +0.0040 lies above 0 and the observed delta +0.0124 is at least min_delta 0.0050",
        policy=POLICY,
        comparison=COMPARISON,
        bounds=(0.0040, 0.0208),
        chance_of_allow=0.413,
        p_regression=0.99298,
        missing=Missing(dropped=Verdict.ALLOW),
        flips=FLIPS,
        clusters=CLUSTERS[:10],
        epochs=None,
        findings=(),
        suggestion=Suggestion(text="Promote the candidate and make it the next baseline"),
        baseline=run_info("baseline"),
        candidate=run_info("candidate"),
        seed=0,
        version="0.1.0",
        plots=PLOTS,
    )
    return replace(report, **changes)


def rejected() -> GateReport:
    """Return a REJECT of a 0/1 metric without clusters."""
    return allowed(
        verdict=Verdict.REJECT,
        because="the upper bound -0.0152 lies below 0",
        policy=replace(POLICY, cluster=None),
        comparison=replace(
            COMPARISON,
            baseline_value=0.99,
            candidate_value=0.97,
            delta=-0.02,
            ci=(-0.0248, math.inf),
            p_value=0.99999,
            mde=0.0071,
            n_pairs=4000,
            n_clusters=None,
            design_effect=None,
            method="mcnemar_midp",
            reason="the scores are 0/1 and 140 pairs are discordant",
        ),
        bounds=(-0.0248, -0.0152),
        chance_of_allow=0.0501,
        p_regression=0.00001,
        flips=replace(
            FLIPS,
            worsened=110,
            improved=30,
            unchanged=3860,
            worst=tuple(replace(f, cluster_id=None) for f in FLIPS.worst),
            best=tuple(replace(f, cluster_id=None) for f in FLIPS.best),
        ),
        clusters=(),
        suggestion=Suggestion(text="Look at the items that went from pass to fail"),
        plots=replace(PLOTS, clusters=()),
    )


def undecided() -> GateReport:
    """Return an INCONCLUSIVE with missing items, epochs and warnings."""
    return allowed(
        verdict=Verdict.INCONCLUSIVE,
        because="the verdict is ALLOW without the 7 missing items and INCONCLUSIVE with them at their worst",
        comparison=replace(COMPARISON, mde=math.inf, p_value=0.00002, delta=0.000123),
        bounds=(-0.0031, math.inf),
        missing=Missing(
            baseline_only=4,
            absent=1,
            partial=2,
            examples=(
                ("item-0007", "no score in the candidate: TimeoutError"),
                ("item-0019", "1 of 3 epochs in the candidate"),
            ),
            dropped=Verdict.ALLOW,
            worst_case=Verdict.INCONCLUSIVE,
            worst_case_delta=0.0071,
        ),
        epochs=EpochSpread(
            baseline_epochs=3, candidate_epochs=3, baseline_sd=0.21, candidate_sd=0.19, share=0.42
        ),
        findings=(
            Finding(
                check="alias",
                severity=Severity.WARNING,
                message="'accuracy' is read as 'acc'",
                hint="name the metric as the file does",
            ),
            Finding(check="duplicates", severity=Severity.OK, message="no item stands twice"),
        ),
        suggestion=Suggestion(
            text="Run the 7 items again, or add items until the gate decides",
            items_needed=5200,
            epochs_needed=5,
        ),
    )


def not_inferior() -> GateReport:
    """Return an ALLOW by non-inferiority."""
    return allowed(
        because="the lower bound -0.0081 lies above -0.0200",
        policy=replace(POLICY, name="non-inferiority", min_delta=None, margin=0.02),
        comparison=replace(COMPARISON, delta=-0.0011, ci=(-0.0081, math.inf), null=-0.02, p_value=0.0003),
        bounds=(-0.0081, 0.0059),
        chance_of_allow=0.97,
    )


def faster() -> GateReport:
    """Return an ALLOW for a metric of which less is better."""
    return allowed(
        because="the upper bound -12.3000 lies below 0 and the observed delta -31.4159 is at least min_delta 10.0000",
        policy=replace(POLICY, min_delta=10.0),
        comparison=replace(
            COMPARISON,
            metric="latency_ms",
            higher_is_better=False,
            estimand="p95",
            baseline_value=1834.2,
            candidate_value=1802.7841,
            delta=-31.4159,
            standard_error=11.2,
            ci=(-math.inf, -12.3),
            alternative="less",
            mde=27.85,
        ),
        bounds=(-50.2, -12.3),
        flips=replace(FLIPS, binary=False),
        plots=Plots(),
    )


def hostile(text: str = HOSTILE) -> GateReport:
    """Return a report in which everything that others write is `text`."""
    flip = Flip(item_id=text, cluster_id=text, baseline=1.0, candidate=0.0)
    clusters = (ClusterEffect(cluster_id=text, n_items=3, delta=-0.5),)
    info = RunInfo(
        source=text,
        sha256="0f" * 32,
        format="csv",
        run_id=text,
        model_id=text,
        task_id=text,
        config_hash=text,
    )
    return replace(
        undecided(),
        because=text,
        comparison=replace(COMPARISON, metric=text, reason=text),
        policy=replace(POLICY, cluster=text),
        missing=replace(undecided().missing, examples=((text, text),)),
        flips=replace(FLIPS, worst=(flip,), best=(flip,)),
        clusters=clusters,
        findings=(Finding(check=text, severity=Severity.WARNING, message=text, hint=text),),
        suggestion=Suggestion(text=text),
        baseline=info,
        candidate=info,
        plots=replace(PLOTS, clusters=clusters),
    )


def comparison_table(metric: str = "f1") -> ComparisonTable:
    """Return two comparisons with adjusted p-values."""
    other = replace(
        COMPARISON, metric=metric, delta=-0.003, ci=(-0.01, 0.004), p_value=0.4, mde=math.inf, n_clusters=None
    )
    return ComparisonTable(
        comparisons=(replace(COMPARISON, ci=(0.0023, 0.0225)), other),
        holm=(0.01404, 0.4),
        benjamini_hochberg=(0.01404, 0.4),
        alpha=0.05,
    )


def findings(text: str = "b.json: no item stands twice") -> tuple[Finding, ...]:
    """Return one finding of each severity."""
    return (
        Finding(
            check="overlap",
            severity=Severity.ERROR,
            message="a.json and b.json share no item",
            hint="check that both runs are of one task",
        ),
        Finding(
            check="missing", severity=Severity.WARNING, message="b.json lacks 3 items", hint="run them again"
        ),
        Finding(check="duplicates", severity=Severity.OK, message=text),
    )


REPORTS = {
    "allow": allowed(),
    "reject": rejected(),
    "inconclusive": undecided(),
    "non-inferiority": not_inferior(),
    "lower-is-better": faster(),
    "hostile": hostile(),
}
