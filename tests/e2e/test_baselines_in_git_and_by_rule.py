"""Baselines as a shell calls them: a starter project whose gate promotes, refuses, goes stale and lives in git."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest
from tests.support.commands import Done, evalsig

from evaligo.store.experiments import ExperimentStore

CONFIG = """\
name: pr
target: {type: python, function: MODULE:answer, argument: item}
evaluators: [exact_match]
gate: main
"""
GATES = """\
gates:
  main:
    thresholds:
      accuracy_regression: {max_decrease: 10%, confidence_level: 95%}
    success_action: update_baseline
    environment: production
"""
RUN = ("experiment", "run", "--config", "pr", "--dataset", "smoke", "--quiet", "--no-cache")


def evaligo(*args: str | Path) -> Done:
    return evalsig(*args, program="evaligo")


def dataset(items: int, expected: str = "yes") -> None:
    lines = (json.dumps({"id": f"q{n}", "input": f"{n}?", "expected": expected}) for n in range(items))
    Path(".evaligo/datasets/smoke.jsonl").write_text("\n".join(lines), encoding="utf-8")


def answer(right: str) -> None:
    """Let the target answer yes where this holds of the item's number; a module of its own, for imports are kept."""
    module = f"bot_{secrets.token_hex(6)}"
    code = "def answer(item):\n    n = int(item.input[:-1])\n    return 'yes' if " + right + " else 'no'\n"
    Path(f".evaligo/{module}.py").write_text(code, encoding="utf-8")
    Path(".evaligo/pr.yaml").write_text(CONFIG.replace("MODULE", module), encoding="utf-8")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_ACTOR", "ada")
    for folder in (".git", ".evaligo/datasets"):
        (tmp_path / folder).mkdir(parents=True)
    Path(".evaligo/quality-gates.yaml").write_text(GATES, encoding="utf-8")
    dataset(120)
    answer("n % 20")
    return tmp_path


def ledger() -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(
        evaligo("baselines", "history", "--environment", "production", "--json").out
    )
    return found


def policy(*lines: str) -> None:
    body = "".join(f"    {line}\n" for line in lines)
    Path(".evaligo/baselines.yaml").write_text(f"environments:\n  production:\n{body}", encoding="utf-8")


def test_a_gate_that_passes_promotes_by_the_policy_and_says_why_not() -> None:
    first = evaligo(*RUN)
    assert first.code == 0
    assert "production is now held to pr (exp_" in first.err
    answer("n % 21")
    policy("min_improvement: 5%")
    second = evaligo(*RUN, "--baseline", "production")
    assert second.code == 0
    assert "production stays as it is: 1 rule refuses pr (exp_" in second.err
    assert (
        "  min_improvement: accuracy 0.95 → 0.95, better by +0 (120 items); at least 5% is asked"
        in second.err
    )
    tried = evaligo("baselines", "auto-update", "--environment", "production", "--experiment", "pr")
    assert (tried.code, tried.err) == (2, "")
    assert "REFUSED" in tried.out
    policy("all_gates: true")
    done = evaligo("baselines", "auto-update", "--environment", "production", "--json")
    said = json.loads(done.out)
    assert (done.code, said["changed"], said["exit_code"]) == (0, True, 0)
    assert len(ledger()) == 2
    again = evaligo("baselines", "auto-update", "--environment", "production")
    assert again.code == 0
    assert "already; nothing changed" in again.out


def test_a_slow_decline_is_stopped_by_the_ratchet() -> None:
    policy("ratchet: {margin: 10%}")
    codes = []
    for wrong in (0, 5, 10, 15, 20, 25, 30):
        answer(f"n >= {wrong}")
        codes.append(evaligo(*RUN, "--baseline", "production"))
    stopped = [done.code for done in codes]
    assert stopped[:2] == [0, 0]
    assert stopped[-1] == 1
    assert "ratchet" in codes[-1].out
    assert "against the best baseline of the last 90d" in " ".join(codes[-1].out.split())
    assert len(ledger()) < len(codes)


def test_a_ratchet_on_what_nothing_gives_is_refused_before_the_run() -> None:
    policy("ratchet: {margin: 10%, metric: accuarcy}")
    done = evaligo(*RUN)
    assert (done.code, done.out) == (65, "")
    assert (
        "baselines.yaml: the ratchet of production speaks of 'accuarcy', which nothing gives; did you mean 'accuracy'?"
        in done.err
    )
    policy("ratchet: {margin: 200ms, metric: accuracy}")
    assert "'200ms' does not fit 'accuracy'" in evaligo(*RUN).err


