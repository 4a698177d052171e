"""`evaligo baselines` and what lists, shows, exports and deletes experiments, as a shell calls them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.commands import Done, evalsig
from tests.support.experiments import experiment, result
from tests.support.quality_reports import rejected

from evaligo.app.load import load_run
from evaligo.records import Item, Revision, Status, Totals
from evaligo.store.experiments import ExperimentStore

SHA = "c0ffee11" + "0" * 32


def evaligo(*args: str | Path) -> Done:
    return evalsig(*args, program="evaligo")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExperimentStore]:
    """A project with a good experiment, a rejected one, and an interrupted one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_ACTOR", "ada")
    monkeypatch.delenv("COLUMNS", raising=False)  # another test's program may have left its width
    with ExperimentStore.open(tmp_path / ".evaligo" / "evaligo.db") as opened:
        good = experiment(
            1,
            passed=True,
            gate="pr",
            verdict="ALLOW",
            revision=Revision(commit=SHA, branch="main"),
            totals=Totals(done=3, failed=1, cost=0.0123),
            tags={"team": "ai"},
            fingerprint={"model": "m1"},
            cluster="passage",
        )
        opened.create(good)
        asked = [Item(id=f"q{n}", input=n, metadata={"passage": f"p{n // 2}"}) for n in range(3)]
        opened.sink(good.id).write(
            [
                result("q0", item=asked[0]),
                result("q1", 0.0, item=asked[1]),
                result("q2", item=asked[2], output=None, error="HTTP 500 after 5 attempts", scores=()),
            ]
        )
        opened.create(experiment(2, name="nightly", passed=False, gate="pr", verdict="REJECT"))
        opened.judge(experiment(2).id, rejected())
        opened.create(experiment(3, status=Status.INTERRUPTED, revision=Revision(branch="fix")))
        yield opened


@pytest.mark.usefixtures("store")
def test_a_promotion_says_what_replaced_what_and_the_ledger_keeps_it() -> None:
    done = evaligo("baselines", "update", "--experiment", SHA, "--environment", "staging")
    assert (done.code, done.err) == (0, "")
    assert "staging is now held to pr-validation (exp_0000000000000001), its first baseline" in done.out
    again = evaligo("baselines", "update", "--experiment", SHA[:8], "--environment", "staging")
    assert "already; nothing changed" in again.out
    forced = evaligo(
        *("baselines", "update", "--experiment", "nightly", "--environment", "staging"),
        *("--force", "--reason", "rollback drill", "--json"),
    )
    said = json.loads(forced.out)
    assert said["replaced"]["experiment_id"] == experiment(1).id
    assert (said["baseline"]["who"], said["baseline"]["why"]) == ("ada", "rollback drill")
    history = json.loads(evaligo("baselines", "history", "--environment", "staging", "--json").out)
    assert [entry["sequence"] for entry in history] == [2, 1]
    shown = evaligo("baselines", "show", "--environment", "staging").out
    assert "nightly" in shown
    assert "rollback drill" in shown
    assert "c0ffee" not in evaligo("baselines", "show").out


@pytest.mark.parametrize(
    ("ref", "why"),
    [
        ("nightly", "did not pass its gate 'pr': REJECT; promote one that did, or give --force"),
        ("exp_0000000000000003", "is interrupted: it is no baseline before it is complete"),
        ("nothing", "there is no experiment 'nothing'"),
    ],
)
def test_what_is_no_baseline_is_refused(store: ExperimentStore, ref: str, why: str) -> None:
    done = evaligo("baselines", "update", "--experiment", ref, "--environment", "staging")
    assert (done.code, done.out) == (65, "")
    assert why in done.err
    assert store.baselines.history() == ()


@pytest.mark.usefixtures("store")
def test_a_variable_that_is_not_set_is_a_clear_error() -> None:
    quoted = evaligo("baselines", "update", "--experiment", "", "--environment", "staging")
    assert quoted.code == 64
    assert "--experiment is empty; check that the variable it comes from is set" in quoted.err
    bare = evaligo("baselines", "update", "--experiment", "--environment", "staging")
    assert bare.code == 64
    assert "it has no value, for --environment follows; check that the variable is set" in bare.err


@pytest.mark.usefixtures("store")
def test_without_baselines_it_is_said_how_to_set_one() -> None:
    for args in (("show",), ("history",), ("show", "--environment", "staging")):
        done = evaligo("baselines", *args)
        assert done.code == 0
        assert "evaligo baselines update --experiment REF --environment NAME" in done.out


