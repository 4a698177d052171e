from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.servers import Server

from evaligo import Client

_projects = itertools.count()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server") / "evaligo.db") as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("EVALIGO_URL", "EVALIGO_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".evaligo").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(params=["embedded", "server"])
def place(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where the client works: a project of its own on the server, or a folder."""
    if request.param == "server":
        there: Server = request.getfixturevalue("server")
        monkeypatch.setenv("EVALIGO_URL", there.url)
        monkeypatch.setenv("EVALIGO_API_KEY", there.key(project=f"p{next(_projects)}"))
    assert home.is_dir()
    return str(request.param)


@pytest.fixture
def client(place: str) -> Iterator[Client]:
    assert place
    with Client() as opened:
        yield opened
