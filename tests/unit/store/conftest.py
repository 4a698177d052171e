from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.postgres import database_url, empty_postgres_url, postgres_server, postgres_url

from evaligo.store.experiments import ExperimentStore

__all__ = ["database_url", "empty_postgres_url", "postgres_server", "postgres_url"]


@pytest.fixture
def store(database_url: str | Path) -> Iterator[ExperimentStore]:
    with ExperimentStore.open(database_url) as opened:
        yield opened
