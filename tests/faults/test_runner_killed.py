"""A run that is killed, interrupted, or kept from its database loses nothing and pays for nothing twice."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.support.fake_endpoint import FakeEndpoint
from tests.support.run_program import NAME, session

from evaligo.records import Status
from evaligo.store.experiments import ExperimentStore

N, CONCURRENCY = 500, 16


@pytest.fixture
def endpoint() -> Iterator[FakeEndpoint]:
    with FakeEndpoint(delay=0.03) as endpoint:
        yield endpoint


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "evaligo.db"


def begun(database: Path, endpoint: FakeEndpoint) -> subprocess.Popen[str]:
    """Start a session in a process of its own; return when its calls are going out."""
    command = [sys.executable, "-m", "tests.support.run_program", str(database), endpoint.url]
    running = subprocess.Popen(
        [*command, str(N), str(CONCURRENCY)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert running.stdout
    assert running.stdout.readline() == "started\n"
    return running


def ended(running: subprocess.Popen[str]) -> list[str]:
    """Return status, cause and note of a session that ends by itself."""
    said, _ = running.communicate(timeout=30)
    return said.strip().split("|")


def kept(database: Path) -> list[str]:
    with ExperimentStore.open(database) as store:
        return [result.item.id for result in store.results(NAME)]


def test_kill_9_at_any_moment_keeps_what_finished_and_repeats_only_the_calls_in_flight(
    database: Path, endpoint: FakeEndpoint
) -> None:
    rng = np.random.default_rng(9)
    kills = 4
    for _ in range(kills):
        running = begun(database, endpoint)
        time.sleep(rng.uniform(0.0, 0.2))
        committed = set(kept(database))
        running.kill()
        running.communicate()
        assert committed <= set(kept(database))
    outcome = session(database, endpoint.url, N, CONCURRENCY)
    assert (outcome.status, outcome.totals.done) == (Status.COMPLETED, N)
    assert len(set(kept(database))) == len(kept(database)) == N
    assert endpoint.stats.calls <= N + kills * CONCURRENCY
    assert endpoint.stats.calls > N  # else no call was in flight, and nothing was tried


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_session_in_which_every_call_counts(
    database: Path, endpoint: FakeEndpoint, number: signal.Signals
) -> None:
    running = begun(database, endpoint)
    time.sleep(0.1)
    running.send_signal(number)
    status, cause, note = ended(running)
    assert (status, cause) == ("interrupted", "interrupted")
    assert note.startswith("stopped by")
    assert len(kept(database)) == endpoint.stats.calls < N
    session(database, endpoint.url, N, CONCURRENCY)
    assert endpoint.stats.calls == len(kept(database)) == N


def test_a_locked_database_stops_the_run_and_nothing_is_paid_for_again(
    database: Path, endpoint: FakeEndpoint
) -> None:
    running = begun(database, endpoint)
    time.sleep(0.1)
    with sqlite3.connect(database, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        status, cause, note = ended(running)
        other.execute("ROLLBACK")
    other.close()
    assert (status, cause) == ("interrupted", "store")
    assert "locked" in note
    assert "wait in the journal" in note
    session(database, endpoint.url, N, CONCURRENCY)
    assert endpoint.stats.calls == len(kept(database)) == N


def test_an_endpoint_that_is_down_stops_the_run_with_nothing_spent(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaligo.experiments.retry._FIRST", 0.01)
    outcome = session(database, "http://127.0.0.1:9/v1", N, CONCURRENCY)
    assert (outcome.status, outcome.cause, outcome.totals.done) == (Status.INTERRUPTED, "endpoint", 0)
    assert outcome.note.startswith("the target does not answer: http://127.0.0.1:9/v1")


def test_an_endpoint_that_fails_now_and_then_answers_every_item_in_the_end(
    database: Path, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaligo.experiments.retry._FIRST", 0.01)
    endpoint.failure_rate = 0.2
    outcome = session(database, endpoint.url, 300, CONCURRENCY)
    assert (outcome.status, outcome.totals.done, outcome.totals.failed) == (Status.COMPLETED, 300, 0)
    assert outcome.totals.retries == endpoint.stats.calls - 300 > 20
