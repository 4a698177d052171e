"""A PostgreSQL server that is down, refuses, is slow, is locked, or goes away."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.support.experiments import experiment

from evaligo.app.baselines import promote
from evaligo.errors import UnavailableError
from evaligo.store.database import Database
from evaligo.store.experiments import ExperimentStore

ROOT = Path(__file__).parents[2]
ID = experiment().id


def other(url: str, database: str = "", user: str = "") -> str:
    """Change parts of an address."""
    from sqlalchemy import make_url

    changed = make_url(url)
    changed = changed.set(database=database or changed.database, username=user or changed.username)
    return changed.render_as_string(hide_password=False)


def test_a_server_that_is_down_is_named_without_the_password() -> None:
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(UnavailableError, match="the database does not answer") as said:
        Database(f"postgresql://me:s3cret@127.0.0.1:{port}/evals")
    assert "s3cret" not in str(said.value)
    assert str(said.value).startswith(f"postgresql://me:***@127.0.0.1:{port}/evals: ")


def test_a_database_or_user_that_is_not_there_is_named(postgres_url: str) -> None:
    with pytest.raises(UnavailableError, match="there is no such database or user"):
        Database(other(postgres_url, database="nothing_here"))
    with pytest.raises(UnavailableError, match="there is no such database or user"):
        Database(other(postgres_url, user="nobody_here"))


def test_a_user_without_rights_is_told(postgres_url: str) -> None:
    with closing(Database(postgres_url)) as database, database.write() as connection:
        connection.execute(
            text("DO $$ BEGIN CREATE ROLE guest LOGIN; EXCEPTION WHEN duplicate_object THEN END $$")
        )
    with pytest.raises(UnavailableError, match="this user may not do that"):
        ExperimentStore.open(other(postgres_url, user="guest"))


def test_a_statement_that_takes_too_long_is_stopped(postgres_url: str) -> None:
    with closing(Database(postgres_url)) as database, database.write() as connection:
        connection.execute(text("SET LOCAL statement_timeout = '50ms'"))
        with pytest.raises(UnavailableError, match="took too long and was stopped"):
            connection.execute(text("SELECT pg_sleep(5)"))


def test_a_right_that_another_keeps_is_waited_for_and_then_named(postgres_url: str) -> None:
    holder = Database(postgres_url)
    with closing(holder), ExperimentStore.open(postgres_url, patience=0.2) as store:
        store.create(experiment(passed=True))
        with holder.write(alone="evaligo audit default"):
            start = time.monotonic()
            with pytest.raises(UnavailableError, match="another process keeps the database locked"):
                promote(store, ID, "production", who="ada")
            assert time.monotonic() - start >= 0.2
        promote(store, ID, "production", who="ada")


def test_connections_that_the_server_ended_are_made_anew(postgres_url: str) -> None:
    with ExperimentStore.open(postgres_url) as store, closing(Database(postgres_url)) as admin:
        store.create(experiment())
        with admin.write() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        assert store.get(ID).id == ID


def write_and_end(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("INSERT INTO items VALUES ('c', '', '', '')"))
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


def test_a_connection_that_ends_within_a_transaction_undoes_it_and_says_so(postgres_url: str) -> None:
    with closing(Database(postgres_url)) as database:
        with pytest.raises(UnavailableError, match="shut down"):
            write_and_end(database)
        with database.read() as connection:
            assert connection.scalar(text("SELECT count(*) FROM items")) == 0


def test_more_readers_than_connections_are_told_that_all_are_busy(postgres_url: str) -> None:
    with closing(Database(postgres_url, patience=0.2)) as database, ExitStack() as readers:
        for _ in range(20):
            readers.enter_context(database.read())
        with (
            pytest.raises(UnavailableError, match="all connections to the database are busy"),
            database.read(),
        ):
            pass


WRITER = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from evaligo.app.baselines import promote
from evaligo.errors import UnavailableError
from evaligo.store.experiments import ExperimentStore
from tests.support.experiments import experiment, result
where, first = sys.argv[1], int(sys.argv[2])
with ExperimentStore.open(where if "://" in where else Path(where)) as store:
    def work(number):
        mine = experiment(number, passed=True)
        store.create(mine)
        for batch in range(5):
            store.sink(mine.id).write([result(f"q{batch}-{n}") for n in range(20)])
        try:
            promote(store, mine.id, "production", who=f"u{number}", replaces="")
        except UnavailableError:
            return 0
        return 1
    with ThreadPoolExecutor(5) as pool:
        print(sum(pool.map(work, range(first, first + 5))))
"""


def test_twenty_writers_in_four_processes_lose_nothing_and_one_promotion_wins(
    database_url: str | Path,
) -> None:
    ExperimentStore.open(database_url).close()
    started = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(database_url), str(first)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for first in (1, 6, 11, 16)
    ]
    said = [process.communicate() for process in started]
    assert [error for _, error in said] == [""] * 4
    assert sum(int(out) for out, _ in said) == 1
    with ExperimentStore.open(database_url) as store:
        assert [store.run(experiment(n).id).n_rows for n in range(1, 21)] == [100] * 20
        assert len(store.baselines.history("production")) == 1
        found = store.audit.verify()
        assert (found.ok, found.n_decisions) == (True, 1)
