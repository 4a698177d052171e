"""`client.keys`."""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from evaligo.client.asking import Story, deleting, getting, posting
from evaligo.client.sender import AsyncSender, Sender, tell, tell_async
from evaligo.records.key import Key, Role

__all__ = ["AsyncKeys", "Keys", "NewKey"]


class NewKey(msgspec.Struct, frozen=True):
    """A key that was just made.

    Parameters
    ----------
    key : Key
    secret : str, optional
        The key itself, shown this once. None where the server had made it already and its answer was lost: revoke it,
        and make another.
    """

    key: Key
    secret: str | None

    def __repr__(self) -> str:
        """Leave the secret out of logs."""
        return f"NewKey({self.key!r})"


class _Keys(msgspec.Struct, frozen=True):
    keys: tuple[Key, ...]


class Keys:
    """The API keys of a project; all of it needs the role admin.

    Parameters
    ----------
    sender : Sender
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self) -> tuple[Key, ...]:
        """Return all keys, also those of the past."""
        return tell(self._sender, _list())

    def create(self, name: str, role: Role, *, expires: str | None = None) -> NewKey:
        """Make a key.

        Parameters
        ----------
        name : str
        role : {"reader", "runner", "admin"}
        expires : str, optional
            How long it lasts, such as ``"90d"``.

        Raises
        ------
        DataError
            A key in use has this name.
        """
        return tell(self._sender, _create(name, role, expires))

    def revoke(self, key: Key | str) -> Key:
        """End a key, by its id or name.

        Raises
        ------
        DataError
            There is none.
        """
        return tell(self._sender, _revoke(key))


class AsyncKeys:
    """The API keys of a project; everything as in `Keys`, to be awaited.

    Parameters
    ----------
    sender : AsyncSender
    """

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def list(self) -> tuple[Key, ...]:
        """Return all keys, also those of the past."""
        return await tell_async(self._sender, _list())

    async def create(self, name: str, role: Role, *, expires: str | None = None) -> NewKey:
        """Make a key."""
        return await tell_async(self._sender, _create(name, role, expires))

    async def revoke(self, key: Key | str) -> Key:
        """End a key, by its id or name."""
        return await tell_async(self._sender, _revoke(key))


def _list() -> Story[tuple[Key, ...]]:
    answer = yield getting("/keys")
    return answer.value(_Keys).keys


def _create(name: str, role: Role, expires: str | None) -> Story[NewKey]:
    answer = yield posting("/keys", {"name": name, "role": role, "expires": expires}, once=True)
    return answer.value(NewKey)


def _revoke(key: Key | str) -> Story[Key]:
    ref = key if isinstance(key, str) else key.id
    answer = yield deleting(f"/keys/{quote(ref, safe='')}")
    return answer.value(Key)
