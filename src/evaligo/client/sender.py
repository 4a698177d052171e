"""How requests travel: one sender speaks HTTP, another calls the application in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Protocol, TypeVar

from evaligo.client.asking import Answer, Ask, Story

__all__ = ["AsyncSender", "Sender", "tell", "tell_async"]

T = TypeVar("T")


class Sender(Protocol):
    """Sends from threads."""

    def send(self, ask: Ask) -> Answer:
        """Return the whole answer.

        Raises
        ------
        UnavailableError
            There was none.
        """

    def stream(self, ask: Ask) -> Iterator[bytes]:
        """Yield the answer in pieces.

        Raises
        ------
        EvaligoError
            The answer tells of an error, or broke off.
        """

    def close(self) -> None:
        """Let go of connections, or of the store."""


class AsyncSender(Protocol):
    """Sends from coroutines."""

    async def send(self, ask: Ask) -> Answer:
        """Return the whole answer, as `Sender.send`."""

    def stream(self, ask: Ask) -> AsyncIterator[bytes]:
        """Yield the answer in pieces, as `Sender.stream`."""

    async def aclose(self) -> None:
        """Let go of connections, or of the store."""


def tell(sender: Sender, story: Story[T]) -> T:
    """Ask what a story asks, and return what came of it."""
    try:
        ask = next(story)
        while True:
            ask = story.send(sender.send(ask))
    except StopIteration as end:
        told: T = end.value
        return told


async def tell_async(sender: AsyncSender, story: Story[T]) -> T:
    """Ask what a story asks, and return what came of it."""
    try:
        ask = next(story)
        while True:
            ask = story.send(await sender.send(ask))
    except StopIteration as end:
        told: T = end.value
        return told
