from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.support.messages import an_event

from evaligo.notify.board import Board
from evaligo.notify.routing import next_digest, route_event
from evaligo.notify.rules import Digest, Rule, Step, Target
from evaligo.records import Event
from evaligo.records.delivery import Delivery, Silence

SLACK, MAIL = Target(channel="slack"), Target(channel="email")
BLOCKED = Rule(
    name="deployment_blocked",
    event="deployment_blocked",
    targets=(SLACK,),
    escalation=(Step(after=1800.0, targets=(MAIL,)),),
)
REGRESSION = Rule(name="regression_detected", event="regression_detected", targets=(SLACK,))
DIGEST = Rule(
    name="performance_trend", event="performance_trend", targets=(SLACK,), digest=Digest(every="day", hour=9)
)
MINUTE = 60_000_000


def event(name: str, number: int = 1, **fields: Any) -> Event:
    given = {"key": "production/bot", **fields}
    return an_event(name, id=f"evt_{number}", **given)


def shown(board: Board) -> list[tuple[str, str, str, str]]:
    ordered = sorted(board.deliveries.values(), key=lambda one: (one.created, one.sequence))
    return [(one.kind, one.target, one.state, one.reason) for one in ordered]


def sent(board: Board, *, at: int) -> None:
    """Send what is due."""
    for one in list(board.deliveries.values()):
        if one.state == "waiting" and one.due <= at:
            board.put(replace(one, state="sent", sent=at, attempts=1))


def routed(board: Board, rules: Sequence[Rule], *events: Event) -> Board:
    for one in events:
        route_event(one, rules, board)
    return board


def test_trouble_is_told_once_and_its_timers_are_set() -> None:
    board = routed(Board(now=0), [BLOCKED], event("deployment_blocked"))
    assert shown(board) == [("alert", "slack", "waiting", ""), ("escalation", "email", "waiting", "")]
    escalation = next(one for one in board.deliveries.values() if one.kind == "escalation")
    assert escalation.due == pytest.approx(30 * MINUTE, abs=10)


def test_more_of_the_same_is_kept_with_its_reason_and_put_into_the_next_digest() -> None:
    rules = [BLOCKED, DIGEST]
    board = routed(Board(now=0), rules, event("deployment_blocked"))
    sent(board, at=MINUTE)
    board.now = 2 * MINUTE
    routed(board, rules, event("deployment_blocked", 2))
    assert ("alert", "slack", "suppressed", "told already") in shown(board)
    (digest,) = [one for one in board.deliveries.values() if one.kind == "digest"]
    assert digest.events == ("evt_2",)
    assert digest.due == pytest.approx(9 * 60 * MINUTE, abs=10)
    assert board.troubles["deployment_blocked/production/bot"].n_events == 2


def test_events_of_a_group_wait_for_each_other_and_make_one_message() -> None:
    grouped = replace(REGRESSION, group_by=("experiment.branch",), group_wait=30.0)
    board = routed(
        Board(now=0),
        [grouped],
        event("regression_detected", 1, key="a"),
        event("regression_detected", 2, key="b"),
    )
    (alert,) = board.deliveries.values()
    assert alert.events == ("evt_1", "evt_2")
    assert alert.due == pytest.approx(30_000_000, abs=10)


def test_a_group_is_over_when_the_last_of_it_is() -> None:
    grouped = replace(REGRESSION, group_by=("experiment.branch",))
    first, second = (event("regression_detected", n, key=key) for n, key in ((1, "a"), (2, "b")))
    board = routed(Board(now=0), [grouped], first, second)
    sent(board, at=MINUTE)
    board.now = MINUTE
    routed(
        board, [grouped], event("gate_passed", 3, key="a", recovers="regression_detected", data=first.data)
    )
    assert [kind for kind, *_ in shown(board)] == ["alert"]
    routed(
        board, [grouped], event("gate_passed", 4, key="b", recovers="regression_detected", data=second.data)
    )
    assert [kind for kind, *_ in shown(board)] == ["alert", "resolved"]


def test_what_lasts_is_told_again_after_the_interval_and_what_came_meanwhile_with_it() -> None:
    rule = replace(REGRESSION, repeat_interval=3600.0)
    board = routed(Board(now=0), [rule], event("regression_detected"))
    sent(board, at=MINUTE)
    board.now = 2 * MINUTE
    routed(board, [rule], event("regression_detected", 2))
    repeat = next(one for one in board.deliveries.values() if one.kind == "repeat")
    assert (repeat.events, repeat.state) == (("evt_1", "evt_2"), "waiting")


def test_the_end_is_told_once_to_those_who_were_told() -> None:
    board = routed(Board(now=0), [BLOCKED], event("deployment_blocked"))
    sent(board, at=MINUTE)
    board.now = 2 * MINUTE
    over = event("deployment_succeeded", 2, recovers="deployment_blocked")
    routed(board, [BLOCKED], over, replace(over, id="evt_3"))
    assert shown(board) == [
        ("alert", "slack", "sent", ""),
        ("escalation", "email", "cancelled", "resolved"),
        ("resolved", "slack", "waiting", ""),
    ]


def test_what_was_over_before_it_was_told_is_not_told() -> None:
    rule = replace(REGRESSION, group_wait=60.0)
    passed = event("gate_passed", 2, recovers="regression_detected")
    board = routed(Board(now=0), [rule], event("regression_detected"), passed)
    assert shown(board) == [("alert", "slack", "suppressed", "over before it was told")]


