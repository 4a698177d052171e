from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evaligo.store.experiments import ExperimentStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ExperimentStore]:
    with ExperimentStore.open(tmp_path / ".evaligo" / "evaligo.db") as opened:
        yield opened
