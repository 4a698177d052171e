"""The kinds of thresholds: one file a kind, with its keys and its judge together."""

from __future__ import annotations

from evaligo.errors import UsageError
from evaligo.gates.thresholds import (
    max_decrease,
    max_increase,
    max_rate,
    max_value,
    min_ratio,
    min_score,
    min_value,
)
from evaligo.gates.thresholds.contract import Kind
from evaligo.registry import parts

__all__ = ["BUILTINS", "kind_for_key", "kind_of"]

BUILTINS: tuple[Kind, ...] = (
    max_decrease.KIND,
    max_increase.KIND,
    max_rate.KIND,
    max_value.KIND,
    min_score.KIND,
    min_value.KIND,
    min_ratio.KIND,
)


def kind_for_key(key: str) -> Kind | None:
    """Return the kind whose limit a key of a file is, or None.

    Examples
    --------
    >>> kind_for_key("min_accuracy_per_dollar").name, kind_for_key("role")
    ('min_ratio', None)
    """
    return next((kind for kind in parts("thresholds", BUILTINS) if kind.claims(key)), None)


def kind_of(name: str) -> Kind:
    """Return a kind by its name.

    Raises
    ------
    UsageError
        There is none.
    """
    for kind in parts("thresholds", BUILTINS):
        if kind.name == name:
            return kind
    raise UsageError(f"there is no kind of threshold {name!r}", hint="check the gate's file")
