"""API keys as a listing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from evaligo.records.key import Key
from evaligo.records.plain import plain
from evaligo.reports.listing import Listing
from evaligo.reports.outline import Column, Grid

__all__ = ["keys"]

_COLUMNS = tuple(Column(title, "id") for title in ("id", "name", "role", "created", "last used", "state"))


def keys(found: Sequence[Key]) -> Listing:
    """List keys, oldest first."""
    now = datetime.now(UTC)
    rows = tuple(
        (k.id, k.name, k.role, _minute(k.created), _minute(k.last_used) or "never", _state(k, now))
        for k in found
    )
    nothing = "There is none yet; `evaligo keys create --role admin --name NAME` makes one."
    return Listing(
        title="API keys",
        grids=(Grid(title="", columns=_COLUMNS, rows=rows),) if rows else (),
        notes=() if rows else (nothing,),
        data=plain(list(found)),
    )


def _state(key: Key, now: datetime) -> str:
    if key.revoked:
        return f"revoked {key.revoked[:10]}"
    if key.expires is None:
        return "in use"
    over = datetime.fromisoformat(key.expires) <= now
    return f"{'expired' if over else 'until'} {key.expires[:10]}"


def _minute(moment: str | None) -> str:
    return moment[:16].replace("T", " ") if moment else ""
