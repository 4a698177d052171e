"""Law 6 of docs/architecture.md: each policy's branches, with bounds worked out by hand, and their edges."""

import math

import numpy as np
import pytest
from scipy import stats

from evaligo.errors import UsageError
from evaligo.gates.policy import (
    POLICIES,
    MinimumEffect,
    NonInferiority,
    Policy,
    Superiority,
    make_policy,
)
from evaligo.gates.verdict import chance_of_allow, decide, rule
from evaligo.records import Verdict
from evaligo.stats.binary import tango
from evaligo.stats.inference import Inference, Student

Z95, Z80 = float(stats.norm.ppf(0.95)), float(stats.norm.ppf(0.80))
ALLOW, REJECT, INCONCLUSIVE = Verdict.ALLOW, Verdict.REJECT, Verdict.INCONCLUSIVE


def _normal(value: float, standard_error: float, n_clusters: int | None = None) -> Student:
    return Student(
        value=value,
        standard_error=standard_error,
        df=math.inf,
        n_items=1000,
        n_clusters=n_clusters,
        method="paired_t",
    )


@pytest.mark.parametrize(
    ("value", "standard_error", "min_delta", "verdict"),
    [
        (0.03, 0.01, 0.02, ALLOW),  # lower 0.0136, observed above min_delta
        (0.02, 0.01, 0.02, ALLOW),  # observed exactly min_delta
        (0.0199, 0.01, 0.02, INCONCLUSIVE),  # shown better, but by less; MDE 0.0249
        (0.0199, 0.008, 0.02, REJECT),  # the same with an MDE of 0.0199
        (0.01, 0.008, 0.02, REJECT),  # not shown better, though 0.02 would have been found
        (0.01, 0.01, 0.02, INCONCLUSIVE),  # not shown better, and 0.02 could have been missed
        (-0.02, 0.01, 0.02, REJECT),  # upper -0.0036
        (-0.5, 0.25, 0.0, REJECT),  # a demonstrated loss, however small the run
        (-0.01, 0.01, 0.0, INCONCLUSIVE),
        (0.0, 0.01, 0.0, INCONCLUSIVE),  # with a min_delta of 0 nothing but a loss can be rejected
        (0.0, 1e-9, 0.0, INCONCLUSIVE),
        (0.017, 0.01, 0.0, ALLOW),
    ],
)
def test_superiority(value: float, standard_error: float, min_delta: float, verdict: Verdict) -> None:
    assert rule(_normal(value, standard_error), Superiority(min_delta=min_delta)).verdict is verdict


def test_superiority_takes_an_observed_delta_that_rounding_put_below_min_delta() -> None:
    assert rule(_normal(0.3 - 0.2, 0.01), Superiority(min_delta=0.1)).verdict is ALLOW
    assert 0.3 - 0.2 < 0.1


def test_superiority_rejects_at_an_mde_of_exactly_min_delta() -> None:
    law = _normal(0.0, 0.01)
    mde = Superiority().mde(law)
    assert mde == pytest.approx((Z95 + Z80) * 0.01, rel=1e-6)
    assert rule(law, Superiority(min_delta=mde)).verdict is REJECT
    assert rule(law, Superiority(min_delta=mde * (1 - 1e-6))).verdict is INCONCLUSIVE


