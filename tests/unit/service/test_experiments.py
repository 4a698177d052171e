from __future__ import annotations

from typing import Any

import msgspec
import pytest
from fastapi.testclient import TestClient
from tests.support.experiments import experiment

from evaligo.records import Experiment, Status
from evaligo.store.experiments import ExperimentStore


def head(number: int = 1, **fields: Any) -> dict[str, Any]:
    whole: dict[str, Any] = msgspec.to_builtins(experiment(number, **fields))
    del whole["updated"]
    return whole


def test_an_experiment_is_created_under_an_id_that_is_chosen_here(client: TestClient) -> None:
    answered = client.post(
        "experiments", json={"name": "a", "dataset": {"name": "d", "sha256": "", "n_items": 1}}
    )
    made = answered.json()
    assert answered.status_code == 201
    assert made["id"].startswith("exp_")
    assert made["status"] == "running"
    assert answered.headers["location"] == f"/api/v1/experiments/{made['id']}"
    assert answered.headers["etag"] == f'"{made["updated"]}"'


def test_what_is_sent_is_what_is_kept(client: TestClient, store: ExperimentStore) -> None:
    sent = head(tags={"team": "search"}, cluster="passage", note="wörter 🦉")
    assert client.post("experiments", json=sent).status_code == 201
    kept = msgspec.to_builtins(store.get(sent["id"]))
    assert {**kept, "updated": ""} == {**sent, "updated": ""}


def test_the_same_head_again_is_no_error_and_another_under_its_id_is(client: TestClient) -> None:
    assert client.post("experiments", json=head()).status_code == 201
    assert client.post("experiments", json=head(note="later")).status_code == 200
    answered = client.post("experiments", json=head(seed=7))
    assert answered.status_code == 409
    assert answered.json()["detail"] == f"there is an experiment {head()['id']!r} already"


def test_one_is_found_by_id_beginning_name_and_commit(client: TestClient) -> None:
    sent = head(3, name="nightly / en")
    client.post("experiments", json=sent)
    for ref in (sent["id"], sent["id"][:-1], sent["revision"]["commit"][:9]):
        assert client.get(f"experiments/{ref}").json()["id"] == sent["id"]
    assert client.get("find", params={"ref": "nightly / en"}).json()["id"] == sent["id"]


def test_what_is_not_there_is_a_404_with_the_sentence_of_the_command_line(client: TestClient) -> None:
    answered = client.get("experiments/exp_9")
    assert answered.status_code == 404
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "there is no experiment 'exp_9', nor any other yet",
        "hint": "run one with: evaligo experiment run",
        "exit_code": 65,
    }


def test_pages_hold_each_experiment_once_newest_first(client: TestClient) -> None:
    for number in range(7):
        client.post("experiments", json=head(number))
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get("experiments", params={"limit": 3, **({"cursor": cursor} if cursor else {})}).json()
        seen += [one["id"] for one in page["experiments"]]
        cursor = page["cursor"]
    assert seen == [head(number)["id"] for number in reversed(range(7))]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name=other", {2}),
        ("status=running", {1}),
        ("tag=team%3Dsearch", {2}),
        ("branch=main&since=2026-03-01T12:00:02Z", {2}),
        ("until=2026-03-01T12:00:00Z", {0}),
        ("passed=true", {0}),
        ("commit=0000001", {1}),
    ],
)
def test_lists_are_filtered(client: TestClient, query: str, found: set[int]) -> None:
    client.post("experiments", json=head(0, passed=True))
    client.post("experiments", json=head(1, status="running"))
    client.post("experiments", json=head(2, name="other", tags={"team": "search"}))
    page = client.get(f"experiments?{query}").json()
    assert {one["id"] for one in page["experiments"]} == {head(number)["id"] for number in found}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "cursor=x",
        "cursor=99999999999999999999.a",
        "tag=x",
        "status=done",
        "since=soon",
    ],
)
def test_a_query_that_cannot_be_meant_is_a_usage_error(client: TestClient, query: str) -> None:
    answered = client.get(f"experiments?{query}")
    assert (answered.status_code, answered.json()["exit_code"]) == (400, 64)


