from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.support.experiments import experiment, result

from evaligo.service.access import Access, Actor
from evaligo.service.app import create_app
from evaligo.store.experiments import ExperimentStore

GATES = """
gates:
  release:
    environment: production
    failure_action: block_deployment
    thresholds:
      accuracy: {min_score: 0.5}
"""


@pytest.fixture(autouse=True)
def experiments(store: ExperimentStore) -> None:
    for number, score in ((1, 1.0), (2, 0.0)):
        store.create(experiment(number, gate="release"))
        store.sink(experiment(number).id).write([result(f"q{place}", score) for place in range(3)])


def deploy(client: TestClient, number: int, environment: str = "production", **fields: Any) -> Any:
    body = {"environment": environment, "version": f"v{number}", "experiment": experiment(number).id}
    return client.post("deployments", json={**body, **fields})


def judge(client: TestClient, number: int) -> str:
    body = {"candidate": experiment(number).id, "gate": "release"}
    verdict: str = client.post("judge", json=body).json()["verdict"]
    return verdict


def test_a_deployment_is_kept_and_found_by_id_and_version(client: TestClient) -> None:
    made = deploy(client, 1, status="success", metadata={"by": "argo"})
    shown = made.json()
    assert made.status_code == 201
    assert made.headers["location"] == f"/api/v1/deployments/{shown['id']}"
    assert shown["uptime_hours"] >= 0.0
    for ref in (shown["id"], "v1"):
        assert client.get(f"deployments/{ref}").json()["metadata"] == {"by": "argo"}
    assert client.get("deployments/v9").status_code == 404


def test_uptime_runs_from_success_until_it_is_superseded(client: TestClient) -> None:
    deploy(client, 1, status="success", created_at="2026-03-01T12:00:00Z")
    deploy(client, 2, status="success", created_at="2026-03-05T12:00:00Z")
    assert client.get("deployments/v1").json()["uptime_hours"] == 96.0


def test_a_deployment_ends_once(client: TestClient) -> None:
    made = deploy(client, 1).json()
    path = f"deployments/{made['id']}/finish"
    assert client.post(path, json={"status": "success"}).json()["status"] == "success"
    assert client.post(path, json={"status": "success"}).status_code == 200
    assert client.post(path, json={"status": "rolled_back"}).json()["status"] == "rolled_back"
    assert client.post(path, json={"status": "success"}).status_code == 409
    assert client.post(path, json={"status": "pending"}).status_code == 400
    assert client.post("deployments/dp_no/finish", json={"status": "success"}).status_code == 404


def test_deployments_are_listed_newest_first_by_status_environment_and_time(client: TestClient) -> None:
    for number, environment, status, day in (
        (1, "staging", "success", 1),
        (1, "production", "failed", 2),
        (2, "production", "success", 3),
    ):
        deploy(client, number, environment, status=status, created_at=f"2026-03-0{day}T12:00:00Z")

    def listed(query: str) -> list[tuple[str, str]]:
        page = client.get(f"deployments?{query}").json()["deployments"]
        return [(one["environment"], one["version"]) for one in page]

    assert listed("status=success") == [("production", "v2"), ("staging", "v1")]
    assert listed("environment=production") == [("production", "v2"), ("production", "v1")]
    assert listed("since=2026-03-02T00:00:00Z&status=failed") == [("production", "v1")]
    first = client.get("deployments?limit=2").json()
    assert listed(f"limit=2&cursor={first['cursor']}") == [("staging", "v1")]


def test_a_gate_blocks_what_it_does_not_allow(client: TestClient) -> None:
    assert client.post("gates", content=GATES).status_code == 201
    checked = client.get(
        "deployments/check", params={"environment": "production", "experiment": experiment(1).id}
    )
    assert (checked.json()["blocks"], checked.json()["exit_code"]) == (True, 1)
    assert "never judged" in checked.json()["because"]
    assert judge(client, 1) == "ALLOW"
    assert judge(client, 2) == "REJECT"
    assert deploy(client, 1).status_code == 201
    refused = deploy(client, 2)
    assert (refused.status_code, refused.json()["exit_code"]) == (409, 1)
    assert "said REJECT" in refused.json()["detail"]


def test_an_admin_overrides_a_gate_and_the_audit_chain_keeps_it(client: TestClient) -> None:
    client.post("gates", content=GATES)
    judge(client, 2)
    made = deploy(client, 2, override="the old one is down")
    assert made.json()["metadata"]["override"]["why"] == "the old one is down"
    [entry] = client.get("audit", params={"kind": "override"}).json()["entries"]
    assert (entry["subject"], entry["who"]) == (made.json()["id"], "ada")


class _Runner:
    """Lets everyone in as a runner."""

    def admit(self, token: str | None) -> Actor:
        return Actor(who=token or "ci", role="runner", project="default")


def test_a_runner_overrides_nothing(store: ExperimentStore) -> None:
    access: Access = _Runner()
    client = TestClient(create_app(store, access=access), base_url="http://test/api/v1")
    refused = deploy(client, 2, override="I want to")
    assert refused.status_code == 403
    assert "overriding a gate needs the role admin" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"version": ""}, 422),
        ({"experiment": "nothing"}, 404),
        ({"status": "done"}, 422),
        ({"created_at": "2999-01-01T00:00:00Z"}, 400),
        ({"created_at": "soon"}, 422),
        ({"environment": " "}, 400),
    ],
)
def test_what_is_no_deployment_is_refused(client: TestClient, fields: dict[str, str], status: int) -> None:
    assert deploy(client, 1, **fields).status_code == status


def test_a_baseline_takes_its_environment_from_the_newest_deployment(client: TestClient) -> None:
    body = {"experiment": experiment(1).id, "force": True}
    refused = client.post("baselines", json=body)
    assert refused.status_code == 400
    assert "was deployed to none" in refused.json()["detail"]
    deploy(client, 1, "staging", created_at="2026-03-01T12:00:00Z")
    deploy(client, 1, "canary", created_at="2026-03-02T12:00:00Z")
    assert client.post("baselines", json=body).json()["baseline"]["environment"] == "canary"


def test_the_gates_of_a_project_in_ones_own_process_are_asked(store: ExperimentStore, tmp_path: Path) -> None:
    from evaligo.gates.quality import load_gates
    from evaligo.service.access import Trusted

    (tmp_path / "gates.yaml").write_text(GATES)
    app = create_app(
        store, access=Trusted(who="ada"), quality_gates=lambda _store: load_gates(tmp_path / "gates.yaml")
    )
    client = TestClient(app, base_url="http://test/api/v1")
    assert deploy(client, 1).status_code == 409
