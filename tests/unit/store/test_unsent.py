from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evaligo.store.database import Database
from evaligo.store.unsent import Unsent

HERE, THERE = "https://evals.example.org", "https://other.example.org"


@pytest.fixture
def database(database_url: str | Path) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def test_what_is_to_be_sent_is_remembered_in_its_order_until_it_was(database: Database) -> None:
    unsent = Unsent(database, "default", HERE)
    for name in ("exp_b", "exp_a", "exp_b"):
        unsent.add(name)
    assert Unsent(database, "default", HERE).list() == ("exp_b", "exp_a")
    unsent.remove("exp_b")
    unsent.remove("exp_c")
    assert unsent.list() == ("exp_a",)


def test_each_server_and_each_project_has_its_own(database: Database) -> None:
    Unsent(database, "default", HERE).add("exp_a")
    assert Unsent(database, "default", THERE).list() == ()
    assert Unsent(database, "search", HERE).list() == ()
    Unsent(database, "default", THERE).add("exp_a")
    Unsent(database, "default", THERE).remove("exp_a")
    assert Unsent(database, "default", HERE).list() == ("exp_a",)
