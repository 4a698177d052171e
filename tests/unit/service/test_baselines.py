from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from tests.support.experiments import experiment, result

from evaligo.records import Status
from evaligo.store.experiments import ExperimentStore


@pytest.fixture(autouse=True)
def experiments(store: ExperimentStore) -> None:
    for number in (1, 2, 3):
        store.create(experiment(number))
        store.sink(experiment(number).id).write([result("q1", number / 4)])
    store.create(experiment(9, status=Status.INTERRUPTED, name="cut off"))


def test_a_promotion_is_what_the_environment_is_held_to(client: TestClient) -> None:
    answered = client.post(
        "baselines",
        json={
            "experiment": experiment(1).id,
            "environment": "staging",
            "name": "v1",
            "why": "first",
            "metadata": {"ticket": 7},
        },
    )
    made = answered.json()["baseline"]
    got = client.get("baselines/current", params={"environment": "staging"})
    assert answered.status_code == 201
    assert got.json() == made
    assert got.headers["etag"] == f'"{made["id"]}"'
    assert (made["who"], made["why"], made["name"], made["sequence"]) == ("ada", "first", "v1", 1)
    assert made["metrics"]["accuracy"] == {"mean": 0.25, "n": 1, "absent": 0}
    assert made["metadata"]["ticket"] == 7


def test_what_is_known_goes_before_what_is_sent(client: TestClient) -> None:
    sent = {"metrics": {"accuracy": {"mean": 1.0}, "revenue": 3}, "metadata": {"dataset": "another"}}
    body = {"experiment": experiment(1).id, "environment": "staging", **sent}
    made = client.post("baselines", json=body).json()["baseline"]
    assert made["metrics"]["accuracy"]["mean"] == 0.25
    assert made["metrics"]["revenue"] == 3
    assert made["metadata"]["dataset"] == "d" * 64


def test_history_is_newest_first_and_all_current_is_one_for_each_environment(client: TestClient) -> None:
    for number, environment in ((1, "staging"), (2, "staging"), (3, "production")):
        client.post("baselines", json={"experiment": experiment(number).id, "environment": environment})
    past = client.get("baselines/history", params={"environment": "staging"}).json()["baselines"]
    assert [one["experiment_id"] for one in past] == [experiment(2).id, experiment(1).id]
    assert past[0]["replaced"] == past[1]["id"]
    now = client.get("baselines").json()["baselines"]
    assert [one["environment"] for one in now] == ["production", "staging"]


def test_the_same_promotion_again_changes_nothing(client: TestClient) -> None:
    body = {"experiment": experiment(1).id, "environment": "staging"}
    first, again = client.post("baselines", json=body), client.post("baselines", json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["changed"] is False
    assert again.json()["baseline"] == first.json()["baseline"]


def test_who_saw_another_baseline_is_told(client: TestClient) -> None:
    first = client.post(
        "baselines", json={"experiment": experiment(1).id, "environment": "staging", "replaces": ""}
    )
    seen = first.json()["baseline"]["id"]
    second = {"experiment": experiment(2).id, "environment": "staging", "replaces": seen}
    third = {"experiment": experiment(3).id, "environment": "staging", "replaces": seen}
    assert client.post("baselines", json=second).status_code == 201
    answered = client.post("baselines", json=third)
    assert (answered.status_code, answered.json()["exit_code"]) == (409, 69)
    assert "changed meanwhile" in answered.json()["detail"]


def test_of_promotions_at_once_from_one_sight_one_wins(client: TestClient) -> None:
    bodies = [
        {"experiment": experiment(number).id, "environment": "staging", "replaces": ""}
        for number in (1, 2, 3)
    ]
    with ThreadPoolExecutor(3) as threads:
        statuses = list(threads.map(lambda body: client.post("baselines", json=body).status_code, bodies))
    assert sorted(statuses) == [201, 409, 409]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"experiment": "nothing", "environment": "staging"}, 404),
        ({"experiment": experiment(9).id, "environment": "staging"}, 422),
        ({"experiment": experiment(1).id, "environment": " "}, 400),
        ({"experiment": experiment(1).id}, 400),
    ],
)
def test_what_is_no_promotion_is_refused(client: TestClient, body: dict[str, str], status: int) -> None:
    assert client.post("baselines", json=body).status_code == status
    assert client.get("baselines").json()["baselines"] == []


def test_an_environment_without_a_baseline_says_how_to_give_it_one(client: TestClient) -> None:
    answered = client.get("baselines/current", params={"environment": "production"})
    assert answered.status_code == 404
    assert answered.json()["hint"].endswith("--environment production")


def test_a_reference_is_resolved(client: TestClient) -> None:
    client.post("baselines", json={"experiment": experiment(1).id, "environment": "staging"})
    for ref, kind, number in (
        ("staging", "environment", 1),
        ("main", "branch", 3),
        ("exp_0000000000000002", "experiment", 2),
    ):
        found = client.get("baselines/resolve", params={"ref": ref}).json()
        assert (found["kind"], found["experiment"]["id"]) == (kind, experiment(number).id)
    assert client.get("baselines/resolve", params={"ref": "/etc/passwd"}).status_code == 404
