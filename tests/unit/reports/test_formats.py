from __future__ import annotations

import io
import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from xml.dom import minidom
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.gate_reports import (
    COMPARISON,
    FLIPS,
    HOSTILE,
    REPORTS,
    allowed,
    comparison_table,
    faster,
    findings,
    hostile,
    rejected,
    undecided,
)

from evaligo.errors import UsageError
from evaligo.records import GateReport, Verdict
from evaligo.records.report import ClusterEffect, Flip, Plots
from evaligo.reports import BUILTINS, Screen, comparisons, doctor, github, render

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
EVERY = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
FIELDS = [
    "verdict",
    "min_delta policy",
    "observed delta",
    "CI (95%)",
    "p-value",
    "detectable @ 80% power",
    "method",
    "n_pairs",
]


def strict(text: str) -> Any:
    """Parse JSON as RFC 8259 has it: no NaN, no infinity."""
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def first_table(markdown: str) -> list[tuple[str, str]]:
    """Read the contract's table as a pipeline would."""
    lines = markdown.split("\n")
    rows = [re.fullmatch(r"\| (.*?) \| (.*) \|", line) for line in lines[3:11]]
    return [(row[1], row[2]) for row in rows if row is not None]


def cells(line: str) -> int:
    return len(re.findall(r"(?<!\\)\|", line)) - 1


