"""What the first bytes of a JSON file tell, cut off wherever they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["JsonHead", "json_head"]

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]:,]', re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonHead:
    """The outline of a JSON or JSONL head.

    Parameters
    ----------
    kind : str
        ``"object"``, ``"array"``, or empty where the bytes begin as neither.
    keys : tuple of str
        The keys of the first object (of an array: of its first element), as far as the head reaches.
    lines : bool
        Whether another object follows the first on a line of its own.
    """

    kind: str = ""
    keys: tuple[str, ...] = ()
    lines: bool = False

    def has(self, *keys: str) -> bool:
        """Tell whether the first object has all of these keys."""
        return set(keys) <= set(self.keys)


@lru_cache(maxsize=2)  # each reader asks about the same head
def json_head(head: bytes) -> JsonHead:
    r"""Outline the first bytes of a file.

    Examples
    --------
    >>> json_head(b'{"run_id": "a", "items": [{"item_id": "q1", "sco').keys
    ('run_id', 'items')
    >>> json_head(b'{"id": 1}\n{"id": 2}\n').lines
    True
    """
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] == b"[":
        inner = text[1:].lstrip()
        return JsonHead(kind="array", keys=_keys(inner)[0] if inner[:1] == b"{" else ())
    if text[:1] != b"{":
        return JsonHead()
    keys, end = _keys(text)
    return JsonHead(kind="object", keys=keys, lines=text[end:].lstrip()[:1] == b"{")


def _keys(text: bytes) -> tuple[tuple[str, ...], int]:
    """Return the keys at depth 1, and where the object ends (the text's end where it does not)."""
    keys: list[str] = []
    depth, pending = 0, b""
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in b"{[":
            depth += 1
        elif mark in b"}]":
            depth -= 1
            if depth == 0:
                return tuple(keys), token.end()
        elif mark == b":" and depth == 1:
            keys.append(pending[1:-1].decode(errors="replace"))
        pending = mark
    return tuple(keys), len(text)
