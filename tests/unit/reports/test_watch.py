"""A watch's report says the same in every format, and nothing that others wrote is markup in it."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from tests.support.gate_reports import HOSTILE

from evaligo.app.watch import watch
from evaligo.errors import UsageError
from evaligo.records import Run
from evaligo.records.watch import WatchReport
from evaligo.reports.screen import Screen
from evaligo.reports.watch import render


def report(gain: float = 0.2, metric: str = "accuracy", task: str = "") -> WatchReport:
    rng = np.random.default_rng(4)
    ids = [f"q{i}" for i in range(800)]
    ours, theirs = (
        Run.from_arrays(ids, {metric: (rng.random(800) < share) * 1.0}, bounds=(0.0, 1.0), task_id=task)
        for share in (0.6, 0.6 + gain)
    )
    return watch(ours, theirs, metric=metric, min_delta=0.02)


def test_the_markdown_begins_with_the_rows_that_pipelines_parse() -> None:
    lines = render(report(), "markdown").splitlines()
    assert lines[0] == "## EVALSIG sequential watch :white_check_mark: ALLOW"
    assert lines[1:3] == ["| Field | Value |", "|---|---|"]
    assert [line.split(" | ")[0].strip("| ") for line in lines[3:11]] == [
        "verdict", "min_delta policy", "observed delta", "CI (95%)", "p-value", "detectable @ 80% power", "method",
        "n_pairs",
    ]  # fmt: skip
    assert lines[3] == "| verdict | **ALLOW** |"
    assert "+inf]" in lines[6]


def test_the_json_holds_every_look_and_open_ends_as_null() -> None:
    found = report(0.0)
    parsed = json.loads(render(replace(found, bounds=(-float("inf"), 0.1)), "json"))
    assert list(parsed)[:3] == ["verdict", "exit_code", "ending"]
    assert len(parsed["looks"]) == len(found.looks)
    assert parsed["bounds"] == [None, 0.1]


@pytest.mark.parametrize("unicode", [True, False])
def test_the_terminal_draws_a_line_a_look_within_its_width(*, unicode: bool) -> None:
    found = report()
    text = render(found, "terminal", Screen(unicode=unicode))
    assert max(map(len, text.splitlines())) <= 80
    assert text.count("●" if unicode else "O") >= len(found.looks) - 1
    assert text.isascii() is not unicode


def test_what_others_wrote_is_inert() -> None:
    hostile = report(metric=HOSTILE, task=HOSTILE)
    text = render(hostile, "markdown")
    prose = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", text)  # code spans are inert by themselves
    assert "\\<img" in prose
    assert "<img" not in prose.replace("\\<img", "")
    assert "@octocat" not in prose
    assert "\x1b" not in text
    assert "\x1b" not in render(hostile, "terminal")
    json.loads(render(hostile, "json"))


def test_an_unknown_format_lists_those_there_are() -> None:
    with pytest.raises(UsageError, match="terminal, markdown, json"):
        render(report(), "html")
