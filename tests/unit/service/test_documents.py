from __future__ import annotations

import gzip

import pytest
from fastapi.testclient import TestClient

ITEMS = b'{"id": "q1", "input": "2+2?"}\n{"id": "q2", "input": "3+3?", "expected": "6"}\n'
GATES = "gates:\n  release:\n    thresholds:\n      accuracy: {min_score: 0.5}\n"


def test_a_dataset_is_kept_under_its_hash_and_comes_back_as_it_was_sent(client: TestClient) -> None:
    made = client.post(
        "datasets?name=smoke", content=gzip.compress(ITEMS), headers={"Content-Encoding": "gzip"}
    )
    assert made.status_code == 201
    assert made.json()["n_items"] == 2
    assert client.get("datasets/smoke").json() == made.json()
    assert client.get("datasets/smoke/items").content == ITEMS
    assert client.get("datasets/smoke/items", headers={"Accept-Encoding": "identity"}).content == ITEMS


def test_the_same_content_in_another_order_is_the_same_version(client: TestClient) -> None:
    client.post("datasets?name=smoke", content=ITEMS)
    turned = b"\n".join(reversed(ITEMS.strip().split(b"\n")))
    assert client.post("datasets?name=smoke", content=turned).status_code == 200
    assert len(client.get("datasets").json()["documents"]) == 1


def test_versions_are_listed_newest_first_and_found_by_their_hash(client: TestClient) -> None:
    first = client.post("datasets?name=smoke", content=ITEMS).json()
    second = client.post("datasets?name=smoke", content=ITEMS + b'{"id": "q3", "input": "?"}').json()
    client.post("datasets?name=other", content=ITEMS)
    page = client.get("datasets?limit=1").json()
    rest = client.get(f"datasets?limit=9&cursor={page['cursor']}").json()["documents"]
    assert [one["name"] for one in page["documents"]] == ["other"]
    assert [one["sha256"] for one in rest] == [second["sha256"], first["sha256"]]
    assert client.get("datasets/smoke").json() == second
    assert client.get("datasets/smoke", params={"sha256": first["sha256"][:12]}).json() == first
    assert client.get("datasets/smoke", params={"sha256": "ffff"}).status_code == 404


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "smoke.jsonl: "),
        (b'{"id": "q1"}', "smoke.jsonl: line 1: the item has no input"),
        (ITEMS + ITEMS, "smoke.jsonl: line 3: the id 'q1' stands there already"),
        (b"nonsense", "smoke.jsonl: line 1: "),
    ],
)
def test_what_is_no_dataset_is_refused_with_its_line(client: TestClient, body: bytes, said: str) -> None:
    answered = client.post("datasets?name=smoke", content=body)
    assert answered.status_code == 422
    assert answered.json()["detail"].startswith(said)


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a b"])
def test_what_is_no_name_is_refused(client: TestClient, name: str) -> None:
    assert client.post("datasets", params={"name": name}, content=ITEMS).status_code == 400


def test_gates_are_kept_and_shown_as_written(client: TestClient) -> None:
    made = client.post("gates", content=GATES)
    shown = client.get("gates/quality-gates").json()
    assert made.status_code == 201
    assert client.post("gates", content=GATES).status_code == 200
    assert shown["yaml"] == GATES
    assert shown["gates"] == {"release": {"thresholds": {"accuracy": {"min_score": 0.5}}}}
    assert [one["name"] for one in client.get("gates").json()["documents"]] == ["quality-gates"]
    assert client.get("gates/other").status_code == 404


def test_gates_that_are_not_right_are_refused_with_their_line(client: TestClient) -> None:
    answered = client.post("gates?name=mine", content=GATES.replace("min_score", "min_scor"))
    assert answered.status_code == 422
    assert answered.json()["detail"].startswith("mine.yaml:4: there is no key 'min_scor'")


def test_a_text_of_aliases_of_aliases_is_refused(client: TestClient) -> None:
    lines = ["gates:", "  a: &a {x: 1, y: 2, z: 3}"]
    lines += [
        f"  b{i}: &b{i} [*{'a' if not i else f'b{i - 1}'}, *{'a' if not i else f'b{i - 1}'}]"
        for i in range(40)
    ]
    assert client.post("gates", content="\n".join(lines)).status_code == 422
