from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from fastapi.testclient import TestClient
from tests.support.experiments import experiment, result

from evaligo.records import ItemResult, Status
from evaligo.service.access import Trusted
from evaligo.service.app import create_app
from evaligo.store.experiments import ExperimentStore

GATES = "gates: {release: {environment: production, thresholds: {accuracy: {min_score: 0.5}}}}"


@pytest.fixture
def client(postgres_url: str) -> Iterator[TestClient]:
    with ExperimentStore.open(postgres_url) as store:
        yield TestClient(create_app(store, access=Trusted(who="ada")), base_url="http://test/api/v1")


def test_a_release_from_upload_to_rollback_on_postgresql(client: TestClient) -> None:
    for number in (1, 2):
        head = msgspec.to_builtins(experiment(number, status=Status.RUNNING, name="nightly"))
        del head["updated"]
        assert client.post("experiments", json=head).status_code == 201
        path = f"experiments/{head['id']}"
        lines = msgspec.json.Encoder().encode_lines([result(f"q{place}") for place in range(30)])
        assert client.post(f"{path}/results", content=lines).json() == {"received": 30}
        done = client.patch(path, json={"status": "completed"}, headers={"If-Match": "*"})
        assert done.json()["status"] == "completed"
    first, second = experiment(1).id, experiment(2).id
    assert client.post("gates", content=GATES).status_code == 201
    said = client.post("judge", json={"candidate": second, "baseline": first, "gate": "release"})
    assert said.json()["verdict"] == "ALLOW"
    for one in (first, second):
        body = {"experiment": one, "environment": "production"}
        again = {"Idempotency-Key": one}
        made = client.post("baselines", json=body, headers=again)
        assert made.status_code == 201
        assert client.post("baselines", json=body, headers=again).content == made.content
    went = client.post(
        "deployments", json={"environment": "production", "version": "v1", "experiment": second}
    )
    assert went.status_code == 201
    back = client.post("baselines/rollback", json={"environment": "production", "why": "it broke"})
    assert back.json()["baseline"]["experiment_id"] == first
    assert client.get("experiments?name=nightly&limit=1").json()["cursor"]
    assert client.get(f"experiments/{first}/metrics").json()["metrics"][0]["n"] == 30
    assert [entry["kind"] for entry in client.get("audit").json()["entries"]] == [
        "rollback", "deployment", "promotion", "promotion", "decision",
    ]  # fmt: skip


def test_what_postgresql_keeps_in_no_text_is_kept_all_the_same(client: TestClient) -> None:
    body = {"id": "exp_1", "name": "a", "dataset": {"name": "d", "sha256": "", "n_items": 1}}
    client.post("experiments", json=body).raise_for_status()
    odd = result("q1", text="a\0b")
    sent = client.post("experiments/exp_1/results", content=msgspec.json.encode(odd))
    assert sent.status_code == 200
    got = msgspec.json.decode(client.get("experiments/exp_1/results").content, type=ItemResult)
    assert got.output is not None
    assert got.output.text in ("a\0b", "a\ufffdb")
