"""HTTP as uvicorn speaks it, with a clock on the head of a request: uvicorn itself waits for one as long as it takes."""

from __future__ import annotations

import asyncio
from typing import ClassVar, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

__all__ = ["Punctual", "punctual"]


class Punctual(H11Protocol):
    """A connection that is closed where a request's head is not whole in time.

    Whoever was answered before the body was whole has as long to send the rest, which is thrown away: a client that is told
    that its body is too large reads that, and no reset connection.
    """

    seconds: ClassVar[float] = 10.0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        """Start the clock for the first head."""
        super().connection_made(transport)
        self._hurry()

    def data_received(self, data: bytes) -> None:
        """Take a piece; more pieces of the same head do not start the clock again."""
        super().data_received(data)
        if self._owes_more():
            self._hurry()
        else:
            self._rest()

    def on_response_complete(self) -> None:
        """Start the clock for the rest of a body that is no longer wanted."""
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY:
            self._hurry()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._rest()
        super().connection_lost(exc)

    def _owes_more(self) -> bool:
        """Whether we wait for a head, or for the rest of a body that is no longer wanted."""
        if self.conn.their_state is h11.IDLE:
            return True
        cycle = cast("RequestResponseCycle | None", self.cycle)
        answered = cycle is not None and cycle.response_complete
        return answered and self.conn.their_state is h11.SEND_BODY

    def _hurry(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.seconds, self.transport.close)

    def _rest(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def punctual(seconds: float) -> type[Punctual]:
    """Return the protocol with so many seconds for a head.

    Examples
    --------
    >>> punctual(2.5).seconds
    2.5
    """
    return type("Punctual", (Punctual,), {"seconds": seconds})