@pytest.mark.parametrize(
    "policy", [Superiority(min_delta=0.5), NonInferiority(margin=0.5), MinimumEffect(min_delta=0.5)]
)
@pytest.mark.parametrize("value", [-1.0, 0.0, 1.0])
def test_without_a_standard_error_nothing_is_decided(policy: Policy, value: float) -> None:
    law = _normal(value, 0.0)
    assert policy.mde(law) == math.inf
    ruling = rule(law, policy)
    assert ruling.verdict is INCONCLUSIVE
    assert "nan" not in ruling.because


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (0.0, ALLOW),  # lower -0.0164
        (-0.003, ALLOW),  # lower -0.0194
        (-0.004, INCONCLUSIVE),  # lower -0.0204
        (-0.036, INCONCLUSIVE),  # upper -0.0196
        (-0.037, REJECT),  # upper -0.0206
        (0.5, ALLOW),
    ],
)
def test_non_inferiority(value: float, verdict: Verdict) -> None:
    assert rule(_normal(value, 0.01), NonInferiority(margin=0.02)).verdict is verdict


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (0.037, ALLOW),  # lower 0.0206
        (0.036, INCONCLUSIVE),  # lower 0.0196
        (0.004, INCONCLUSIVE),  # upper 0.0204
        (0.003, REJECT),  # upper 0.0194
        (-1.0, REJECT),
    ],
)
def test_minimum_effect(value: float, verdict: Verdict) -> None:
    assert rule(_normal(value, 0.01), MinimumEffect(min_delta=0.02)).verdict is verdict


class _Fixed(Student):
    """A law whose bounds are given."""

    def lower(self, alpha: float) -> float:
        return self.value - self.standard_error + 0.0 * alpha

    def upper(self, alpha: float) -> float:
        return self.value + self.standard_error + 0.0 * alpha


@pytest.mark.parametrize(
    ("policy", "value", "verdict"),
    [
        (Superiority(), 1.0, INCONCLUSIVE),  # lower exactly 0: not above it
        (Superiority(), -1.0, INCONCLUSIVE),  # upper exactly 0: not below it
        (NonInferiority(margin=0.5), 0.5, INCONCLUSIVE),  # lower exactly -margin
        (NonInferiority(margin=0.5), -1.5, INCONCLUSIVE),  # upper exactly -margin
        (MinimumEffect(min_delta=0.5), 1.5, ALLOW),  # lower exactly min_delta: at least
        (MinimumEffect(min_delta=0.5), -0.5, INCONCLUSIVE),  # upper exactly min_delta
        (MinimumEffect(min_delta=0.0), 1.0, INCONCLUSIVE),  # "at least nothing" still takes an improvement
    ],
)
def test_bounds_that_lie_exactly_on_the_line(policy: Policy, value: float, verdict: Verdict) -> None:
    law = _Fixed(value=value, standard_error=1.0, df=math.inf, n_items=9, method="fixed")
    assert rule(law, policy).verdict is verdict


@pytest.mark.parametrize(("clusters", "verdict"), [(5, INCONCLUSIVE), (6, ALLOW), (None, ALLOW)])
def test_below_six_clusters_nothing_is_allowed(clusters: int | None, verdict: Verdict) -> None:
    law = _normal(1.0, 0.01, clusters)
    for policy in (Superiority(min_delta=0.5), NonInferiority(margin=0.1), MinimumEffect(min_delta=0.1)):
        assert rule(law, policy).verdict is verdict
        assert (chance_of_allow(law, policy) == 0.0) == (clusters == 5)


def test_below_six_clusters_a_loss_is_still_rejected() -> None:
    assert rule(_normal(-1.0, 0.01, 3), Superiority()).verdict is REJECT


@pytest.mark.parametrize("dropped", list(Verdict))
@pytest.mark.parametrize("worst", list(Verdict))
def test_two_verdicts_that_differ_are_inconclusive(dropped: Verdict, worst: Verdict) -> None:
    laws = {ALLOW: 1.0, REJECT: -1.0, INCONCLUSIVE: 0.0}
    rulings = {v: rule(_normal(value, 0.01), Superiority()) for v, value in laws.items()}
    ruling = decide(rulings[dropped], rulings[worst])
    assert ruling.verdict is (dropped if dropped is worst else INCONCLUSIVE)
    assert decide(rulings[dropped], None) is rulings[dropped]


