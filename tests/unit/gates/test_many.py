import pytest
from tests.support.many_reports import metric_report

from evaligo.errors import UsageError
from evaligo.gates.many import join
from evaligo.records import GateReport, Verdict

ALLOW, REJECT, OPEN = Verdict.ALLOW, Verdict.REJECT, Verdict.INCONCLUSIVE


def rejects(name: str, p: float) -> GateReport:
    return metric_report(name, REJECT, p=p, policy="non-inferiority")


def test_all_allowed_is_allowed() -> None:
    joint = join([metric_report("a"), metric_report("b")])
    assert (joint.verdict, joint.exit_code, joint.because) == (ALLOW, 0, "every metric is allowed")


def test_one_undecided_metric_leaves_all_undecided() -> None:
    joint = join([metric_report("a"), metric_report("b", OPEN, p=0.5)])
    assert (joint.verdict, joint.exit_code) == (OPEN, 2)
    assert joint.because == "'b' is not decided"


def test_a_regression_that_survives_holm_rejects() -> None:
    joint = join([metric_report("a"), rejects("b", 0.02)])
    assert (joint.verdict, joint.exit_code) == (REJECT, 1)
    assert joint.because == (
        "'b' is rejected, also after Holm's correction for 2 metrics (p 0.0400, not above 0.05)"
    )


def test_a_regression_that_does_not_survive_holm_is_inconclusive_and_said_so() -> None:
    joint = join([metric_report("a"), rejects("b", 0.03), metric_report("c", OPEN, p=0.2)])
    assert joint.verdict is OPEN
    assert joint.because == (
        "'b' alone would be REJECT, and that does not survive Holm's correction for 3 metrics "
        "(p 0.0900, above 0.05); 'c' is not decided"
    )


def test_holm_steps_down_so_that_a_first_regression_frees_the_second() -> None:
    """Bonferroni would ask 0.025 of both."""
    joint = join([rejects("a", 0.01), rejects("b", 0.04)])
    assert joint.holm == (0.02, 0.04)
    assert [name in joint.because for name in ("'a' is rejected", "'b' is rejected")] == [True, True]


def test_metrics_that_are_allowed_count_in_the_correction() -> None:
    assert join([rejects("a", 0.03)]).verdict is REJECT
    assert join([rejects("a", 0.03), metric_report("b")]).verdict is OPEN


def test_a_p_value_equal_to_alpha_rejects_as_the_bound_does() -> None:
    """The bootstrap's upper bound excludes the limit at a p-value of exactly alpha."""
    assert join([rejects("a", 0.05)]).verdict is REJECT


def test_a_run_that_could_find_min_delta_rejects_without_a_claim_to_correct() -> None:
    joint = join([metric_report("a"), metric_report("b", REJECT, p=0.6, min_delta=0.05, mde=0.04)])
    assert joint.verdict is REJECT
    assert joint.because == "'b' is rejected: this run could find the asked improvement, and it is not shown"


def test_a_weak_regression_of_a_run_that_could_find_min_delta_rejects_by_the_second_ground() -> None:
    reports = [metric_report("a"), metric_report("b", REJECT, p=0.03, min_delta=0.05, mde=0.04)]
    assert join(reports).verdict is REJECT


def test_the_second_ground_is_superiority_s_alone() -> None:
    """A small MDE beside a margin says nothing about an improvement that was asked for."""
    reports = [
        metric_report("a"),
        metric_report("b", REJECT, p=0.03, policy="non-inferiority", mde=0.001),
    ]
    assert join(reports).verdict is OPEN


@pytest.mark.parametrize("mde", [0.0, float("inf")])
def test_a_run_that_can_find_nothing_has_no_second_ground(mde: float) -> None:
    reports = [metric_report("a"), metric_report("b", REJECT, p=0.03, min_delta=0.05, mde=mde)]
    assert join(reports).verdict is OPEN


def test_a_tiny_p_value_is_not_printed_as_zero() -> None:
    assert "(p below 0.0001, not above 0.05)" in join([rejects("a", 1e-9)]).because


def test_the_joint_record_holds_each_metric_s_own_report_with_both_p_values() -> None:
    read = join([metric_report("a"), rejects("b", 0.03)]).to_dict()
    assert list(read) == ["verdict", "exit_code", "because", "metrics"]
    assert (read["verdict"], read["exit_code"]) == ("INCONCLUSIVE", 2)
    assert [m["verdict"] for m in read["metrics"]] == ["ALLOW", "REJECT"]
    assert (read["metrics"][1]["p_regression"], read["metrics"][1]["p_regression_holm"]) == (0.03, 0.06)


def test_a_p_value_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="not between 0 and 1"):
        join([rejects("a", float("nan"))])
