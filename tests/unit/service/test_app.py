from __future__ import annotations

import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from evaligo.store.experiments import ExperimentStore


def test_a_server_lives_without_its_database_and_is_not_ready(
    client: TestClient, store: ExperimentStore, tmp_path: Path
) -> None:
    assert client.get("ready").json()["status"] == "ready"
    store.close()
    (tmp_path / "evaligo.db").write_bytes(b"no database at all")
    for left in tmp_path.glob("evaligo.db-*"):
        left.unlink()
    assert client.get("health").json()["status"] == "ok"
    assert client.get("ready").status_code == 503


def test_what_nobody_foresaw_is_a_problem_without_a_traceback(
    app: FastAPI, client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    app.state.access = None
    answered = client.get("experiments")
    assert answered.status_code == 500
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.json()["detail"] == "internal error: AttributeError"
    assert "Traceback" not in answered.text
    assert "Traceback" in caplog.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "nothing", 404),
        ("PUT", "experiments", 405),
        ("GET", "experiments/a%00b", 400),
        ("GET", "experiments?name=a%00b", 400),
    ],
)
def test_what_is_no_route_or_no_address_is_a_problem(
    client: TestClient, method: str, path: str, status: int
) -> None:
    answered = client.request(method, path)
    assert (answered.status_code, answered.json()["exit_code"]) == (status, 64)
    assert answered.headers["content-type"] == "application/problem+json"


def test_the_access_log_holds_no_key_and_no_query(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "evaligo.access")
    client.get("experiments?name=evk_secret", headers={"Authorization": "Bearer evk_secret"})
    [line] = [record.getMessage() for record in caplog.records if record.name == "evaligo.access"]
    assert line.startswith("GET /api/v1/experiments 200 ")
    assert line.endswith("ms ada")
    assert "evk_" not in line


def test_the_definition_names_the_form_of_every_answer(app: FastAPI) -> None:
    definition = app.openapi()
    forms = definition["components"]["schemas"]

    def refs(node: object) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return own.union(*(refs(inner) for inner in node.values())) if node else own
        return set().union(*(refs(inner) for inner in node)) if isinstance(node, list) else set()

    assert {ref.rpartition("/")[2] for ref in refs(definition)} <= set(forms)
    for methods in definition["paths"].values():
        for route in methods.values():
            assert {"4XX", "5XX"} <= set(route["responses"])


def test_the_page_on_the_api_names_every_route(app: FastAPI) -> None:
    page = Path("docs/api.md").read_text(encoding="utf-8")
    written = {re.sub(r"\{\w+\}", "{}", path) for path in re.findall(r"/[a-z][a-z/{}_]*[a-z}]", page)}
    paths = {re.sub(r"\{\w+\}", "{}", path.removeprefix("/api/v1")) for path in app.openapi()["paths"]}
    assert paths <= written


def test_evaligo_itself_is_imported_without_the_server() -> None:
    heavy = "fastapi uvicorn sqlalchemy pydantic starlette httpx"
    program = f"import evaligo, sys; print([n for n in {heavy!r}.split() if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_server_without_its_extra_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['fastapi'] = None; sys.argv = ['evaligo', 'server'];"
        "from evaligo.cli import evaligo; evaligo()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 64
    assert "pip install 'evaligo[server]'" in done.stderr
