"""Gate reports of several metrics, made of the numbers that the joint verdict looks at."""

from __future__ import annotations

from dataclasses import replace

from tests.support.gate_reports import COMPARISON, POLICY, allowed, faster, rejected, undecided

from evaligo.gates.many import join
from evaligo.records import GateReport, ManyReport, Verdict


def metric_report(
    name: str,
    verdict: Verdict = Verdict.ALLOW,
    *,
    p: float = 0.9,
    policy: str = "superiority",
    min_delta: float = 0.005,
    mde: float = 0.04,
    alpha: float = 0.05,
) -> GateReport:
    """Return a metric's report; by default the run could not have found min_delta."""
    superior = policy == "superiority"
    asked = replace(
        POLICY,
        name=policy,
        alpha=alpha,
        min_delta=min_delta if superior else None,
        margin=None if superior else 0.02,
    )
    return allowed(
        verdict=verdict,
        p_regression=p,
        policy=asked,
        comparison=replace(COMPARISON, metric=name, mde=mde),
        because=f"{name} decided so",
    )


def joint() -> ManyReport:
    """Return a REJECT over three metrics, of which one is allowed and one undecided."""
    open_ = replace(undecided(), comparison=replace(undecided().comparison, metric="f1"), p_regression=0.4)
    return join([rejected(), faster(), open_])
