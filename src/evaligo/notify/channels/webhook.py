"""A webhook of one's own: JSON, signed.

Headers and signature are those of the Standard Webhooks specification 1.0, for which receivers find libraries: the
signature is the HMAC-SHA256 of ``id.timestamp.body``, in base64. The id is the same at every attempt.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from evaligo.notify.channels.contract import NetworkKeys, Receipt, pending
from evaligo.notify.channels.http import ask, checked_url, host_of, refusal, secret_parts
from evaligo.notify.markup import as_plain, read
from evaligo.notify.message import Message

__all__ = ["WebhookChannel", "body_of", "signature"]

_PREFIX = "whsec_"


class WebhookChannel(NetworkKeys, frozen=True, kw_only=True):
    """The keys of the channel `webhook`."""

    url: str
    secret: str
    """What both sides know: any text, or base64 behind `whsec_`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.secret.strip():
            raise ValueError("the secret is empty; write one that the receiver knows too")
        if not pending(self.url):
            checked_url(self.url)
        if not pending(self.secret):
            _key(self.secret)

    def secrets(self) -> Iterable[str]:
        """Return the secret, and the address."""
        return (self.secret, self.secret.strip().removeprefix(_PREFIX), *secret_parts(self.url))

    def check_address(self, address: str) -> None:
        """Refuse any: the address is the channel's url.

        Raises
        ------
        ValueError
        """
        raise ValueError(f"a webhook has no address such as {address!r}; make a channel for each url")

    async def send(self, message: Message, address: str = "") -> Receipt:  # noqa: ARG002  (a webhook has one address)
        """Post a message.

        Raises
        ------
        TransientDelivery, PermanentDelivery
        """
        body = msgspec.json.encode(body_of(message))
        headers = signed(body, secret=self.secret, id=message.id, timestamp=int(time.time()))
        reply = await ask(self.url.strip(), body=body, seconds=self.seconds, headers=headers)
        if not reply.good:
            raise refusal(reply, host_of(self.url))
        return Receipt(reference=message.id)


def body_of(message: Message) -> dict[str, Any]:
    """Return what is posted: the message's parts, its text once as Markdown and once plain."""
    body: dict[str, Any] = msgspec.to_builtins(message)
    return {**body, "text": as_plain(read(message.body))}


def signed(body: bytes, *, secret: str, id: str, timestamp: int) -> Mapping[str, str]:  # noqa: A002  (the specification's name)
    """Return the headers that prove who sent a body, and when."""
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(body, secret=secret, id=id, timestamp=timestamp),
    }


def signature(body: bytes, *, secret: str, id: str, timestamp: int) -> str:  # noqa: A002  (the same)
    """Sign a body.

    Examples
    --------
    The example of the specification:

    >>> signature(
    ...     b'{"test": 2432232314}',
    ...     secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ...     id="msg_p5jXN8AQM9LWM0D4loKWxJek",
    ...     timestamp=1614265330,
    ... )
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    signed = f"{id}.{timestamp}.".encode() + body
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _key(secret: str) -> bytes:
    stripped = secret.strip()
    if not stripped.startswith(_PREFIX):
        return stripped.encode()
    try:
        return base64.b64decode(stripped.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("what follows whsec_ in the secret is no base64") from None
