"""What to do next."""

import math

import pytest

from evaligo.gates.policy import MinimumEffect, NonInferiority, Policy, Superiority
from evaligo.gates.suggestion import suggest
from evaligo.records import Verdict
from evaligo.records.report import EpochSpread, Suggestion
from evaligo.stats.inference import Student


def _law(value: float = 0.01, standard_error: float = 0.02, n_clusters: int | None = None) -> Student:
    return Student(
        value=value,
        standard_error=standard_error,
        df=math.inf,
        n_items=400,
        n_clusters=n_clusters,
        method="paired_t",
    )


def _spread(share: float) -> EpochSpread:
    return EpochSpread(baseline_epochs=2, candidate_epochs=2, baseline_sd=0.1, candidate_sd=0.1, share=share)


def _next(
    policy: Policy,
    law: Student,
    verdict: Verdict = Verdict.INCONCLUSIVE,
    epochs: EpochSpread | None = None,
    *,
    missing: bool = False,
) -> Suggestion:
    return suggest(verdict, policy, law, epochs, differs_by_missing=missing)


@pytest.mark.parametrize("verdict", [Verdict.ALLOW, Verdict.REJECT])
def test_a_decision_needs_no_more_items(verdict: Verdict) -> None:
    found = _next(Superiority(), _law(), verdict)
    assert (found.items_needed, found.epochs_needed) == (None, None)
    assert found.text


def test_the_items_that_would_decide_follow_from_the_power() -> None:
    """(1.645 + 0.842)^2 standard errors: at 400 items 0.02 each, min_delta 0.03 needs 400 (2.4865 x 0.02 / 0.03)^2."""
    found = _next(Superiority(min_delta=0.03), _law())
    assert found.items_needed == pytest.approx(400 * (2.48648 * 0.02 / 0.03) ** 2, abs=1.5)
    assert f"{found.items_needed:,}" in found.text


def test_clusters_are_counted_along() -> None:
    found = _next(NonInferiority(margin=0.02), _law(n_clusters=40))
    assert found.items_needed is not None
    assert f"{math.ceil(40 * found.items_needed / 400):,} clusters" in found.text


def test_epochs_are_offered_where_they_would_do_and_not_where_the_items_differ() -> None:
    few = _next(Superiority(min_delta=0.04), _law(), epochs=_spread(1.0))
    assert few.epochs_needed == math.ceil(2 * (2.48648 * 0.02 / 0.04) ** 2)
    none = _next(Superiority(min_delta=0.03), _law(), epochs=_spread(0.1))
    assert none.epochs_needed is None
    assert "More epochs alone would not do" in none.text


def test_missing_items_come_first() -> None:
    assert "missing items" in _next(Superiority(), _law(), missing=True).text


def test_what_no_number_of_items_decides_is_said() -> None:
    assert "no feasible number" in _next(Superiority(), _law(value=0.0)).text
    assert "--bounds" in _next(Superiority(), _law(standard_error=0.0)).text


def test_a_plan_goes_by_the_observed_effect_and_by_either_decision() -> None:
    """1.5 standard errors from the limit; 2.486 are found with 80 % power (normal quantiles 1.645 and 0.842)."""
    expected = pytest.approx(400 * (2.486 / 1.5) ** 2, rel=0.01)
    assert _next(NonInferiority(margin=0.06), _law(value=-0.03)).items_needed == expected
    assert _next(MinimumEffect(min_delta=0.06), _law(value=0.03)).items_needed == expected


def test_an_effect_at_the_limit_is_not_planned_for() -> None:
    assert "too near the limit" in _next(NonInferiority(margin=0.06), _law(value=-0.06)).text


def test_few_clusters_are_asked_for_clusters() -> None:
    found = _next(Superiority(), _law(value=0.2, n_clusters=4))
    assert "Add clusters" in found.text
    assert found.items_needed == 600
