"""A server that may be away: it is asked as long as it answers, and then what is here has to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from evaligo.client.client import Client
from evaligo.errors import UnavailableError

__all__ = ["Reaching"]

T = TypeVar("T")


class Reaching:
    """A server, and whether it answers.

    Parameters
    ----------
    client : Client
    warn : callable, optional
        Is told once, in a sentence, when the server is found to be away. Left out, nothing here will do: that it is away is
        an error.
    """

    def __init__(self, client: Client, warn: Callable[[str], None] | None) -> None:
        self.client = client
        self._warn = warn
        self.away = False

    def ask(self, there: Callable[[Client], T], here: Callable[[], T]) -> T:
        """Return what the server says; once it was found to be away, what is known here.

        Raises
        ------
        UnavailableError
            It is away, and what is here will not do.
        """
        if self.away:
            return here()
        try:
            return there(self.client)
        except UnavailableError as error:
            self.lost(error)
            return here()

    def lost(self, error: UnavailableError) -> None:
        """Note that the server is away.

        Raises
        ------
        UnavailableError
            What is here will not do.
        """
        if self._warn is None:
            raise error
        if not self.away:
            self.away = True
            self._warn(str(error))