@pytest.mark.parametrize(("alpha", "power"), [(0.05, 0.8), (0.01, 0.9)])
def test_the_mde_is_found_with_the_asked_power(alpha: float, power: float) -> None:
    """Over what the true standard error may be, which 11 degrees of freedom leave open (its chi-squared law)."""
    chances = (np.arange(4000) + 0.5) / 4000
    ratios = np.sqrt(stats.chi2.ppf(chances, 11) / 11)
    law = Student(value=0.0, standard_error=0.1, df=11.0, n_items=12, method="paired_t")
    for policy in (
        Superiority(min_delta=1.0, alpha=alpha, power=power),
        NonInferiority(margin=1.0, alpha=alpha, power=power),
    ):
        critical = float(stats.t.ppf(1 - alpha, 11))
        found = float(stats.nct.sf(critical, 11, policy.mde(law) / 0.1 * ratios).mean())
        assert found == pytest.approx(power, abs=6e-3)


def test_the_chance_of_allow_counts_both_of_superioritys_demands() -> None:
    """At a true effect of min_delta the estimate falls short of it every other time."""
    law = _normal(0.0, 0.001)
    assert chance_of_allow(law, Superiority(min_delta=0.05)) == pytest.approx(0.5, abs=1e-9)
    assert chance_of_allow(_normal(0.0, 0.05), Superiority(min_delta=0.05)) == pytest.approx(
        float(stats.norm.sf(Z95 - 1.0)), abs=1e-6
    )
    assert chance_of_allow(law, NonInferiority(margin=0.05)) == pytest.approx(1.0)
    assert chance_of_allow(law, MinimumEffect(min_delta=0.05)) == pytest.approx(0.05, abs=1e-6)


def test_a_suite_at_99_percent_that_falls_to_97_is_rejected() -> None:
    """The issue's own case, 4,000 items: 40 fail and 120 fail; whatever the overlap, the loss is demonstrated."""
    for both_fail in (0, 20, 40):
        law = tango(40 - both_fail, 120 - both_fail, 4000)
        assert rule(law, Superiority(min_delta=0.005)).verdict is REJECT
        assert rule(law, NonInferiority(margin=0.005)).verdict is REJECT


@pytest.mark.parametrize(("n", "verdict"), [(200, ALLOW), (100, INCONCLUSIVE)])
def test_identical_0_1_scores_pass_non_inferiority_once_there_are_enough(n: int, verdict: Verdict) -> None:
    """No discordant pair leaves z^2 / (n + z^2): 0.0134 at 200 items, 0.0263 at 100."""
    law: Inference = tango(0, 0, n)
    assert rule(law, NonInferiority(margin=0.02)).verdict is verdict
    assert rule(law, Superiority(min_delta=0.5)).verdict is not ALLOW


@pytest.mark.parametrize(
    "options",
    [
        {"alpha": 0.0},
        {"alpha": 0.5},
        {"alpha": -0.1},
        {"alpha": math.nan},
        {"alpha": math.inf},
        {"power": 0.05},
        {"power": 1.0},
        {"power": math.nan},
        {"min_delta": math.nan},
        {"min_delta": math.inf},
        {"min_delta": -0.01},
        {"margin": 0.0},
        {"margin": -0.01},
        {"margin": math.nan},
        {"margin": 0.01, "min_delta": 0.01},
        {"name": "non-inferiority"},
        {"name": "non-inferiority", "min_delta": 0.01},
        {"name": "minimum-effect"},
        {"name": "minimum-effect", "margin": 0.01},
        {"name": "superiority", "margin": 0.01},
        {"name": "nonsense"},
        {"name": "nonsense", "margin": 0.01},
    ],
)
def test_numbers_that_cannot_be_meant_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(UsageError) as caught:
        make_policy(**options)  # type: ignore[arg-type]
    assert caught.value.hint


def test_the_policy_follows_from_the_numbers() -> None:
    assert isinstance(make_policy(), Superiority)
    assert isinstance(make_policy(min_delta=0.01), Superiority)
    assert isinstance(make_policy(margin=0.01), NonInferiority)
    assert isinstance(make_policy("minimum-effect", min_delta=0.01), MinimumEffect)
    assert list(POLICIES) == ["superiority", "non-inferiority", "minimum-effect"]
