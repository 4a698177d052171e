"""Retries wait a hundredth of a second at first, so that tests do not."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaligo.experiments.retry._FIRST", 0.01)
