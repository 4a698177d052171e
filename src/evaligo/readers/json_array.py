"""The elements of one big array in a JSON document, one at a time, so that no more than one need be in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

__all__ = ["without_array"]

_TO_BRACKET = re.compile(rb'(?:[^"{}\[\]]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+[{}\[\]]', re.DOTALL)
"""What leads up to the next bracket that is not part of a string, and the bracket; strings are skipped whole."""

_OPENING = b"{["
_BETWEEN = b", \t\r\n"


def without_array(chunks: Iterable[bytes], key: str, take: Callable[[bytes], None]) -> bytes:
    r"""Hand over each element of the array under a key of the outermost object, and return the document without them.

    Elements are objects or arrays. Nothing is checked but brackets and strings: what is wrong with the JSON shows when
    the parts are decoded, since every byte goes into one of them.

    Parameters
    ----------
    chunks : iterable of bytes
        The document, cut anywhere.
    key : str
    take : function
        Called with each element's bytes.

    Returns
    -------
    bytes
        The document with the array empty.

    Examples
    --------
    >>> found = []
    >>> without_array([b'{"n": 2, "rows": [{"a": "]"}', b', {"a": [1]}], "m": 3}'], "rows", found.append)
    b'{"n": 2, "rows": [], "m": 3}'
    >>> found
    [b'{"a": "]"}', b'{"a": [1]}']
    """
    array = re.compile(rb'(?<!\\)"%b"\s*:\s*\[\Z' % re.escape(key.encode()))
    rest: list[bytes] = []
    buffer, start, at, depth, inside = b"", 0, 0, 0, False
    for chunk in chunks:
        buffer, at, start = buffer[start:] + chunk, at - start, 0
        while match := _TO_BRACKET.match(buffer, at):
            opens = buffer[match.end() - 1] in _OPENING
            at, depth = match.end(), depth + (1 if opens else -1)
            if opens and depth == 2 and not rest and array.search(buffer, match.start(), at):
                rest.append(buffer[:at])
                start, inside = at, True
            elif inside and depth == 2 and not opens:
                take(buffer[start:at].lstrip(_BETWEEN))
                start = at
            elif depth < 2:
                inside = False
    return b"".join(rest) + (buffer[start:].lstrip(_BETWEEN) if inside else buffer[start:])
