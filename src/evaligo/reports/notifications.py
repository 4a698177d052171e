"""Notifications as listings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from evaligo.records.delivery import Delivery, Silence, Trouble
from evaligo.records.plain import plain
from evaligo.reports.listing import Listing
from evaligo.reports.outline import Column, Grid

__all__ = ["notification", "notifications", "previewed"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHORT = 12
_COLUMNS = (
    Column("id", "id"),
    Column("when", "id"),
    Column("kind", "id"),
    Column("to", "id"),
    Column("state", "id"),
    Column("about", "text"),
    Column("why", "text"),
)
_TROUBLES = (
    Column("trouble", "id"),
    Column("status", "id"),
    Column("since", "id"),
    Column("events", "number"),
    Column("acknowledged by", "id"),
)
_SILENCES = (Column("silence", "id"), Column("ends", "id"), Column("about", "text"), Column("why", "text"))


def notifications(
    found: Sequence[Delivery],
    troubles: Sequence[Trouble] = (),
    silences: Sequence[Silence] = (),
    *,
    cursor: str | None = None,
) -> Listing:
    """List deliveries, newest first, with what lasts and what is silenced.

    Parameters
    ----------
    found : sequence of Delivery
    troubles : sequence of Trouble
    silences : sequence of Silence
    cursor : str, optional
        What the next page is asked for with; None where there is none.
    """
    grids = (
        Grid(title="", columns=_COLUMNS, rows=tuple(map(_row, found))),
        Grid(title="Lasting", columns=_TROUBLES, rows=tuple(map(_trouble, troubles))),
        Grid(title="Silences", columns=_SILENCES, rows=tuple(map(_silence, silences))),
    )
    more = (f"There are older ones: --cursor {cursor}",) if cursor else ()
    return Listing(
        title="Notifications",
        grids=tuple(grid for grid in grids if grid.rows),
        notes=more if found else ("Nobody was told of anything.",),
        data={
            "notifications": [plain(one) for one in found],
            "troubles": [plain(one) for one in troubles],
            "silences": [plain(one) for one in silences],
            "cursor": cursor,
        },
    )


def notification(found: Delivery, text: str) -> Listing:
    """Show one delivery with what it says."""
    told = {
        "to": found.target,
        "kind": found.kind,
        "rule": found.rule,
        "state": found.state,
        "why": found.reason,
        "due": _minute(found.due),
        "sent": "" if found.sent is None else _minute(found.sent),
        "attempts": str(found.attempts),
        "receipt": found.receipt,
        "about": found.dedup_key,
        "events": ", ".join(found.events),
    }
    return Listing(
        title=found.id,
        facts=tuple((name, value) for name, value in told.items() if value),
        notes=tuple(line for line in text.splitlines() if line.strip()),
        data={**plain(found), "text": text},
    )


def previewed(*, title: str, text: str, severity: str, targets: tuple[str, ...], happened: bool) -> Listing:
    """Show what a rule would say."""
    of = "the newest event" if happened else "an example: the event has not happened yet"
    return Listing(
        title=title,
        facts=(("severity", severity), ("to", ", ".join(targets)), ("of", of)),
        notes=tuple(line for line in text.splitlines() if line.strip()),
        data={"title": title, "text": text, "severity": severity, "targets": targets, "happened": happened},
    )


def _row(each: Delivery) -> tuple[str, ...]:
    when = each.due if each.state == "waiting" else (each.sent or each.created)
    return (
        each.id[:_SHORT],
        _minute(when),
        each.kind,
        each.target,
        each.state,
        each.dedup_key,
        each.reason,
    )


def _trouble(each: Trouble) -> tuple[str, ...]:
    return (each.dedup_key, each.status, _minute(each.opened), str(each.n_events), each.acknowledged_by)


def _silence(each: Silence) -> tuple[str, ...]:
    about = ", ".join(f"{path}={value}" for path, value in each.matcher.items())
    return (each.id, _minute(each.ends), about, f"{each.author}: {each.reason}")


def _minute(micros: int) -> str:
    return (_EPOCH + timedelta(microseconds=micros)).strftime("%Y-%m-%d %H:%M:%S")
