from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evaligo.errors import DataError, EvaligoError, UnavailableError
from evaligo.store import idempotency
from evaligo.store.database import Database
from evaligo.store.idempotency import Answered, Idempotency


@pytest.fixture
def database(database_url: Path | str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def test_the_same_request_gets_the_first_answer(database: Database) -> None:
    answers = Idempotency(database, "p")
    done = Answered(status=201, body='{"a":1}')
    assert answers.begin("k", "r") is None
    answers.finish("k", done)
    assert answers.begin("k", "r") == done


def test_another_request_with_its_key_is_refused_and_another_project_has_its_own(database: Database) -> None:
    Idempotency(database, "p").begin("k", "r")
    with pytest.raises(DataError, match="stands for another request"):
        Idempotency(database, "p").begin("k", "other")
    assert Idempotency(database, "q").begin("k", "other") is None


def test_of_requests_at_once_one_is_done(database: Database) -> None:
    answers = Idempotency(database, "p")

    def begin(_number: int) -> bool:
        try:
            return answers.begin("k", "r") is None
        except UnavailableError:
            return False

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(begin, range(8))) == 1


def test_a_refused_request_lets_go_of_its_key(database: Database) -> None:
    answers = Idempotency(database, "p")
    answers.begin("k", "r")
    answers.forget("k")
    assert answers.begin("k", "other") is None


def test_a_request_that_was_cut_off_is_done_again_after_a_minute_and_answers_last_a_day(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = Idempotency(database, "p")
    start = idempotency._now()
    answers.begin("cut off", "r")
    answers.begin("done", "r")
    answers.finish("done", Answered(status=200, body=""))
    monkeypatch.setattr(idempotency, "_now", lambda: start + 30 * 1_000_000)
    with pytest.raises(EvaligoError, match="under way"):
        answers.begin("cut off", "r")
    monkeypatch.setattr(idempotency, "_now", lambda: start + 120 * 1_000_000)
    assert answers.begin("cut off", "r") is None
    assert answers.begin("done", "r") is not None
    monkeypatch.setattr(idempotency, "_now", lambda: start + 90_000 * 1_000_000)
    assert answers.begin("done", "r") is None
