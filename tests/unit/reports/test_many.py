from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.gate_reports import COMPARISON, allowed, faster, hostile, rejected, undecided
from tests.support.many_reports import joint

from evaligo.errors import UsageError
from evaligo.gates.many import join
from evaligo.records import ManyReport
from evaligo.reports import Screen, github, render

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


def attacked(text: str) -> ManyReport:
    return replace(join([hostile(text), hostile(text)]), because=text)


def tables(markdown: str) -> Iterator[list[str]]:
    for table in re.findall(r"(?:^\|.*\n)+", markdown, re.MULTILINE):
        yield table.splitlines()


def strict(text: str) -> Any:
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def test_the_joint_verdict_heads_the_summary_and_each_metric_has_its_own_part() -> None:
    lines = render(joint(), "markdown").split("\n")
    assert [line for line in lines if line.startswith("#")] == [
        "## EVALSIG release gate :x: REJECT",
        "### `accuracy` :x: REJECT",
        "### `latency_ms` :white_check_mark: ALLOW",
        "### `f1` :warning: INCONCLUSIVE",
    ]
    assert lines[1] == "| metric | verdict | delta | CI (95%) | p-value | regression p (Holm) |"
    assert lines[3].startswith("| `accuracy` | REJECT | -0.0200 |")


def test_each_metric_s_table_has_the_rows_that_pipelines_parse() -> None:
    alone = render(faster(), "markdown").split("\n")[1:11]
    assert "\n".join(alone) in render(joint(), "markdown")


@pytest.mark.parametrize("name", ["markdown", "terminal", "html", "junit"])
def test_a_metric_s_advice_is_given_only_where_its_verdict_is_the_joint_one(name: str) -> None:
    """`latency_ms` is allowed, but what is rejected is not to be promoted."""
    text = render(joint(), name)
    assert "Promote the candidate" not in text
    assert "Look at the items that went from pass to fail" in text
    assert "Promote the candidate" in render(join([allowed(), faster()]), name)


def test_what_all_metrics_share_is_told_once() -> None:
    for name in ("markdown", "terminal", "html"):
        assert render(joint(), name).count("Inputs (seed 0") == 1


@given(ANY_TEXT)
def test_no_text_of_others_breaks_a_report(text: str) -> None:
    report = attacked(text)
    markdown = render(report, "markdown")
    for table in tables(markdown):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table}) == 1
    assert len(re.findall("^##", markdown, re.MULTILINE)) == 3
    shown = render(report, "terminal", Screen(width=80))
    assert all(c.isprintable() or c in "\n\u200c\u200d" for c in shown)
    assert len(list(ET.fromstring(render(report, "junit").encode()).iter("testcase"))) == 3
    assert strict(render(report, "json"))["metrics"][0]["comparison"]["metric"] == text


def test_no_text_of_others_becomes_an_element_of_the_page() -> None:
    text = "</script><img src=x onerror=alert(1)>"
    assert "<img" not in render(attacked(text), "html")


def test_a_page_tells_the_parts_of_each_metric_apart() -> None:
    page = render(joint(), "html")
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)) > 0
    named = re.findall(r'labelledby="([^"]+)"', page)
    assert {name for names in named for name in names.split()} <= set(ids)
    assert re.findall(r'<(?:body|article) class="(\w+)"', page) == [
        "REJECT",
        "REJECT",
        "ALLOW",
        "INCONCLUSIVE",
    ]


def test_a_piped_terminal_report_keeps_to_eighty_columns() -> None:
    report = join([undecided(), allowed(comparison=replace(COMPARISON, metric="a-long-name-" * 5))])
    assert max(map(len, render(report, "terminal").split("\n"))) <= 80
    assert render(report, "terminal", Screen(unicode=False)).isascii()


def test_json_starts_with_the_joint_verdict() -> None:
    read = strict(render(joint(), "json"))
    assert list(read) == ["verdict", "exit_code", "because", "metrics"]
    assert (read["verdict"], read["exit_code"]) == ("REJECT", 1)
    assert [m["comparison"]["metric"] for m in read["metrics"]] == ["accuracy", "latency_ms", "f1"]


def test_junit_has_a_case_for_each_metric_and_one_for_the_joint_verdict() -> None:
    root = ET.fromstring(render(joint(), "junit").encode())
    cases = {case.get("name"): case.find("failure") for case in root.iter("testcase")}
    assert {name: failure is not None and failure.get("type") for name, failure in cases.items()} == {
        "accuracy": "REJECT",
        "latency_ms": False,
        "f1": "INCONCLUSIVE",
        "joint verdict": "REJECT",
    }
    assert (root.get("tests"), root.get("failures")) == ("4", "3")


def test_github_gets_the_joint_verdict_and_the_first_metric_s_numbers() -> None:
    lines = github.outputs(joint()).splitlines()
    assert lines[:2] == ["verdict=REJECT", "exit_code=1"]
    assert lines[2:] == github.outputs(rejected()).splitlines()[2:]


def test_another_format_is_refused_with_the_list() -> None:
    with pytest.raises(UsageError, match="of several metrics; the reports are terminal, markdown, json"):
        render(joint(), "pdf")