def test_a_blocked_deployment_mutes_its_own_regressions_and_no_others() -> None:
    rules = [BLOCKED, REGRESSION]
    other = {"experiment": {"id": "exp_other", "name": "another"}}
    board = routed(
        Board(now=0),
        rules,
        event("deployment_blocked", 1),
        event("regression_detected", 2),
        event("regression_detected", 3, key="another", data=other),
    )
    alerts = [one for one in shown(board) if one[0] == "alert"]
    assert [state for _, _, state, _ in alerts] == ["waiting", "suppressed", "waiting"]
    assert alerts[1][3] == "muted by deployment_blocked/production/bot"


def test_a_rule_mutes_what_it_inhibits() -> None:
    rules = [
        replace(BLOCKED, inhibits=("judge_drift",)),
        Rule(name="d", event="judge_drift", targets=(SLACK,)),
    ]
    board = routed(Board(now=0), rules, event("deployment_blocked", 1), event("judge_drift", 2, key="tone"))
    assert ("alert", "slack", "suppressed", "muted by deployment_blocked/production/bot") in shown(board)


def test_a_silence_keeps_quiet_and_the_next_event_after_it_is_told() -> None:
    night = Silence(
        id="s", matcher={"event": "regression_*"}, author="ada", reason="a move", created=0, ends=MINUTE
    )
    board = routed(Board(now=0, silences=(night,)), [REGRESSION], event("regression_detected"))
    assert shown(board) == [("alert", "slack", "suppressed", "silenced by ada: a move")]
    board.now = 2 * MINUTE
    routed(board, [REGRESSION], event("regression_detected", 2))
    assert shown(board)[1][:3] == ("alert", "slack", "waiting")


def test_what_somebody_takes_care_of_is_told_no_more_until_it_begins_anew() -> None:
    board = routed(Board(now=0), [REGRESSION], event("regression_detected"))
    sent(board, at=MINUTE)
    key = "regression_detected/production/bot"
    board.troubles[key] = replace(board.troubles[key], status="acknowledged", acknowledged_by="ada")
    board.now = 2 * MINUTE
    routed(board, [REGRESSION], event("regression_detected", 2))
    assert shown(board)[1] == ("alert", "slack", "suppressed", "acknowledged by ada")
    board.now = 3 * MINUTE
    routed(board, [REGRESSION], event("gate_passed", 3, recovers="regression_detected"))
    board.now = 4 * MINUTE
    routed(board, [REGRESSION], event("regression_detected", 4))
    assert [kind for kind, _, state, _ in shown(board) if state == "waiting"] == ["resolved", "alert"]


def test_two_rules_about_one_event_each_tell() -> None:
    other = replace(REGRESSION, name="again", targets=(MAIL,))
    board = routed(Board(now=0), [REGRESSION, other], event("regression_detected"))
    assert [target for _, target, *_ in shown(board)] == ["slack", "email"]
    assert board.troubles["regression_detected/production/bot"].n_events == 1


def test_news_are_told_each_time() -> None:
    rule = Rule(name="baseline_updated", event="baseline_updated", targets=(SLACK,))
    board = routed(Board(now=0), [rule], event("baseline_updated"))
    sent(board, at=MINUTE)
    board.now = 2 * MINUTE
    routed(board, [rule], event("baseline_updated", 2))
    assert [(kind, state) for kind, _, state, _ in shown(board)] == [("alert", "sent"), ("alert", "waiting")]


def test_what_failed_once_is_not_told_twice_while_it_is_tried_again() -> None:
    board = routed(Board(now=0), [REGRESSION], event("regression_detected"))
    (alert,) = board.deliveries.values()
    board.put(replace(alert, attempts=1, reason="the service is away"))
    board.now = MINUTE
    routed(board, [REGRESSION], event("regression_detected", 2))
    assert [state for _, _, state, _ in shown(board)] == ["waiting", "suppressed"]


@pytest.mark.parametrize(
    ("digest", "now", "expected"),
    [
        (Digest(every="day", hour=9), "2026-05-01T08:59:59", "2026-05-01T09:00:00"),
        (Digest(every="day", hour=9), "2026-05-01T09:00:00", "2026-05-02T09:00:00"),
        (Digest(every="week", hour=9, weekday=0), "2026-05-01T12:00:00", "2026-05-04T09:00:00"),
        (Digest(every="week", hour=9, weekday=4), "2026-05-01T12:00:00", "2026-05-08T09:00:00"),
        (
            Digest(every="day", hour=9, timezone="America/New_York"),
            "2026-05-01T12:00:00",
            "2026-05-01T13:00:00",
        ),
        (Digest(every="day", hour=2, timezone="Europe/Berlin"), "2026-03-28T12:00:00", "2026-03-29T01:00:00"),
    ],
)
def test_a_digest_is_sent_at_its_hour_where_its_readers_are(digest: Digest, now: str, expected: str) -> None:
    began, due = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (now, expected))
    assert next_digest(digest, int(began.timestamp() * 1e6)) == int(due.timestamp() * 1e6)


def test_the_messages_of_one_moment_keep_their_order() -> None:
    some = [event("regression_detected", n, key=f"k{n}") for n in range(100)]
    board = routed(Board(now=0), [REGRESSION], *some)
    ordered: list[Delivery] = sorted(board.deliveries.values(), key=lambda one: one.sequence)
    assert [one.events[0] for one in ordered] == [one.id for one in some]
