"""From thresholds to the gate."""

from typing import Any

import pytest
from tests.support.quality_gates import threshold

from evaligo.gates.quality_join import join_thresholds
from evaligo.records import ThresholdResult, Verdict


def result(
    verdict: Verdict | None,
    *,
    p: float | None = None,
    level: float | None = 0.95,
    noise: bool = False,
    **asked: Any,
) -> ThresholdResult:
    chance = (0.001 if verdict is Verdict.REJECT else 0.5) if p is None else p
    return ThresholdResult(
        threshold=threshold(confidence_level=level, **asked),
        verdict=verdict,
        because="the bound says so",
        confidence_level=level or 0.95,
        within_noise=noise,
        p_failure=chance,
    )


ALLOW, REJECT, OPEN = result(Verdict.ALLOW), result(Verdict.REJECT), result(Verdict.INCONCLUSIVE)
NOISY = result(Verdict.REJECT, level=None, noise=True, p=0.3)
POINT = result(Verdict.REJECT, level=None)


def joined(*results: ThresholdResult, **options: Any) -> tuple[Verdict, bool, int]:
    joint = join_thresholds(results, **options)
    return joint.verdict, joint.passed, joint.exit_code


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ((ALLOW, ALLOW), (Verdict.ALLOW, True, 0)),
        ((ALLOW, OPEN), (Verdict.INCONCLUSIVE, False, 2)),
        ((ALLOW, REJECT), (Verdict.REJECT, False, 1)),
        ((OPEN, REJECT), (Verdict.REJECT, False, 1)),
        ((ALLOW, POINT), (Verdict.REJECT, False, 1)),
        ((ALLOW, NOISY), (Verdict.REJECT, False, 1)),
    ],
)
def test_allow_needs_all_and_reject_one(
    results: tuple[ThresholdResult, ...], expected: tuple[Verdict, bool, int]
) -> None:
    assert joined(*results) == expected


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ((ALLOW, OPEN), (Verdict.INCONCLUSIVE, True, 0)),
        ((ALLOW, REJECT), (Verdict.REJECT, False, 1)),
        ((ALLOW, POINT), (Verdict.REJECT, False, 1)),
        ((ALLOW, NOISY), (Verdict.INCONCLUSIVE, True, 0)),
    ],
)
def test_fail_on_regression_fails_on_what_is_demonstrated_alone(
    results: tuple[ThresholdResult, ...], expected: tuple[Verdict, bool, int]
) -> None:
    assert joined(*results, fail_on_regression=True) == expected


def test_what_the_gate_says_of_an_open_verdict_holds_under_fail_on_regression_too() -> None:
    assert joined(OPEN, fail_on_regression=True, on_inconclusive="block") == (Verdict.INCONCLUSIVE, False, 2)
    assert joined(OPEN, on_inconclusive="allow") == (Verdict.INCONCLUSIVE, True, 0)


def test_a_claim_pays_for_the_number_of_thresholds() -> None:
    weak = result(Verdict.REJECT, p=0.03)
    assert joined(weak) == (Verdict.REJECT, False, 1)
    joint = join_thresholds([weak, ALLOW])
    assert joint.verdict is Verdict.INCONCLUSIVE
    assert joint.results[0].p_holm == pytest.approx(0.06)
    assert "does not survive Holm's correction" in joint.because
    assert not joint.results[0].demonstrated


def test_point_estimates_and_informational_thresholds_are_no_part_of_the_family() -> None:
    weak = result(Verdict.REJECT, p=0.03)
    shown = result(Verdict.ALLOW, role="informational")
    assert joined(weak, shown, result(Verdict.ALLOW, level=None))[0] is Verdict.REJECT


def test_a_supporting_failure_leaves_the_gate_open_and_an_informational_one_is_shown() -> None:
    assert joined(ALLOW, result(Verdict.REJECT, role="supporting"))[0] is Verdict.INCONCLUSIVE
    assert joined(ALLOW, result(Verdict.INCONCLUSIVE, role="supporting"))[0] is Verdict.ALLOW
    assert joined(ALLOW, result(Verdict.REJECT, role="informational"))[0] is Verdict.ALLOW


def test_a_failure_that_does_not_count_is_a_warning() -> None:
    noisy = result(Verdict.REJECT, level=None, noise=True, role="supporting")
    joint = join_thresholds([ALLOW, noisy], fail_on_regression=True)
    assert joint.verdict is Verdict.ALLOW
    assert "failed within the noise" in joint.findings[0].message


def test_without_a_baseline_the_rest_decides_with_a_warning() -> None:
    first = result(None)
    assert joined(first, first) == (Verdict.INCONCLUSIVE, True, 0)
    assert joined(first, ALLOW) == (Verdict.ALLOW, True, 0)
    assert joined(first, REJECT) == (Verdict.REJECT, False, 1)
    assert joined(first, OPEN) == (Verdict.INCONCLUSIVE, False, 2)
    assert join_thresholds([first]).findings[0].check == "baseline"


def test_a_baseline_that_is_required_holds_the_candidate_back() -> None:
    assert joined(result(None), ALLOW, require_baseline=True, on_inconclusive="allow") == (
        Verdict.INCONCLUSIVE,
        False,
        2,
    )
