"""JSON in text columns: what a target or a user gives must never be what cannot be kept."""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = ["encode", "whole_text"]


def encode(value: Any) -> str:
    r"""Encode builtins and records as JSON; half characters become U+FFFD.

    Examples
    --------
    >>> encode({"a": "\ud83d!"})
    '{"a":"�!"}'
    """
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(_mended(msgspec.to_builtins(value))).decode()


def whole_text(text: str) -> str:
    r"""Return text that every database can carry: half of a character, or a NUL, becomes U+FFFD.

    Examples
    --------
    >>> whole_text("a\ud83d"), whole_text("a\0b"), whole_text("\ud83d\ude00") == "😀"
    ('a�', 'a�b', True)
    """
    text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return whole_text(value)
    if isinstance(value, dict):
        return {_mended(key): _mended(inner) for key, inner in value.items()}
    return [_mended(inner) for inner in value] if isinstance(value, list | tuple) else value
