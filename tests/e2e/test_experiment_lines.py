"""The lines that pipelines call, word for word, through a real shell in a git repository of their own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.support.fake_endpoint import FakeEndpoint
from tests.support.quality_gates import ISSUE, write

PULL_REQUEST = (
    "evaligo experiment run --config .evaligo/pr-validation.yaml --dataset smoke-tests --baseline main"
    " --timeout 10m --fail-on-regression"
)
MAIN = (
    "evaligo experiment run --config .evaligo/comprehensive.yaml --dataset production-regression-tests"
    " --parallel 4 --generate-report --slack-notify #ai-team"
)
PROMOTION = "evaligo baselines update --experiment $GITHUB_SHA --environment staging"

COMPREHENSIVE = """\
name: comprehensive
target: {type: python, function: "bot:answer", argument: item}
judge:
  base_url: ${{ env.JUDGE_URL }}
  api_key: ${{ secrets.JUDGE_KEY }}
  model: judge
  price: {input_per_mtok: 0.01, output_per_mtok: 0.01}
evaluators: [contains]
gate: deployment_gate
cluster: passage_id
"""
SHRUG = "def answer(item):\n    return 'Please ask our staff.'\n"


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a line ended."""

    code: int
    out: str
    err: str


@dataclass(kw_only=True)
class Repository:
    """A git repository in which lines are typed; its variables are all that a CI job would set."""

    root: Path
    variables: dict[str, str] = field(default_factory=dict)

    def type(self, line: str) -> Done:
        """Run a line as a shell reads it from a job's file."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        done = subprocess.run(
            ["bash", "-c", f"{line}\n"],
            cwd=self.root,
            env={"PATH": path, "HOME": str(self.root), "LANG": "C.UTF-8", "CI": "true", **self.variables},
            capture_output=True,
            text=True,
            check=False,
        )
        return Done(code=done.returncode, out=done.stdout, err=done.stderr)

    def commit(self, branch: str = "main") -> str:
        """Commit all there is on a branch, and tell the job its SHA."""
        self.git("checkout", "-q", "-B", branch)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "change")
        self.variables["GITHUB_SHA"] = self.git("rev-parse", "HEAD")
        return self.variables["GITHUB_SHA"]

    def git(self, *arguments: str) -> str:
        named = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        done = subprocess.run(
            ["git", "-C", str(self.root), *named, *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def json(self, command: str) -> Any:
        return json.loads(self.type(f"evaligo {command} --json").out)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository whose `.evaligo/` is what `evaligo init` writes."""
    made = Repository(root=tmp_path)
    made.git("init", "-q", "-b", "main")
    assert made.type("evaligo init").code == 0
    made.commit()
    return made


def test_the_three_lines_run_as_they_stand_in_what_init_writes(repository: Repository) -> None:
    sha = repository.variables["GITHUB_SHA"]

    first = repository.type(PULL_REQUEST)
    assert first.code == 0, first.err
    assert "There is no baseline to compare with" in first.out  # a first run has none: it passes, and says so

    second = repository.type(MAIN)
    assert second.code == 0, second.err
    (named,) = re.findall(r"\.evaligo/reports/\S+\.html", second.out)
    page = repository.root / named
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert page.with_suffix(".md").exists()

    third = repository.type(PROMOTION)
    assert third.code == 0, third.err
    assert "staging is now held to comprehensive" in third.out

    (held,) = repository.json("baselines show")
    newest = repository.json("experiment list --name comprehensive")["experiments"][0]
    assert held["environment"] == "staging"
    assert held["experiment_id"] == newest["id"]
    assert newest["revision"]["commit"] == sha
    assert repository.git("status", "--porcelain") == ""  # what a run leaves behind stays out of git


def test_the_shell_takes_the_channel_for_a_comment_and_the_run_warns_and_goes_on(
    repository: Repository,
) -> None:
    done = repository.type(MAIN)
    assert done.code == 0
    assert "the default channel was not told, for there is no notifications.yaml" in done.err
    assert "ai-team" not in done.out + done.err


def test_a_pull_request_is_held_to_the_larger_dataset_of_main(repository: Repository) -> None:
    assert repository.type(MAIN).code == 0
    repository.commit("change")

    same = repository.type(PULL_REQUEST)
    assert same.code == 0, same.out + same.err
    (after,) = repository.json("experiment list --branch change")["experiments"]
    assert after["dataset"]["n_items"] == 80  # the baseline, of 240 items, was cut to these
    assert "not judged" not in same.out

    (repository.root / ".evaligo" / "bot.py").write_text(SHRUG)
    repository.commit("change")
    worse = repository.type(PULL_REQUEST)
    assert worse.code == 1, worse.out + worse.err
    assert "REJECT" in worse.out
    assert "'accuracy_regression' failed" in worse.out


