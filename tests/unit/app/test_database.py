"""Databases are checked, backed up, put back, and moved from one kind to the other."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text
from tests.support.experiments import experiment, result
from tests.support.quality_reports import allowed

from evaligo.app.baselines import promote
from evaligo.app.database import (
    back_up_database,
    checked,
    copy_database,
    restore_database,
    store_at,
    upgrade_database,
)
from evaligo.app.deployments import record_deployment
from evaligo.errors import DataError, UnavailableError, UsageError
from evaligo.records import Finding, Output, Severity
from evaligo.records.deployment import DeploymentStatus
from evaligo.store.database import Database
from evaligo.store.experiments import ExperimentStore
from evaligo.store.results import ResultSink
from evaligo.store.tables import REVISION

ID = experiment().id


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    path = tmp_path / "ours" / "evaligo.db"
    with ExperimentStore.open(path) as store:
        fill(store)
    return path


def fill(store: ExperimentStore) -> None:
    store.create(experiment(tags={"team": "ai"}, passed=True))
    store.sink(ID).write([result(f"q{n}", n / 7) for n in range(50)])
    store.sink(ID).remember({"k": Output(text="x")})
    store.summarise(ID)
    store.judge(ID, allowed(), who="ada")
    promote(store, ID, "production", who="ada", force=True)
    store.keys.create("ci", "runner", who="ada")
    record_deployment(
        store, (), environment="production", version="v1", ref=ID, who="ada", status=DeploymentStatus.SUCCESS,
        created_at=datetime(2026, 3, 1, tzinfo=UTC),
    )  # fmt: skip


def problems(found: list[Finding]) -> list[str]:
    return [f"{f.check}: {f.message}" for f in found if f.severity is not Severity.OK]


def write_slowly(sink: ResultSink) -> None:
    for number in range(100):
        sink.write([result(f"w{number}")])


def changed(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute(statement)
    raw.close()


def test_a_sound_database_has_nothing_wrong_on_either_kind(database_url: Path | str) -> None:
    with ExperimentStore.open(database_url) as store:
        fill(store)
    found = checked(database_url)
    assert problems(found) == []
    assert {"revision", "items", "baselines", "audit chain"} <= {f.check for f in found}


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DELETE FROM items", "items: 50 results lack what was asked"),
        ("UPDATE baselines SET sequence = 2", "baselines: entries of production (default) are missing"),
        (
            "UPDATE audit SET who = 'eve' WHERE sequence = 2",
            "audit chain: default: line 2 was edited: its columns",
        ),
        (
            "UPDATE audit SET line = replace(line, 'ada', 'eve') WHERE sequence = 2",
            "line 2 was edited: its contents",
        ),
        ("DELETE FROM audit WHERE sequence = 2", "line 2 is entry 3 where 2 was expected"),
        ("DELETE FROM audit WHERE sequence = 4", "it does not tell of 1 deployments (dp_"),
        ("DELETE FROM experiments", "foreign keys: 57 rows belong to nothing"),
        ("UPDATE alembic_version SET version_num = '0001'", "revision: the tables are of version 0001"),
    ],
)
def test_what_must_not_be_is_found(filled: Path, statement: str, told: str) -> None:
    changed(filled, statement)
    assert told in "\n".join(problems(checked(filled)))


def test_checking_changes_nothing(filled: Path) -> None:
    changed(filled, "UPDATE alembic_version SET version_num = '0001'")
    checked(filled)
    with sqlite3.connect(filled) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    raw.close()
    with pytest.raises(DataError, match="there is no database"):
        checked(filled.with_name("none.db"))


def test_an_upgrade_says_what_it_did(tmp_path: Path) -> None:
    assert upgrade_database(tmp_path / "new.db") == (None, REVISION)
    assert upgrade_database(tmp_path / "new.db") == (REVISION, REVISION)


def test_a_backup_of_a_database_in_use_is_whole_and_needs_no_other_file(filled: Path, tmp_path: Path) -> None:
    to = tmp_path / "backup.db"
    with ExperimentStore.open(filled) as store:
        writer = Thread(target=write_slowly, args=(store.sink(ID),))
        writer.start()
        size = back_up_database(filled, to)
        writer.join()
    assert to.stat().st_size == size
    assert {path.name for path in tmp_path.iterdir()} == {"ours", "backup.db"}
    assert problems(checked(to)) == []
    with pytest.raises(DataError, match="there is such a file already; name another, or give --force"):
        back_up_database(filled, to)
    back_up_database(filled, to, force=True)


def test_a_restored_database_is_what_was_backed_up_also_for_who_has_it_open(
    filled: Path, tmp_path: Path
) -> None:
    back_up_database(filled, tmp_path / "backup.db")
    with ExperimentStore.open(filled) as store:
        store.create(experiment(2))
        with pytest.raises(DataError, match="there is a database already; back it up, then give --force"):
            restore_database(tmp_path / "backup.db", filled)
        assert store.find(experiment(2).id) is not None
        assert restore_database(tmp_path / "backup.db", filled, force=True) is None
        assert store.find(experiment(2).id) is None
        store.create(experiment(3))
    assert problems(checked(filled)) == []
    restore_database(tmp_path / "backup.db", tmp_path / "other" / "evaligo.db")
    assert problems(checked(tmp_path / "other" / "evaligo.db")) == []


def test_a_damaged_database_is_set_aside_when_it_is_restored(filled: Path, tmp_path: Path) -> None:
    back_up_database(filled, tmp_path / "backup.db")
    filled.write_bytes(b"this is no database, and it is longer than a header of one hundred bytes " * 3)
    aside = restore_database(tmp_path / "backup.db", filled, force=True)
    assert aside is not None
    assert aside.read_bytes().startswith(b"this is no database")
    assert problems(checked(filled)) == []


def test_what_is_no_backup_is_refused_and_the_database_left_alone(filled: Path, tmp_path: Path) -> None:
    before = filled.read_bytes()
    (tmp_path / "text.db").write_bytes(
        b"this is no database at all, it is only a text that is long enough" * 4
    )
    with pytest.raises(DataError, match="damaged or is no SQLite database"):
        restore_database(tmp_path / "text.db", filled, force=True)
    changed(tmp_path / "recipes.db", "CREATE TABLE recipes (name)")
    with pytest.raises(DataError, match="none of evaligo's"):
        restore_database(tmp_path / "recipes.db", filled, force=True)
    with pytest.raises(DataError, match="no such file"):
        restore_database(tmp_path / "none.db", filled, force=True)
    back_up_database(filled, tmp_path / "newer.db")
    changed(tmp_path / "newer.db", "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(UnavailableError, match="from a newer evaligo"):
        restore_database(tmp_path / "newer.db", filled, force=True)
    assert filled.read_bytes() == before


def test_a_copy_on_postgresql_holds_every_row_and_goes_on_from_there(
    filled: Path, empty_postgres_url: str
) -> None:
    copied = {table.table: table.n_rows for table in copy_database(filled, empty_postgres_url)}
    assert (copied["experiments"], copied["results"], copied["items"], copied["audit"]) == (1, 50, 50, 4)
    assert problems(checked(empty_postgres_url)) == []
    with store_at(str(filled.absolute())) as ours, store_at(empty_postgres_url) as theirs:
        assert theirs.run(ID).info.sha256 == ours.run(ID).info.sha256
        assert theirs.get(ID) == ours.get(ID)
        assert [*theirs.audit.lines()] == [*ours.audit.lines()]
        theirs.judge(ID, allowed(), who="bob")
        assert len(theirs.judgements(ID)) == 2
        assert theirs.audit.verify().ok
    with pytest.raises(DataError, match=r"the database is not empty .*; copy into an empty one"):
        copy_database(filled, empty_postgres_url)


def test_a_backup_of_postgresql_is_a_file_that_restores_to_both(
    filled: Path, postgres_url: str, tmp_path: Path
) -> None:
    copy_database(filled, postgres_url)
    back_up_database(postgres_url, tmp_path / "backup.db")
    with store_at(postgres_url) as store:
        store.create(experiment(2))
    with pytest.raises(DataError, match="not empty"):
        restore_database(tmp_path / "backup.db", postgres_url)
    restore_database(tmp_path / "backup.db", postgres_url, force=True)
    restore_database(tmp_path / "backup.db", tmp_path / "evaligo.db")
    for where in (postgres_url, tmp_path / "evaligo.db"):
        with ExperimentStore.open(where) as store:
            assert [e.id for e in store.list().experiments] == [ID]
            assert store.audit.verify().ok


def test_a_text_with_a_nul_is_mended_and_told(filled: Path, postgres_url: str) -> None:
    changed(filled, "UPDATE results SET output = 'a' || char(0) || 'b' WHERE item_id = 'q7'")
    copied = {table.table: table.n_mended for table in copy_database(filled, postgres_url)}
    assert (copied["results"], copied["items"]) == (1, 0)
    with store_at(postgres_url) as store:
        assert [r.output.text for r in store.results(ID) if r.output and r.item.id == "q7"] == ["a\ufffdb"]


def test_a_copy_that_reads_back_otherwise_is_undone(filled: Path, postgres_url: str) -> None:
    """A trigger stands for whatever may change rows on their way."""
    with closing(Database(postgres_url)) as database, database.write() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION worse() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN NEW.latency := 0; RETURN NEW; END $$"
            )
        )
        connection.execute(
            text("CREATE TRIGGER worse BEFORE INSERT ON results FOR EACH ROW EXECUTE FUNCTION worse()")
        )
    with pytest.raises(UnavailableError, match=r"results reads back otherwise .*; nothing was kept"):
        copy_database(filled, postgres_url)
    with store_at(postgres_url) as store:
        assert store.list().experiments == ()


def test_a_database_is_not_copied_into_itself(filled: Path) -> None:
    with pytest.raises(UsageError, match="the same database"):
        copy_database(filled, filled)
