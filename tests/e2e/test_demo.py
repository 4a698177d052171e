"""`make demo` tells the whole story: a baseline, a worse prompt, a REJECT that names the items, a report."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[2] / "examples" / "demo.py"


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> str:
    done = subprocess.run(
        [sys.executable, DEMO],
        cwd=tmp_path_factory.mktemp("demo"),
        env={name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")},
        capture_output=True,
        text=True,
        timeout=60,  # it promises less than a minute
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_story_is_told_in_commands_that_one_would_type(shown: str) -> None:
    commands = re.findall(r"^\$ evaligo (\w+(?: \w+)?)", shown, re.MULTILINE)
    assert commands == ["init", "experiment run", "baselines update", "experiment run"]


def test_the_first_prompt_becomes_the_baseline_of_production(shown: str) -> None:
    assert "production is now held to support-bot" in shown


def test_the_worse_prompt_is_rejected_and_the_regressed_items_are_named(shown: str) -> None:
    worse = shown[shown.index("--baseline production") :]
    assert "✘ REJECT  support-bot" in worse
    assert "'accuracy_regression' failed" in worse
    assert "Got worse: 30 items" in worse
    assert re.search(r"^alder-weight .*“0\.9” became “1”", worse, re.MULTILINE)
    assert "exit code 1" in worse


def test_the_report_that_it_names_holds_both_answers_and_no_address(shown: str) -> None:
    report = Path(shown.rstrip().splitlines()[-1])
    page = report.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "alder-weight" in page
    assert not re.search(r"""(?:src|href)=["']?https?:""", page)
    assert "sk-demo" not in page
