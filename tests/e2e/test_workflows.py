"""The example workflows, step by step, in a real git repository with an origin on disk."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.actions import ROOT, Job, load

GATE = ROOT / "examples" / "workflows" / "evaligo-gate.yml"
PROMOTE = ROOT / "examples" / "workflows" / "promote-baseline.yml"
N_CLUSTERS, CLUSTER_SIZE = 60, 20


def git(where: Path, *args: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(where), "-c", "user.name=t", "-c", "user.email=t@example.org", *args],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def run_frame(name: str, *, worse_by: float = 0.0, n_clusters: int = N_CLUSTERS) -> str:
    """Return a run at about 80 %, whose items fail `worse_by` more often; the same passages each time."""
    rng = np.random.default_rng(11)
    skill = rng.random((N_CLUSTERS, CLUSTER_SIZE))
    noise = np.random.default_rng(len(name)).random((N_CLUSTERS, CLUSTER_SIZE)) < 0.01
    passed = ((skill < 0.80 - worse_by) ^ noise).astype(float)
    items = [
        {"item_id": f"{c}-{k}", "score": passed[c, k], "metadata": {"passage_id": f"p{c}"}}
        for c in range(n_clusters)
        for k in range(CLUSTER_SIZE)
    ]
    return json.dumps(
        {"run_id": name, "model_id": "m", "task_id": "boolq", "metric_name": "accuracy", "items": items}
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A clone of an origin whose main has an eval script and a baseline."""
    origin, clone = tmp_path / "origin.git", tmp_path / "clone"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(origin)], check=True)
    subprocess.run(
        ["git", "clone", "--quiet", str(origin), str(clone)], check=True, stderr=subprocess.DEVNULL
    )
    (clone / "evals").mkdir()
    script = clone / "evals" / "run.sh"
    script.write_text('#!/bin/sh\nexec cp "$NEXT_RUN" "$1"\n')
    script.chmod(0o755)
    (clone / "evals" / "baseline.json").write_text(run_frame("base"))
    git(clone, "checkout", "--quiet", "-B", "main")
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "-m", "start")
    git(clone, "push", "--quiet", "origin", "main")
    return clone


def job_in(repository: Path, next_run: str, **event: Any) -> Job:
    """Return a job in the clone whose eval yields this run."""
    temp = repository.parent / "runner"
    file = repository.parent / "next.json"
    file.write_text(next_run)
    github = {"event": event, "sha": git(repository, "rev-parse", "HEAD")}
    return Job(temp=temp, workspace=repository, github=github, env={"NEXT_RUN": str(file)})


def test_a_pull_request_that_changes_nothing_much_passes(repository: Path) -> None:
    job = job_in(repository, run_frame("candidate"), pull_request={"number": 7})
    assert job.run_workflow(GATE).code == 0, job.log
    assert "| verdict | **ALLOW** |" in job.summary
    assert "| verdict | **ALLOW** |" in job.world()["comments"][0]["body"]
    uploads = [given for uses, given in job.used if uses.startswith("actions/upload-artifact@")]
    assert Path(uploads[0]["path"]).read_text().lower().startswith("<!doctype html>")


def test_a_pull_request_that_makes_it_worse_fails_and_keeps_its_report(repository: Path) -> None:
    job = job_in(repository, run_frame("candidate", worse_by=0.1), pull_request={"number": 7})
    assert job.run_workflow(GATE).code == 1, job.log
    assert "| verdict | **REJECT** |" in job.world()["comments"][0]["body"]
    assert [uses for uses, _ in job.used if uses.startswith("actions/upload-artifact@")]


def test_a_pull_request_is_held_to_main_and_not_to_its_own_baseline(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "-b", "change")
    (repository / "evals" / "baseline.json").write_text(run_frame("forged", worse_by=0.5))
    git(repository, "commit", "--quiet", "-am", "lower the bar")
    job = job_in(repository, run_frame("candidate", worse_by=0.1), pull_request={"number": 7})
    assert job.run_workflow(GATE).code == 1, job.log


def test_an_eval_that_fails_is_not_judged(repository: Path) -> None:
    job = job_in(repository, "", pull_request={"number": 7})
    Path(job.env["NEXT_RUN"]).unlink()
    assert job.run_workflow(GATE).code == 1
    assert job.world()["comments"] == []


