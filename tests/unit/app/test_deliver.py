"""Reports go where they were asked for."""

import json
from pathlib import Path

import pytest
from tests.support.gate_reports import allowed, undecided

from evaligo import UnavailableError
from evaligo.app.deliver import tell_github, write_reports
from evaligo.app.record import record_decision
from evaligo.reports import render


def test_each_format_is_written_where_a_path_was_given(tmp_path: Path) -> None:
    write_reports(allowed(), {"json": tmp_path / "r.json", "markdown": tmp_path / "r.md", "html": None})
    assert json.loads((tmp_path / "r.json").read_text())["verdict"] == "ALLOW"
    assert (tmp_path / "r.md").read_text() == render(allowed(), "markdown")
    assert len(list(tmp_path.iterdir())) == 2


def test_github_is_told_only_where_it_asks(tmp_path: Path) -> None:
    output, summary = tmp_path / "output", tmp_path / "summary"
    output.write_text("before=1\n")
    tell_github(undecided(), {})
    tell_github(undecided(), {"GITHUB_OUTPUT": "", "GITHUB_STEP_SUMMARY": ""})
    tell_github(undecided(), {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)})
    lines = dict(line.split("=", 1) for line in output.read_text().splitlines())
    assert lines["before"] == "1"
    assert {"verdict", "exit_code", "delta", "p_value", "mde"} <= set(lines)
    assert (lines["verdict"], lines["exit_code"]) == ("INCONCLUSIVE", "2")
    assert summary.read_text() == render(undecided(), "markdown")


def test_what_cannot_be_written_is_an_error_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"none.+cannot be written"):
        write_reports(allowed(), {"json": tmp_path / "none" / "r.json"})
    with pytest.raises(UnavailableError, match="cannot be written"):
        tell_github(allowed(), {"GITHUB_OUTPUT": str(tmp_path)})


def test_decisions_are_numbered_in_their_log(tmp_path: Path) -> None:
    receipts = [record_decision(r, tmp_path / "log", project="p") for r in (allowed(), undecided())]
    assert [r.sequence for r in receipts] == [1, 2]
    assert receipts[0].head != receipts[1].head
