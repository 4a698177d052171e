"""Keep a gate's decision in the audit log."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from evaligo.records import GateReport
from evaligo.records.decision import Decision
from evaligo.store.decision_log import Receipt, append

__all__ = ["record_decision"]


def record_decision(
    report: GateReport, directory: Path, *, project: str = "", now: datetime | None = None
) -> Receipt:
    """Append a decision to the hash-chained log of a directory.

    Parameters
    ----------
    report : GateReport
    directory : Path
        Made where it does not exist.
    project : str
    now : datetime, optional
        With a time zone; the clock's where left out.

    Returns
    -------
    Receipt
        The entry's place in the chain and its hash.

    Raises
    ------
    UnavailableError
        The log cannot be written.
    DataError
        The log's last entry is damaged.
    """
    return append(directory, Decision.of(report, time=now or datetime.now(UTC), project=project))
