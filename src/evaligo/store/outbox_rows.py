"""Events, deliveries, troubles and silences as rows."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Row
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from evaligo.records import Event
from evaligo.records.delivery import Delivery, Silence, Trouble
from evaligo.store.jsontext import encode
from evaligo.store.moments import microseconds, parsed
from evaligo.store.tables import events

__all__ = ["delivery_of", "keep_event", "row_of", "silence_of", "trouble_of"]


def row_of(delivery: Delivery) -> dict[str, Any]:
    """Return a delivery as a row."""
    columns = {name: getattr(delivery, name) for name in Delivery.__dataclass_fields__}
    as_json = {"events": encode(delivery.events), "message": encode(delivery.message)}
    return {**columns, **as_json}


def delivery_of(row: Row[Any]) -> Delivery:
    """Read a row of `deliveries`."""
    columns = {name: getattr(row, name) for name in Delivery.__dataclass_fields__}
    as_json = {
        "events": tuple(msgspec.json.decode(row.events)),
        "message": msgspec.json.decode(row.message),
    }
    return Delivery(**{**columns, **as_json})


def trouble_of(row: Row[Any]) -> Trouble:
    """Read a row of `troubles`."""
    return Trouble(**{name: getattr(row, name) for name in Trouble.__dataclass_fields__})


def silence_of(row: Row[Any]) -> Silence:
    """Read a row of `silences`."""
    columns = {name: getattr(row, name) for name in Silence.__dataclass_fields__}
    return Silence(**{**columns, "matcher": msgspec.json.decode(row.matcher)})


def keep_event(connection: Connection, event: Event) -> bool:
    """Keep an event, and tell whether it is new; one of its id that is there already stays as it is."""
    row = {
        "id": event.id,
        "project": event.project,
        "moment": microseconds(parsed(event.created)),
        "name": event.name,
        "dedup_key": event.dedup_key,
        "routed": False,
        "event": encode(event),
    }
    made = sqlite_insert if connection.dialect.name == "sqlite" else postgres_insert
    kept = connection.execute(made(events).values(row).on_conflict_do_nothing(index_elements=["id"]))
    return kept.rowcount == 1
