"""A baseline that is too old, or of another version of the dataset, says so, or is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from evaligo.app.promotion_policy import BaselinePolicy
from evaligo.errors import DataError
from evaligo.records import DatasetInfo, Experiment, Finding, Severity
from evaligo.records.baseline import BaselineEntry
from evaligo.store.moments import now, parsed

__all__ = ["refuse_stale", "staleness"]

_DAY = 86_400.0


def staleness(
    entry: BaselineEntry,
    head: Experiment,
    dataset: DatasetInfo | None,
    policy: BaselinePolicy,
    *,
    at: datetime | None = None,
) -> tuple[Finding, ...]:
    """Tell what is stale of a baseline.

    Parameters
    ----------
    entry : BaselineEntry
        What the environment is held to.
    head : Experiment
        The baseline's. It is as old as its run, not as its promotion.
    dataset : DatasetInfo, optional
        The candidate's: another version is one of the same name and other content.
    policy : BaselinePolicy
        Says how old it may be, and whether staleness is a warning or an error (`on_stale`).
    at : datetime, optional
        Default: now.

    Returns
    -------
    tuple of Finding
        Of severity error where the policy blocks; empty where nothing is stale.
    """
    severity = Severity.ERROR if policy.on_stale == "block" else Severity.WARNING
    hint = f"run it anew on today's dataset: evaligo baselines refresh --environment {entry.environment}"
    return tuple(
        Finding(check="stale", severity=severity, message=message, hint=hint)
        for message in _messages(entry, head, dataset, policy, at or parsed(now()))
    )


def refuse_stale(findings: Iterable[Finding]) -> None:
    """Refuse a baseline that the policy says is too stale to hold anything to.

    Raises
    ------
    DataError
        A finding is an error.
    """
    for finding in findings:
        if finding.severity is Severity.ERROR:
            raise DataError(f"{finding.message}, and the policy is on_stale: block", hint=finding.hint)


def _messages(
    entry: BaselineEntry,
    head: Experiment,
    dataset: DatasetInfo | None,
    policy: BaselinePolicy,
    at: datetime,
) -> Iterator[str]:
    named = f"the baseline of {entry.environment} ({head.id})"
    age = (at - parsed(head.created)).total_seconds()
    if policy.max_age_seconds is not None and age > policy.max_age_seconds:
        yield f"{named} ran {age / _DAY:.1f} days ago, and may be {policy.max_age} old"
    if dataset and dataset.name == head.dataset.name and dataset.sha256 != head.dataset.sha256:
        yield (
            f"{named} ran on another version of {dataset.name!r} "
            f"({head.dataset.sha256[:12]}, now {dataset.sha256[:12]})"
        )
