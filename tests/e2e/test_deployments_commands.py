"""`evaligo deployments`, `audit`, `attest`, `keys` and `db`, as a shell calls them."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.commands import Done, evalsig
from tests.support.experiments import experiment, result
from tests.support.quality_reports import allowed, rejected

from evaligo.records import Verdict
from evaligo.store.experiments import ExperimentStore

GATES = """
gates:
  prod:
    environment: production
    failure_action: block_deployment
    thresholds:
      accuracy:
        min_value: 0.5
"""
GOOD, BAD, UNSURE, UNJUDGED = (experiment(n).id for n in (1, 2, 3, 4))


def evaligo(*args: str | Path) -> Done:
    return evalsig(*args, program="evaligo")


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExperimentStore]:
    """A project with a gate of production, and an experiment of each verdict."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_ACTOR", "ada")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("EVALIGO_DATABASE", raising=False)
    with ExperimentStore.open(tmp_path / ".evaligo" / "evaligo.db") as opened:
        (tmp_path / ".evaligo" / "quality-gates.yaml").write_text(GATES)
        for number in (1, 2, 3, 4):
            opened.create(experiment(number))
        opened.sink(GOOD).write([result("q1"), result("q2", 0.0)])
        opened.judge(GOOD, replace(rejected(), gate="prod"), who="ada")
        opened.judge(GOOD, replace(allowed(), gate="prod"), who="ada")
        opened.judge(BAD, replace(rejected(), gate="prod"), who="ada")
        opened.judge(BAD, replace(allowed(), gate="other"), who="ada")
        opened.judge(UNSURE, replace(allowed(), gate="prod", verdict=Verdict.INCONCLUSIVE), who="ada")
        yield opened


def record(experiment_id: str, *more: str, version: str = "v1", environment: str = "production") -> Done:
    return evaligo(
        *("deployments", "record", "--environment", environment, "--version", version),
        *("--experiment", experiment_id, "--json", *more),
    )


@pytest.mark.parametrize(
    ("experiment_id", "code", "told"),
    [
        (GOOD, 0, "ALLOW: it may go to production"),
        (BAD, 1, "REJECT: it may not go to production"),
        (UNSURE, 2, "INCONCLUSIVE: it may not go to production"),
        (UNJUDGED, 1, "NO VERDICT: it may not go to production"),
    ],
)
def test_check_exits_with_the_newest_verdict_of_the_environments_gate(
    experiment_id: str, code: int, told: str
) -> None:
    done = evaligo("deployments", "check", "--environment", "production", "--experiment", experiment_id)
    assert (done.code, done.err) == (code, "")
    assert told in done.out
    refused = record(experiment_id)
    assert refused.code == code
    assert ("blocks the deployment" in refused.err) == (code != 0)


def test_an_override_needs_a_reason_and_is_written_into_the_chain() -> None:
    assert record(BAD, "--override").code == 64
    assert record(BAD, "--reason", "x").code == 64
    done = record(BAD, "--override", "--reason", "hotfix for 123")
    assert done.code == 0
    kept = json.loads(done.out)
    assert kept["metadata"]["override"] == {
        "who": "ada", "why": "hotfix for 123", "verdict": "REJECT", "gate": "prod",
    }  # fmt: skip
    exported = evaligo("audit", "export")
    last = json.loads(exported.out.splitlines()[-1])
    assert (last["kind"], last["who"], last["subject"]) == ("override", "ada", kept["id"])
    assert last["data"]["metadata"]["override"]["why"] == "hotfix for 123"


def test_a_deployment_is_recorded_finished_listed_and_shown() -> None:
    record(GOOD, "--status", "success", "--created-at", "2026-03-01T00:00:00Z")
    pending = json.loads(record(GOOD, version="v2").out)
    done = evaligo("deployments", "finish", "v2", "--status", "success", "--json")
    assert json.loads(done.out)["status"] == "success"
    listed = json.loads(evaligo("deployments", "list", "--status", "success", "--json").out)["deployments"]
    assert [(d["version"], d["ended"] is None) for d in listed] == [("v2", True), ("v1", False)]
    assert listed[1]["ended"] == listed[0]["succeeded"]
    shown = evaligo("deployments", "show", pending["id"])
    assert f"v2 in production ({pending['id']})" in shown.out
    assert evaligo("deployments", "finish", "v2", "--status", "rolled_back").code == 0
    again = evaligo("deployments", "finish", "v2", "--status", "success")
    assert (again.code, "is rolled_back: it cannot become success" in again.err) == (65, True)
    assert evaligo("deployments", "show", "v9").code == 65