@pytest.mark.usefixtures("store")
def test_experiments_are_listed_newest_first_and_filtered() -> None:
    done = evaligo("experiment", "list")
    assert done.code == 0
    order = [done.out.index(experiment(number).id) for number in (3, 2, 1)]
    assert order == sorted(order)
    for shown in ("ALLOW", "REJECT", "interrupted", "c0ffee11", "$0.0123", "fix"):
        assert shown in done.out
    filters = (
        "--branch",
        "main",
        "--passed",
        "--tag",
        "team=ai",
        "--commit",
        "c0ffee1",
        "--status",
        "completed",
    )
    [only] = json.loads(evaligo("experiment", "list", *filters, "--json").out)["experiments"]
    assert only["id"] == experiment(1).id
    assert "No experiment is like that" in evaligo("experiment", "list", "--name", "x").out
    first = json.loads(evaligo("experiment", "list", "--limit", "2", "--json").out)
    rest = json.loads(evaligo("experiment", "list", "--cursor", first["cursor"], "--json").out)
    assert [e["id"] for e in rest["experiments"]] == [experiment(1).id]


@pytest.mark.usefixtures("store")
def test_one_experiment_is_shown_with_its_metrics_failures_and_verdict() -> None:
    good = evaligo("experiment", "show", SHA).out
    for shown in (
        "ALLOW",
        "accuracy",
        "0.5000",
        "q2",
        "HTTP 500 after 5 attempts",
        "m1",
        "1 failed",
        "team=ai",
    ):
        assert shown in good
    bad = evaligo("experiment", "show", "nightly")
    assert rejected().results[0].threshold.name in bad.out
    data = json.loads(evaligo("experiment", "show", "nightly", "--json").out)
    assert data["judgement"]["verdict"] == "REJECT"


@pytest.mark.usefixtures("store")
def test_an_export_can_be_read_as_a_baseline(tmp_path: Path) -> None:
    assert evaligo("experiment", "export", SHA, "--to", "all.jsonl").code == 0
    assert evaligo("experiment", "export", SHA, "--metric", "accuracy", "--to", "one.json").code == 0
    for name in ("all.jsonl", "one.json"):
        run = load_run(tmp_path / name, metric="accuracy", cluster="passage")
        column = run.columns[run.resolve("accuracy")]
        assert column.present.tolist() == [True, True, False]
        assert column.values[:2].tolist() == [1.0, 0.0]
        assert run.cluster("passage").tolist() == ["p0", "p0", "p1"]
    lines = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
    assert lines[0]["output"] == "four"
    assert lines[0]["scoring"][0]["evaluator"] == "exact_match"
    assert lines[2]["error"] == "HTTP 500 after 5 attempts"
    assert (
        json.loads(evaligo("experiment", "export", SHA, "--metric", "latency").out)["metric_name"]
        == "latency"
    )


@pytest.mark.usefixtures("store")
def test_a_runframe_needs_a_metric_where_there_are_several() -> None:
    done = evaligo("experiment", "export", SHA, "--format", "runframe")
    assert done.code == 65
    assert "the metrics are 'accuracy', 'latency'" in done.err
    both = evaligo("experiment", "export", SHA, "--format", "jsonl", "--metric", "accuracy")
    assert both.code == 64


@pytest.mark.usefixtures("store")
def test_an_export_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    done = evaligo("experiment", "export", SHA, "--to", "nowhere/all.jsonl")
    assert done.code == 69
    assert "nowhere/all.jsonl: cannot be written (No such file or directory)" in done.err
    assert list(tmp_path.iterdir()) == [tmp_path / ".evaligo"]


def test_deleting_is_said_twice_and_a_baseline_by_force(store: ExperimentStore) -> None:
    evaligo("baselines", "update", "--experiment", SHA, "--environment", "staging")
    journal = store.database.path.parent / "running" / f"{experiment(1).id}.a.jsonl"
    journal.parent.mkdir(exist_ok=True)
    journal.touch()
    asked = evaligo("experiment", "delete", SHA)
    assert (asked.code, asked.out) == (64, "")
    assert "would be deleted; say so with --yes" in asked.err
    held = evaligo("experiment", "delete", SHA, "--yes")
    assert held.code == 65
    assert "is or was a baseline of staging; delete it with --force" in held.err
    done = evaligo("experiment", "delete", SHA, "--yes", "--force")
    assert (done.code, done.out) == (
        0,
        "deleted experiment exp_0000000000000001 (pr-validation, 3 results)\n",
    )
    assert store.find(experiment(1).id) is None
    assert not journal.exists()


def test_outside_of_a_project_it_is_said_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    done = evaligo("baselines", "show")
    assert done.code == 64
    assert "there is no .evaligo/ folder here; make one with: evaligo init" in done.err
