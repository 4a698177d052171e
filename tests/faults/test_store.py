"""The embedded store under kills, full disks, locks, damage and folders that refuse."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from tests.support.experiments import experiment, result

from evaligo.errors import DataError, UnavailableError
from evaligo.store.experiments import ExperimentStore
from evaligo.store.result_rows import scores_of

ROOT = Path(__file__).parents[2]
ID = experiment().id

WRITER = """
import sys
from pathlib import Path
from evaligo.store.experiments import ExperimentStore
from tests.support.experiments import experiment, result
path, number, batches = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
with ExperimentStore.open(path) as store:
    if store.find(experiment(number).id) is None:
        store.create(experiment(number))
    sink = store.sink(experiment(number).id)
    for batch in range(batches):
        sink.write([result(f"q{batch}-{n}") for n in range(20)])
        print(batch, flush=True)
"""


def started(path: Path, number: int = 1, batches: int = 100_000) -> subprocess.Popen[str]:
    """Start a process that writes batches of 20 and prints each that is committed."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(number), str(batches)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> list[int]:
    """Wait for a process, and return the batches that it acknowledged."""
    out, err = process.communicate()
    assert err == ""
    return [int(line) for line in out.splitlines()]


def test_a_batch_that_was_acknowledged_survives_kill_9_whole(tmp_path: Path) -> None:
    path = tmp_path / "evaligo.db"
    rng = np.random.default_rng(11)
    for _ in range(3):
        with started(path) as process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(float(rng.uniform(0.02, 0.2)))
            process.send_signal(signal.SIGKILL)
            acknowledged = finish(process)
        with ExperimentStore.open(path) as store:
            kept: dict[str, int] = {}
            for one in store.results(ID):
                batch = one.item.id.partition("-")[0]
                kept[batch] = kept.get(batch, 0) + 1
        assert set(kept.values()) == {20}
        assert {f"q{batch}" for batch in acknowledged} <= set(kept)
        with sqlite3.connect(path) as raw:
            assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        raw.close()


def test_a_process_killed_while_it_makes_the_database_leaves_none_or_a_whole_one(tmp_path: Path) -> None:
    for attempt, delay in enumerate(np.random.default_rng(5).uniform(0.3, 0.9, size=4)):
        path = tmp_path / str(attempt) / "evaligo.db"
        with started(path) as process:
            time.sleep(float(delay))
            process.send_signal(signal.SIGKILL)
            process.communicate()
        with ExperimentStore.open(path) as store:
            store.list()


def test_two_runs_at_once_in_one_project_lose_nothing(tmp_path: Path) -> None:
    processes = [started(tmp_path / "evaligo.db", number, batches=30) for number in (1, 2, 3)]
    assert [finish(process) for process in processes] == [list(range(30))] * 3
    with ExperimentStore.open(tmp_path / "evaligo.db") as store:
        assert [store.run(experiment(number).id).n_rows for number in (1, 2, 3)] == [600] * 3


def test_a_database_that_another_process_keeps_locked_is_waited_for_and_then_named(tmp_path: Path) -> None:
    path = tmp_path / "evaligo.db"
    ExperimentStore.open(path).close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with ExperimentStore.open(path, patience=0.2) as store:
        store.list()  # readers do not wait for writers
        start = time.monotonic()
        with pytest.raises(
            UnavailableError, match=r"evaligo.db: another process keeps the database locked .*; wait"
        ):
            store.create(experiment())
        assert time.monotonic() - start >= 0.2
        holder.execute("ROLLBACK")
        store.create(experiment())
    holder.close()


def test_a_new_database_that_another_process_keeps_locked_is_named_too(tmp_path: Path) -> None:
    path = tmp_path / "evaligo.db"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(UnavailableError, match="another process keeps the database locked"):
        ExperimentStore.open(path, patience=0.2)
    holder.close()
    ExperimentStore.open(path).close()


FULL = """
import resource, sys
from pathlib import Path
from evaligo.errors import EvaligoError
from evaligo.store.experiments import ExperimentStore
from tests.support.experiments import experiment, result
store = ExperimentStore.open(Path(sys.argv[1]))
store.sink(experiment().id).write([result("first")])
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    for batch in range(1000):
        store.sink(experiment().id).write([result(f"q{batch}-{n}", text="x" * 2000) for n in range(20)])
        print(batch)
except EvaligoError as error:
    print(error.exit_code, error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
store.sink(experiment().id).write([result("last")])
store.close()
"""


