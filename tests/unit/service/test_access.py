from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from tests.support.experiments import experiment

from evaligo.records.key import Role
from evaligo.service.access import Keyed
from evaligo.service.app import create_app
from evaligo.service.limits import Limits
from evaligo.store.experiments import ExperimentStore

LINK = "/api/v1/notifications/{notification_id}/acknowledge"  # whoever has the id, which cannot be guessed
OPEN = {"/api/v1/health", "/api/v1/ready", LINK}
ADMIN = {
    ("POST", "/api/v1/keys"),
    ("GET", "/api/v1/keys"),
    ("DELETE", "/api/v1/keys/{ref}"),
    ("POST", "/api/v1/gates"),
    ("POST", "/api/v1/baselines/rollback"),
    ("DELETE", "/api/v1/experiments/{experiment_id}"),
}
READING = {
    ("POST", "/api/v1/experiments/{ref}/compare"),
    ("POST", "/api/v1/experiments/{experiment_id}/results/known"),
}


@pytest.fixture
def app(store: ExperimentStore) -> FastAPI:
    return create_app(store, access=Keyed(database=store.database))


def key(store: ExperimentStore, role: Role, project: str = "default") -> dict[str, str]:
    there = ExperimentStore(store.database, project=project)
    return {"Authorization": f"Bearer {there.keys.create(f'{role}-key', role, who='ada')[1]}"}


def routes(app: FastAPI) -> list[tuple[str, str]]:
    paths = app.openapi()["paths"]
    return [
        (method.upper(), path) for path, methods in paths.items() for method in methods if path not in OPEN
    ]


def ask(client: TestClient, route: tuple[str, str], headers: dict[str, str] | None = None) -> int:
    method, path = route
    for name in ("ref", "experiment_id", "deployment_id", "name"):
        path = path.replace(f"{{{name}}}", "x")
    return client.request(method, f"http://test{path}", headers=headers).status_code


def test_nothing_is_readable_or_writable_without_a_key(app: FastAPI, client: TestClient) -> None:
    assert {(route, ask(client, route)) for route in routes(app)} == {(route, 401) for route in routes(app)}
    assert len(routes(app)) > 30


def test_a_wrong_key_is_told_so_and_a_missing_one_how_to_send_it(client: TestClient) -> None:
    missing = client.get("experiments")
    wrong = client.get("experiments", headers={"Authorization": "Bearer evk_wrong"})
    assert missing.headers["www-authenticate"] == wrong.headers["www-authenticate"] == "Bearer"
    assert missing.json()["detail"] == "there is no API key"
    assert wrong.json()["detail"] == "the API key is not valid"


def test_each_role_may_do_what_is_its_own(app: FastAPI, client: TestClient, store: ExperimentStore) -> None:
    reader, runner, admin = key(store, "reader"), key(store, "runner"), key(store, "admin")
    for route in routes(app):
        writes = route[0] != "GET" and route not in READING
        assert (ask(client, route, reader) == 403) is (writes or route in ADMIN), route
        assert (ask(client, route, runner) == 403) is (route in ADMIN), route
        assert ask(client, route, admin) != 403, route


def test_a_key_opens_its_project_and_no_other(client: TestClient, store: ExperimentStore) -> None:
    ours, theirs = key(store, "admin"), key(store, "admin", "other")
    store.create(experiment())
    assert client.get(f"experiments/{experiment().id}", headers=ours).status_code == 200
    assert client.get(f"experiments/{experiment().id}", headers=theirs).status_code == 404
    assert client.get("experiments", headers=theirs).json()["experiments"] == []
    assert len(client.get("keys", headers=theirs).json()["keys"]) == 1


def test_an_id_of_another_project_cannot_be_taken_or_written_to(
    client: TestClient, store: ExperimentStore
) -> None:
    theirs = key(store, "admin", "other")
    store.create(experiment())
    path = f"experiments/{experiment().id}"
    body = {"id": experiment().id, "name": "a", "dataset": {"name": "d", "sha256": "", "n_items": 1}}
    assert client.post("experiments", json=body, headers=theirs).status_code == 409
    assert client.post(f"{path}/results", content=b"", headers=theirs).status_code == 404
    assert client.patch(path, json={"note": "x"}, headers={**theirs, "If-Match": "*"}).status_code == 404
    assert client.delete(path, headers=theirs).status_code == 404


def test_a_revoked_key_opens_nothing_from_the_next_request_on(
    client: TestClient, store: ExperimentStore
) -> None:
    admin = key(store, "admin")
    made = client.post("keys", json={"name": "ci", "role": "reader", "expires": "90d"}, headers=admin).json()
    ci = {"Authorization": f"Bearer {made['secret']}"}
    assert client.get("self", headers=ci).json()["who"] == "ci"
    assert client.delete("keys/ci", headers=admin).status_code == 200
    assert client.get("self", headers=ci).status_code == 401
    assert client.delete("keys/nobody", headers=admin).status_code == 404


def test_a_key_is_shown_once_also_to_the_same_request_again(
    client: TestClient, store: ExperimentStore
) -> None:
    admin = {**key(store, "admin"), "Idempotency-Key": "k1"}
    body = {"name": "ci", "role": "reader"}
    first = client.post("keys", json=body, headers=admin).json()
    again = client.post("keys", json=body, headers=admin).json()
    assert first["secret"].startswith("evk_")
    assert again == {"key": first["key"], "secret": None}
    assert all("secret" not in one for one in client.get("keys", headers=admin).json()["keys"])


def test_who_did_it_is_the_keys_name(client: TestClient, store: ExperimentStore) -> None:
    store.create(experiment())
    body = {"experiment": experiment().id, "environment": "staging"}
    made = client.post("baselines", json=body, headers=key(store, "runner")).json()
    assert made["baseline"]["who"] == "runner-key"


def test_a_runner_promotes_nothing_by_force(client: TestClient, store: ExperimentStore) -> None:
    store.create(experiment(gate="release", passed=False))
    body = {"experiment": experiment().id, "environment": "staging", "force": True}
    assert client.post("baselines", json=body, headers=key(store, "runner")).status_code == 403
    assert client.post("baselines", json=body, headers=key(store, "admin")).status_code == 201


def test_everyone_reads_what_is_public_and_writes_nothing(store: ExperimentStore) -> None:
    app = create_app(store, access=Keyed(database=store.database, public_read=True))
    client = TestClient(app, base_url="http://test/api/v1")
    assert client.get("experiments").status_code == 200
    assert client.post("experiments", json={}).status_code == 403
    assert client.get("keys").status_code == 403
    assert client.get("experiments", headers={"Authorization": "Bearer evk_wrong"}).status_code == 401


def test_a_key_asks_no_more_often_than_it_may(store: ExperimentStore) -> None:
    limits = replace(Limits(), rate=0.001, burst=3)
    app = create_app(store, access=Keyed(database=store.database), limits=limits)
    client = TestClient(app, base_url="http://test/api/v1")
    first, second = key(store, "reader"), key(store, "admin")
    assert [client.get("self", headers=first).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = client.get("self", headers=first)
    assert int(refused.headers["retry-after"]) > 1
    assert refused.json()["exit_code"] == 69
    assert client.get("self", headers=second).status_code == 200


def test_every_route_is_in_the_published_definition(app: FastAPI) -> None:
    assert not [route for route in app.routes if isinstance(route, APIRoute) and not route.include_in_schema]
