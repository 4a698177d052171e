"""What holds of the joint verdict whatever the metrics say."""

from hypothesis import given
from hypothesis import strategies as st
from tests.support.many_reports import metric_report

from evaligo.gates.many import join
from evaligo.records import GateReport, Verdict


@st.composite
def metric_reports(draw: st.DrawFn) -> GateReport:
    """One metric's report as law 6 makes them: its REJECT has a small p-value, or a run that could tell."""
    policy = draw(st.sampled_from(["superiority", "non-inferiority"]))
    ground = draw(st.sampled_from(["allow", "open", "loss", "could tell"]))
    if ground == "could tell" and policy == "superiority":
        return metric_report("m", Verdict.REJECT, p=draw(st.floats(0.0, 0.95)), min_delta=0.05, mde=0.04)
    if ground == "loss":
        return metric_report("m", Verdict.REJECT, p=draw(st.floats(0.0, 0.05)), policy=policy)
    verdict = Verdict.ALLOW if ground == "allow" else Verdict.INCONCLUSIVE
    return metric_report("m", verdict, p=draw(st.floats(0.0501, 1.0)), policy=policy)


FAMILIES = st.lists(metric_reports(), min_size=1, max_size=8)


@given(FAMILIES)
def test_all_is_allowed_if_and_only_if_each_is(reports: list[GateReport]) -> None:
    each = all(report.verdict is Verdict.ALLOW for report in reports)
    assert (join(reports).verdict is Verdict.ALLOW) == each


@given(FAMILIES, metric_reports())
def test_a_further_metric_never_makes_an_allow(reports: list[GateReport], further: GateReport) -> None:
    if join(reports).verdict is not Verdict.ALLOW:
        assert join([*reports, further]).verdict is not Verdict.ALLOW


@given(FAMILIES)
def test_a_joint_reject_is_some_metric_s_own(reports: list[GateReport]) -> None:
    if join(reports).verdict is Verdict.REJECT:
        assert any(report.verdict is Verdict.REJECT for report in reports)


@given(metric_reports())
def test_one_metric_is_judged_as_alone(report: GateReport) -> None:
    assert join([report]).verdict is report.verdict


@given(FAMILIES.flatmap(lambda reports: st.tuples(st.just(reports), st.permutations(reports))))
def test_the_order_of_the_metrics_changes_no_verdict(
    orders: tuple[list[GateReport], list[GateReport]],
) -> None:
    assert join(orders[0]).verdict is join(orders[1]).verdict


@given(FAMILIES, st.integers(1, 30))
def test_metrics_without_a_loss_can_only_weaken_a_regression(reports: list[GateReport], n: int) -> None:
    quiet = [metric_report("quiet", p=1.0) for _ in range(n)]
    if join([*reports, *quiet]).verdict is Verdict.REJECT:
        assert join(reports).verdict is Verdict.REJECT
