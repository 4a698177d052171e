from __future__ import annotations

import msgspec
import pytest
from fastapi.testclient import TestClient

from evaligo.store.envelope import read_seal
from evaligo.store.experiments import ExperimentStore

DECISION = {
    "metric": "accuracy",
    "candidate": {"run_id": "run-7"},
    "result": {"verdict": "ALLOW", "because": "the lower bound is above 0"},
}


def test_a_decision_is_an_entry_of_the_audit_chain(client: TestClient, store: ExperimentStore) -> None:
    made = client.post("decisions", json={"decision": DECISION})
    assert made.status_code == 201
    assert (made.json()["kind"], made.json()["subject"], made.json()["who"]) == ("decision", "run-7", "ada")
    assert client.get("decisions").json()["entries"] == [made.json()]
    assert store.audit.verify(expect_head=made.json()["hash"]).ok


@pytest.mark.parametrize("decision", [{}, {"verdict": "MAYBE"}, {"result": {"verdict": 3}}, {"result": []}])
def test_what_decides_nothing_is_refused(client: TestClient, decision: dict[str, object]) -> None:
    assert client.post("decisions", json={"decision": decision}).status_code == 422


def test_what_is_nested_too_deeply_is_refused(client: TestClient) -> None:
    deep = b'{"decision": {"verdict": "ALLOW", "x": ' + b"[" * 700 + b"]" * 700 + b"}}"
    assert client.post("decisions", content=deep).status_code in (201, 400)


def test_the_chain_is_exported_as_it_is_hashed(client: TestClient) -> None:
    for _ in range(3):
        client.post("decisions", json={"decision": DECISION})
    lines = client.get("audit/export").content.splitlines()
    seals = [read_seal(line) for line in lines]
    assert all(seal.intact for seal in seals)
    assert [seal.sequence for seal in seals] == [1, 2, 3]
    assert [later.previous for later in seals[1:]] == [earlier.hash for earlier in seals[:-1]]


def test_entries_are_listed_by_pages_kind_and_subject(client: TestClient) -> None:
    client.post("decisions", json={"decision": DECISION})
    client.post("notifications", json={"channel": "#ai-team", "message": "hello"})
    client.post("keys", json={"name": "ci", "role": "reader"})
    first = client.get("audit", params={"limit": 2}).json()
    assert [entry["kind"] for entry in first["entries"]] == ["key.created", "notification"]
    rest = client.get("audit", params={"limit": 2, "cursor": first["cursor"]}).json()
    assert [entry["kind"] for entry in rest["entries"]] == ["decision"]
    assert rest["cursor"] is None
    found = client.get("audit", params={"subject": "run-7"}).json()["entries"]
    assert [entry["kind"] for entry in found] == ["decision"]


def test_a_message_is_recorded_and_its_sender_told_that_nobody_gets_it(client: TestClient) -> None:
    made = client.post("notifications", json={"channel": "#ai-team", "message": "Baseline updated!"})
    assert made.status_code == 201
    assert made.json()["delivered"] is False
    assert "no channel is configured" in made.json()["warning"]
    assert client.get("notifications").json()["notifications"] == [made.json()]


def test_numbers_that_no_database_holds_are_kept_as_they_are_written(client: TestClient) -> None:
    body = msgspec.json.encode({"decision": {**DECISION, "n": 2**70}})
    assert client.post("decisions", content=body).status_code in (201, 422)
