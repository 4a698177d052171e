from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from tests.support.experiment_views import BASELINE, CANDIDATE
from tests.support.stored_experiments import filled

from evaligo.app.find_experiment import find_experiment
from evaligo.app.judge_quality import judge_quality
from evaligo.gates.quality import load_gates
from evaligo.records import Status
from evaligo.service.access import Trusted
from evaligo.service.app import create_app
from evaligo.store.experiments import ExperimentStore

GATES = """
gates:
  release:
    thresholds:
      accuracy: {max_decrease: 5pp, confidence_level: 95%}
  level:
    thresholds:
      accuracy: {min_score: 0.1}
"""
ASKED = {"candidate": CANDIDATE.id, "baseline": BASELINE.id, "gate": "release", "no_cluster": True}


@pytest.fixture(scope="module")
def full_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("full") / "evaligo.db"
    with filled(path) as store:
        for one in (BASELINE, CANDIDATE):
            store.update(one.id, status=Status.COMPLETED)
    return path


@pytest.fixture
def store(tmp_path: Path, full_database: Path) -> Iterator[ExperimentStore]:
    shutil.copy(full_database, tmp_path / "evaligo.db")
    with ExperimentStore.open(tmp_path / "evaligo.db") as opened:
        yield opened


@pytest.fixture
def client(store: ExperimentStore) -> TestClient:
    app = create_app(store, access=Trusted(who="ada"))
    client = TestClient(app, base_url="http://test/api/v1")
    assert client.post("gates", content=GATES).status_code == 201
    return client


def test_the_verdict_is_that_of_the_same_gate_at_home(
    client: TestClient, store: ExperimentStore, tmp_path: Path
) -> None:
    answered = client.post("judge", json={**ASKED, "seed": 7})
    (tmp_path / "gates.yaml").write_text(GATES)
    here = judge_quality(
        store.run(BASELINE.id),
        store.run(CANDIDATE.id),
        load_gates(tmp_path / "gates.yaml")[0],
        cluster=False,
        seed=7,
    )
    assert answered.status_code == 201
    assert answered.json()["verdict"] == here.verdict.value
    assert answered.json()["report"]["results"] == here.to_dict()["results"]


def test_what_was_said_is_kept_with_the_experiment_and_in_the_audit_chain(
    client: TestClient, store: ExperimentStore
) -> None:
    said = client.post("judge", json={**ASKED, "gate": "level"}).json()
    [kept] = client.get(f"experiments/{CANDIDATE.id}/judgements").json()["judgements"]
    assert (kept["verdict"], kept["report"]) == (said["verdict"], said["report"])
    [entry] = client.get("decisions").json()["entries"]
    assert (entry["subject"], entry["who"], entry["data"]["gate"]) == (CANDIDATE.id, "ada", "level")
    assert store.audit.verify().ok


def test_only_the_experiments_own_gate_sets_its_verdict(client: TestClient, store: ExperimentStore) -> None:
    before = find_experiment(store, CANDIDATE.id)
    client.post("judge", json={**ASKED, "gate": "level"})
    after = find_experiment(store, CANDIDATE.id)
    own = before.gate in ("", "level")
    assert (after.verdict == "ALLOW") is own or after.verdict == before.verdict


def test_a_gate_can_be_sent_along(client: TestClient) -> None:
    yaml = "gates: {mine: {thresholds: {tone: {min_score: 0.99}}}}"
    said = client.post("judge", json={"candidate": CANDIDATE.id, "yaml": yaml, "no_cluster": True}).json()
    assert (said["gate"], said["verdict"], said["baseline_id"]) == ("mine", "REJECT", "")


def test_results_that_were_never_sent_count_as_missing(client: TestClient, store: ExperimentStore) -> None:
    from dataclasses import replace

    whole = list(store.results(CANDIDATE.id))
    part = replace(CANDIDATE, id="exp_part", dataset=replace(BASELINE.dataset, n_items=len(whole)))
    store.create(replace(part, metrics=store.get(CANDIDATE.id).metrics, status=Status.COMPLETED))
    store.sink("exp_part").write(whole[: len(whole) // 2])
    report = client.post("judge", json={**ASKED, "candidate": "exp_part"}).json()["report"]
    assert any("has results of" in finding["message"] for finding in report["findings"])
    assert report["results"][0]["missing"] is not None


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"candidate": "nothing"}, 404),
        ({"baseline": "nothing"}, 404),
        ({"gate": "another"}, 404),
        ({"gate": None}, 400),
        ({"yaml": "gates: ["}, 422),
        ({"yaml": "gates: {a: {thresholds: {accuracy: {min_scor: 1}}}}"}, 422),
        ({"on_inconclusive": "shrug"}, 422),
    ],
)
def test_what_cannot_be_judged_is_refused(
    client: TestClient, changed: dict[str, object], status: int
) -> None:
    assert client.post("judge", json={**ASKED, **changed}).status_code == status


def test_what_runs_still_is_not_judged(client: TestClient, store: ExperimentStore) -> None:
    store.update(CANDIDATE.id, status=Status.RUNNING)
    answered = client.post("judge", json=ASKED)
    assert answered.status_code == 422
    assert "is running: it cannot be judged yet" in answered.json()["detail"]
