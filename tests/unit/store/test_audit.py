"""The audit chain in the database."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update
from tests.support.experiments import experiment
from tests.support.quality_reports import allowed, rejected

from evaligo.errors import DataError, UnavailableError
from evaligo.store.baselines import promoted
from evaligo.store.experiments import ExperimentStore
from evaligo.store.tables import audit


def test_decisions_and_promotions_are_entries_each_with_who_did_what(store: ExperimentStore) -> None:
    store.create(experiment())
    store.judge(experiment().id, rejected(), who="ada")
    store.judge(experiment().id, allowed(), who="bob")
    entry = promoted(environment="production", experiment_id=experiment().id, who="eve", replaces=None)
    store.baselines.append(entry)
    back = promoted(environment="production", experiment_id="exp_0", who="eve", replaces=entry)
    store.baselines.append(back, kind="rollback")
    told = [(e.sequence, e.kind, e.who, e.subject) for e in store.audit.list().entries]
    assert told == [
        (4, "rollback", "eve", back.id),
        (3, "promotion", "eve", entry.id),
        (2, "decision", "bob", experiment().id),
        (1, "decision", "ada", experiment().id),
    ]
    assert store.audit.list().entries[2].data["verdict"] == "ALLOW"
    assert store.audit.verify().ok


def test_a_change_that_fails_leaves_no_entry(store: ExperimentStore) -> None:
    first = promoted(environment="production", experiment_id="exp_1", who="ada", replaces=None)
    late = promoted(environment="production", experiment_id="exp_2", who="eve", replaces=None)
    store.baselines.append(first)
    with pytest.raises(UnavailableError, match="changed meanwhile"):
        store.baselines.append(late)
    with pytest.raises(DataError, match="there is no experiment"):
        store.judge("exp_9", allowed())
    assert [e.subject for e in store.audit.list().entries] == [first.id]


def test_pages_and_filters_list_entries_newest_first(store: ExperimentStore) -> None:
    for number in range(7):
        store.audit.add(kind="odd" if number % 2 else "even", who="ada", subject=f"s{number}")
    first = store.audit.list(limit=3)
    second = store.audit.list(limit=3, cursor=first.cursor)
    last = store.audit.list(limit=3, cursor=second.cursor)
    assert [[e.sequence for e in page.entries] for page in (first, second, last)] == [
        [7, 6, 5],
        [4, 3, 2],
        [1],
    ]
    assert last.cursor is None
    assert [e.subject for e in store.audit.list(kind="odd").entries] == ["s5", "s3", "s1"]
    assert [e.sequence for e in store.audit.list(subject="s4").entries] == [5]


def test_entries_of_twenty_at_once_make_one_chain(store: ExperimentStore) -> None:
    def add(number: int) -> int:
        return store.audit.add(kind="test", who=f"u{number}", subject="s", data={"n": number}).sequence

    with ThreadPoolExecutor(20) as pool:
        numbers = list(pool.map(add, range(60)))
    assert sorted(numbers) == list(range(1, 61))
    found = store.audit.verify()
    assert (found.ok, found.n_decisions) == (True, 60)


def test_projects_have_chains_of_their_own(store: ExperimentStore) -> None:
    other = ExperimentStore(store.database, project="other")
    store.audit.add(kind="test", who="ada", subject="s")
    assert other.audit.add(kind="test", who="ada", subject="s").sequence == 1
    assert len(other.audit.list().entries) == 1


def test_nothing_is_chained_to_an_entry_that_was_edited(store: ExperimentStore) -> None:
    store.audit.add(kind="test", who="ada", subject="s")
    with store.database.write() as connection:
        connection.execute(update(audit).values(line=audit.c.line + " "))
    with pytest.raises(DataError, match="last entry was edited"):
        store.audit.add(kind="test", who="ada", subject="s")


def test_an_entry_keeps_what_no_database_could(store: ExperimentStore) -> None:
    store.audit.add(kind="test", who="a\ud83d\x00", subject="é", data={"x": float("inf"), "y": "\ud83d\x00"})
    [entry] = store.audit.list().entries
    assert (entry.who, entry.data) == ("a\ufffd\ufffd", {"x": None, "y": "?\x00"})
    assert store.audit.verify().ok


def test_lines_can_be_checked_with_a_shell(store: ExperimentStore) -> None:
    import hashlib

    store.audit.add(kind="test", who="ada", subject="s", data={"hash": "decoy"})
    [line] = store.audit.lines()
    own = json.loads(line)["hash"]
    assert hashlib.sha256(line.replace(f'"hash":"{own}",'.encode(), b"")).hexdigest() == own
