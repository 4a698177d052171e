"""Route events: rules, groups, silences and what mutes them decide what is told of them."""

from __future__ import annotations

from collections.abc import Sequence

from evaligo.notify.board import Board, Muting, digest_key, muting_names
from evaligo.notify.routing import route_event, trouble_key
from evaligo.notify.rules import Rule, matching
from evaligo.records import Event
from evaligo.store.database import Database
from evaligo.store.outbox import this_moment
from evaligo.store.outbox_routing import Around, Routing, routing

__all__ = ["route_events"]


def route_events(database: Database, rules: Sequence[Rule], *, now: int | None = None) -> int:
    """Route every event that waits; each is routed once, in one transaction with what becomes of it.

    Parameters
    ----------
    database : Database
    rules : sequence of Rule
        Without any, events are noted and nobody is told.
    now : int, optional
        Microseconds since 1970.

    Returns
    -------
    int
        How many there were.
    """
    done = 0
    while some := _route_some(database, rules, this_moment() if now is None else now):
        done += some
    return done


def _route_some(database: Database, rules: Sequence[Rule], now: int) -> int:
    with routing(database) as work:
        for project in dict.fromkeys(event.project for event in work.events):
            mine = [event for event in work.events if event.project == project]
            _route_project(work, project, mine, rules, now)
        return len(work.events)


def _route_project(
    work: Routing, project: str, events: Sequence[Event], rules: Sequence[Rule], now: int
) -> None:
    keys = {event.dedup_key for event in events}
    keys |= {trouble_key(rule, event) for event in events for rule in matching(rules, event)}
    keys |= {digest_key(rule.name) for rule in rules if rule.digest is not None}
    board = _board(work.around(project, keys, muting_names(rules, events), now), project, now)
    for event in events:
        route_event(event, rules, board)
    work.keep(
        [board.deliveries[one] for one in board.changed],
        [board.troubles[one] for one in board.touched],
        [event.id for event in events],
    )


def _board(around: Around, project: str, now: int) -> Board:
    return Board(
        now=now,
        project=project,
        troubles={one.dedup_key: one for one in around.troubles},
        deliveries={one.id: one for one in around.deliveries},
        members=around.members,
        silences=around.silences,
        muting=Muting(around.muting),
    )
