"""`max_decrease`: how far a metric may fall against the baseline."""

from __future__ import annotations

from evaligo.gates.thresholds.change import Change, check_size
from evaligo.gates.thresholds.contract import CommonKeys

__all__ = ["KIND"]


class Keys(CommonKeys, frozen=True, kw_only=True):
    """The keys of such a threshold."""

    max_decrease: str | float

    def __post_init__(self) -> None:
        CommonKeys.__post_init__(self)
        check_size(self.max_decrease)


KIND = Change(name="max_decrease", keys=Keys, sign=1.0, verb="fall")
