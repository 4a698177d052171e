from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from evaligo.service.access import Trusted
from evaligo.service.app import create_app
from evaligo.store.experiments import ExperimentStore


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the tables once: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("empty") / "evaligo.db"
    ExperimentStore.open(path).close()
    return path


@pytest.fixture
def store(tmp_path: Path, empty_database: Path) -> Iterator[ExperimentStore]:
    shutil.copy(empty_database, tmp_path / "evaligo.db")
    with ExperimentStore.open(tmp_path / "evaligo.db") as opened:
        yield opened


@pytest.fixture
def app(store: ExperimentStore) -> FastAPI:
    return create_app(store, access=Trusted(who="ada"))


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app, base_url="http://test/api/v1", raise_server_exceptions=False)