class Tags(HTMLParser):
    """Collects what a browser would see as elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "action"}]
        if tag not in {"meta", "link", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@EVERY
def test_the_first_table_has_the_eight_rows_in_their_order(report: GateReport) -> None:
    assert [name for name, _ in first_table(render(report, "markdown"))] == FIELDS


def test_the_first_lines_are_those_that_pipelines_parse() -> None:
    lines = render(allowed(), "markdown").split("\n")[:11]
    assert lines == [
        "## EVALSIG release gate :white_check_mark: ALLOW",
        "| Field | Value |",
        "|---|---|",
        "| verdict | **ALLOW** |",
        "| min_delta policy | `0.0050` |",
        "| observed delta | `+0.0124` |",
        "| CI (95%) | `[+0.0023, +inf]` |",
        "| p-value | `0.0070` |",
        "| detectable @ 80% power | `0.0040` |",
        "| method | `cluster_cr2` |",
        "| n_pairs | 4032 |",
    ]


def test_each_verdict_has_its_mark() -> None:
    heads = [render(allowed(verdict=v), "markdown").split("\n")[0].split()[-2:] for v in Verdict]
    assert heads == [[":white_check_mark:", "ALLOW"], [":x:", "REJECT"], [":warning:", "INCONCLUSIVE"]]


@given(ANY_TEXT)
def test_no_text_of_others_can_break_a_markdown_table(text: str) -> None:
    markdown = render(hostile(text), "markdown")
    assert [name for name, _ in first_table(markdown)] == FIELDS
    for table in re.findall(r"(?:^\|.*\n)+", markdown, re.MULTILINE):
        assert len({cells(line) for line in table.splitlines()}) == 1
    assert markdown.count("<details>") == markdown.count("</details>") == 5


@given(ANY_TEXT)
def test_no_text_of_others_can_break_the_xml(text: str) -> None:
    xml = render(hostile(text), "junit").encode()
    assert ET.fromstring(xml).find("testsuite/testcase/failure") is not None
    assert minidom.parseString(xml).documentElement is not None


@given(ANY_TEXT)
def test_no_text_of_others_becomes_an_element_of_the_page(text: str) -> None:
    plain, attacked = Tags(), Tags()
    plain.feed(render(hostile("item"), "html"))
    attacked.feed(render(hostile(text), "html"))
    assert attacked.names == plain.names
    assert attacked.attributes == plain.attributes
    assert attacked.open == []


@given(ANY_TEXT)
def test_no_text_of_others_reaches_the_terminal_as_a_control(text: str) -> None:
    shown = render(hostile(text), "terminal", Screen(width=80))
    assert all(c.isprintable() or c in "\n\u200c\u200d" for c in shown)


@given(ANY_TEXT)
def test_json_gives_back_the_text_of_others_as_it_was(text: str) -> None:
    read = strict(render(hostile(text), "json").encode().decode())
    assert read["flips"]["worst"][0]["item_id"] == text


def test_a_page_asks_the_network_for_nothing() -> None:
    page = render(hostile(HOSTILE), "html")
    tags = Tags()
    tags.feed(page)
    assert not {"script", "img", "link", "iframe", "object", "a"} & tags.names
    assert tags.links == []
    assert "url(" not in page
    assert "default-src 'none'" in page
    assert "<img" not in page


@EVERY
def test_a_page_is_whole_and_its_pictures_have_names(report: GateReport) -> None:
    page = render(report, "html")
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert page.count("<svg") == page.count("<title id=") == page.count("<desc id=") > 0
    assert report.verdict in page


def test_pictures_are_drawn_only_from_data_that_is_there() -> None:
    assert render(allowed(), "html").count("<svg") == 4
    assert render(allowed(plots=Plots()), "html").count("<svg") == 1


@EVERY
def test_a_piped_terminal_report_keeps_to_eighty_columns_without_colour(report: GateReport) -> None:
    text = render(report, "terminal")
    assert max(map(len, text.split("\n"))) <= 80
    assert "\x1b" not in text
    assert text.endswith("\n")


@EVERY
def test_a_screen_without_unicode_gets_ascii(report: GateReport) -> None:
    assert render(report, "terminal", Screen(unicode=False)).isascii()


def test_a_colour_screen_gets_the_verdict_in_its_colour() -> None:
    assert "\x1b[1;31m✘ REJECT" in render(rejected(), "terminal", Screen(color=True))


def test_the_bar_shows_the_interval_against_zero_and_min_delta() -> None:
    above, line, below = _bar(render(allowed(), "terminal"))
    assert above.split() == ["0", "min_delta"]
    assert [c for c in line if c in "┼┣●┫"] == list("┼┣┼●┫")
    assert below.split() == ["+0.0040", "+0.0124", "+0.0208"]


def test_an_open_bound_runs_out_of_the_bar() -> None:
    assert _bar(render(undecided(), "terminal"))[1].endswith("▶")


def test_less_is_better_turns_the_policy_round() -> None:
    above, line, _ = _bar(render(faster(), "terminal"))
    assert above.split() == ["min_delta", "0"]
    assert line.lstrip().startswith("═")


@EVERY
def test_json_is_strict_and_starts_with_the_verdict(report: GateReport) -> None:
    text = render(report, "json")
    read = strict(text)
    assert list(read)[:2] == ["verdict", "exit_code"]
    assert (read["verdict"], read["exit_code"]) == (report.verdict.value, report.exit_code)
    assert text.endswith("}\n")


def test_an_open_bound_is_null_in_json() -> None:
    read = strict(render(undecided(), "json"))
    assert read["comparison"]["ci"][1] is None
    assert read["comparison"]["mde"] is None


def test_each_key_of_the_json_is_documented() -> None:
    from evaligo.reports import json as module

    documented = re.findall(r"^(\w+(?:, \w+)*)  +\S", module.__doc__ or "", re.MULTILINE)
    assert ", ".join(documented).split(", ")[1:] == list(strict(render(allowed(), "json")))


@pytest.mark.parametrize("verdict", Verdict)
def test_only_allow_passes_in_junit(verdict: Verdict) -> None:
    root = ET.fromstring(render(allowed(verdict=verdict), "junit").encode())
    case = root.find("testsuite/testcase")
    assert case is not None
    assert (case.get("classname"), case.get("name")) == ("evaligo.gate", "accuracy")
    failure = case.find("failure")
    assert (None if failure is None else failure.get("type")) == (
        None if verdict == "ALLOW" else verdict.value
    )
    assert root.get("failures") == str(int(verdict != "ALLOW"))


def test_junit_carries_the_numbers_in_full_and_the_markdown() -> None:
    root = ET.fromstring(render(allowed(), "junit").encode())
    numbers = {p.get("name"): p.get("value") for p in root.iter("property")}
    assert numbers["p_value"] == "0.00702"
    assert "ci_high" not in numbers
    assert "| n_pairs | 4032 |" in (root.findtext("testsuite/testcase/system-out") or "")


def test_github_gets_full_precision_and_nothing_for_what_is_infinite() -> None:
    assert github.outputs(undecided()) == (
        "verdict=INCONCLUSIVE\nexit_code=2\ndelta=0.000123\np_value=2e-05\nmde=\n"
    )


@given(ANY_TEXT)
def test_github_outputs_hold_nothing_of_others(text: str) -> None:
    assert github.outputs(hostile(text)) == github.outputs(hostile("x"))


def test_a_report_of_huge_ids_fits_into_a_comment() -> None:
    long = "`|\x1b" * 5000
    flip = Flip(item_id=long, cluster_id=long, baseline=1.0, candidate=0.0)
    effect = ClusterEffect(cluster_id=long, n_items=1, delta=-1.0)
    report = hostile(long)
    report = replace(
        report,
        flips=replace(FLIPS, worst=(flip,) * 50, best=(flip,) * 50),
        clusters=(effect,) * 50,
        missing=replace(report.missing, examples=((long, long),) * 50),
        findings=report.findings * 50,
    )
    assert len(render(report, "markdown")) < 65_536


def test_missing_items_are_told_with_both_verdicts() -> None:
    said = "ALLOW if dropped, INCONCLUSIVE if counted at their worst (delta +0.0071)"
    for name in ("markdown", "terminal", "html"):
        assert said in re.sub(r"\s+", " ", render(undecided(), name))


def test_a_worst_case_that_was_not_judged_is_not_told_as_safe() -> None:
    report = undecided()
    report = replace(report, missing=replace(report.missing, worst_case=None, worst_case_delta=None))
    assert "the worst case was not judged" in render(report, "markdown")


def test_findings_that_are_well_stay_out_of_the_gates_report() -> None:
    assert "no item stands twice" not in render(undecided(), "markdown")
    assert "is read as" in render(undecided(), "markdown")


def test_warnings_beyond_ten_are_counted() -> None:
    report = undecided()
    text = render(replace(report, findings=report.findings[:1] * 14), "markdown")
    assert text.count("> - **alias:**") == 10
    assert "4 further warnings are in the JSON report" in text


def test_an_undefined_number_is_not_available_rather_than_nan() -> None:
    report = allowed(comparison=replace(COMPARISON, p_value=math.nan, mde=math.nan))
    for name in ("markdown", "terminal", "html"):
        assert not re.search(r"\bnan\b", render(report, name))


def test_an_unknown_report_is_refused_with_the_list() -> None:
    with pytest.raises(UsageError, match="the reports are terminal, markdown, json, html, junit"):
        render(allowed(), "pdf")


def test_tty_means_terminal() -> None:
    assert render(allowed(), "tty") == render(allowed(), "terminal")
    assert [part.name for part in BUILTINS] == ["terminal", "markdown", "json", "html", "junit"]


def test_a_report_is_the_same_each_time() -> None:
    for part in BUILTINS:
        assert render(undecided(), part.name) == render(undecided(), part.name)


@pytest.mark.parametrize("name", ["terminal", "markdown", "json"])
def test_comparisons_show_both_adjusted_p_values(name: str) -> None:
    text = comparisons.render(comparison_table(), name)
    assert text.count("0.0140") == 2
    assert "f1" in text


def test_one_comparison_needs_no_adjusted_p_value() -> None:
    table = comparison_table()
    alone = replace(table, comparisons=table.comparisons[:1], holm=(0.007,), benjamini_hochberg=(0.007,))
    assert "Holm" not in comparisons.render(alone, "terminal")


@given(ANY_TEXT)
def test_no_metric_name_breaks_the_comparisons(text: str) -> None:
    markdown = comparisons.render(comparison_table(text), "markdown")
    for table in re.findall(r"(?:^\|.*\n)+", markdown, re.MULTILINE):
        assert len({cells(line) for line in table.splitlines()}) == 1
    shown = comparisons.render(comparison_table(text), "terminal")
    assert all(c.isprintable() or c in "\n\u200c\u200d" for c in shown)
    assert strict(comparisons.render(comparison_table(text), "json"))["comparisons"][1]["metric"] == text


def test_the_doctor_signs_each_finding_and_puts_the_way_out_under_it() -> None:
    lines = doctor.render(findings(), "terminal").split("\n")
    assert lines[:2] == [
        "✘ overlap: a.json and b.json share no item.",
        "  Check that both runs are of one task.",
    ]
    assert lines[2].startswith("! missing:")
    assert lines[4].startswith("✔ duplicates:")
    assert lines[-2] == "1 error, 1 warning, 1 ok."


@given(ANY_TEXT)
def test_no_message_breaks_the_doctor(text: str) -> None:
    shown = doctor.render(findings(text), "terminal")
    assert all(c.isprintable() or c in "\n\u200c\u200d" for c in shown)
    assert doctor.render(findings(text), "markdown").count("\n- :") == 3
    assert strict(doctor.render(findings(text), "json"))["findings"][2]["message"] == text


@pytest.mark.parametrize("module", [comparisons, doctor])
def test_only_three_formats_are_for_comparisons_and_the_doctor(module: Any) -> None:
    with pytest.raises(UsageError, match="terminal, markdown, json"):
        module.render(comparison_table() if module is comparisons else findings(), "html")


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environ", "screen"),
    [
        (io.StringIO(), {}, Screen(width=80, color=False)),
        (Tty(), {"COLUMNS": "100"}, Screen(width=100, color=True)),
        (Tty(), {"COLUMNS": "500"}, Screen(width=110, color=True)),
        (Tty(), {"COLUMNS": "20"}, Screen(width=60, color=True)),
        (Tty(), {"COLUMNS": "80", "NO_COLOR": "1"}, Screen(width=80, color=False)),
        (Tty(), {"TERM": "dumb"}, Screen(width=80, color=False)),
        (io.TextIOWrapper(io.BytesIO(), "ascii"), {}, Screen(unicode=False)),
    ],
)
def test_a_screen_is_found_from_the_stream_and_the_environment(
    stream: Any, environ: dict[str, str], screen: Screen
) -> None:
    assert Screen.of(stream, environ) == screen


def _bar(text: str) -> tuple[str, str, str]:
    lines = text.split("\n")
    at = next(i for i, line in enumerate(lines) if line.startswith(" ") and set(line) & set("┣┫"))
    return lines[at - 1], lines[at], lines[at + 1]
