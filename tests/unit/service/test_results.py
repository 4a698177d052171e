from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from fastapi.testclient import TestClient
from tests.support.experiment_views import BASELINE, CANDIDATE
from tests.support.experiments import experiment, result
from tests.support.stored_experiments import filled

from evaligo.records import ItemResult, Status
from evaligo.service.access import Trusted
from evaligo.service.app import create_app
from evaligo.service.limits import Limits
from evaligo.store.experiments import ExperimentStore


def lines(results: Sequence[ItemResult]) -> bytes:
    return msgspec.json.Encoder().encode_lines(results)


@pytest.fixture
def running(store: ExperimentStore) -> str:
    store.create(experiment(status=Status.RUNNING))
    return f"experiments/{experiment().id}"


def test_results_come_back_as_they_were_sent(client: TestClient, running: str) -> None:
    sent = [result("q1"), result("q2", None), result("q3", text="vier 🦉\n"), result("q3", epoch=2)]
    assert client.post(f"{running}/results", content=lines(sent)).json() == {"received": 4}
    got = client.get(f"{running}/results")
    assert got.headers["content-type"] == "application/x-ndjson"
    assert msgspec.json.Decoder(ItemResult).decode_lines(got.content) == sent


def test_results_are_sent_gzipped(client: TestClient, running: str, store: ExperimentStore) -> None:
    packed = gzip.compress(lines([result("q1")])) + gzip.compress(lines([result("q2")]))
    answered = client.post(f"{running}/results", content=packed, headers={"Content-Encoding": "gzip"})
    assert answered.json() == {"received": 2}
    assert [one.item.id for one in store.results(experiment().id)] == ["q1", "q2"]


def test_of_two_results_of_one_item_and_epoch_the_first_stays(client: TestClient, running: str) -> None:
    client.post(f"{running}/results", content=lines([result("q1", text="first")]))
    client.post(f"{running}/results", content=lines([result("q1", text="second"), result("q2")]))
    got = msgspec.json.Decoder(ItemResult).decode_lines(client.get(f"{running}/results").content)
    assert [one.output.text for one in got if one.output] == ["first", "four"]


def test_a_sender_that_was_cut_off_asks_what_came(client: TestClient, running: str) -> None:
    client.post(f"{running}/results", content=lines([result("q1"), result("q2", epoch=2)]))
    asked = {"keys": [["q1", 1], ["q1", 2], ["q2", 2], ["q3", 1]]}
    assert client.post(f"{running}/results/known", json=asked).json() == {"keys": [["q1", 1], ["q2", 2]]}


def test_a_batch_with_a_broken_line_is_refused_whole(
    client: TestClient, running: str, store: ExperimentStore
) -> None:
    answered = client.post(f"{running}/results", content=lines([result("q1")]) + b'{"item": 3}\n')
    assert answered.status_code == 422
    assert answered.json()["detail"].startswith("line 2 is no result: ")
    assert list(store.results(experiment().id)) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"epoch": 0},
        {"epoch": 2**31},
        {"item": {"id": "", "input": 1}},
        {"item": {"id": "a\u0000", "input": 1}},
        {"item": {"id": "e\u0301", "input": 1}},
        {"output": {"text": "x", "input_tokens": 2**64}},
        {"scores": [{"metric": "", "value": 1.0}]},
        {"scores": [{"metric": "a", "value": None}]},
        {"scores": [{"metric": "a", "value": 1.0, "state": "failed"}]},
    ],
)
def test_a_result_that_cannot_be_kept_is_refused(
    client: TestClient, running: str, changed: dict[str, object]
) -> None:
    line = msgspec.json.encode({**msgspec.to_builtins(result()), **changed})
    answered = client.post(f"{running}/results", content=line)
    assert answered.status_code == 422
    assert answered.json()["detail"].startswith("line 1 is no result: ")


def test_a_completed_experiment_takes_what_it_has_and_nothing_more(
    client: TestClient, running: str, store: ExperimentStore
) -> None:
    store.sink(experiment().id).write([result("q1")])
    store.update(experiment().id, status=Status.COMPLETED)
    assert client.post(f"{running}/results", content=lines([result("q1")])).status_code == 200
    answered = client.post(f"{running}/results", content=lines([result("q1"), result("q2")]))
    assert answered.status_code == 409
    assert "is completed and has no result of item 'q2'" in answered.json()["detail"]


