"""API keys: kept as hashes, found by themselves, ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from evaligo.app.keys import authenticate, create_key, in_use
from evaligo.errors import DataError, UsageError
from evaligo.store.experiments import ExperimentStore
from evaligo.store.keys import any_key, key_of
from evaligo.store.moments import text_of
from evaligo.store.tables import api_keys


def test_a_key_opens_its_project_and_nothing_of_it_is_kept(store: ExperimentStore) -> None:
    other = ExperimentStore(store.database, project="other")
    key, secret = create_key(other, "ci", "runner", who="ada", expires="90d")
    found = authenticate(store.database, secret)
    assert found is not None
    assert (found.id, found.project, found.role) == (key.id, "other", "runner")
    assert store.keys.list() == ()
    with store.database.read() as connection:
        [row] = connection.execute(select(api_keys)).all()
    assert secret not in str(row)
    assert secret.removeprefix("evk_")[:8] not in str(row)


@pytest.mark.parametrize("wrong", ["", "evk_", "x" * 1_000_000, "evk_\ud83d\x00", "é"])
def test_what_is_no_key_opens_nothing(store: ExperimentStore, wrong: str) -> None:
    create_key(store, "ci", "admin", who="ada")
    assert authenticate(store.database, wrong) is None


def test_a_revoked_key_opens_nothing_and_its_name_is_free_again(store: ExperimentStore) -> None:
    key, secret = create_key(store, "ci", "admin", who="ada")
    with pytest.raises(DataError, match="there is a key 'ci' in use already"):
        create_key(store, "ci", "reader", who="ada")
    assert store.keys.revoke("ci", who="ada").revoked is not None
    assert authenticate(store.database, secret) is None
    assert key_of(store.database, secret) is not None
    assert not any_key(store.database)
    create_key(store, "ci", "reader", who="ada")
    store.keys.revoke(key.id, who="eve")  # again: nothing changes, and nothing is told
    kinds = [e.kind for e in store.audit.list().entries]
    assert kinds == ["key.created", "key.revoked", "key.created"]


def test_a_key_is_over_when_its_time_is(store: ExperimentStore) -> None:
    key, secret = create_key(store, "ci", "admin", who="ada", expires="1h")
    assert in_use(key)
    assert not in_use(key, now=datetime.now(UTC) + timedelta(hours=2))
    with store.database.write() as connection:
        connection.execute(update(api_keys).values(expires=text_of(datetime.now(UTC) - timedelta(seconds=1))))
    assert authenticate(store.database, secret) is None
    assert not any_key(store.database)


def test_the_last_use_is_noted_once_a_minute(store: ExperimentStore) -> None:
    _, secret = create_key(store, "ci", "admin", who="ada")
    assert store.keys.list()[0].last_used is None
    authenticate(store.database, secret)
    noted = store.keys.list()[0].last_used
    authenticate(store.database, secret)
    assert noted == store.keys.list()[0].last_used is not None
    with store.database.write() as connection:
        connection.execute(update(api_keys).values(last_used="2026-01-01T00:00:00.000000Z"))
    authenticate(store.database, secret)
    assert store.keys.list()[0].last_used >= noted  # type: ignore[operator]


@pytest.mark.parametrize(
    ("expires", "role"), [("soon", "admin"), ("0s", "admin"), ("200000d", "admin"), ("1d", "root")]
)
def test_a_key_that_cannot_be_meant_is_refused(store: ExperimentStore, expires: str, role: str) -> None:
    with pytest.raises(UsageError):
        create_key(store, "ci", role, who="ada", expires=expires)  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        create_key(store, " ", "admin", who="ada")
    assert store.keys.list() == ()