def test_a_merge_that_is_no_worse_becomes_the_baseline_on_origin(repository: Path) -> None:
    candidate = run_frame("candidate")
    job = job_in(repository, candidate)
    assert job.run_workflow(PROMOTE).code == 0, job.log
    git(repository, "fetch", "--quiet")
    assert git(repository, "show", "origin/main:evals/baseline.json") == candidate
    assert git(repository, "log", "-1", "--format=%an %s", "origin/main") == (
        f"github-actions[bot] Promote the eval of {job.github['sha'][:12]} to baseline"
    )


def test_a_merge_that_is_worse_fails_and_leaves_the_baseline(repository: Path) -> None:
    job = job_in(repository, run_frame("candidate", worse_by=0.1))
    assert job.run_workflow(PROMOTE).code == 1, job.log
    git(repository, "fetch", "--quiet")
    assert git(repository, "rev-parse", "origin/main") == job.github["sha"]


def test_a_merge_that_cannot_be_told_leaves_the_baseline_and_passes(repository: Path) -> None:
    (repository / "evals" / "baseline.json").write_text(run_frame("base", n_clusters=8))
    git(repository, "commit", "--quiet", "-am", "a small baseline")
    git(repository, "push", "--quiet", "origin", "main")
    job = job_in(repository, run_frame("candidate", n_clusters=8))
    assert job.run_workflow(PROMOTE).code == 0, job.log
    assert "INCONCLUSIVE" in job.log
    git(repository, "fetch", "--quiet")
    assert git(repository, "rev-parse", "origin/main") == job.github["sha"]


def test_the_first_run_becomes_the_first_baseline(repository: Path) -> None:
    git(repository, "rm", "--quiet", "evals/baseline.json")
    git(repository, "commit", "--quiet", "-m", "no baseline")
    git(repository, "push", "--quiet", "origin", "main")
    job = job_in(repository, run_frame("first"))
    assert job.run_workflow(PROMOTE).code == 0, job.log
    assert "There is no baseline yet" in job.summary
    git(repository, "fetch", "--quiet")
    assert git(repository, "show", "origin/main:evals/baseline.json") == run_frame("first")


def promote_step(job: Job) -> int:
    """Run the last step alone, as after an ALLOW."""
    (job.temp / "candidate.json").write_text(Path(job.env["NEXT_RUN"]).read_text())
    (work,) = load(PROMOTE)["jobs"].values()
    gate = {"gate": {"outputs": {"verdict": "ALLOW"}}, "baseline": {"outputs": {"found": "true"}}}
    return job.run_steps(work["steps"][-1:], {"steps": gate}).code


def test_a_run_that_is_the_baseline_already_is_not_committed_again(repository: Path) -> None:
    job = job_in(repository, run_frame("base"))
    assert promote_step(job) == 0
    assert "The baseline is this very run already." in job.log


def test_a_main_that_moved_on_meanwhile_is_left_to_its_own_run(repository: Path) -> None:
    job = job_in(repository, run_frame("candidate"))
    other = repository.parent / "other"
    git(repository, "clone", "--quiet", str(repository.parent / "origin.git"), str(other))
    git(other, "commit", "--quiet", "--allow-empty", "-m", "newer")
    git(other, "push", "--quiet", "origin", "main")
    assert promote_step(job) == 0, job.log
    assert "::notice::main has moved on" in job.log
    assert git(repository.parent / "origin.git", "log", "-1", "--format=%s", "main") == "newer"


def test_a_push_that_is_refused_for_another_reason_fails_the_job(repository: Path) -> None:
    job = job_in(repository, run_frame("candidate"))
    hook = repository.parent / "origin.git" / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert promote_step(job) == 1


@pytest.mark.parametrize("path", [GATE, PROMOTE], ids=lambda path: path.stem)
def test_a_workflow_names_its_permissions_pins_its_actions_and_pastes_nothing_into_a_script(
    path: Path,
) -> None:
    workflow = load(path)
    (job,) = workflow["jobs"].values()
    assert workflow["permissions"]["contents"] == ("write" if path == PROMOTE else "read")
    assert "timeout-minutes" in job
    for step in job["steps"]:
        assert re.fullmatch(r"[\w/-]+@v\d+\.\d+\.\d+", step.get("uses", "a@v1.0.0"))
        assert "${{" not in step.get("run", "")
