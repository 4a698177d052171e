"""`experiment run --early-stop` with the real commands: it ends when the gate is settled, and a kill -9 changes nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from evaligo.records import Status
from evaligo.store.experiments import ExperimentStore

N_ITEMS, N_CLUSTERS = 240, 30
GATE = """\
gates:
  strict:
    thresholds:
      accuracy_regression: {max_decrease: 5%, confidence_level: 95%}
      latency_p95: {max_increase: 5s, role: informational}
  by_points:
    thresholds:
      latency_p95: {max_value: 5s}
"""
CONFIG = """\
name: strict
target: {type: python, function: bot:answer, argument: item}
evaluators: [contains]
gate: strict
cluster: passage_id
limits: {concurrency: 4}
cache: false
"""
SLOW = """

quick = answer


def answer(item):
    import os, time
    time.sleep(float(os.environ["DELAY"]))
    return "I do not know." if os.environ["WORSE"] == "1" else quick(item)
"""
EVALIGO = [sys.executable, "-m", "evaligo"]


@dataclass(frozen=True)
class Project:
    """A folder with an experiment in it."""

    root: Path

    def begin(self, *args: str, worse: bool, delay: float) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*EVALIGO, "experiment", *args],
            cwd=self.root,
            env={**os.environ, "WORSE": str(int(worse)), "DELAY": str(delay)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *args: str, worse: bool = True, delay: float = 0.02) -> tuple[int, str, str]:
        with self.begin(*args, worse=worse, delay=delay) as process:
            out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    @property
    def store(self) -> ExperimentStore:
        return ExperimentStore.open(self.root / ".evaligo" / "evaligo.db")

    def report(self, name: str) -> Any:
        return json.loads((self.root / name).read_text(encoding="utf-8"))["quality"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A starter's folder with a slow bot, and an experiment `before` to compare with."""
    found = Project(tmp_path_factory.mktemp("early"))
    subprocess.run([*EVALIGO, "init"], cwd=found.root, check=True, capture_output=True)
    folder = found.root / ".evaligo"
    bot = folder / "bot.py"
    bot.write_text(bot.read_text(encoding="utf-8") + SLOW, encoding="utf-8")
    (folder / "quality-gates.yaml").write_text(GATE, encoding="utf-8")
    (folder / "strict.yaml").write_text(CONFIG, encoding="utf-8")
    code, _, err = found.run(*asked("--name", "before"), worse=False, delay=0.0)
    assert code == 0, err
    return found


def asked(*more: str) -> tuple[str, ...]:
    return ("run", "--config", "strict", "--dataset", "production-regression-tests", "--quiet", *more)


EARLY = ("--baseline", "before", "--early-stop")


def results(project: Project, name: str) -> int:
    with project.store as store:
        newest = next((e for e in store.list().experiments if e.name == name), None)
        return 0 if newest is None else sum(1 for _ in store.results(newest.id))


def decision(report: Any) -> Any:
    """What a report decided, and on what."""
    first = report["results"][0]
    keys = ("verdict", "because", "estimate", "interval", "n_items", "n_clusters", "method", "p_failure")
    return report["verdict"], [first[key] for key in keys]


def test_a_much_worse_candidate_ends_early_and_the_report_says_what_that_saved(project: Project) -> None:
    code, out, err = project.run(*asked(*EARLY, "--name", "worse", "--json", "worse.json"))
    assert code == 1, err
    assert "REJECT" in out
    there = results(project, "worse")
    assert there < N_ITEMS / 2
    report = project.report("worse.json")
    told = next(f["message"] for f in report["findings"] if f["check"] == "early stop")
    assert f"of {N_CLUSTERS} clusters: REJECT by 'accuracy_regression'" in told
    assert f"saved {N_ITEMS - there} of {N_ITEMS} answers" in told
    first, second = report["results"]
    assert first["method"] == "cluster_betting_sequence"
    assert first["interval"][1] < -0.05
    assert any(f["check"] == "early stop" for f in second["findings"])


def test_a_whole_run_that_was_looked_at_is_judged_by_the_bounds_for_every_look_too(project: Project) -> None:
    few = ("--limit", "24", "--name", "few", "--json", "few.json")
    code, out, err = project.run(*asked(*EARLY, *few), worse=False, delay=0.0)
    assert code == 2, out + err
    report = project.report("few.json")
    assert report["results"][0]["method"] == "cluster_betting_sequence"
    assert "clusters are too few for an ALLOW" in report["results"][0]["because"]
    assert not any(f["check"] == "early stop" for f in report["findings"])


def test_a_run_that_was_killed_and_resumed_ends_with_the_same_decision(project: Project) -> None:
    project.run(*asked(*EARLY, "--name", "whole", "--json", "whole.json"))
    with project.begin(*asked(*EARLY, "--name", "killed"), worse=True, delay=0.1) as killed:
        until = time.monotonic() + 30.0
        while results(project, "killed") < 4:
            assert time.monotonic() < until
            time.sleep(0.02)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    kept = results(project, "killed")
    code, out, err = project.run("resume", "--quiet", "--json", "killed.json")
    assert code == 1, out + err
    assert decision(project.report("killed.json")) == decision(project.report("whole.json"))
    assert kept < results(project, "killed") < N_ITEMS


def test_a_run_that_was_killed_after_its_gate_was_settled_asks_nothing_more(project: Project) -> None:
    project.run(*asked(*EARLY, "--name", "settled", "--json", "settled.json"))
    there = results(project, "settled")
    with project.store as store:
        newest = next(e for e in store.list().experiments if e.name == "settled")
        store.update(newest.id, status=Status.INTERRUPTED, verdict="", passed=None)
    code, _, err = project.run("resume", newest.id, "--quiet", "--json", "again.json")
    assert code == 1, err
    assert results(project, "settled") == there
    assert decision(project.report("again.json")) == decision(project.report("settled.json"))


def test_a_gate_that_nothing_settles_early_says_so_and_runs_to_its_end(project: Project) -> None:
    more = ("--gate", "by_points", "--name", "points", "--early-stop")
    code, _, err = project.run(*asked(*more), delay=0.0)
    assert code == 0
    assert "warning: --early-stop: nothing settles 'latency_p95'" in err
    assert results(project, "points") == N_ITEMS
