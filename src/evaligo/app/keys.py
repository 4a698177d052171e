"""API keys: who may do what on a server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from evaligo.errors import UsageError
from evaligo.records.key import Key, Role
from evaligo.settings.amounts import AmountError, parse_duration
from evaligo.store.database import Database
from evaligo.store.experiments import ExperimentStore
from evaligo.store.keys import any_key, key_of
from evaligo.store.moments import parsed

__all__ = ["ROLES", "any_key", "authenticate", "create_key", "in_use", "revoke_key"]

ROLES: tuple[Role, ...] = ("reader", "runner", "admin")
_LONGEST = timedelta(days=36_500)


def create_key(
    store: ExperimentStore, name: str, role: Role, *, who: str, expires: str | None = None
) -> tuple[Key, str]:
    """Make a key of the store's project.

    Parameters
    ----------
    store : ExperimentStore
    name : str
        What the audit chain calls whoever uses it.
    role : {"reader", "runner", "admin"}
    who : str
        Whoever makes it.
    expires : str, optional
        How long it lasts, such as ``"90d"``; until revoked where left out.

    Returns
    -------
    Key
    str
        The key itself. It is kept nowhere: whoever loses it makes another.

    Raises
    ------
    UsageError
        There is no such role, no name, or the duration is none.
    DataError
        A key in use has the name.
    """
    if role not in ROLES:
        raise UsageError(f"there is no role {role!r}", hint=f"it is one of {', '.join(ROLES)}")
    if not name.strip():
        raise UsageError("the key's name is empty", hint="name it after whoever uses it, such as ci")
    return store.keys.create(name, role, who=who, lifetime=_lifetime(expires))


def revoke_key(store: ExperimentStore, ref: str, *, who: str) -> Key:
    """End a key, by its id or name; the next request with it is refused.

    Raises
    ------
    DataError
        There is no such key.
    """
    return store.keys.revoke(ref, who=who)


def authenticate(database: Database, secret: str) -> Key | None:
    """Return the key that a caller shows; None for one that is unknown, revoked or over.

    Its use is noted, at most once a minute.

    Parameters
    ----------
    database : Database
        A key says which project it opens.
    secret : str
    """
    found = key_of(database, secret)
    return found if found is not None and in_use(found) else None


def in_use(key: Key, *, now: datetime | None = None) -> bool:
    """Whether a key opens anything.

    Examples
    --------
    >>> key = Key(id="key_1", project="default", name="ci", role="reader", created="2026-03-01T12:00:00Z")
    >>> in_use(key)
    True
    """
    if key.revoked is not None:
        return False
    return key.expires is None or parsed(key.expires) > (now or datetime.now(UTC))


def _lifetime(expires: str | None) -> timedelta | None:
    if expires is None:
        return None
    try:
        lasts = timedelta(seconds=parse_duration(expires))
    except (AmountError, OverflowError) as error:
        raise UsageError(f"{expires!r} is no duration", hint="write one such as 90d or 12h") from error
    if not timedelta() < lasts <= _LONGEST:
        raise UsageError(
            f"a key cannot last {expires}",
            hint="write a duration from a second to a hundred years, such as 90d",
        )
    return lasts
