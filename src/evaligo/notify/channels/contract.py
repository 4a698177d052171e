"""What a channel is: keys of the file, and `send`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from evaligo.errors import EvaligoError, UnavailableError
from evaligo.notify.message import Message
from evaligo.settings.amounts import parse_duration
from evaligo.settings.secrets import Redactor
from evaligo.settings.shape import Shape

__all__ = [
    "Channel",
    "ChannelKeys",
    "NetworkKeys",
    "PermanentDelivery",
    "Receipt",
    "Sender",
    "TransientDelivery",
    "pending",
]

_TELLING = 4
"""A shorter secret is part of too many words to be blotted out."""


class TransientDelivery(UnavailableError):  # noqa: N818  (the contract's name: a delivery, and its kind)
    """A delivery failed in a way that another attempt may mend; it may have arrived all the same.

    Parameters
    ----------
    message : str
        One sentence.
    retry_after : float, optional
        Seconds that the service asks to wait.
    """

    def __init__(self, message: str, *, retry_after: float | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class PermanentDelivery(UnavailableError):  # noqa: N818  (the same)
    """A delivery failed in a way that no other attempt mends: a revoked webhook, a refused key, an unknown address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a service said of a message that it took.

    Parameters
    ----------
    reference : str
        What the service, or we, call the message there; empty where it has no name.
    refused : tuple of str
        Recipients that the service did not take, each with its reason, where it took others.
    """

    reference: str = ""
    refused: tuple[str, ...] = ()


class Channel(Protocol):
    """A way to reach people; made from an entry of `channels`, of which its fields are the keys."""

    pace: ClassVar[float]
    """Seconds that the service wants between two messages."""

    def secrets(self) -> Iterable[str]:
        """Return what must not be said, parts of a key's value included."""

    def check_address(self, address: str) -> None:
        """Check what follows the colon in `channel:address`.

        Raises
        ------
        ValueError
            It is none.
        """

    async def send(self, message: Message, address: str = "") -> Receipt:
        """Deliver a message, in one attempt.

        Raises
        ------
        TransientDelivery, PermanentDelivery
        """


class ChannelKeys(Shape, frozen=True, kw_only=True):
    """The base of channels: it prints no values."""

    pace: ClassVar[float] = 0.0

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Print no values through rich either."""
        return []


class NetworkKeys(ChannelKeys, frozen=True, kw_only=True):
    """The base of channels that wait for a service."""

    timeout: str | float = "30s"
    """Of one attempt."""

    def __post_init__(self) -> None:
        parse_duration(self.timeout)

    @property
    def seconds(self) -> float:
        """The time of one attempt."""
        return parse_duration(self.timeout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A channel with its name; whatever it says is without secrets.

    Parameters
    ----------
    name : str
        Its key in the file.
    channel : Channel
    redactor : Redactor
        Knows the references that were resolved for it.
    """

    name: str
    channel: Channel
    redactor: Redactor = field(default_factory=Redactor)

    async def send(self, message: Message, address: str = "") -> Receipt:
        """Deliver a message, in one attempt.

        Raises
        ------
        TransientDelivery
            Another attempt may succeed.
        PermanentDelivery
            None will; whatever goes wrong unforeseen counts as this, so that nothing is tried for ever.
        """
        try:
            return await self.channel.send(message, address)
        except TransientDelivery as error:
            said = self._said(error.message)
            raise TransientDelivery(said, retry_after=error.retry_after, hint=error.hint) from None
        except EvaligoError as error:
            raise PermanentDelivery(self._said(error.message), hint=error.hint) from None
        except Exception as error:  # noqa: BLE001  (its text may hold a secret, and it must not stop the others)
            said = self._said(f"{type(error).__name__}: {error}")
            raise PermanentDelivery(said, hint="check the channel's keys") from None

    def _said(self, text: str) -> str:
        known = {secret: "***" for secret in self.channel.secrets() if len(secret) >= _TELLING}
        return f"{self.name}: {self.redactor.joined(Redactor(known)).clean(text)}"


def pending(*values: str) -> bool:
    """Tell whether a value is still a reference, whose own form cannot be checked yet.

    Examples
    --------
    >>> pending("${{ secrets.SLACK_WEBHOOK }}"), pending("https://hooks.slack.com/services/x")
    (True, False)
    """
    return any("${{" in value for value in values)
