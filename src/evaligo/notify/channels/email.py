"""Mail, through SMTP: a text part and an HTML part, the same bytes at every attempt."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import smtplib
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

from evaligo.notify.channels.contract import (
    NetworkKeys,
    PermanentDelivery,
    Receipt,
    TransientDelivery,
    pending,
)
from evaligo.notify.channels.smtp_config import SMTPServer, checked_recipient, read_smtp_config
from evaligo.notify.markup import as_html, as_plain, read
from evaligo.notify.message import Message

__all__ = ["EmailChannel", "mail_of"]

_SUBJECT = 200
_QUOTE = 200


class EmailChannel(NetworkKeys, frozen=True, kw_only=True):
    """The keys of the channel `email`."""

    smtp_config: str

    def __post_init__(self) -> None:
        super().__post_init__()
        if not pending(self.smtp_config):
            read_smtp_config(self.smtp_config)

    def secrets(self) -> Iterable[str]:
        """Return the password, in every form in which a server may quote it, and the whole."""
        server = read_smtp_config(self.smtp_config)
        told = (f"\0{server.user}\0{server.password}", server.password) if server.password else ()
        coded = (base64.b64encode(text.encode()).decode() for text in told)
        written = self.smtp_config.partition("@")[0].rpartition(":")[2]
        return (self.smtp_config, server.password, written, *coded)

    def check_address(self, address: str) -> None:
        """Check one or more mail addresses, with commas between them.

        Raises
        ------
        ValueError
        """
        for one in address.split(","):
            checked_recipient(one.strip())

    async def send(self, message: Message, address: str = "") -> Receipt:
        """Send a mail; `address` holds other recipients than the configured ones.

        Raises
        ------
        TransientDelivery, PermanentDelivery
        """
        server = read_smtp_config(self.smtp_config)
        recipients = [one.strip() for one in address.split(",")] if address else list(server.recipients)
        if not recipients:
            raise PermanentDelivery(
                "there is nobody to write to",
                hint="add to=... to smtp_config, or name email:ADDRESS in the rule",
            )
        mail = mail_of(message, sender=server.sender, recipients=recipients)
        refused = await asyncio.to_thread(_deliver, server, mail, recipients, self.seconds)
        return Receipt(reference=mail["Message-ID"], refused=refused)


def mail_of(message: Message, *, sender: str, recipients: Iterable[str]) -> EmailMessage:
    """Return the mail of a message; its Message-ID is made of the message's id, and the thread of the trouble's key."""
    mail = EmailMessage(policy=SMTP)
    domain = sender.rpartition("@")[2]
    mail["From"] = Address(display_name="evaligo", addr_spec=sender)
    mail["To"] = ", ".join(recipients)
    mail["Subject"] = _one_line(message.headline)
    mail["Date"] = datetime.fromisoformat(message.created).astimezone(UTC)
    mail["Message-ID"] = f"<{_digest(message.id)}@{domain}>"
    mail["References"] = f"<{_digest(message.dedup_key)}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Evaligo-Event"] = _one_line(message.event)
    mail.set_content(_text(message), cte="quoted-printable")
    mail.add_alternative(_page(message), subtype="html", cte="quoted-printable")
    mail.set_boundary(f"=_{_digest(message.id)}")
    return mail


def _text(message: Message) -> str:
    body = as_plain(read(message.body))
    more = "".join(f"\n{link.text}: {link.url}" for link in message.links if link.url not in body)
    return f"{body}\n{more}\n\n-- \n{_foot(message)}\n"


def _page(message: Message) -> str:
    body = as_html(read(message.body))
    more = "".join(
        f'\n<p><a href="{escape(link.url)}">{escape(link.text)}</a></p>'
        for link in message.links
        if escape(link.url) not in body
    )
    return (
        '<!doctype html>\n<html lang="en"><body style="font-family:sans-serif;font-size:15px;line-height:1.5">\n'
        f"<h2>{escape(message.headline)}</h2>\n{body}{more}\n"
        f'<p style="color:#6b7280;font-size:13px">{escape(_foot(message))}</p>\n</body></html>\n'
    )


def _foot(message: Message) -> str:
    return " · ".join(
        part for part in (message.severity, message.project, message.event, message.created) if part
    )


def _one_line(text: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _SUBJECT else f"{line[: _SUBJECT - 1]}…"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _deliver(
    server: SMTPServer, mail: EmailMessage, recipients: list[str], seconds: float
) -> tuple[str, ...]:
    """Hand a mail over; returns the recipients that were refused, where others were not."""
    with _explained(server.host), _connected(server, seconds) as connection:
        refused = connection.send_message(mail, from_addr=server.sender, to_addrs=recipients)
    return tuple(f"{address}: {_said(code, text)}" for address, (code, text) in refused.items())


@contextmanager
def _connected(server: SMTPServer, seconds: float) -> Iterator[smtplib.SMTP]:
    connection = (
        smtplib.SMTP_SSL(server.host, server.door, timeout=seconds, context=ssl.create_default_context())
        if server.tls
        else smtplib.SMTP(server.host, server.door, timeout=seconds)
    )
    try:
        if server.upgrades:
            connection.starttls(context=ssl.create_default_context())
        if server.password:
            connection.login(server.user, server.password)
        yield connection
        with suppress(
            smtplib.SMTPException, OSError
        ):  # the mail is taken; how they part is nobody's business
            connection.quit()
    finally:
        connection.close()


@contextmanager
def _explained(host: str) -> Iterator[None]:
    """Put what smtplib raises into a sentence, and tell whether another attempt may mend it (RFC 5321: 4yz, 5yz)."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        codes: Mapping[str, tuple[int, bytes]] = error.recipients
        said = "; ".join(f"{address}: {_said(*answer)}" for address, answer in codes.items())
        transient = any(code < 500 for code, _ in codes.values())
        raise _failure(f"{host} refuses every recipient ({said})", transient=transient) from None
    except smtplib.SMTPResponseException as error:
        said = _said(error.smtp_code, error.smtp_error)
        raise _failure(
            f"{host} refuses the mail ({said})", transient=not 500 <= error.smtp_code < 600
        ) from None
    except smtplib.SMTPServerDisconnected as error:
        late = isinstance(error.__context__, TimeoutError)  # which smtplib takes for a lost connection
        what = "did not answer in time" if late else "closed the connection"
        raise TransientDelivery(f"{host} {what}") from None
    except smtplib.SMTPException:
        raise PermanentDelivery(
            f"{host} does not offer what smtp_config asks for: STARTTLS or a login",
            hint="check its port, tls and starttls",
        ) from None
    except ssl.SSLCertVerificationError:
        raise PermanentDelivery(
            f"the certificate of {host} is refused", hint="check the host's name"
        ) from None
    except ssl.SSLError:
        raise PermanentDelivery(
            f"{host} does not speak TLS as asked", hint="check smtp_config's port, tls and starttls"
        ) from None
    except TimeoutError:
        raise TransientDelivery(f"{host} did not answer in time") from None
    except OSError as error:
        why = os.strerror(error.errno).lower() if error.errno and error.errno > 0 else type(error).__name__
        raise TransientDelivery(f"{host} cannot be reached: {why}") from None


def _failure(sentence: str, *, transient: bool) -> TransientDelivery | PermanentDelivery:
    if transient:
        return TransientDelivery(sentence)
    return PermanentDelivery(sentence, hint="check smtp_config and the rule's addresses")


def _said(code: int, text: bytes | str) -> str:
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(words.split())[:_QUOTE]}".strip()
