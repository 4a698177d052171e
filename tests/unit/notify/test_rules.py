"""Which rules an event meets, how urgent it is, what it is grouped with, and what is then said."""

from typing import Any

import pytest
from tests.support.messages import an_event

from evaligo.notify.compose import compose
from evaligo.notify.conditions import read_condition
from evaligo.notify.events import EVENTS
from evaligo.notify.message import Change
from evaligo.notify.rules import Rule, Target, group_of, matching, severity_of
from evaligo.notify.templates import Template
from evaligo.records import Event


def a_rule(**more: Any) -> Rule:
    given: dict[str, Any] = {
        "name": "r",
        "event": "deployment_blocked",
        "targets": (Target(channel="slack"),),
        **more,
    }
    return Rule(**given)


def recovery(**more: Any) -> Event:
    return an_event("deployment_succeeded", id="evt_2", recovers="deployment_blocked", **more)


def test_a_rule_meets_its_event_and_the_event_that_ends_it() -> None:
    rules = (
        a_rule(),
        a_rule(name="other", event="judge_drift"),
        a_rule(name="good", event="deployment_succeeded"),
    )
    assert [rule.name for rule in matching(rules, an_event("deployment_blocked"))] == ["r"]
    assert [rule.name for rule in matching(rules, recovery())] == ["r", "good"]


def test_every_condition_must_hold() -> None:
    conditions = (read_condition("deployment.environment", "production"), read_condition("n", ["> 5"]))
    rule = a_rule(conditions=conditions[:1])
    event = an_event("deployment_blocked")
    assert matching([rule], event)
    assert not matching([a_rule(conditions=conditions)], event)


@pytest.mark.parametrize(
    ("name", "value", "data", "holds"),
    [
        ("threshold", "5%", {"degradation": 0.05}, True),
        ("threshold", "5%", {"degradation": 0.049}, False),
        ("threshold", "5%", {}, False),
        ("metric_degradation_over_days", 7, {"days": 7}, True),
        ("metric_degradation_over_days", 7, {"days": 6.9}, False),
        ("experiment.name", "bot", {"experiment": {"name": "bot"}}, True),
        ("experiment.name", ["a", "bot"], {"experiment": {"name": "bot"}}, True),
        ("count", "> 3", {"count": 3}, False),
        ("count", "<= 3", {"count": 3}, True),
        ("count", "< 3", {"count": True}, False),
        ("count", ">= 3", {"count": "9"}, False),
        ("ready", True, {"ready": 1}, False),
        ("ready", True, {"ready": True}, True),
        ("gone", None, {}, True),
    ],
)
def test_conditions_ask_the_events_data(name: str, value: Any, data: dict[str, Any], *, holds: bool) -> None:
    assert read_condition(name, value).holds(data) is holds


def test_the_rule_s_severity_comes_first_then_the_event_s_then_the_usual_one() -> None:
    blocked = an_event("deployment_blocked", severity="low")
    assert severity_of(a_rule(severity="high"), blocked) == "high"
    assert severity_of(a_rule(), blocked) == "low"
    assert compose(an_event("deployment_blocked"), a_rule()).severity == "critical"


def test_events_are_grouped_by_what_the_rule_names_or_by_their_trouble() -> None:
    one, other = (an_event("deployment_blocked", id=name, key="production") for name in "ab")
    assert group_of(a_rule(), one) == group_of(a_rule(), other) == "r/deployment_blocked/production"
    assert group_of(a_rule(), recovery(key="production")) == "r/deployment_blocked/production"
    by_name = a_rule(group_by=("experiment.name", "project"))
    assert group_of(by_name, one) == "r/experiment.name=support-bot/project=support-bot"


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.name)
def test_what_is_usually_said_has_no_gaps(kind: Any) -> None:
    assert kind.subject_template.gaps(kind.sample) == ()
    assert kind.body_template.gaps(kind.sample) == ()
    assert "{{" not in compose(an_event(kind.name), a_rule(event=kind.name)).body


def test_a_template_without_a_subject_gives_its_first_line_as_the_title() -> None:
    rule = a_rule(template=Template.of("\n**{{experiment.name}}** is [late](https://a.example)\n\nmore"))
    message = compose(an_event("deployment_blocked"), rule)
    assert (message.title, message.body) == ("support-bot is late (https://a.example)", "more")


def test_a_subject_leaves_the_template_whole() -> None:
    rule = a_rule(template=Template.of("a\nb"), subject=Template.of("to {{deployment.environment}}"))
    message = compose(an_event("deployment_blocked"), rule)
    assert (message.title, message.body) == ("to production", "a\nb")


def test_a_recovery_is_said_in_its_own_words_and_resolves_the_trouble() -> None:
    rule = a_rule(template=Template.of("blocked!\nwhy"), subject=Template.of("blocked!"))
    trouble = compose(an_event("deployment_blocked", key="production"), rule)
    end = compose(recovery(key="production"), rule)
    assert (end.action, end.title) == ("resolve", "support-bot is deployed to production")
    assert end.dedup_key == trouble.dedup_key
    assert end.id != trouble.id


def test_a_message_knows_the_change_its_links_and_its_fields() -> None:
    message = compose(an_event("deployment_blocked"), a_rule())
    assert message.change == Change(
        repository="acme/support-bot", pull_request="42", commit="0123456789abcdef0123456789abcdef01234567"
    )
    assert [link.text for link in message.links] == ["View results", "Pull request", "Deployment"]
    assert message.fields["Environment"] == "production"


def test_an_event_of_one_s_own_says_its_message() -> None:
    event = an_event("data_refreshed", data={"message": "*12* items", "url": "javascript:x"})
    message = compose(event, a_rule(event="data_refreshed"))
    assert (message.title, message.body, message.links) == ("Data refreshed", "\\*12\\* items", ())
