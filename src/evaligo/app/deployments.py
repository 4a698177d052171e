"""Deployments: which version went where, on which experiment's word, and how it fared."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from evaligo.app.clearance import Clearance, GateRule, clearance
from evaligo.app.emit import blocked_event, deployment_events
from evaligo.errors import DataError, EvaligoError, UsageError
from evaligo.records import Event
from evaligo.records.deployment import Deployment, DeploymentStatus
from evaligo.store.deployments import DeploymentFilter
from evaligo.store.experiments import ExperimentStore
from evaligo.store.moments import now, text_of

__all__ = [
    "DeploymentBlockedError",
    "DeploymentUndecidedError",
    "find_deployment",
    "finish_deployment",
    "record_deployment",
    "uptime_hours",
]

_AHEAD = timedelta(minutes=5)
"""How far another machine's clock may be ahead."""


class DeploymentBlockedError(EvaligoError):
    """An environment's gate does not let an experiment go out."""

    exit_code = 1


class DeploymentUndecidedError(DeploymentBlockedError):
    """An environment's gate could not decide."""

    exit_code = 2


def record_deployment(
    store: ExperimentStore,
    gates: Iterable[GateRule],
    *,
    environment: str,
    version: str,
    ref: str,
    who: str,
    status: DeploymentStatus = DeploymentStatus.PENDING,
    created_at: datetime | None = None,
    override: str = "",
    metadata: Mapping[str, Any] | None = None,
) -> Deployment:
    """Keep a deployment; one that its environment's gate blocks is refused, unless it is overridden.

    One that failed or was rolled back already is kept whatever the gate says: it is what happened.

    Parameters
    ----------
    store : ExperimentStore
    gates : iterable of GateRule
    environment, version : str
    ref : str
        The experiment; what `find_experiment` takes.
    who : str
    status : DeploymentStatus
        A success is live from `created_at` on.
    created_at : datetime, optional
        Now where left out; a time that names no zone is UTC.
    override : str
        Why it goes out against the verdict; whoever may not override gives none. Kept in the audit chain.
    metadata : mapping of str to JSON value, optional

    Raises
    ------
    DeploymentBlockedError
        The gate says REJECT, or never judged the experiment.
    DeploymentUndecidedError
        The gate says INCONCLUSIVE.
    UsageError
        A name is empty, or the time is in the future.
    DataError
        There is no such experiment.
    """
    if not version.strip():
        raise UsageError("the version is empty", hint="name it, such as v1.4.2")
    cleared = clearance(store, gates, environment, ref)
    blocked = cleared.blocks and status in (DeploymentStatus.PENDING, DeploymentStatus.SUCCESS)
    if blocked and not override.strip():
        _tell_blocked(store, cleared, version=version, who=who)
        raise _refusal(cleared)
    created = _past(created_at)
    told = dict(metadata or {})
    if blocked:
        told["override"] = {"who": who, "why": override, "verdict": cleared.verdict, "gate": cleared.gate}
    deployment = Deployment(
        id=f"dp_{secrets.token_hex(8)}",
        environment=environment,
        version=version,
        experiment_id=cleared.experiment_id,
        status=status,
        created=created,
        updated=now(),
        succeeded=created if status.live else None,
        ended=None if status.live or status is DeploymentStatus.PENDING else created,
        who=who,
        metadata=told,
    )
    events = deployment_events(deployment, store.find(cleared.experiment_id)) if store.tells else ()
    return store.deployments.add(deployment, kind="override" if blocked else "deployment", events=events)


def finish_deployment(
    store: ExperimentStore,
    deployment_id: str,
    status: DeploymentStatus,
    *,
    who: str,
    at: datetime | None = None,
) -> Deployment:
    """Say how a deployment ended up; to say the same again changes nothing.

    Parameters
    ----------
    store : ExperimentStore
    deployment_id : str
    status : DeploymentStatus
        A pending one can become all others; a success can fail or be rolled back later.
    who : str
    at : datetime, optional
        Now where left out.

    Raises
    ------
    DataError
        There is no such deployment, or it cannot become that any more.
    UsageError
        The status is pending, or the time is in the future.
    """
    if status is DeploymentStatus.PENDING:
        raise UsageError("no deployment ends pending", hint="say success, failed or rolled_back")

    def told(deployment: Deployment) -> tuple[Event, ...]:
        return deployment_events(deployment, experiment) if store.tells else ()

    experiment = store.find(store.deployments.get(deployment_id).experiment_id)
    return store.deployments.finish(deployment_id, status, at=_past(at), who=who, events=told)


def find_deployment(store: ExperimentStore, ref: str) -> Deployment:
    """Find a deployment by its id, or its version: of several the newest.

    Raises
    ------
    DataError
        There is none.
    """
    found = store.deployments.find(ref)
    if found is None:
        named = store.deployments.list(DeploymentFilter(version=ref), limit=1).deployments
        found = named[0] if named else None
    if found is None:
        raise DataError(f"there is no deployment {ref!r}", hint="list them with: evaligo deployments list")
    return found


def uptime_hours(deployment: Deployment, *, now: datetime | None = None) -> float:
    """Return the hours from its success until it was superseded, failed or was rolled back; 0 where it never was live.

    Parameters
    ----------
    deployment : Deployment
    now : datetime, optional
        Until when one counts that is live still.
    """
    return deployment.uptime_hours(now or datetime.now(UTC))


def _refusal(cleared: Clearance) -> DeploymentBlockedError:
    kind = DeploymentUndecidedError if cleared.exit_code == 2 else DeploymentBlockedError
    return kind(
        f"{cleared.because}, and blocks the deployment",
        hint="deploy an experiment that it allows, or give --override --reason TEXT, which the audit chain keeps",
    )


def _tell_blocked(store: ExperimentStore, cleared: Clearance, *, version: str, who: str) -> None:
    """Tell people that an environment's gate keeps an experiment out."""
    judged = next((j for j in store.judgements(cleared.experiment_id) if j.gate == cleared.gate), None)
    event = blocked_event(
        store.get(cleared.experiment_id),
        environment=cleared.environment,
        version=version,
        actor=who,
        because=cleared.because,
        gate=cleared.gate,
        verdict=cleared.verdict,
        report=judged.report if judged else {},
    )
    if store.tells:
        store.events.emit([event])


def _past(moment: datetime | None) -> str:
    if moment is None:
        return now()
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if zoned > datetime.now(UTC) + _AHEAD:
        raise UsageError(
            f"{text_of(zoned)} is in the future", hint="give a time of the past, or none for now"
        )
    return text_of(zoned)
