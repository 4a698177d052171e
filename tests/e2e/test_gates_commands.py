"""`evaligo gates` as a shell calls it."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.support.commands import Done, evalsig
from tests.support.experiments import experiment, result
from tests.support.quality_gates import ISSUE, write

from evaligo.records import Revision
from evaligo.store.experiments import ExperimentStore

COMMIT = Revision(commit="a" * 40, branch="main")


def gates(*args: str | Path) -> Done:
    return evalsig("gates", *args, program="evaligo")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the gates of the documentation, and two run files of which one is worse."""
    (tmp_path / ".evaligo").mkdir()
    write(tmp_path / ".evaligo", ISSUE)
    rng = np.random.default_rng(0)
    luck, length = rng.random(400), rng.lognormal(-0.5, 0.3, 400)
    for name, rate, slow in (("main", 0.9, 1.0), ("same", 0.9, 1.0), ("worse", 0.7, 1.6)):
        rows = [
            {
                "id": f"q{i}",
                "accuracy": float(luck[i] < rate),
                "latency_ms": 1000.0 * slow * length[i],
                "cost": 0.001 * length[i],
                "passage_id": f"p{i // 4}",
            }
            for i in range(400)
        ]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_OUTPUT", raising=False)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return tmp_path


def test_list_and_show_say_what_there_is(project: Path) -> None:
    assert project.is_dir()
    listed = gates("list", "--output", "json")
    assert (listed.code, [g["name"] for g in json.loads(listed.out)]) == (
        0,
        ["pr_validation", "deployment_gate"],
    )
    shown = gates("show", "deployment_gate", "--output", "markdown")
    assert shown.code == 0
    assert "the p99 of latency must be at most 3000ms" in shown.out.replace("\\", "")
    unknown = gates("show", "deployment")
    assert (unknown.code, "did you mean 'deployment_gate'?" in unknown.err) == (64, True)


def test_lint_exits_65_on_an_error_and_names_its_line(project: Path) -> None:
    assert gates("lint").code == 0
    broken = write(project, ISSUE.replace("max_rate", "max_rat"))
    found = gates("lint", broken, "--output", "json")
    assert found.code == 65
    errors = [f for f in json.loads(found.out)["findings"] if f["severity"] == "error"]
    assert [("quality-gates.yaml:14:" in e["message"], e["hint"]) for e in errors] == [
        (True, "did you mean 'max_rate'?")
    ]


def test_a_worse_run_file_is_rejected_and_the_same_passes(project: Path) -> None:
    asked = ("test", "pr_validation", "--baseline", "main.jsonl", "--cluster", "passage_id")
    worse = gates(
        *asked, "--candidate", "worse.jsonl", "--json", "r.json", "--html", "r.html", "--junit", "r.xml"
    )
    assert worse.code == 1
    assert "REJECT" in worse.out
    report = json.loads((project / "r.json").read_text())
    assert [r["verdict"] for r in report["results"][:2]] == ["REJECT", "REJECT"]
    assert report["results"][1]["estimate"] == pytest.approx(0.6 * 1.0, abs=0.3)
    assert (project / "r.html").read_text().startswith("<!")
    assert "<testsuite" in (project / "r.xml").read_text()
    same = gates(*asked, "--candidate", "same.jsonl", "--output", "json")
    assert (same.code, json.loads(same.out)["passed"]) == (0, True)


def test_clusters_that_are_carried_must_be_named(project: Path) -> None:
    assert project.is_dir()
    asked = ("test", "pr_validation", "--baseline", "main.jsonl", "--candidate", "same.jsonl")
    unnamed = gates(*asked)
    assert (unnamed.code, "--cluster passage_id" in unnamed.err) == (64, True)
    assert gates(*asked, "--no-cluster").code == 0


def test_without_a_baseline_what_compares_is_skipped_with_a_warning(project: Path) -> None:
    assert project.is_dir()
    asked = ("test", "pr_validation", "--candidate", "same.jsonl", "--no-cluster")
    first = gates(*asked)
    assert first.code == 0
    assert "no baseline" in first.out
    assert gates(*asked, "--require-baseline").code == 2


def test_a_job_on_github_is_told_the_verdict(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(project / "out"))
    asked = ("test", "pr_validation", "--baseline", "main.jsonl", "--no-cluster")
    assert gates(*asked, "--candidate", "worse.jsonl", "--fail-on-regression").code == 1
    assert (project / "out").read_text().splitlines()[0] == "verdict=REJECT"


def test_a_metric_that_neither_file_has_is_bad_input(project: Path) -> None:
    assert project.is_dir()
    done = gates("test", "deployment_gate", "--candidate", "same.jsonl", "--no-cluster")
    assert done.code == 65
    assert "nothing gives the metric 'hallucination'" in done.err


def test_backtest_shows_what_a_changed_file_would_have_blocked(project: Path) -> None:
    with ExperimentStore.open(project / ".evaligo" / "evaligo.db") as store:
        for number, failed in enumerate((5, 5, 80), start=1):
            head = experiment(number, gate="g", revision=COMMIT)
            store.create(head)
            store.sink(head.id).write([result(f"q{i:03d}", float(i >= failed)) for i in range(200)])
    changed = project / "changed.yaml"
    changed.write_text("gates:\n  g:\n    thresholds:\n      accuracy: {max_decrease: 2%}\n")
    done = gates("backtest", "--gates", changed, "--output", "json")
    assert done.code == 0
    found = json.loads(done.out)
    assert (found["judged"], found["blocked"], found["reruns"], found["reruns_blocked"]) == (3, 1, 2, 1)
    assert gates("backtest", "--gates", changed).code == 0
