"""`max_rate`: how often, at most, something may happen; a share of the items."""

from __future__ import annotations

from evaligo.gates.thresholds.contract import CommonKeys
from evaligo.gates.thresholds.level import Level
from evaligo.settings.amounts import parse_share

__all__ = ["KIND"]


class Keys(CommonKeys, frozen=True, kw_only=True):
    """The keys of such a threshold."""

    max_rate: str | float

    def __post_init__(self) -> None:
        CommonKeys.__post_init__(self)
        parse_share(self.max_rate)


KIND = Level(name="max_rate", keys=Keys, sign=-1.0, of_share=True)