def test_a_stale_baseline_warns_or_blocks_and_is_refreshed_in_one_command() -> None:
    evaligo(*RUN)
    dataset(140)
    policy("on_stale: warn")
    warned = evaligo(*RUN, "--baseline", "production")
    assert "ran on another version of 'smoke'" in " ".join(warned.out.split())
    policy("on_stale: block")
    blocked = evaligo(*RUN, "--baseline", "production")
    assert blocked.code == 65
    assert "evaligo baselines refresh --environment production" in blocked.err
    dataset(140, expected="YES")  # every id asks something else now
    done = evaligo("baselines", "refresh", "--environment", "production", "--quiet", "--no-cache")
    assert done.code == 0, done.err
    assert "production is now held to pr (exp_" in done.err
    newest = ledger()[0]
    assert newest["metadata"]["refreshed"]["experiment"] == ledger()[1]["experiment_id"]  # type: ignore[index]
    assert evaligo(*RUN, "--baseline", "production").code == 0


def test_a_baseline_travels_in_a_file(tmp_path: Path) -> None:
    evaligo(*RUN)
    done = evaligo("baselines", "export", "--environment", "production", "--to", "baseline.json")
    assert (done.code, done.err) == (0, "")
    assert (
        evaligo("baselines", "export", "--environment", "production").out == Path("baseline.json").read_text()
    )
    (tmp_path / ".evaligo" / "evaligo.db").unlink()
    for left in (tmp_path / ".evaligo").glob("evaligo.db-*"):
        left.unlink()
    Path(".evaligo/quality-gates.yaml").write_text(GATES.partition("    success_action")[0], encoding="utf-8")
    answer("n % 2")
    worse = evaligo(*RUN, "--baseline", "baseline.json")
    assert worse.code == 1
    assert "accuracy_regression" in worse.out
    assert "yes" in worse.out  # the baseline's answers came along
    brought = evaligo("baselines", "import", "baseline.json", "--environment", "production")
    assert brought.code == 0
    assert "its first baseline" in brought.out
    assert (
        evaligo("baselines", "import", "baseline.json", "--environment", "production").out.count("already")
        == 1
    )
    Path("cut.json").write_bytes(Path("baseline.json").read_bytes()[:-50])
    assert evaligo("baselines", "import", "cut.json", "--environment", "production").code == 65


def test_tables_fit_eighty_columns_and_wide_has_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    evaligo(*RUN)
    answer("n % 21")
    evaligo(*RUN, "--baseline", "production")
    evaligo("baselines", "rollback", "--environment", "production", "--reason", "the p99 doubled")
    for args in (("show",), ("history",), ("history", "--environment", "production")):
        done = evaligo("baselines", *args)
        rows = [line for line in done.out.splitlines() if "exp_" in line]
        assert rows
        assert all(len(line) <= 80 for line in done.out.splitlines())
        assert all(line.count("exp_") == 1 and len(line.split("exp_")[1].split()[0]) == 16 for line in rows)
    assert "rollback:" in done.out
    wide = evaligo("baselines", "history", "--wide", "--output", "markdown")
    assert "| replaced |" in wide.out
    differ = evaligo("baselines", "diff", "production#1", "production#2")
    assert (differ.code, differ.err) == (0, "")
    drawn = evaligo("baselines", "trend", "--environment", "production", "--html", "trend.html")
    assert drawn.code == 0
    assert "↺#3" in drawn.out
    assert "<svg" in Path("trend.html").read_text(encoding="utf-8")


def test_an_all_cached_rerun_is_no_file_given_twice(project: Path) -> None:
    cached = RUN[:-1]
    evaligo(*cached, "--cache")
    done = evaligo(*cached, "--cache", "--baseline", "production")
    assert "120 of 120 answers are from the cache" in done.out
    assert "same bytes" not in done.out
    with ExperimentStore.open(project / ".evaligo" / "evaligo.db") as store:
        first, second = (store.run(e.id).info.sha256 for e in store.list().experiments)
    assert isinstance(first, str)
    assert len(second) == 64
