"""An interrupted experiment goes on as it began, or not at all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = Path(".evaligo")


def evaligo(*args: str) -> subprocess.CompletedProcess[str]:
    """Call it in a process of its own: this one would remember the bot's module."""
    command = [sys.executable, "-m", "evaligo", *args]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def edit(name: str, edited: Callable[[str], str]) -> None:
    path = FOLDER / name
    path.write_text(edited(path.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.fixture(autouse=True)
def _interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project whose newest experiment stopped half way."""
    monkeypatch.chdir(tmp_path)
    assert evaligo("init").returncode == 0
    edit("pr-validation.yaml", lambda text: text.replace("concurrency: 16", "concurrency: 1"))
    run = ("experiment", "run", "--config", "pr-validation", "--dataset", "smoke-tests", "--no-cache", "-q")
    assert evaligo(*run, "--max-cost", "0.0001").returncode == 75


def test_as_it_began_it_goes_on_to_its_end() -> None:
    done = evaligo("experiment", "resume", "--max-cost", "1", "-q")
    assert done.returncode == 0
    assert "80 results" in done.stdout


@pytest.mark.parametrize(
    ("file", "edited", "told"),
    [
        ("bot.py", lambda text: text + "\n# another bot\n", "the target has changed since"),
        ("datasets/smoke-tests.jsonl", lambda text: text.replace("litres", "liters"), "the dataset"),
        ("quality-gates.yaml", lambda text: text.replace(", coherence_simple", ""), "the evaluators"),
    ],
)
def test_with_another_target_dataset_or_evaluator_it_is_refused(
    file: str, edited: Callable[[str], str], told: str
) -> None:
    edit(file, edited)
    done = evaligo("experiment", "resume", "--max-cost", "1", "-q")
    assert done.returncode == 65
    assert told in done.stderr
    assert "start a new experiment" in done.stderr
