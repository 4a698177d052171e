"""Records as a client hands them out: with times as times."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from evaligo.client.objects.named import ByName
from evaligo.records import Experiment, Revision, Status, Totals
from evaligo.records.baseline import BaselineEntry, MetricSummary
from evaligo.records.deployment import Deployment, DeploymentStatus

__all__ = ["Baseline", "DeploymentView", "ExperimentView", "moment_of", "summed"]


def moment_of(text: str) -> datetime:
    """Read a time of the server's.

    Examples
    --------
    >>> moment_of("2026-03-01T12:00:00Z").isoformat()
    '2026-03-01T12:00:00+00:00'
    """
    return datetime.fromisoformat(text)


def summed(experiment_id: str, found: tuple[MetricSummary, ...]) -> ByName[MetricSummary]:
    """Return an experiment's metrics by their names."""
    return ByName({one.metric: one for one in found}, f"experiment {experiment_id}")


class ExperimentView:
    """An experiment's head.

    Parameters
    ----------
    record : Experiment
        Everything that is known of it.
    """

    def __init__(self, record: Experiment) -> None:
        self.record = record

    def __repr__(self) -> str:
        return f"<experiment {self.id} {self.name!r} {self.status}>"

    @property
    def id(self) -> str:
        """``exp_`` and 16 characters."""
        return self.record.id

    @property
    def name(self) -> str:
        """What people call it."""
        return self.record.name

    @property
    def status(self) -> Status:
        """How far it came."""
        return self.record.status

    @property
    def created_at(self) -> datetime:
        """When it began."""
        return moment_of(self.record.created)

    @property
    def revision(self) -> Revision:
        """Where in the repository's history it stands."""
        return self.record.revision

    @property
    def verdict(self) -> str:
        """What its gate said; empty before that ran."""
        return self.record.verdict

    @property
    def passed(self) -> bool | None:
        """What the gate made of the verdict; None before it ran."""
        return self.record.passed

    @property
    def totals(self) -> Totals:
        """What it spent."""
        return self.record.totals

    @property
    def tags(self) -> Mapping[str, str]:
        """What it is marked with."""
        return self.record.tags


class DeploymentView:
    """One version in one environment.

    Parameters
    ----------
    record : Deployment
        Everything that is known of it.
    uptime_hours : float
        From its success until it was superseded, failed or was rolled back; until now where it lives.
    """

    def __init__(self, record: Deployment, uptime_hours: float) -> None:
        self.record = record
        self.uptime_hours = uptime_hours

    def __repr__(self) -> str:
        return f"<deployment {self.id} {self.version} in {self.environment}: {self.status}>"

    @property
    def id(self) -> str:
        """``dp_`` and 16 characters."""
        return self.record.id

    @property
    def environment(self) -> str:
        """Where it went."""
        return self.record.environment

    @property
    def version(self) -> str:
        """What went there."""
        return self.record.version

    @property
    def status(self) -> DeploymentStatus:
        """How it stands."""
        return self.record.status

    @property
    def experiment_id(self) -> str:
        """What it was judged by; empty where nothing was."""
        return self.record.experiment_id

    @property
    def created_at(self) -> datetime:
        """When it was begun."""
        return moment_of(self.record.created)

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Whatever was noted with it."""
        return self.record.metadata


class Baseline:
    """An entry of the ledger: what an environment is, or was, held to.

    Parameters
    ----------
    record : BaselineEntry
        Everything that is known of it.
    """

    def __init__(self, record: BaselineEntry) -> None:
        self.record = record

    def __repr__(self) -> str:
        return f"<baseline {self.id} of {self.environment}: {self.experiment_id}>"

    @property
    def id(self) -> str:
        """``bl_`` and 16 characters."""
        return self.record.id

    @property
    def environment(self) -> str:
        """Which environment is held to it."""
        return self.record.environment

    @property
    def name(self) -> str:
        """What people call it."""
        return self.record.name

    @property
    def experiment_id(self) -> str:
        """The experiment."""
        return self.record.experiment_id

    @property
    def created_at(self) -> datetime:
        """When it was promoted."""
        return moment_of(self.record.created)

    @property
    def who(self) -> str:
        """Who promoted it."""
        return self.record.who

    @property
    def why(self) -> str:
        """For what reason."""
        return self.record.why

    @property
    def verdict(self) -> str:
        """The experiment's, when it was promoted."""
        return self.record.verdict

    @property
    def metrics(self) -> Mapping[str, Any]:
        """The experiment's, when it was promoted: mean, n and absent by metric."""
        return self.record.metrics

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Whatever was noted with it."""
        return self.record.metadata

    @property
    def replaced(self) -> str:
        """The id of the entry before; empty for the first."""
        return self.record.replaced
