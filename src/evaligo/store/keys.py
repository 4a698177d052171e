"""API keys of a project: their hashes, never themselves."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, insert, or_, select, update

from evaligo.errors import DataError
from evaligo.records.key import Key, Role
from evaligo.store.audit import add_entry, chain_right
from evaligo.store.database import Database
from evaligo.store.moments import now, parsed, text_of
from evaligo.store.tables import api_keys

__all__ = ["Keys", "any_key", "key_of"]

PREFIX = "evk_"
"""How a key begins, so that scanners find one that leaked."""

_NOTED = timedelta(minutes=1)
_NAMES = ("id", "project", "name", "role", "created", "expires", "revoked", "last_used")
_c = api_keys.c
_SHOWN = tuple(_c[name] for name in _NAMES)


class Keys:
    """The keys of one project.

    Parameters
    ----------
    database : Database
    project : str
    """

    def __init__(self, database: Database, project: str) -> None:
        self._database = database
        self._project = project

    def create(
        self, name: str, role: Role, *, who: str, lifetime: timedelta | None = None
    ) -> tuple[Key, str]:
        """Make a key.

        Parameters
        ----------
        name : str
            One that no other key in use has: the audit chain tells keys by it.
        role : {"reader", "runner", "admin"}
        who : str
        lifetime : timedelta, optional
            It lasts until revoked where left out.

        Returns
        -------
        Key
        str
            The key itself, 256 random bits; it is kept nowhere.

        Raises
        ------
        DataError
            A key in use has the name.
        """
        secret = PREFIX + secrets.token_urlsafe(32)
        expires = None if lifetime is None else text_of(datetime.now(UTC) + lifetime)
        key = Key(
            id=f"key_{secrets.token_hex(8)}",
            project=self._project,
            name=name,
            role=role,
            created=now(),
            expires=expires,
        )
        with self._database.write(alone=chain_right(self._project)) as connection:
            self._refuse_a_second(connection, name)
            row = {**{field: getattr(key, field) for field in _NAMES}, "hash": _hash(secret)}
            connection.execute(insert(api_keys), row)
            self._tell(connection, "key.created", key, who)
        return key, secret

    def list(self) -> tuple[Key, ...]:
        """Return all keys, also those of the past, by the time of their making."""
        with self._database.read() as connection:
            return tuple(map(_key, connection.execute(self._mine().order_by(_c.created, _c.id))))

    def revoke(self, ref: str, *, who: str) -> Key:
        """End a key, by its id, or its name; one that was revoked before stays so.

        Raises
        ------
        DataError
            There is no such key.
        """
        with self._database.write(alone=chain_right(self._project)) as connection:
            found = self._find(connection, ref)
            if found.revoked is not None:
                return found
            connection.execute(update(api_keys).where(_c.id == found.id).values(revoked=now()))
            self._tell(connection, "key.revoked", found, who)
            return self._find(connection, found.id)

    def _find(self, connection: Connection, ref: str) -> Key:
        newest_in_use_first = (_c.revoked.is_(None).desc(), _c.created.desc())
        query = self._mine().where(or_(_c.id == ref, _c.name == ref)).order_by(*newest_in_use_first).limit(1)
        row = connection.execute(query).one_or_none()
        if row is None:
            raise DataError(f"there is no key {ref!r}", hint="list them with: evaligo keys list")
        return _key(row)

    def _refuse_a_second(self, connection: Connection, name: str) -> None:
        there = map(_key, connection.execute(self._mine().where(_c.name == name, _c.revoked.is_(None))))
        if any(not _is_over(key) for key in there):
            raise DataError(
                f"there is a key {name!r} in use already",
                hint=f"take another name, or end it with: evaligo keys revoke {name}",
            )

    def _tell(self, connection: Connection, kind: str, key: Key, who: str) -> None:
        told = {"name": key.name, "role": key.role, "expires": key.expires}
        add_entry(connection, self._project, kind=kind, who=who, subject=key.id, data=told)

    def _mine(self) -> Select[tuple[Any, ...]]:
        return select(*_SHOWN).where(_c.project == self._project)


def key_of(database: Database, secret: str) -> Key | None:
    """Return the key that a caller shows, of whatever project; None where there is none.

    Whether it was revoked or is over is the caller's to ask. Its use is noted, at most once a minute. The hash is
    looked up, then compared in constant time.

    Parameters
    ----------
    database : Database
    secret : str
    """
    shown = _hash(secret)
    with database.read() as connection:
        row = connection.execute(select(*_SHOWN, _c.hash).where(_c.hash == shown)).one_or_none()
    if row is None or not hmac.compare_digest(row.hash, shown):
        return None
    key = _key(row)
    if key.revoked is None and _is_due(key):
        with database.write() as connection:
            connection.execute(update(api_keys).where(_c.id == key.id).values(last_used=now()))
    return key


def any_key(database: Database) -> bool:
    """Tell whether any project has a key in use."""
    with database.read() as connection:
        keys = map(_key, connection.execute(select(*_SHOWN).where(_c.revoked.is_(None))))
        return any(not _is_over(key) for key in keys)


def _is_over(key: Key) -> bool:
    return key.expires is not None and parsed(key.expires) <= datetime.now(UTC)


def _is_due(key: Key) -> bool:
    return key.last_used is None or datetime.now(UTC) - parsed(key.last_used) >= _NOTED


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", errors="replace")).hexdigest()


def _key(row: Any) -> Key:
    return Key(**{name: getattr(row, name) for name in _NAMES})
