"""A gate over ten metrics errs as often as it says: Holm keeps it from crying wolf, and ALLOW needs no correction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from tests.support.many_reports import metric_report

from evaligo.gates.many import join
from evaligo.gates.method import infer
from evaligo.gates.pairing import Sample
from evaligo.gates.policy import NonInferiority, Policy, Superiority
from evaligo.gates.verdict import rule
from evaligo.records import GateReport, Verdict

ALPHA, MARGIN, METRICS, ITEMS = 0.05, 0.1, 10, 120
SIMULATIONS = 600
TOLERANCE = 3.0 * math.sqrt(ALPHA * (1.0 - ALPHA) / SIMULATIONS)
POLICIES: dict[str, Policy] = {
    "non-inferiority": NonInferiority(alpha=ALPHA, margin=MARGIN),
    "superiority": Superiority(alpha=ALPHA, min_delta=0.01),  # far less than such a run could find
}
NOTHING = (0.0,) * METRICS
"""Every metric just at the policy's limit."""


def judged(policy: Policy, rng: np.random.Generator, effect: float, common: np.ndarray) -> GateReport:
    """Judge one metric of a simulated run, as the gate does."""
    baseline = rng.normal(size=ITEMS)
    sample = Sample(baseline=baseline, candidate=baseline + policy.null + effect + common, codes=None)
    law = infer(sample, bounds=None, sign=1.0).law
    verdict = rule(law, policy).verdict
    # The search for the MDE takes most of a simulation's time, and only a REJECT by superiority looks at it.
    looked_at = verdict is Verdict.REJECT and policy.name == "superiority"
    return metric_report(
        "metric",
        verdict,
        p=law.p_less(policy.null),
        policy=policy.name,
        min_delta=getattr(policy, "min_delta", 0.0),
        mde=policy.mde(law) if looked_at else math.inf,
    )


def metrics(
    policy: Policy, rng: np.random.Generator, effects: Sequence[float], shared: float
) -> list[GateReport]:
    """Draw the metrics' differences with the correlation `shared` between them, and judge each."""
    common = math.sqrt(shared) * rng.normal(size=ITEMS)
    own = math.sqrt(1.0 - shared) * rng.normal(size=(len(effects), ITEMS))
    return [judged(policy, rng, e, common + noise) for e, noise in zip(effects, own, strict=True)]


@cache
def rates(name: str, effects: tuple[float, ...], shared: float) -> tuple[float, float, float]:
    """How often all are allowed, some metric's REJECT stands, and some metric alone is REJECT."""
    rng = np.random.default_rng(20261122)
    runs = [metrics(POLICIES[name], rng, effects, shared) for _ in range(SIMULATIONS)]
    verdicts = [join(reports).verdict for reports in runs]
    alone = [any(r.verdict is Verdict.REJECT for r in reports) for reports in runs]
    return (
        float(np.mean([v is Verdict.ALLOW for v in verdicts])),
        float(np.mean([v is Verdict.REJECT for v in verdicts])),
        float(np.mean(alone)),
    )


@pytest.mark.parametrize(
    ("name", "shared"), [("non-inferiority", 0.0), ("non-inferiority", 0.8), ("superiority", 0.0)]
)
def test_ten_metrics_at_their_limits_are_rejected_at_most_as_often_as_promised(
    name: str, shared: float
) -> None:
    _, rejected, _ = rates(name, NOTHING, shared)
    assert rejected <= ALPHA + TOLERANCE


@pytest.mark.parametrize("name", POLICIES)
def test_without_the_correction_they_would_be_rejected_far_more_often(name: str) -> None:
    *_, uncorrected = rates(name, NOTHING, 0.0)
    assert uncorrected > 0.3


@pytest.mark.parametrize("shared", [0.0, 0.8])
def test_one_metric_at_its_limit_among_good_ones_is_allowed_as_often_as_promised(shared: float) -> None:
    """The worst case of the intersection-union test: its level is alpha there, neither more nor less."""
    allowed, *_ = rates("non-inferiority", (0.0, *(0.8,) * (METRICS - 1)), shared)
    assert ALPHA - TOLERANCE <= allowed <= ALPHA + TOLERANCE


def test_a_true_regression_among_ten_metrics_is_still_found() -> None:
    _, rejected, _ = rates("non-inferiority", (-0.4, *NOTHING[1:]), 0.0)
    assert rejected > 0.8
