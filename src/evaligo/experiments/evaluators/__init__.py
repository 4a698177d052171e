"""What scores outputs: one file an evaluator."""

from __future__ import annotations

from evaligo.registry import LazyPart

__all__ = ["BUILTINS"]

BUILTINS: tuple[LazyPart, ...] = ()
