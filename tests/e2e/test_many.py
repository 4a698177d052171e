"""Several metrics and several tasks in one call, by the command, on what Inspect and lm_eval wrote."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[1] / "data"
BASELINE, BETTER = DATA / "inspect" / "baseline.eval", DATA / "inspect" / "candidate-better.eval"
BOTH = ("--metric", "match", "--metric", "brevity", "--cluster", "passage_id")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A results folder with samples of two tasks, as lm_eval left them."""
    folder = tmp_path / "results"
    folder.mkdir()
    for source in (DATA / "lm_eval" / "multi" / "guesser", DATA / "lm_eval" / "evenodd"):
        for file in (*source.glob("samples_addition_2*"), *source.glob("samples_evenodd_*")):
            shutil.copy(file, folder)
    return folder


def evalsig(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    program = "import sys; from evaligo.cli import evalsig; evalsig()"
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "", "LANG": "C.UTF-8", "PYTHONUTF8": "1", **variables},
    )


def gate(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return evalsig("gate", "--baseline", BASELINE, "--candidate", BETTER, *arguments, **variables)


def worse(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The gate the wrong way round: `match` falls by 0.1, `brevity` stays."""
    return evalsig("gate", "--baseline", BETTER, "--candidate", BASELINE, *arguments)


def rows(*arguments: str | Path) -> list[dict[str, Any]]:
    done = evalsig("compare", *arguments, "--no-cluster", "--output", "json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["comparisons"]
    return found


def test_two_good_metrics_are_allowed_together_in_every_format(tmp_path: Path) -> None:
    names = ("json", "html", "junit", "markdown")
    written = [part for name in names for part in (f"--{name}", str(tmp_path / name))]
    files = {name: str(tmp_path / name.lower()) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    done = gate(*BOTH, "--margin", "0.15", "--bounds", "0,1", *written, **files)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ALLOW  2 metrics" in done.stdout
    report = json.loads((tmp_path / "json").read_text(encoding="utf-8"))
    assert (report["verdict"], len(report["metrics"])) == ("ALLOW", 2)
    markdown = (tmp_path / "markdown").read_text(encoding="utf-8")
    assert markdown.startswith("## EVALSIG release gate :white_check_mark: ALLOW\n| metric |")
    assert (tmp_path / "github_step_summary").read_text(encoding="utf-8") == markdown
    outputs = (tmp_path / "github_output").read_text(encoding="utf-8").splitlines()
    assert outputs[:2] == ["verdict=ALLOW", "exit_code=0"]
    assert outputs[2] == f"delta={report['metrics'][0]['comparison']['delta']}"


def test_one_metric_that_cannot_be_judged_holds_the_other_up() -> None:
    """`brevity` does not move at all, and without a range nothing bounds it."""
    done = gate(*BOTH, "--margin", "0.15")
    assert done.returncode == 2
    assert "'brevity' is not decided" in done.stdout


def test_a_regression_that_survives_holm_rejects() -> None:
    done = worse(*BOTH, "--margin", "0.01", "--output", "json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["verdict"]) == (1, "REJECT")
    p, q = report["metrics"][0]["p_regression"], report["metrics"][1]["p_regression"]
    assert report["metrics"][0]["p_regression_holm"] == pytest.approx(2 * min(p, q))


def test_a_regression_that_does_not_survive_holm_is_inconclusive_and_alone_a_reject() -> None:
    alone = worse("--metric", "match", "--cluster", "passage_id", "--margin", "0.03")
    assert alone.returncode == 1
    together = worse(*BOTH, "--margin", "0.03", "--output", "markdown")
    assert together.returncode == 2
    assert "'match' alone would be REJECT, and that does not survive" in together.stdout
    assert "### `match` :x: REJECT" in together.stdout


def test_each_metric_s_part_is_what_its_own_gate_says() -> None:
    together = gate(*BOTH, "--margin", "0.15", "--bounds", "brevity=0,1", "--output", "json")
    alone = gate("--metric", "match", "--cluster", "passage_id", "--margin", "0.15", "--output", "json")
    part = json.loads(together.stdout)["metrics"][0]
    del part["p_regression_holm"]
    assert part == json.loads(alone.stdout)


def test_one_metric_named_twice_is_one_metric() -> None:
    once = ("--metric", "match", "--cluster", "passage_id")
    assert gate(*once, "--metric", "match").stdout == gate(*once).stdout
    done = gate(*once, "--metric", "accuracy", "--output", "json")
    assert len(json.loads(done.stdout)["metrics"]) == 1


def test_each_metric_s_decision_is_recorded(tmp_path: Path) -> None:
    done = worse(*BOTH, "--margin", "0.03", "--record", tmp_path / "log")
    assert [line.split(",")[0] for line in done.stderr.splitlines()] == [
        "recorded as decision 1",
        "recorded as decision 2",
    ]
    lines = (tmp_path / "log" / "decisions.jsonl").read_text(encoding="utf-8").splitlines()
    decisions = [json.loads(line) for line in lines]
    assert [(d["metric"], d["result"]["verdict"]) for d in decisions] == [
        ("match", "REJECT"),
        ("brevity", "INCONCLUSIVE"),
    ]
    assert evalsig("verify", tmp_path / "log").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--metric", "nope"), 65, "there is no metric 'nope'"),
        (("--lower-is-better",), 64, "one direction is given for several metrics"),
        (("--bounds", "f1=0,1"), 65, "there is no metric 'f1'"),
        (("--bounds", "match=0,1", "--bounds", "match=0,2"), 64, "more than one range"),
        (("--bounds", "0,1", "--bounds", "match=0,2"), 64, "more than one range"),
        (("--bounds", "match=0"), 64, "'0' is not LOW,HIGH"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: tuple[str, ...], code: int, said: str) -> None:
    done = gate(*BOTH, *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr


def test_a_range_of_another_metric_than_the_one_judged_is_refused() -> None:
    one = ("--metric", "match", "--cluster", "passage_id", "--bounds")
    assert gate(*one, "match=0,1").stdout == gate(*one, "0,1").stdout
    done = gate(*one, "brevity=0,1")
    assert (done.returncode, done.stdout) == (64, "")
    assert "gives a range of 'brevity', which is not the metric" in done.stderr


def test_several_tasks_are_rows_of_one_family(results: Path) -> None:
    found = rows("--baseline", results, "--candidate", results, "--task", "addition", "--task", "evenodd")
    assert [(row["task"], row["metric"]) for row in found] == [
        ("addition", "exact_match,strict-match"),
        ("addition", "exact_match,flexible-extract"),
        ("evenodd", "acc"),
        ("evenodd", "acc_norm"),
    ]
    assert [row["n_pairs"] for row in found] == [30, 30, 200, 200]


def test_one_task_needs_no_column(results: Path) -> None:
    found = rows("--baseline", results, "--candidate", results, "--task", "evenodd", "--metric", "acc")
    assert [(row["task"], row["metric"]) for row in found] == [("", "acc")]


def test_the_tasks_stand_in_a_column_of_their_own(results: Path) -> None:
    done = evalsig(
        "compare", "--baseline", results, "--candidate", results, "--no-cluster",
        "--task", "evenodd", "--task", "addition", "--output", "markdown",
    )  # fmt: skip
    heads = [line for line in done.stdout.splitlines() if line.startswith("| task |")]
    assert len(heads) == 3
    assert "| `evenodd` | `acc` |" in done.stdout


def test_a_metric_that_one_of_the_tasks_lacks_is_refused(results: Path) -> None:
    done = evalsig(
        "compare", "--baseline", results, "--candidate", results, "--no-cluster",
        "--task", "evenodd", "--task", "addition", "--metric", "acc",
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (65, "")
    assert "there is no metric 'acc'" in done.stderr


def test_one_file_is_not_several_tasks(results: Path) -> None:
    (file,) = results.glob("samples_evenodd_*")
    done = evalsig(
        "compare", "--baseline", file, "--candidate", file, "--no-cluster", "--task", "a", "--task", "b"
    )
    assert (done.returncode, done.stdout) == (65, "")
    assert "is of the task 'evenodd', and so is" in done.stderr
