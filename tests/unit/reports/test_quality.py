"""The report of a quality gate: numbers with their units, text of others inert, one test case a threshold."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from tests.support.gate_reports import HOSTILE
from tests.support.pages import checked, tags
from tests.support.quality_reports import ACCURACY, COST, EFFICIENCY, LATENCY, REPORTS, SATISFACTION, rejected

from evaligo.errors import UsageError
from evaligo.records import QualityReport, ThresholdResult
from evaligo.reports.quality import FORMATS, render
from evaligo.reports.quality_outline import joint, rows
from evaligo.reports.quality_plots import accepted, strip
from evaligo.reports.screen import Screen


def row_of(result: ThresholdResult) -> tuple[str, str, str]:
    (row,) = rows(rejected(results=(result,)))
    return row.values, row.estimate, row.interval


@pytest.mark.parametrize(
    ("result", "written"),
    [
        (ACCURACY, ("0.8708 → 0.8083", "-6.2 pp", "[-9.4, -3.1]")),
        (LATENCY, ("1.20 s → 1.35 s", "+142 ms", "[+31, +287]")),
        (COST, ("$0.00118 → $0.00122", "+3.2 %", "[+1.1, +5.3]")),
        (SATISFACTION, ("0.8517", "0.8517", "[0.8211, 0.8824]")),
        (EFFICIENCY, ("661.5", "661.5", "[641.2, inf]")),
        (
            replace(LATENCY, estimate=1.5, interval=(0.9, 2.1), baseline_value=0.9, candidate_value=2.4),
            ("0.90 s → 2.40 s", "+1.5 s", "[+0.9, +2.1]"),
        ),
        (
            replace(COST, unit="usd", estimate=0.000038, interval=(0.000012, 0.000061)),
            ("$0.00118 → $0.00122", "+$0.000038", "[+0.000012, +0.000061]"),
        ),
    ],
)
def test_amounts_carry_their_unit(result: ThresholdResult, written: tuple[str, str, str]) -> None:
    assert row_of(result) == written


def test_a_change_that_rounds_to_nothing_has_no_minus() -> None:
    assert row_of(replace(ACCURACY, estimate=-0.00001, interval=(-0.03, 0.03)))[1] == "+0.0 pp"


@pytest.mark.parametrize("name", ["html", "markdown", "terminal", "junit"])
@pytest.mark.parametrize("kind", REPORTS)
def test_nothing_unseen_gets_through(kind: str, name: str) -> None:
    text = render(REPORTS[kind], name)
    text.encode("utf-8")
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\r" not in text


@pytest.mark.parametrize("kind", REPORTS)
def test_the_page_is_well_formed_and_asks_the_network_for_nothing(kind: str) -> None:
    page = render(REPORTS[kind], "html")
    checked(page)
    assert "default-src 'none'" in page
    assert "http://" not in page
    assert "https://" not in page


def test_hostile_text_opens_no_tag_in_markdown() -> None:
    assert tags(render(REPORTS["hostile"], "markdown")) <= {"details", "summary", "/summary", "/details"}


@pytest.mark.parametrize("kind", REPORTS)
def test_json_is_strict(kind: str) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    data = json.loads(render(REPORTS[kind], "json"), parse_constant=refuse)
    assert data["verdict"] == REPORTS[kind].verdict.value
    assert [r["threshold"]["name"] for r in data["results"]] == [
        r.threshold.name for r in REPORTS[kind].results
    ]


def states(report: QualityReport) -> dict[str, str]:
    root = ET.fromstring(render(report, "junit"))
    found = {}
    for case in root.iter("testcase"):
        found[case.get("name", "")] = next((e.tag for e in case if e.tag in {"failure", "skipped"}), "passed")
    suite = root.find("testsuite")
    assert suite is not None
    assert int(suite.get("skipped", "")) == sum(s == "skipped" for s in found.values())
    assert int(suite.get("failures", "")) == sum(s == "failure" for s in found.values())
    return found


def test_junit_has_a_case_for_each_threshold_and_one_for_all() -> None:
    assert states(REPORTS["reject"]) == {
        "accuracy_regression": "failure",
        "latency_p95": "passed",
        "cost_per_request": "passed",
        "user_satisfaction_proxy": "failure",
        "cost_efficiency": "passed",
        "joint verdict": "failure",
    }


def test_junit_skips_what_has_no_baseline() -> None:
    assert states(REPORTS["no-baseline"])["accuracy_regression"] == "skipped"


def test_junit_is_not_red_where_the_gate_lets_pass() -> None:
    assert "failure" not in states(REPORTS["inconclusive"]).values()


def test_an_informational_threshold_fails_no_test() -> None:
    shown_only = replace(ACCURACY, threshold=replace(ACCURACY.threshold, role="informational"))
    assert states(rejected(results=(shown_only,)))["accuracy_regression"] == "skipped"


@pytest.mark.parametrize("width", [60, 80, 110])
@pytest.mark.parametrize("unicode", [True, False])
def test_no_line_is_wider_than_the_screen(width: int, unicode: bool) -> None:  # noqa: FBT001  (a parameter of the test)
    text = render(REPORTS["reject"], "terminal", Screen(width=width, unicode=unicode))
    assert max(map(len, text.splitlines())) <= width
    assert unicode or text.isascii()


@pytest.mark.parametrize(
    ("kind", "region"),
    [
        ("max_decrease", (-0.5, math.inf)),
        ("max_increase", (-math.inf, 0.5)),
        ("max_rate", (-math.inf, 0.5)),
        ("max_value", (-math.inf, 0.5)),
        ("min_score", (0.5, math.inf)),
        ("min_ratio", (0.5, math.inf)),
    ],
)
def test_the_accepted_side_follows_the_kind(kind: str, region: tuple[float, float]) -> None:
    assert accepted(replace(ACCURACY.threshold, kind=kind, limit=0.5)) == region


def points(result: ThresholdResult) -> tuple[float, float]:
    svg = ET.fromstring(str(strip(result, "")))
    circle, rect = svg.find("circle"), svg.find("rect")
    assert circle is not None
    assert rect is not None
    return float(circle.get("cx", "")), float(rect.get("x", ""))


@pytest.mark.parametrize("result", [ACCURACY, LATENCY, COST, SATISFACTION, EFFICIENCY])
def test_an_estimate_that_is_accepted_lies_on_the_shaded_side(result: ThresholdResult) -> None:
    point, edge = points(result)
    low, high = accepted(result.threshold)
    assert result.estimate is not None
    assert (point > edge) == (low < result.estimate < high)


def test_a_threshold_without_an_estimate_has_no_picture() -> None:
    assert strip(replace(ACCURACY, estimate=None, verdict=None), "") == ""


def test_markdown_names_the_gate_and_its_verdict_first() -> None:
    first = render(REPORTS["reject"], "markdown").splitlines()[0]
    assert first == "## Quality gate `pr_validation` :x: REJECT"


def test_an_inconclusive_gate_says_what_the_pipeline_makes_of_it() -> None:
    said = "User_satisfaction_proxy is undecided. With on_inconclusive: warn, the pipeline goes on."
    assert joint(REPORTS["inconclusive"]).lower() == said.lower()


def test_an_unknown_format_is_refused_with_what_there_is() -> None:
    with pytest.raises(UsageError, match=r"no report 'pdf'.*terminal, markdown"):
        render(REPORTS["allow"], "pdf")


def test_the_formats_are_those_of_the_release_gate() -> None:
    assert FORMATS == ("terminal", "markdown", "json", "html", "junit")


def test_hostile_text_stands_in_the_page_as_text() -> None:
    page = render(REPORTS["hostile"], "html")
    assert "<img" not in page
    assert "onerror=alert(1)" in page
    assert HOSTILE not in page
