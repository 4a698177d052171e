"""Deliver what waits: lease, send, and say what became of it.

At least once: what was leased by a worker that died is sent again, under the same id, by whoever comes next. Every other
failure is written down: an error that another attempt may mend moves the timer, a permanent one ends in state "dead".
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from evaligo.app.notify_message import Quiet, message_for
from evaligo.errors import EvaligoError
from evaligo.notify.channels import BUILTINS
from evaligo.notify.channels.contract import Sender, TransientDelivery
from evaligo.notify.config import Notifications
from evaligo.notify.rules import Rule
from evaligo.records.delivery import Delivery
from evaligo.registry import find_part
from evaligo.store.database import Database
from evaligo.store.outbox import Outbox, this_moment

__all__ = ["PATIENT", "Deliverer", "Persistence", "kind_of", "paces_of"]

_SECOND = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Persistence:
    """How often, and how soon, what failed is tried again.

    Parameters
    ----------
    first, longest : float
        Seconds before the second attempt, and at most; it doubles with each. Half of it to all of it is drawn, so that
        those who failed together do not come back together.
    attempts : int
        After so many, a delivery is dead.
    """

    first: float = 1.0
    longest: float = 900.0
    attempts: int = 30

    def wait(self, attempts: int, rng: Random) -> float:
        """Return the seconds to wait after so many attempts.

        Examples
        --------
        >>> 4.0 <= Persistence().wait(4, Random(1)) <= 8.0
        True
        """
        whole = min(self.longest, self.first * 2.0 ** min(attempts - 1, 40))
        return whole * rng.uniform(0.5, 1.0)


PATIENT = Persistence()
"""About five hours."""


@dataclass(kw_only=True)
class Deliverer:
    """Sends what is due.

    Parameters
    ----------
    database : Database
    notifications : Notifications
    lease : float
        Seconds after which another worker takes over what a dead one was sending.
    persistence : Persistence
    url : str
        Where people acknowledge, the delivery's id appended; empty where they cannot.
    """

    database: Database
    notifications: Notifications
    lease: float = 30.0
    persistence: Persistence = PATIENT
    url: str = ""
    worker: str = field(
        default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    )
    failures: list[str] = field(default_factory=list)
    """What did not arrive, in sentences without secrets."""

    def __post_init__(self) -> None:
        self._outbox = Outbox(self.database)
        self._rng = Random()  # noqa: S311  (jitter guards nothing)
        self._senders: dict[str, Sender] = {}
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._rules: Mapping[str, Rule] = {rule.name: rule for rule in self.notifications.rules}
        self._paces = paces_of(self.notifications)
        self._stopping = False

    async def start_due(self) -> int:
        """Lease what is due and begin to send it, each channel for itself; return how much was leased."""
        self._busy = {name: task for name, task in self._busy.items() if not task.done()}
        leased = await asyncio.to_thread(
            self._outbox.claim,
            self.worker,
            now=this_moment(),
            lease=round(self.lease * _SECOND),
            paces=self._paces,
            busy=tuple(self._busy),
        )
        for channel in dict.fromkeys(one.channel for one in leased):
            mine = [one for one in leased if one.channel == channel]
            self._busy[channel] = asyncio.create_task(self._send_all(mine))
        return len(leased)

    @property
    def busy(self) -> bool:
        """Whether something is being sent."""
        return any(not task.done() for task in self._busy.values())

    async def some_done(self, patience: float) -> None:
        """Wait until a channel is free again, or until the time is up."""
        tasks = [task for task in self._busy.values() if not task.done()]
        if tasks:
            await asyncio.wait(tasks, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        else:
            await asyncio.sleep(patience)

    async def hold(self) -> None:
        """Hold what is being sent, until this is cancelled; a stalled service takes longer than a lease."""
        while True:
            await asyncio.sleep(self.lease / 3)
            if self.busy:
                until = this_moment() + round(self.lease * _SECOND)
                await asyncio.to_thread(self._outbox.renew, self.worker, until)

    async def stop(self, patience: float) -> None:
        """Let what is being sent come to its end, and let go of the rest."""
        tasks = [task for task in self._busy.values() if not task.done()]
        self._stopping = True
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await asyncio.to_thread(self._outbox.release, self.worker)

    async def _send_all(self, deliveries: Sequence[Delivery]) -> None:
        """Send what one channel was leased for, in order; behind one that failed, its target's wait."""
        failed: set[tuple[str, str]] = set()
        for place, one in enumerate(deliveries):
            if self._stopping:
                return
            target = (one.project, one.target)
            if target in failed:
                await asyncio.to_thread(self._outbox.release, self.worker, [one.id])
                continue
            done = await self._send(one)
            if done.state == "waiting":
                failed.add(target)
            if done.state == "sent" and place < len(deliveries) - 1:
                await asyncio.sleep(self._paces.get(one.channel, 0.0))

    async def _send(self, delivery: Delivery) -> Delivery:
        done = await self._attempt(delivery)
        if done.state in ("dead", "waiting"):
            self.failures.append(done.reason)
        repeat = self._repeat(done)
        await asyncio.to_thread(self._outbox.finish, done, self.worker, repeat=repeat)
        return done

    async def _attempt(self, delivery: Delivery) -> Delivery:
        tried = replace(delivery, attempts=delivery.attempts + 1)
        try:
            message = await asyncio.to_thread(message_for, self.database, delivery, self._rules, url=self.url)
            receipt = await self._sender(delivery.channel).send(message, delivery.address)
        except Quiet as quiet:
            return replace(delivery, state="suppressed", reason=str(quiet))
        except TransientDelivery as error:
            return self._later(tried, error)
        except EvaligoError as error:
            return replace(tried, state="dead", reason=str(error))
        refused = "; ".join(receipt.refused)
        return replace(tried, state="sent", sent=this_moment(), receipt=receipt.reference, reason=refused)

    def _later(self, delivery: Delivery, error: TransientDelivery) -> Delivery:
        if delivery.attempts >= self.persistence.attempts:
            return replace(
                delivery, state="dead", reason=f"{error}; given up after {delivery.attempts} attempts"
            )
        wait = max(error.retry_after or 0.0, self.persistence.wait(delivery.attempts, self._rng))
        return replace(delivery, due=this_moment() + round(wait * _SECOND), reason=str(error))

    def _sender(self, channel: str) -> Sender:
        if channel not in self._senders:
            self._senders[channel] = self.notifications.sender(channel)
        return self._senders[channel]

    def _repeat(self, done: Delivery) -> Delivery | None:
        """Return the next reminder of a trouble, once this one is done with."""
        rule = self._rules.get(done.rule)
        if done.kind != "repeat" or done.state == "waiting" or rule is None or rule.repeat_interval is None:
            return None
        now = this_moment()
        due = now + round(rule.repeat_interval * _SECOND)
        return Delivery(
            id=f"ntf_{secrets.token_hex(16)}",
            project=done.project,
            rule=done.rule,
            target=done.target,
            kind="repeat",
            dedup_key=done.dedup_key,
            due=due,
            sequence=due,
            created=now,
            events=done.events[-1:],
        )


def paces_of(notifications: Notifications) -> dict[str, float]:
    """Return the seconds that each channel's service wants between two messages, where it wants any."""
    kinds = {name: kind_of(notifications, name) for name in notifications.channels}
    paces = {name: find_part("channels", BUILTINS, kind).pace for name, kind in kinds.items()}
    return {name: pace for name, pace in paces.items() if pace}


def kind_of(notifications: Notifications, channel: str) -> str:
    """Return what kind a channel is: its `type`, or else its name."""
    return str(notifications.document.data["channels"][channel].get("type", channel))
