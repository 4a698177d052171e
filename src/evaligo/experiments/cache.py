"""The response cache's key."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

__all__ = ["request_key"]


def request_key(request: Any, epoch: int) -> str:
    """Return the SHA-256 (hex) of everything that an answer depends on.

    Parameters
    ----------
    request : JSON value
        What `Target.request` returns: model, messages, parameters.
    epoch : int
        Each repeat of an item is a draw of its own.

    Examples
    --------
    >>> request_key({"model": "a", "n": 1}, 1) == request_key({"n": 1, "model": "a"}, 1)
    True
    >>> request_key({"model": "a"}, 1) == request_key({"model": "a"}, 2)
    False
    """
    return hashlib.sha256(msgspec.json.encode([request, epoch], order="deterministic")).hexdigest()
