"""What an unset variable of a CI job leaves on the command line, and reports that cannot be written."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.commands import Done, evalsig
from tests.support.runs import runframe

ITEMS = [(f"q{i}", float(i % 3 > 0)) for i in range(60)]
OPTIONAL = ["--record", "--json", "--metric", "--cluster", "--min-delta", "--alpha", "--bounds", "--format"]


def _gate(folder: Path, *options: str | Path) -> Done:
    run = runframe(folder / "a.json", ITEMS)
    return evalsig("gate", "--baseline", run, "--candidate", run, "--output", "json", *options)


@pytest.mark.parametrize("option", OPTIONAL)
@pytest.mark.parametrize("written", ["{} ", "{}="])
def test_an_optional_value_that_is_empty_is_not_given_and_that_is_said(
    option: str, written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plain = _gate(tmp_path)
    done = _gate(tmp_path, *written.format(option).split(" "))
    assert (done.code, done.out) == (plain.code, plain.out)
    assert f"{option} is empty, which is taken as not given" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize("option", ["--baseline", "--candidate"])
def test_a_required_value_that_is_empty_is_a_usage_error(option: str, tmp_path: Path) -> None:
    done = _gate(tmp_path, option, "")
    assert (done.code, done.out) == (64, "")
    assert done.err == f"error: {option} is empty; check that the variable it comes from is set\n"


@pytest.mark.parametrize("command", ["verify", "doctor", "convert"])
def test_an_argument_that_is_empty_is_a_usage_error(command: str) -> None:
    done = evalsig(command, "")
    assert (done.code, done.out) == (64, "")
    assert done.err == "error: an argument is empty; check that the variable it comes from is set\n"


def test_a_value_that_looks_like_an_option_is_still_a_value(tmp_path: Path) -> None:
    assert "--record is empty" not in _gate(tmp_path, "--project", "--record", "--seed", "1").err


def test_a_gate_whose_report_cannot_be_written_records_no_decision(tmp_path: Path) -> None:
    log = tmp_path / "log"
    done = _gate(tmp_path, "--record", log, "--json", tmp_path / "none" / "report.json")
    assert (done.code, done.out) == (69, "")
    assert "cannot be written" in done.err
    assert not log.exists()
