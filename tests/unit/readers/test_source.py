"""Where a run's bytes come from, and what is said where they do not come."""

from __future__ import annotations

import pytest

from evaligo.errors import UnavailableError
from evaligo.readers.source import Source


def test_a_path_that_the_system_refuses_is_named() -> None:
    long = "x" * 300
    with pytest.raises(UnavailableError, match=long):
        Source.of(long)


def test_a_git_address_without_git_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UnavailableError, match="git is not installed"):
        Source.of("git:HEAD:run.json")