def test_a_worse_bot_is_rejected_by_an_exported_file_too(repository: Repository) -> None:
    assert repository.type(PULL_REQUEST).code == 0
    assert repository.type("evaligo experiment export pr-validation --to kept.jsonl").code == 0
    (repository.root / ".evaligo" / "bot.py").write_text(SHRUG)
    held = PULL_REQUEST.replace("--baseline main", "--baseline kept.jsonl")
    worse = repository.type(held)
    assert (worse.code, "'accuracy_regression' failed" in worse.out) == (1, True), worse.out + worse.err

    dataset = ".evaligo/datasets/smoke-tests.jsonl"  # which has no scores at all
    unfit = repository.type(PULL_REQUEST.replace("--baseline main", f"--baseline {dataset}"))
    assert unfit.code == 65
    assert "none of the metrics that the gate compares: 'accuracy', 'latency', 'cost'" in unfit.err
    assert len(repository.json("experiment list")["experiments"]) == 2  # the third did not begin


def test_a_name_too_long_for_a_file_still_gets_its_report(repository: Repository) -> None:
    done = repository.type(f"{PULL_REQUEST} --generate-report --limit 8 --name {'试' * 200}")
    assert done.code == 0, done.err
    (page,) = (repository.root / ".evaligo" / "reports").glob("*.html")
    assert len(page.name.encode()) < 200


def test_a_latency_may_be_limited_by_a_share_of_the_baselines(repository: Repository) -> None:
    gates = repository.root / ".evaligo" / "quality-gates.yaml"
    gates.write_text(gates.read_text().replace("max_increase: 200ms", "max_increase: 90000%"))
    assert repository.type(PULL_REQUEST).code == 0
    done = repository.type(PULL_REQUEST)
    assert done.code == 0, done.out + done.err
    assert "latency_p95" in done.out


def test_a_secret_in_a_name_or_a_tag_is_neither_kept_nor_shown(repository: Repository) -> None:
    repository.variables["TOKEN"] = "s3cr3t-t0k3n"
    config = repository.root / ".evaligo" / "pr-validation.yaml"
    named = config.read_text().replace("name: pr-validation", "name: of ${{ secrets.TOKEN }}")
    config.write_text(f"{named}tags: {{by: '${{{{ secrets.TOKEN }}}}'}}\n")
    done = repository.type(f"{PULL_REQUEST} --generate-report --tag also=s3cr3t-t0k3n")
    assert done.code == 0, done.err
    assert "s3cr3t" not in done.out + done.err
    held = [p for p in repository.root.rglob("*") if p.is_file() and b"s3cr3t" in p.read_bytes()]
    assert held == []
    assert not list(repository.root.rglob("*s3cr3t*"))


def test_what_was_rejected_is_not_promoted_by_its_commit(repository: Repository) -> None:
    assert repository.type(MAIN).code == 0
    assert repository.type(PROMOTION).code == 0
    before = repository.json("baselines show")

    (repository.root / ".evaligo" / "bot.py").write_text(SHRUG)
    repository.commit()
    assert repository.type(PULL_REQUEST).code == 1
    refused = repository.type(PROMOTION)
    assert (refused.code, "did not pass its gate" in refused.err) == (65, True)
    assert repository.json("baselines show") == before


def test_the_documented_gates_judge_the_comprehensive_line_with_a_judge(repository: Repository) -> None:
    write(repository.root / ".evaligo", ISSUE)
    (repository.root / ".evaligo" / "comprehensive.yaml").write_text(COMPREHENSIVE)
    repository.commit()
    unset = repository.type(MAIN)
    assert (unset.code, "the variable JUDGE_URL is not set" in unset.err) == (64, True)

    with FakeEndpoint(api_key="sk-judge-of-the-test") as judge:
        repository.variables |= {"JUDGE_URL": judge.url, "JUDGE_KEY": "sk-judge-of-the-test"}
        done = repository.type(MAIN)
    assert done.code == 0, done.out + done.err
    assert "✔ ALLOW  comprehensive" in done.out
    assert judge.stats.judged >= 4 * 240  # four evaluators, 240 items
    (shown,) = repository.json("experiment list")["experiments"]
    assert shown["gate"] == "deployment_gate"
    for path in (repository.root / ".evaligo").rglob("*"):  # database, report and canaries among them
        assert not path.is_file() or b"sk-judge-of-the-test" not in path.read_bytes(), path

    assert repository.type(PROMOTION).code == 0