def test_results_of_no_experiment_are_refused(client: TestClient) -> None:
    assert client.post("experiments/exp_no/results", content=lines([result()])).status_code == 404
    assert client.get("experiments/exp_no/results").status_code == 404


def test_a_body_that_is_too_large_packed_or_unpacked_is_refused(store: ExperimentStore) -> None:
    store.create(experiment(status=Status.RUNNING))
    limits = Limits(body=10_000, decompressed=100_000)
    app = create_app(store, access=Trusted(who="ada"), limits=limits)
    client = TestClient(app, base_url="http://test/api/v1")
    path = f"experiments/{experiment().id}/results"
    bomb = gzip.compress(b" " * 10_000_000)
    assert len(bomb) < limits.body
    assert client.post(path, content=bomb, headers={"Content-Encoding": "gzip"}).status_code == 413
    assert client.post(path, content=b" " * 10_001).status_code == 413
    assert client.post(path, content=iter([b" " * 6000, b" " * 6000])).status_code == 413
    assert client.post(path, content=b"x", headers={"Content-Encoding": "gzip"}).status_code == 422
    assert client.post(path, content=bomb[:20], headers={"Content-Encoding": "gzip"}).status_code == 422
    assert client.post(path, content=b"x", headers={"Content-Encoding": "br"}).status_code == 415


def test_metrics_are_those_of_the_results_so_far(
    client: TestClient, running: str, store: ExperimentStore
) -> None:
    store.sink(experiment().id).write([result("q1", 1.0)])
    assert client.get(f"{running}/metrics").json()["metrics"][0]["n"] == 1
    store.sink(experiment().id).write([result("q2", 0.0)])
    store.update(experiment().id, status=Status.COMPLETED)
    found = {one["metric"]: one for one in client.get(f"{running}/metrics").json()["metrics"]}
    assert found["accuracy"] == {"metric": "accuracy", "mean": 0.5, "n": 2, "absent": 0}


REPORT = {"gate": "release", "verdict": "ALLOW", "passed": True, "results": [], "because": "all hold"}


def test_a_judgement_sent_twice_is_kept_once(client: TestClient, running: str) -> None:
    body = {"report": REPORT, "baseline_id": "exp_0"}
    assert client.post(f"{running}/judgements", json=body).status_code == 201
    assert client.post(f"{running}/judgements", json=body).status_code == 200
    [kept] = client.get(f"{running}/judgements").json()["judgements"]
    assert (kept["gate"], kept["verdict"], kept["baseline_id"]) == ("release", "ALLOW", "exp_0")
    assert kept["report"] == REPORT


@pytest.mark.parametrize("report", [{}, {**REPORT, "verdict": "MAYBE"}, {**REPORT, "passed": 1}])
def test_what_is_no_report_is_no_judgement(
    client: TestClient, running: str, report: dict[str, object]
) -> None:
    assert client.post(f"{running}/judgements", json={"report": report}).status_code == 422


def test_an_experiment_is_compared_with_what_an_environment_is_held_to(tmp_path: Path) -> None:
    with filled(tmp_path / "other.db") as store:
        client = TestClient(create_app(store, access=Trusted(who="ada")), base_url="http://test/api/v1")
        client.post("baselines", json={"experiment": BASELINE.id, "environment": "staging", "force": True})
        answered = client.post(f"experiments/{CANDIDATE.id}/compare", json={"baseline": "staging"})
        found = answered.json()
    accuracy = found["metrics"]["accuracy"]
    assert answered.status_code == 200
    assert (found["experiment_id"], found["baseline_experiment_id"]) == (CANDIDATE.id, BASELINE.id)
    assert accuracy["improvement"] == accuracy["delta"] < 0.0
    assert accuracy["ci"][0] < accuracy["delta"] < accuracy["ci"][1]
    assert found["primary"] == "accuracy"
    assert found["statistical_significance"] == accuracy["significance"] < 0.5


def test_nothing_is_compared_with_a_file_of_the_servers(
    client: TestClient, running: str, tmp_path: Path
) -> None:
    (tmp_path / "run.jsonl").write_text('{"item_id": "q1", "accuracy": 1.0}\n')
    for ref in (str(tmp_path / "run.jsonl"), "git:HEAD:README.md", "/etc/passwd"):
        answered = client.post(f"{running}/compare", json={"baseline": ref})
        assert answered.status_code == 404
        assert "is no environment with a baseline" in answered.json()["detail"]
