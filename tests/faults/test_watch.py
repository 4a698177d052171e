"""Whatever happens to a followed file, the watch says so in one sentence and gives no verdict that it cannot defend."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.growing_runs import append, lines, start, watched

SOME = lines(0.7, n=30, seed=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    append(tmp_path / "a.jsonl", *lines(0.7, seed=1))
    append(tmp_path / "b.jsonl", *SOME)
    return tmp_path


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ('{"id": "x", "accuracy": NaN}', "b.jsonl: line 31: the score is NaN"),
        ('{"id": "x", "accuracy": 85}', "b.jsonl: line 31: item 'x' scores 85, outside the range [0, 1]"),
        (SOME[4], "b.jsonl: line 31: item 'q4' stands a second time, first in line 5"),
        ('{"id": "x", "accuracy"', "b.jsonl: line 31: the JSON ends too early"),
        ("[" * 100_000, "b.jsonl: line 31: "),
        ("\0" * 50, "b.jsonl: line 31: "),
    ],
)
def test_a_bad_line_exits_65_at_once_with_file_and_line(folder: Path, bad: str, sentence: str) -> None:
    process = start(folder, "--finished-baseline", "--no-cluster", "--idle", "60")
    assert process.stdout is not None
    for _ in range(4):  # the good lines have been judged: 10, 15, 20 and 30 items
        process.stdout.readline()
    append(folder / "b.jsonl", bad)
    out, said = process.communicate(timeout=30)
    assert process.returncode == 65
    assert said.startswith("error: ")
    assert sentence in said
    assert said.count("\n") == 1
    assert "EVALSIG" not in out


@pytest.mark.parametrize("how", ["truncated", "rotated", "gone"])
def test_a_file_that_does_not_just_grow_exits_65(folder: Path, how: str) -> None:
    process = start(folder, "--finished-baseline", "--no-cluster", "--idle", "60")
    assert process.stdout is not None
    process.stdout.readline()
    path = folder / "b.jsonl"
    if how == "truncated":
        path.write_text("", encoding="utf-8")
    else:
        path.rename(folder / "b.jsonl.1")
    if how == "rotated":
        append(path, *lines(0.7, n=50, seed=3))
    _, said = process.communicate(timeout=30)
    assert process.returncode == 65
    assert "while it was followed" in said


def test_a_writer_that_is_killed_within_a_line_leaves_a_warning_and_no_allow(tmp_path: Path) -> None:
    append(tmp_path / "a.jsonl", *lines(0.5, n=30, seed=1))
    (tmp_path / "b.jsonl").touch()
    code = "\n".join(
        (
            "import os, signal, sys",
            "out = open('b.jsonl', 'a')",
            f"out.write({chr(10).join(SOME[:15])!r} + {chr(10)!r} + {SOME[15][:20]!r})",
            "out.flush()",
            "os.kill(os.getpid(), signal.SIGKILL)",
        )
    )
    killed = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False)
    assert killed.returncode == -signal.SIGKILL
    got, report, _ = watched(tmp_path, "--finished-baseline", "--no-cluster")
    assert (got, report["ending"], report["missing"]["items"]) == (2, "end of data", 15)
    assert any("line 16 is unfinished" in finding["message"] for finding in report["findings"])


def test_a_cluster_that_differs_between_the_runs_exits_65(folder: Path) -> None:
    append(folder / "b.jsonl", '{"id": "q30", "passage_id": "elsewhere", "accuracy": 1}')
    code, _, said = watched(folder, "--finished-baseline", "--cluster", "passage_id")
    assert code == 65
    assert "is in cluster 'p7' of a.jsonl and in 'elsewhere' of b.jsonl" in said


def test_a_cluster_larger_than_was_said_exits_65(folder: Path) -> None:
    append(folder / "b.jsonl", *lines(0.7, n=60, seed=2)[30:])
    code, _, said = watched(folder, "--cluster", "passage_id", "--cluster-size", "3")
    assert code == 65
    assert "items, more than" in said


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        (("--metric", "f7"), 65, "there is no metric 'f7'"),
        ((), 64, "--cluster passage_id, or --no-cluster"),
        (("--cluster", "passage_id"), 64, "--cluster-size N"),
        (("--cluster", "passage_id", "--no-cluster"), 64, "contradict each other"),
        (("--no-cluster", "--interval", "0"), 64, "give seconds"),
        (("--no-cluster", "--id", "name"), 65, "there is no column 'name'"),
        (("--no-cluster", "--format", "jsonk"), 64, "there is no format 'jsonk'"),
    ],
)
def test_options_that_do_not_fit_are_told(
    folder: Path, options: tuple[str, ...], code: int, sentence: str
) -> None:
    got, _, said = watched(folder, *options)
    assert (got, sentence in said) == (code, True), said


def test_files_without_a_record_exit_65(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").touch()
    (tmp_path / "b.jsonl").touch()
    code, _, said = watched(tmp_path)
    assert code == 65
    assert "there are no items" in said


def test_runs_without_an_item_in_common_exit_65(tmp_path: Path) -> None:
    append(tmp_path / "a.jsonl", '{"id": "a", "accuracy": 1}')
    append(tmp_path / "b.jsonl", '{"id": "b", "accuracy": 1}')
    code, _, said = watched(tmp_path)
    assert code == 65
    assert "have no item in common" in said


def test_an_option_of_following_needs_follow(folder: Path) -> None:
    command = (sys.executable, "-m", "evaligo", "watch", "--idle", "3")
    files = ("--baseline", "a.jsonl", "--candidate", "b.jsonl")
    done = subprocess.run([*command, *files], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 64
    assert "--idle needs --follow" in done.stderr
