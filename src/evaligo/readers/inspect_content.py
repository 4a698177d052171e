"""A hash of what a sample of Inspect asks and expects, the same from its summary as from the sample itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from evaligo.readers.inspect_samples import SHORTENED

__all__ = ["content_of"]


def content_of(question: Any, target: Any) -> str:
    """Hash what a sample asks and expects, from what its summary still has of them.

    Parameters
    ----------
    question : str or list of messages
    target : str or list of str

    Examples
    --------
    >>> asked = "What is 2 plus 2?"
    >>> content_of(asked, "4") == content_of(asked, ["4"]), content_of(asked, "4") == content_of(asked, "5")
    (True, False)
    """
    targets = target if isinstance(target, list) else [target]
    texts = [*_texts(question), *(str(t)[:SHORTENED] for t in targets)]
    return hashlib.sha256("\0".join(texts).encode(errors="replace")).hexdigest()[:16]


def _texts(question: Any) -> Iterator[str]:
    if isinstance(question, str):
        yield question[:SHORTENED]
        return
    for message in question if isinstance(question, list) else ():
        content = _field(message, "content")
        yield str(_field(message, "role"))
        yield from map(_part, content if isinstance(content, list) else [content])


def _part(content: Any) -> str:
    """Show one part of a message as a summary does: texts cut, anything else by its kind."""
    if isinstance(content, str):
        return content[:SHORTENED]
    kind = str(_field(content, "type"))
    return str(_field(content, "text"))[:SHORTENED] if kind == "text" else f"({kind.capitalize()})"


def _field(record: Any, key: str) -> Any:
    return record.get(key, "") if isinstance(record, dict) else ""
