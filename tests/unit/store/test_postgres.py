"""A database on a PostgreSQL server: made, opened again, refused where it is not ours, locked."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from tests.support.experiments import experiment, result

from evaligo.errors import DataError, UnavailableError, UsageError
from evaligo.store.bulk import keep_new
from evaligo.store.database import Database
from evaligo.store.experiments import ExperimentStore
from evaligo.store.postgres import Postgres
from evaligo.store.tables import items, metadata

ROOT = Path(__file__).parents[3]


def test_the_migrations_make_the_very_tables_that_the_code_uses(empty_postgres_url: str) -> None:
    with closing(Database(empty_postgres_url)) as database, database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_text_is_compared_byte_by_byte_as_sqlite_does(postgres_url: str) -> None:
    query = text(
        "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public'"
        " AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"
    )
    with closing(Database(postgres_url)) as database, database.read() as connection:
        assert connection.scalar(query) == 0


def test_servers_that_open_an_empty_database_at_once_all_find_it_whole(empty_postgres_url: str) -> None:
    code = "import sys; from evaligo.store.database import Database; Database(sys.argv[1]).close()"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, empty_postgres_url], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    assert [(process.communicate()[1], process.returncode) for process in started] == [("", 0)] * 3
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: Database(empty_postgres_url).close(), range(8)))


def test_a_database_of_a_newer_version_is_refused(postgres_url: str) -> None:
    with closing(Database(postgres_url)) as database, database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UnavailableError, match=r"from a newer evaligo .* 9999.*; update evaligo, or restore"):
        Database(postgres_url)


@pytest.mark.parametrize("table", ["recipes", "alembic_version"])
def test_a_database_of_another_program_is_refused(empty_postgres_url: str, table: str) -> None:
    with closing(Database(empty_postgres_url, upgrade=False)) as database, database.write() as connection:
        connection.execute(text(f"CREATE TABLE {table} (version_num text)"))
    with pytest.raises(DataError, match=f"none of evaligo's .*'{table}'.*; move it away, or name another"):
        Database(empty_postgres_url)


def test_what_is_read_is_of_one_moment_and_cannot_be_written(postgres_url: str) -> None:
    with ExperimentStore.open(postgres_url) as store, store.database.read() as connection:
        count = text("SELECT count(*) FROM experiments")
        assert connection.scalar(count) == 0
        store.create(experiment())
        assert connection.scalar(count) == 0
        with pytest.raises(UnavailableError, match="the database is read only"):
            connection.execute(text("DELETE FROM experiments"))


def test_two_writers_of_the_same_rows_in_other_orders_do_not_wait_for_each_other(postgres_url: str) -> None:
    rows = [(f"c{n:04d}", '"e"', '"i"', '"c"') for n in range(2_000)]

    def write(turn: int) -> None:
        with database.write() as connection:
            keep_new(connection, items, rows[:: -1 if turn % 2 else 1])

    with closing(Database(postgres_url)) as database, ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(16)))
        with database.read() as connection:
            assert connection.scalar(text("SELECT count(*) FROM items")) == 2_000


def test_an_item_that_is_asked_again_while_it_is_deleted_is_not_lost(postgres_url: str) -> None:
    """Whoever deletes the items that nobody asked must see who is just asking."""
    with ExperimentStore.open(postgres_url) as store, ThreadPoolExecutor(4) as pool:
        for number in range(1, 13):
            store.create(experiment(number))
        store.sink(experiment(1).id).write([result(f"q{n}") for n in range(50)])

        def work(number: int) -> None:
            store.sink(experiment(number + 1).id).write([result(f"q{n}") for n in range(50)])
            store.delete(experiment(number).id)

        for number in range(1, 11):
            list(pool.map(work, [number]))
        list(pool.map(lambda n: store.sink(experiment(12).id).write([result(f"q{n}")]), range(50)))
        assert len(list(store.results(experiment(12).id))) == 50


HOLDER = """
import sys, time
from evaligo.store.database import Database
with Database(sys.argv[1]).running.held("exp_1"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_an_experiment_runs_once_at_a_time_and_a_killed_process_holds_nothing(postgres_url: str) -> None:
    with closing(Database(postgres_url)) as database:
        running = database.running
        with running.held("exp_1"), running.held("exp_2"):
            assert running.is_held("exp_1")
            with (
                pytest.raises(UnavailableError, match="exp_1 is running in another process"),
                running.held("exp_1"),
            ):
                pass
        assert not running.is_held("exp_1")
        with subprocess.Popen(
            [sys.executable, "-c", HOLDER, postgres_url], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as holder:
            assert holder.stdout
            assert holder.stdout.readline() == "held\n"
            assert running.is_held("exp_1")
            holder.send_signal(signal.SIGKILL)
            holder.wait()
        deadline = time.monotonic() + 10
        while running.is_held("exp_1") and time.monotonic() < deadline:
            time.sleep(0.02)  # the server needs a moment to see that it is gone
        with running.held("exp_1"):
            pass


def test_an_address_is_shown_without_its_secrets() -> None:
    shown = Postgres.at("postgresql://me:s3cret@db:5433/evals?sslpassword=s3cret&sslmode=require", 1.0).name
    assert shown == "postgresql://me:***@db:5433/evals?sslmode=require&sslpassword=***"
    with pytest.raises(UsageError, match="the database's address cannot be read"):
        Postgres.at("postgresql://db:port/evals", 1.0)
    with pytest.raises(UsageError, match="'mysql' is no kind of database that evaligo knows"):
        Database("mysql://db/evals")
