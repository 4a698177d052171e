"""A database file: made, opened again, refused where it is not ours."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from evaligo.errors import DataError, UnavailableError
from evaligo.store import migrate
from evaligo.store.database import Database
from evaligo.store.tables import REVISION, metadata

ROOT = Path(__file__).parents[3]


def test_the_migrations_make_the_very_tables_that_the_code_uses(tmp_path: Path) -> None:
    database = Database(tmp_path / "evaligo.db")
    with database.read() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    database.close()
    assert differences == []


def test_the_newest_migration_is_the_version_that_the_code_asks_for() -> None:
    script = ScriptDirectory(str(Path(migrate.__file__).parent / "migrations"))
    assert script.get_current_head() == REVISION


def test_a_commit_is_on_the_disk_and_readers_are_not_kept_waiting(tmp_path: Path) -> None:
    database = Database(tmp_path / "evaligo.db")
    with database.read() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    database.close()
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_migration_that_is_cut_off_leaves_an_empty_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = migrate.upgrade

    def torn(connection: object) -> None:
        whole(connection)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(migrate, "upgrade", torn)
    with pytest.raises(KeyboardInterrupt):
        Database(tmp_path / "evaligo.db")
    monkeypatch.undo()
    with sqlite3.connect(tmp_path / "evaligo.db") as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == []
    raw.close()
    Database(tmp_path / "evaligo.db").close()


def test_ten_threads_that_open_a_new_database_at_once_all_find_it_whole(tmp_path: Path) -> None:
    def opened(_: int) -> int:
        database = Database(tmp_path / "evaligo.db")
        with database.read() as connection:
            found = connection.exec_driver_sql("SELECT count(*) FROM experiments").scalar()
        database.close()
        assert isinstance(found, int)
        return found

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(opened, range(10))) == [0] * 10


def test_processes_that_open_a_new_database_at_once_all_find_it_whole(tmp_path: Path) -> None:
    code = "import sys, pathlib; from evaligo.store.database import Database; Database(pathlib.Path(sys.argv[1])).close()"
    path = tmp_path / "evaligo.db"
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert [(process.communicate()[1], process.returncode) for process in started] == [("", 0)] * 4


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "evaligo.db"
    Database(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(UnavailableError, match=r"from a newer evaligo .* 9999.*; update evaligo, or restore"):
        Database(path)
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as raw:
        raw.execute("CREATE TABLE recipes (name)")
    raw.close()
    with pytest.raises(DataError, match=r"none of evaligo's .*'recipes'"):
        Database(tmp_path / "other.db")


def test_an_existing_database_opens_fast(tmp_path: Path) -> None:
    """The target is 30 ms; the bound is generous, for a busy machine."""
    Database(tmp_path / "evaligo.db").close()
    times = []
    for _ in range(5):
        start = time.perf_counter()
        Database(tmp_path / "evaligo.db").close()
        times.append(time.perf_counter() - start)
    assert min(times) < 0.03


def test_opening_an_existing_database_imports_no_alembic(tmp_path: Path) -> None:
    Database(tmp_path / "evaligo.db").close()
    code = (
        "import sys, pathlib; from evaligo.store.experiments import ExperimentStore\n"
        "ExperimentStore.open(pathlib.Path(sys.argv[1])).close(); print('alembic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "evaligo.db")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"
