"""The three answers of a gate, and what it found on the way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Finding", "Severity", "Verdict"]


class Verdict(StrEnum):
    """What a gate says.

    Examples
    --------
    >>> Verdict.INCONCLUSIVE.exit_code
    2
    """

    ALLOW = "ALLOW"
    REJECT = "REJECT"
    INCONCLUSIVE = "INCONCLUSIVE"

    @property
    def exit_code(self) -> int:
        """The process exit code: 0, 1 or 2."""
        return {"ALLOW": 0, "REJECT": 1, "INCONCLUSIVE": 2}[self.value]


class Severity(StrEnum):
    """How much a finding weighs: an error stops the gate, a warning stands in its report."""

    ERROR = "error"
    WARNING = "warning"
    OK = "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One result of one check.

    Parameters
    ----------
    check : str
        The check's name, such as ``"duplicates"``.
    severity : Severity
    message : str
        One sentence: where, what was found, what was expected.
    hint : str
        The way out; empty where there is nothing to do.
    """

    check: str
    severity: Severity
    message: str
    hint: str = ""
