"""Where a client finds its data: on a server, or in the project's own folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from evaligo.errors import UsageError

__all__ = ["Address", "find_address"]

_URL, _KEY = "EVALIGO_URL", "EVALIGO_API_KEY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A server.

    Parameters
    ----------
    url : str
        Without a slash at its end; what follows it is ``/api/v1``.
    api_key : str
        Empty for none.
    """

    url: str
    api_key: str = field(default="", repr=False)


def find_address(
    url: str | None = None, api_key: str | None = None, environment: Mapping[str, str] | None = None
) -> Address | None:
    """Return the server that is meant; None for the project's own folder.

    Parameters
    ----------
    url, api_key : str, optional
        Left out, what `EVALIGO_URL` and `EVALIGO_API_KEY` say; an empty `url` means no server, whatever they say.
    environment : mapping of str to str, optional
        The process's own where left out.

    Raises
    ------
    UsageError
        The address is none.

    Examples
    --------
    >>> find_address(environment={"EVALIGO_URL": "https://evals.example.org/", "EVALIGO_API_KEY": "evk_1"})
    Address(url='https://evals.example.org')
    >>> find_address(environment={"EVALIGO_API_KEY": "evk_1"}) is None
    True
    """
    said = os.environ if environment is None else environment
    where = (said.get(_URL, "") if url is None else url).strip().rstrip("/")
    if not where:
        return None
    _check(where)
    # A key of the environment belongs to the server of the environment, and goes to no other.
    ours = url is None or where == said.get(_URL, "").strip().rstrip("/")
    key = (said.get(_KEY, "") if ours else "") if api_key is None else api_key
    if not key.strip().isprintable() or not key.isascii():
        raise UsageError("the API key has characters that no key has", hint=f"check {_KEY}")
    return Address(url=where, api_key=key.strip())


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise UsageError(
            f"{url!r} is no server's address", hint=f"write it as https://evals.example.org; check {_URL}"
        )
    if parts.username is not None:
        raise UsageError("the server's address holds a password", hint=f"put the key into {_KEY}")