def test_keys_are_shown_once_listed_and_revoked() -> None:
    made = evaligo("keys", "create", "--role", "runner", "--name", "ci", "--expires", "90d")
    secret = made.out.strip()
    assert secret.startswith("evk_")
    assert "keep it now" in made.err
    listed = evaligo("keys", "list", "--json").out
    assert secret not in listed
    assert json.loads(listed)[0]["name"] == "ci"
    assert " until 20" in evaligo("keys", "list").out
    taken = evaligo("keys", "create", "--role", "reader", "--name", "ci")
    assert (taken.code, "in use already" in taken.err) == (65, True)
    assert evaligo("keys", "create", "--role", "reader", "--name", "x", "--expires", "soon").code == 64
    assert evaligo("keys", "revoke", "ci").code == 0
    assert "revoked" in evaligo("keys", "list").out
    assert evaligo("keys", "revoke", "nobody").code == 65
    kinds = [json.loads(line)["kind"] for line in evaligo("audit", "export").out.splitlines()]
    assert kinds[-2:] == ["key.created", "key.revoked"]


def test_an_exported_chain_is_checked_anywhere_and_every_tampering_is_found(tmp_path: Path) -> None:
    assert evaligo("audit", "verify").out.startswith("5 entries, chain whole, head ")
    assert evaligo("audit", "export", "--to", "audit.jsonl").code == 0
    whole = (tmp_path / "audit.jsonl").read_text().splitlines(keepends=True)
    checked = evaligo("audit", "verify", "audit.jsonl")
    assert (checked.code, checked.out) == (0, evaligo("audit", "verify").out)
    head = json.loads(whole[-1])["hash"]
    for tampered, told in (
        ([*whole[:1], whole[1].replace("ada", "eve"), *whole[2:]], "line 2 was edited"),
        (whole[:1] + whole[2:], "line 2 is entry 3 where 2 was expected"),
        ([whole[1], whole[0], *whole[2:]], "line 1 is entry 2 where 1 was expected"),
        (whole[:-1], "no line has the hash"),
        ([*whole[:-1], whole[-1][:-9]], "line 5 is torn"),
    ):
        (tmp_path / "tampered.jsonl").write_text("".join(tampered))
        done = evaligo("audit", "verify", "tampered.jsonl", "--expect-head", head)
        assert done.code == 65
        assert told in done.out


def test_an_attestation_is_checked_offline_and_a_change_is_found(tmp_path: Path) -> None:
    assert evaligo("attest", "keygen", "--to", "release.pem").code == 0
    assert stat.S_IMODE((tmp_path / "release.pem").stat().st_mode) == 0o600
    assert evaligo("attest", "keygen", "--to", "release.pem").code == 65
    assert evaligo("attest", "create", GOOD, "--key", "release.pem", "--to", "a.json").code == 0
    done = evaligo("attest", "verify", "a.json", "--public-key", "release.pem.pub")
    assert done.code == 0
    assert f"The signature holds: pr-validation ({GOOD})" in done.out
    evaligo("attest", "keygen", "--to", "other.pem")
    other = evaligo("attest", "verify", "a.json", "--public-key", "other.pem.pub")
    assert (other.code, "not signed with this key" in other.err) == (65, True)
    assert evaligo("attest", "verify", "a.json", "--public-key", "release.pem").code == 65
    assert evaligo("attest", "verify", "release.pem", "--public-key", "release.pem.pub").code == 65


def test_a_database_is_looked_after() -> None:
    assert "already" in evaligo("db", "upgrade").out
    assert evaligo("db", "check").code == 0
    assert evaligo("db", "backup", "--to", "backup.db").code == 0
    assert evaligo("db", "restore", "backup.db").code == 65
    assert evaligo("db", "restore", "backup.db", "--force").code == 0
    copied = evaligo("db", "copy", "--to", "copy.db")
    assert (copied.code, "Copied, and read back the same" in copied.out) == (0, True)
    assert evaligo("db", "check", "--database", "copy.db").code == 0
    assert evaligo("db", "check", "--database", "none.db").code == 65
    wrong = evaligo("db", "check", "--database", "mysql://x/y")
    assert (wrong.code, "'mysql' is no kind of database" in wrong.err) == (64, True)


def test_check_finds_a_gate_that_says_nothing_of_an_environment(tmp_path: Path) -> None:
    (tmp_path / ".evaligo" / "quality-gates.yaml").unlink()
    assert evaligo("deployments", "check", "--environment", "staging", "--experiment", GOOD).code == 1
    assert record(UNJUDGED, environment="staging").code == 0
