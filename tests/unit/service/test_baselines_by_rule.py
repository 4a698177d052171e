"""Who may bring a baseline's file, and what such a file cannot do."""

from __future__ import annotations

import io
from dataclasses import replace

import msgspec
import pytest
from fastapi.testclient import TestClient
from tests.support.experiments import experiment, result

from evaligo.app.baselines import promote
from evaligo.readers.baseline_file import write_kept
from evaligo.records import Experiment
from evaligo.records.baseline import BaselineEntry, Judgement
from evaligo.records.key import Role
from evaligo.service.access import Keyed
from evaligo.service.app import create_app
from evaligo.store.experiments import ExperimentStore


@pytest.fixture
def entry(store: ExperimentStore) -> BaselineEntry:
    store.create(experiment(1))
    store.sink(experiment(1).id).write([result("q1", 0.25)])
    return promote(store, experiment(1).id, "staging", who="ada").entry


def told(head: Experiment, entry: BaselineEntry, *said: Judgement) -> bytes:
    """Write a file by hand, its SHA-256 right."""
    stream = io.BytesIO()
    here = replace(entry, experiment_id=head.id)
    write_kept(stream, entry=here, experiment=head, judgements=said, results=[result("q1", 0.5)])
    return stream.getvalue()


def send(client: TestClient, body: bytes, **how: str) -> tuple[int, str]:
    answered = client.post(
        "baselines/import", params={"environment": "production"}, content=body, headers=how
    )
    return answered.status_code, answered.json().get("detail", "")


def keyed(store: ExperimentStore, role: Role) -> TestClient:
    secret = store.keys.create(f"{role}-key", role, who="ada")[1]
    app = create_app(store, access=Keyed(database=store.database))
    return TestClient(app, base_url="http://test/api/v1", headers={"Authorization": f"Bearer {secret}"})


@pytest.mark.parametrize(("role", "status"), [("reader", 403), ("runner", 403), ("admin", 201)])
def test_only_an_admin_imports_what_its_gate_refused(
    store: ExperimentStore, entry: BaselineEntry, role: Role, status: int
) -> None:
    refused = experiment(2, passed=False, gate="pr", verdict="REJECT")
    assert send(keyed(store, role), told(refused, entry))[0] == status
    assert (store.baselines.current("production") is None) == (status == 403)


def test_a_runner_imports_what_passed(store: ExperimentStore, entry: BaselineEntry) -> None:
    passed = experiment(2, passed=True, gate="pr", verdict="ALLOW")
    assert send(keyed(store, "runner"), told(passed, entry))[0] == 201


def test_a_file_says_nothing_of_another_experiment(
    store: ExperimentStore, client: TestClient, entry: BaselineEntry
) -> None:
    foreign = Judgement(
        experiment_id=experiment(1).id,
        gate="pr",
        verdict="ALLOW",
        created="2026-03-01T12:00:00Z",
        baseline_id="",
        report={},
    )
    status, detail = send(client, told(experiment(2), entry, foreign))
    assert (status, detail) == (422, "the baseline sent: it is of several experiments")
    assert store.judgements(experiment(1).id) == ()
    assert store.find(experiment(2).id) is None


def test_a_head_that_could_not_be_created_is_not_imported(client: TestClient, entry: BaselineEntry) -> None:
    status, detail = send(client, told(replace(experiment(2), id="../x"), entry))
    assert status == 422
    assert "its experiment is not as expected" in detail


def test_the_same_import_with_the_same_key_is_done_once(client: TestClient, entry: BaselineEntry) -> None:
    body = told(experiment(2), entry)
    first, again = (
        client.post(
            "baselines/import",
            params={"environment": "production"},
            content=body,
            headers={"Idempotency-Key": "k"},
        )
        for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotent-replayed"] == "true"
    assert len(client.get("baselines/history").json()["baselines"]) == 2


def test_an_export_is_the_form_that_is_published(client: TestClient, entry: BaselineEntry) -> None:
    answered = client.get("baselines/export", params={"environment": "staging"})
    assert answered.headers["content-type"] == "application/json"
    assert msgspec.json.decode(answered.content)["entry"]["id"] == entry.id
    assert client.get("baselines/export", params={"environment": "nowhere"}).status_code == 404
