"""`make demo` shows two real logs being judged."""

import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[2] / "examples" / "demo.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def shown(folder: Path) -> str:
    done = subprocess.run([sys.executable, DEMO], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_demo_checks_the_logs_then_judges_them(shown: str) -> None:
    commands = [line for line in shown.splitlines() if line.startswith("$ ")]
    assert [command.split(" -m evaligo ")[1].split()[0] for command in commands] == ["doctor", "gate"]
    assert shown.index("0 errors") < shown.index("EVALSIG release gate")


def test_the_demo_shows_the_report_of_the_real_logs(shown: str) -> None:
    assert "ALLOW  match, mean (higher is better)" in shown
    assert "40 by passage_id over 240 items" in shown
    assert "exit code 0" in shown


def test_the_demo_writes_an_html_report_and_says_where(folder: Path, shown: str) -> None:
    report = folder / "demo-report.html"
    assert report.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert str(report.resolve()) in shown
