"""`smtp_config`: a URL, or the same as JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from evaligo.settings.shape import Shape, near

__all__ = ["SMTPServer", "checked_recipient", "read_smtp_config"]

_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?"
)
_FORM = "smtp://user:password@host:587/?starttls=true&from=ci@example.com&to=team@example.com"
_PORTS = {"smtp": 587, "smtps": 465}


class SMTPServer(Shape, frozen=True, kw_only=True, rename={"sender": "from"}):
    """The keys of the JSON form; those of the URL are the same."""

    host: str
    port: int | None = None
    user: str = ""
    password: str = ""
    tls: bool = False
    """TLS from the first byte, as on port 465."""
    starttls: bool | None = None
    """Left out: wherever there is a password and no TLS from the start."""
    sender: str
    to: str | list[str] = ""

    def __post_init__(self) -> None:
        if not self.host.strip():
            raise ValueError("smtp_config names no host")
        if self.tls and self.starttls:
            raise ValueError("smtp_config asks for both tls and starttls; one of them is enough")
        for address in (self.sender, *self.recipients):
            checked_recipient(address)

    def __repr__(self) -> str:
        return "SMTPServer(...)"

    @property
    def recipients(self) -> tuple[str, ...]:
        """Whom the channel writes to where a rule names nobody."""
        listed = self.to.split(",") if isinstance(self.to, str) else self.to
        return tuple(address.strip() for address in listed if address.strip())

    @property
    def upgrades(self) -> bool:
        """Whether STARTTLS is demanded; it is never left out because the server does not offer it."""
        return self.starttls if self.starttls is not None else bool(self.password) and not self.tls

    @property
    def door(self) -> int:
        """The port."""
        return self.port or _PORTS["smtps" if self.tls else "smtp"]


def read_smtp_config(text: str) -> SMTPServer:
    """Read either form; no value is in the error, for the password is among them.

    Raises
    ------
    ValueError
        It is neither, or something is missing.

    Examples
    --------
    >>> server = read_smtp_config("smtp://me:p%40ss@mail.example.com:587/?from=ci@example.com&to=a@example.com,b@example.com")
    >>> server.host, server.door, server.password, server.upgrades, server.recipients
    ('mail.example.com', 587, 'p@ss', True, ('a@example.com', 'b@example.com'))
    >>> read_smtp_config('{"host": "mail.example.com", "tls": true, "from": "ci@example.com"}').door
    465
    """
    stripped = text.strip()
    keys = _of_json(stripped) if stripped.startswith("{") else _of_url(stripped)
    for key in keys:
        if key not in _KEYS:
            raise ValueError(f"smtp_config has no key {key!r}; {near(key, _KEYS)}")
    try:
        return msgspec.convert(keys, SMTPServer, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(f"smtp_config: {error}; write it as {_FORM}") from None


_KEYS = SMTPServer.__struct_encode_fields__


def checked_recipient(address: str) -> str:
    """Check a mail address.

    Raises
    ------
    ValueError
    """
    if not _ADDRESS.fullmatch(address):
        raise ValueError(f"{address!r} is no mail address; write one such as team@example.com")
    return address


def _of_json(text: str) -> Mapping[str, Any]:
    try:
        keys: dict[str, Any] = msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ValueError(f"smtp_config is no JSON; write it so, or as {_FORM}") from None
    return keys


def _of_url(text: str) -> Mapping[str, Any]:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(f"smtp_config is no address of a mail server; write it as {_FORM}")
    # a plus sign belongs to mail addresses, and is no space
    keys: dict[str, Any] = dict(parse_qsl(parts.query.replace("+", "%2B"), keep_blank_values=True))
    keys["host"] = parts.hostname
    if port:
        keys["port"] = port
    if parts.scheme == "smtps":
        keys["tls"] = "true"
    for name, value in (("user", parts.username), ("password", parts.password)):
        if value:
            keys[name] = unquote(value)
    return keys
