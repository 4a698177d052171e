"""What can be evaluated: one file a kind of target."""

from __future__ import annotations

from evaligo.registry import LazyPart

__all__ = ["BUILTINS"]

BUILTINS: tuple[LazyPart, ...] = ()
