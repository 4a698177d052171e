from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evaligo.errors import DataError
from evaligo.store.database import Database
from evaligo.store.documents import Documents


@pytest.fixture
def database(database_url: Path | str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def kept(database: Database) -> Documents:
    return Documents(database, "p")


def test_a_version_is_kept_once_and_comes_back(kept: Documents) -> None:
    made, new = kept.keep("dataset", "smoke", b"items", sha256="a" * 64, n_items=3)
    again = kept.keep("dataset", "smoke", b"items", sha256="a" * 64, n_items=3)
    assert new
    assert again == (made, False)
    assert kept.body("dataset", "smoke") == b"items"
    assert (made.name, made.n_items, made.kind) == ("smoke", 3, "dataset")


def test_the_newest_version_counts_and_older_ones_stay(kept: Documents) -> None:
    for letter in "abc":
        kept.keep("gates", "quality-gates", letter.encode(), sha256=letter * 64, n_items=1)
    kept.keep("gates", "other", b"x", sha256="d" * 64, n_items=1)
    assert kept.body("gates", "quality-gates") == b"c"
    assert kept.body("gates", "quality-gates", "aaaa") == b"a"
    assert [(one.name, one.sha256[0]) for one in kept.newest("gates")] == [
        ("other", "d"),
        ("quality-gates", "c"),
    ]
    page = kept.list("gates", name="quality-gates", limit=2)
    rest = kept.list("gates", name="quality-gates", limit=2, cursor=page.cursor)
    assert [one.sha256[0] for one in (*page.documents, *rest.documents)] == ["c", "b", "a"]
    assert rest.cursor is None


def test_a_project_and_a_kind_see_their_own(database: Database, kept: Documents) -> None:
    kept.keep("dataset", "smoke", b"items", sha256="a" * 64, n_items=3)
    for there, kind in ((Documents(database, "q"), "dataset"), (kept, "gates")):
        with pytest.raises(DataError, match="'smoke'"):
            there.get(kind, "smoke")  # type: ignore[arg-type]  # mypy widens the tuple's text
