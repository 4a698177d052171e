from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evaligo.store.experiments import ExperimentStore


@pytest.fixture
def store(database_url: str | Path) -> Iterator[ExperimentStore]:
    with ExperimentStore.open(database_url) as opened:
        yield opened
