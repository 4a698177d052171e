from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from evaligo.service.access import Trusted
from evaligo.service.app import create_app
from evaligo.store.experiments import ExperimentStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ExperimentStore]:
    with ExperimentStore.open(tmp_path / "evaligo.db") as opened:
        yield opened


@pytest.fixture
def client(store: ExperimentStore) -> Iterator[TestClient]:
    with TestClient(create_app(store, access=Trusted(who="ada")), base_url="http://test/api/v1") as there:
        yield there