def test_an_update_changes_what_it_names_and_leaves_the_rest(
    client: TestClient, store: ExperimentStore
) -> None:
    made = client.post("experiments", json=head(status="running", note="first")).json()
    tag = client.get(f"experiments/{made['id']}").headers["etag"]
    answered = client.patch(
        f"experiments/{made['id']}",
        json={"status": "completed", "verdict": "ALLOW", "passed": True},
        headers={"If-Match": tag},
    )
    kept = store.get(made["id"])
    assert answered.status_code == 200
    assert (kept.status, kept.verdict, kept.passed, kept.note) == (Status.COMPLETED, "ALLOW", True, "first")
    assert answered.headers["etag"] != tag


def test_an_update_of_what_somebody_else_changed_is_refused(client: TestClient) -> None:
    made = client.post("experiments", json=head()).json()
    tag = f'"{made["updated"]}"'
    path = f"experiments/{made['id']}"
    assert client.patch(path, json={"note": "a"}, headers={"If-Match": tag}).status_code == 200
    assert client.patch(path, json={"note": "b"}, headers={"If-Match": tag}).status_code == 412
    assert client.patch(path, json={"note": "b"}).status_code == 428
    assert client.patch(path, json={"note": "b"}, headers={"If-Match": f'"x", {tag}'}).status_code == 412
    assert client.patch(path, json={"note": "c"}, headers={"If-Match": "*"}).json()["note"] == "c"


def test_what_is_completed_stays_completed(client: TestClient) -> None:
    made = client.post("experiments", json=head(status="completed")).json()
    answered = client.patch(
        f"experiments/{made['id']}", json={"status": "running"}, headers={"If-Match": "*"}
    )
    assert answered.status_code == 409


def test_one_is_deleted_and_a_baseline_only_by_force(client: TestClient, store: ExperimentStore) -> None:
    first, second = (client.post("experiments", json=head(number)).json()["id"] for number in (1, 2))
    assert client.delete(f"experiments/{first}").status_code == 204
    assert client.delete(f"experiments/{first}").status_code == 404
    client.post("baselines", json={"experiment": second, "environment": "staging"})
    assert client.delete(f"experiments/{second}").status_code == 409
    assert client.delete(f"experiments/{second}?force=true").status_code == 204
    assert store.find(second) is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b'{"config": {"a": ' + b"[" * 100_000, 400),
        (b"\xff", 400),
        (b"[]", 422),
        (b'{"name": "", "dataset": {"name": "d", "sha256": "", "n_items": 1}}', 422),
        (b'{"name": "a\\u0000", "dataset": {"name": "d", "sha256": "", "n_items": 1}}', 422),
        (b'{"name": "a", "dataset": {"name": "d", "sha256": "", "n_items": 1}, "created": "soon"}', 422),
        (b'{"name": "a", "dataset": {"name": "d", "sha256": "", "n_items": 1}, "id": "../x"}', 422),
    ],
)
def test_a_body_that_is_no_experiment_is_refused_in_a_sentence(
    client: TestClient, body: bytes, status: int
) -> None:
    answered = client.post("experiments", content=body)
    assert (answered.status_code, answered.json()["exit_code"]) == (status, 65)
    assert "Traceback" not in answered.text


def test_a_request_with_an_idempotency_key_is_done_once(client: TestClient) -> None:
    body = {"name": "a", "dataset": {"name": "d", "sha256": "", "n_items": 1}}
    first = client.post("experiments", json=body, headers={"Idempotency-Key": "k1"})
    again = client.post("experiments", json=body, headers={"Idempotency-Key": "k1"})
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["idempotent-replayed"] == "true"
    assert len(client.get("experiments").json()["experiments"]) == 1
    other = client.post("experiments", json={**body, "name": "b"}, headers={"Idempotency-Key": "k1"})
    assert other.status_code == 409
    assert other.json()["detail"] == "the idempotency key 'k1' stands for another request"


def test_a_refused_request_does_not_use_its_key_up(client: TestClient) -> None:
    headers = {"Idempotency-Key": "k1"}
    body = {"experiment": head()["id"], "environment": "staging"}
    assert client.post("baselines", json=body, headers=headers).status_code == 404
    client.post("experiments", json=head())
    assert client.post("baselines", json=body, headers=headers).status_code == 201


def test_a_record_is_read_from_an_answer(client: TestClient) -> None:
    client.post("experiments", json=head())
    got = msgspec.json.decode(client.get(f"experiments/{head()['id']}").content, type=Experiment)
    assert got.id == head()["id"]
