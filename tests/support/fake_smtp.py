"""A mail server on loopback that keeps what it is sent, by Message-ID too, and fails on demand.

The next entry of `script` says what becomes of the next connection: ``"greet 421"`` (or any code in the place of
421), ``"rcpt 550"``, ``"data 451"``, ``"login 454"``, ``"stall"`` (never greets), ``"drop"`` (closes when it is to read the mail), ``"late"`` (takes the mail
and closes before it says so).
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from random import Random
from typing import cast

from tests.support.fake_webhook import Loopback

__all__ = ["FakeSMTP"]


@dataclass(kw_only=True)
class FakeSMTP(Loopback):
    """The server.

    Parameters
    ----------
    user, password : str
        With them, nothing is taken before a login.
    tls : ssl.SSLContext, optional
        Offers STARTTLS, and no login before it.
    refused : tuple of str
        Recipients whom it does not know.
    failure_rate : float
        Share of connections that fail in one of `failures`.
    """

    user: str = ""
    password: str = ""
    tls: ssl.SSLContext | None = None
    refused: tuple[str, ...] = ()
    script: list[str] = field(default_factory=list)
    failure_rate: float = 0.0
    failures: tuple[str, ...] = ("greet 421", "data 451", "drop", "late")
    seed: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)
    port: int = 0

    @property
    def distinct(self) -> dict[str, EmailMessage]:
        """The mails that a reader sees: one a Message-ID."""
        return {str(mail["Message-ID"]): mail for mail in self.mails}

    async def start(self) -> None:
        self._random = Random(self.seed)
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        self._sessions: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        self._server.close()
        for session in self._sessions:
            session.cancel()
        await asyncio.gather(*self._sessions, return_exceptions=True)

    def _fault(self) -> str:
        if self.script:
            return self.script.pop(0)
        fails = self.failure_rate and self._random.random() < self.failure_rate
        return self._random.choice(self.failures) if fails else ""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._sessions.add(task)
        try:
            await _Session(self, reader, writer, self._fault()).run()
        except (ConnectionError, ssl.SSLError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass
        finally:
            self._sessions.discard(task)
            writer.close()


@dataclass
class _Session:
    server: FakeSMTP
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    fault: str
    known: bool = False
    secured: bool = False
    recipients: list[str] = field(default_factory=list)

    async def run(self) -> None:
        if self.fault == "stall":
            await asyncio.sleep(60)
        if code := self._code("greet"):
            await self._say(code, "not now")
            return
        await self._say("220", "fake ESMTP")
        async for line in self._lines():
            verb, _, rest = line.partition(" ")
            if not await self._answer(verb.upper(), rest):
                return

    async def _lines(self) -> AsyncIterator[str]:
        while line := await self.reader.readline():
            yield line.decode().strip()

    def _code(self, step: str) -> str:
        return self.fault.removeprefix(f"{step} ") if self.fault.startswith(f"{step} ") else ""

    async def _say(self, code: str, *lines: str) -> None:
        for at, line in enumerate(lines, start=1):
            self.writer.write(f"{code}{'-' if at < len(lines) else ' '}{line}\r\n".encode())
        await self.writer.drain()

    async def _answer(self, verb: str, rest: str) -> bool:
        if verb == "QUIT":
            await self._say("221", "bye")
            return False
        if verb == "DATA":
            return await self._data()
        if verb == "STARTTLS" and self.server.tls is not None:
            await self._say("220", "go ahead")
            await self.writer.start_tls(self.server.tls)
            self.secured = True
        elif verb in ("EHLO", "HELO"):
            await self._say("250", "fake", *self._offers())
        elif verb == "AUTH":
            await self._login(rest)
        elif verb in ("MAIL", "RSET"):
            await self._begin(verb)
        elif verb == "RCPT":
            await self._recipient(rest)
        else:
            await self._say("502", "what?")
        return True

    def _offers(self) -> list[str]:
        secure = self.secured or self.server.tls is None
        return [
            *(["STARTTLS"] if not secure else []),
            *(["AUTH PLAIN"] if self.server.password and secure else []),
        ]

    async def _login(self, rest: str) -> None:
        if code := self._code("login"):
            await self._say(code, "not now")
            return
        told = base64.b64decode(rest.removeprefix("PLAIN ")).decode()
        self.known = told == f"\0{self.server.user}\0{self.server.password}"
        if self.known:
            await self._say("235", "welcome")
        else:
            await self._say("535", f"5.7.8 no such user: {told!r} {rest}")

    async def _begin(self, verb: str) -> None:
        self.recipients = []
        allowed = verb == "RSET" or self.known or not self.server.password
        await self._say(*(("250", "ok") if allowed else ("530", "log in first")))

    async def _recipient(self, rest: str) -> None:
        address = rest.partition("<")[2].partition(">")[0]
        if code := self._code("rcpt"):
            await self._say(code, "no")
        elif address in self.server.refused:
            await self._say("550", "5.1.1 no such user")
        else:
            self.recipients.append(address)
            await self._say("250", "ok")

    async def _data(self) -> bool:
        if code := self._code("data"):
            await self._say(code, "not now")
            return True
        await self._say("354", "go on")
        if self.fault == "drop":
            return False
        raw = (
            (await self.reader.readuntil(b"\r\n.\r\n"))
            .removesuffix(b".\r\n")
            .replace(b"\r\n..", b"\r\n.")
            .replace(b"\r\n", b"\n")
        )
        self.server.mails.append(message_from_bytes(raw, policy=default))
        self.server.recipients.append(self.recipients)
        self.server.secured.append(self.secured)
        if self.fault == "late":
            return False
        await self._say("250", "taken")
        return True
