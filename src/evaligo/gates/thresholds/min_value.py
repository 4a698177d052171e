"""`min_value`: the lowest level that a metric may have."""

from __future__ import annotations

from evaligo.gates.thresholds.contract import CommonKeys
from evaligo.gates.thresholds.level import Level

__all__ = ["KIND"]


class Keys(CommonKeys, frozen=True, kw_only=True):
    """The keys of such a threshold."""

    min_value: str | float


KIND = Level(name="min_value", keys=Keys, sign=1.0)