def test_a_disk_that_fills_up_loses_no_batch_that_was_kept_and_the_store_goes_on_when_there_is_room(
    tmp_path: Path,
) -> None:
    """A limit on the size of files makes the kernel refuse, as a full disk does."""
    path = tmp_path / "evaligo.db"
    with ExperimentStore.open(path) as store:
        store.create(experiment())
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path), "700000"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    *kept, said = done.stdout.splitlines()
    assert said.startswith(f"69 {path}: the disk refuses to read or write; what was written before is kept")
    with ExperimentStore.open(path) as store:
        found = {r.item.id for r in store.results(ID)}
    assert found == {f"q{batch}-{n}" for batch in map(int, kept) for n in range(20)} | {"first", "last"}
    assert kept


def test_a_database_that_may_grow_no_more_says_that_the_disk_is_full(tmp_path: Path) -> None:
    with ExperimentStore.open(tmp_path / "evaligo.db") as store:
        store.create(experiment())
        with store.database.read() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(
            UnavailableError, match=r"the disk is full; what was written before is kept .*; make room"
        ):
            store.sink(ID).write([result(f"q{n}", text="x" * 2000) for n in range(100)])
        assert list(store.results(ID)) == []


@pytest.mark.parametrize(
    "damage", [b"this is no database, and it is longer than a header of one hundred bytes " * 3, b"{}\n"]
)
def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "evaligo.db"
    path.write_bytes(damage)
    with pytest.raises(
        DataError, match=r"evaligo.db: the file is damaged or is no SQLite database .*; restore it"
    ):
        ExperimentStore.open(path)
    assert path.read_bytes() == damage


def test_a_damaged_page_is_named_when_it_is_met(tmp_path: Path) -> None:
    path = tmp_path / "evaligo.db"
    with ExperimentStore.open(path) as store:
        store.create(experiment())
        store.sink(ID).write([result(f"q{n}", text="x" * 500) for n in range(500)])
    data = bytearray(path.read_bytes())
    middle = len(data) * 2 // 3  # behind the tables' own pages
    data[middle : middle + 40 * 4096] = b"\xff" * (40 * 4096)
    path.write_bytes(data)
    with ExperimentStore.open(path) as store, pytest.raises(DataError, match="damaged"):
        list(store.results(ID))


def test_a_folder_that_cannot_be_written_is_named() -> None:
    """Not even root makes files in /proc."""
    with pytest.raises(UnavailableError, match="the folder cannot be made"):
        ExperimentStore.open(Path("/proc/self/.evaligo/evaligo.db"))
    with pytest.raises(UnavailableError, match="the database cannot be opened"):
        ExperimentStore.open(Path("/proc/self/evaligo.db"))


def test_a_folder_where_the_database_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "evaligo.db").mkdir()
    with pytest.raises(UnavailableError, match="the database cannot be opened"):
        ExperimentStore.open(tmp_path / "evaligo.db")


def test_a_database_that_is_read_only_can_be_read_and_says_so_when_written(tmp_path: Path) -> None:
    path = tmp_path / "evaligo.db"
    with ExperimentStore.open(path) as store:
        store.create(experiment())
        with store.database.read() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")
            connection.exec_driver_sql("SELECT 1")
        assert store.get(ID).id == ID
        with pytest.raises(UnavailableError, match=r"the database cannot be written .*; check the rights"):
            store.update(ID, note="n")


def test_reading_streams_in_memory_that_does_not_grow(tmp_path: Path) -> None:
    code = """
import resource, sys
from pathlib import Path
from evaligo.store.experiments import ExperimentStore
from tests.support.experiments import experiment
with ExperimentStore.open(Path(sys.argv[1])) as store:
    next(store.results(experiment().id))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    n = sum(1 for _ in store.results(experiment().id))
    print(n, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    with ExperimentStore.open(tmp_path / "evaligo.db") as store:
        store.create(experiment())
        store.sink(ID).write([result(f"q{n}", text="x" * 5_000) for n in range(20_000)])
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "evaligo.db")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    n, kilobytes = map(int, done.stdout.split())
    assert n == 20_000
    assert kilobytes < 60_000  # the answers are 100 MB


def test_scores_of_a_later_version_are_read_as_far_as_they_are_known() -> None:
    stored = scores_of(json.dumps({"accuracy": {"value": 1.0, "calibrated": True}}))
    assert stored["accuracy"].value == 1.0


def test_the_environment_is_left_as_it_was(tmp_path: Path) -> None:
    with ExperimentStore.open(tmp_path / ".evaligo" / "evaligo.db") as store:
        store.create(experiment())
    assert [path.name for path in (tmp_path / ".evaligo").iterdir()] == ["evaligo.db"]
