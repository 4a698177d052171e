"""Deployments as listings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from evaligo.records.deployment import Deployment
from evaligo.records.plain import plain
from evaligo.reports.digits import fixed
from evaligo.reports.listing import Listing
from evaligo.reports.outline import Column, Grid

__all__ = ["Cleared", "cleared", "deployment", "deployments"]

_COLUMNS = (
    Column("id", "id"),
    Column("environment", "id"),
    Column("version", "id"),
    Column("status", "id"),
    Column("experiment", "id"),
    Column("created", "id"),
    Column("hours live", "number"),
    Column("who", "id"),
)


class Cleared(Protocol):
    """What an environment's gate says of an experiment."""

    @property
    def environment(self) -> str:
        """Where it would go."""
        ...

    @property
    def verdict(self) -> str:
        """The newest; empty where there is none."""
        ...

    @property
    def because(self) -> str:
        """One sentence."""
        ...


def cleared(found: Cleared, *, exit_code: int) -> Listing:
    """Say whether an experiment may go to an environment."""
    answer = "it may go" if exit_code == 0 else "it may not go"
    return Listing(
        title=f"{found.verdict or 'NO VERDICT'}: {answer} to {found.environment}",
        notes=(f"{found.because[:1].upper()}{found.because[1:]}.",),
        data={**plain(found), "exit_code": exit_code},
    )


def deployments(found: Sequence[Deployment], *, cursor: str | None = None, filtered: bool = False) -> Listing:
    """List deployments, newest first.

    Parameters
    ----------
    found : sequence of Deployment
    cursor : str, optional
        What the next page is asked for with; None where there is none.
    filtered : bool
        Whether there may be others.
    """
    now = datetime.now(UTC)
    nothing = (
        "No deployment is like that; `evaligo deployments list` without filters shows all."
        if filtered
        else "There is none yet; `evaligo deployments record` keeps the first."
    )
    more = (f"There are older ones: --cursor {cursor}",) if cursor else ()
    rows = tuple(_row(each, now) for each in found)
    return Listing(
        title="Deployments",
        grids=(Grid(title="", columns=_COLUMNS, rows=rows),) if rows else (),
        notes=more if rows else (nothing,),
        data={"deployments": [_data(each, now) for each in found], "cursor": cursor},
    )


def deployment(found: Deployment) -> Listing:
    """Show one deployment."""
    now = datetime.now(UTC)
    override = found.metadata.get("override")
    told = {
        "status": str(found.status),
        "experiment": found.experiment_id,
        "created": _minute(found.created),
        "live since": _minute(found.succeeded),
        "ended": _minute(found.ended),
        "hours live": fixed(found.uptime_hours(now)),
        "who": found.who,
        "overridden": f"{override.get('who')}: {override.get('why')}" if isinstance(override, dict) else "",
    }
    return Listing(
        title=f"{found.version} in {found.environment} ({found.id})",
        facts=tuple((name, value) for name, value in told.items() if value),
        data=_data(found, now),
    )


def _row(each: Deployment, now: datetime) -> tuple[str, ...]:
    return (
        each.id,
        each.environment,
        each.version,
        str(each.status),
        each.experiment_id,
        _minute(each.created),
        fixed(each.uptime_hours(now)),
        each.who,
    )


def _data(each: Deployment, now: datetime) -> dict[str, Any]:
    return {**plain(each), "uptime_hours": each.uptime_hours(now)}


def _minute(moment: str | None) -> str:
    return moment[:16].replace("T", " ") if moment else ""
