"""The notifications' file: as the documentation quotes it, and with everything that can be wrong."""

from pathlib import Path

import pytest
from tests.support.messages import FILE, notifications

from evaligo.errors import DataError, UsageError
from evaligo.notify.lint import lint
from evaligo.notify.rules import Digest, Target

SECRETS = {
    "SLACK_WEBHOOK": "https://hooks.slack.com/services/T0/B0/s3cret-hook",
    "SMTP_CONFIG": "smtp://ci:s3cret-word@mail.example.com:587/?from=ci@example.com&to=team@example.com",
    "PAGERDUTY_KEY": "s3cret-key",
}


def with_rule(rule: str, channels: str = "slack: {webhook_url: https://a.example/b}") -> str:
    return f"channels:\n  {channels}\nnotification_rules:\n  {rule}\n"


def test_the_documented_file_says_what_it_says(tmp_path: Path) -> None:
    found = notifications(tmp_path, {})
    regression, blocked, trend = found.rules
    assert found.channels == ("slack", "email", "pagerduty")
    assert (regression.severity, [str(target) for target in regression.targets]) == (
        "high",
        ["slack", "email"],
    )
    assert regression.template is not None
    assert [(step.after, *map(str, step.targets)) for step in blocked.escalation] == [
        (1800.0, "email:tech-leads@company.com"),
        (7200.0, "pagerduty:critical"),
    ]
    assert trend.digest == Digest(every="day", hour=9, timezone="UTC")
    assert [(condition.path, condition.values) for condition in trend.conditions] == [
        ("days", (7.0,)),
        ("degradation", (0.05,)),
    ]


def test_secrets_are_resolved_when_a_channel_is_used_and_only_its_own(tmp_path: Path) -> None:
    found = notifications(tmp_path, {"SLACK_WEBHOOK": SECRETS["SLACK_WEBHOOK"]})
    assert found.sender("slack").name == "slack"
    with pytest.raises(UsageError, match=r"notifications.yaml:7: the secret SMTP_CONFIG is not set"):
        found.sender("email")


def test_no_secret_is_kept_or_printed(tmp_path: Path) -> None:
    found = notifications(tmp_path, SECRETS)
    senders = [found.sender(name) for name in found.channels]
    assert "s3cret" not in f"{found!r} {senders!r} {[sender.channel for sender in senders]}"


def test_a_secret_that_makes_no_sense_is_not_in_the_sentence(tmp_path: Path) -> None:
    found = notifications(
        tmp_path, {"SLACK_WEBHOOK": "s3cret", "SMTP_CONFIG": "s3cret", "PAGERDUTY_KEY": " "}
    )
    for name in found.channels:
        with pytest.raises(DataError) as caught:
            found.sender(name)
        assert "s3cret" not in str(caught.value)


def test_everything_that_a_rule_can_say(tmp_path: Path) -> None:
    text = with_rule(
        """weekly:
    event: budget_exceeded
    channels: slack:#money
    subject: "{{experiment.name}}"
    frequency: weekly_digest
    hour: 17
    weekday: friday
    timezone: Europe/Berlin
    conditions: {spent: ">= 10"}
    group_by: [experiment.name, project]
    group_wait: 30s
    repeat_interval: 4h
    inhibit: experiment_failed
"""
    )
    (rule,) = notifications(tmp_path, {}, text).rules
    assert (rule.name, rule.event, rule.targets) == (
        "weekly",
        "budget_exceeded",
        (Target(channel="slack", address="#money"),),
    )
    assert rule.digest == Digest(every="week", hour=17, weekday=4, timezone="Europe/Berlin")
    assert (rule.group_by, rule.group_wait, rule.repeat_interval) == (
        ("experiment.name", "project"),
        30.0,
        14400.0,
    )
    assert rule.inhibits == ("experiment_failed",)
    assert rule.severity is None


def test_a_channel_of_another_name_says_its_type(tmp_path: Path) -> None:
    text = with_rule(
        "e: {channels: oncall}", "oncall: {type: webhook, url: https://a.example, secret: s3cret}"
    )
    assert notifications(tmp_path, {}, text).sender("oncall").name == "oncall"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("channel: {}", ":1: there is no key 'channel' in the file; did you mean 'channels'?"),
        ("channels: {slak: {}}", ":1: there is nothing named 'slak' among the channels; did you mean 'slack'?; or name its kind with `type:`"),
        ("channels:\n  slack:\n    webhok_url: x", ":3: there is no key 'webhok_url' in `channels.slack`; did you mean 'webhook_url'?"),
        ("channels:\n  slack: {}", ":2: `channels.slack`: Object missing required field `webhook_url`"),
        ("channels:\n  slack:\n    webhook_url: nowhere", ":2: `channels.slack`: the address is none"),
        ("channels:\n  slack:\n    webhook_url: https://a.example\n    timeout: soon", "'soon' is no duration"),
        (with_rule("e: {channels: slak}"), ":4: there is no channel 'slak'; write it under `channels`; did you mean 'slack'?"),
        (with_rule("e: {channels: 'slack:#a b'}"), ":4: '#a b' is no channel of Slack"),
        (with_rule("e:\n    channels: slack\n    escalation: [{after: 30m, to: pagerduty}]"), ":6: there is no channel 'pagerduty'"),
        (with_rule("e: {channels: []}"), "the rule tells nobody"),
        (with_rule("e: {channels: slack, severity: hihg}"), "`notification_rules.e.severity`"),
        (with_rule("e:\n    channels: slack\n    template: |\n      a\n      {{#each b}}"), ":4: `notification_rules.e`: line 2, column 1 of the template: 'each' is never closed; write {{/each}} behind it"),
        (with_rule("e: {channels: slack, timezone: Berlin}"), "'Berlin' is no time zone; write one such as Europe/Berlin"),
        (with_rule("e: {channels: slack, frequency: daily_digest, escalation: [{after: 1h, to: slack}]}"), "a digest is not escalated"),
        (with_rule("e: {channels: slack, escalation: [{after: later, to: slack}]}"), "'later' is no duration"),
        (with_rule("e: {channels: slack, escalation: [{after: 1h, to: []}]}"), "the step tells nobody"),
        (with_rule("e: {channels: slack, conditions: [{threshold: much}]}"), "'much' is no amount"),
        (with_rule("e: {channels: slack, conditions: [{a: {b: 1}}]}"), "the condition 'a' takes a value"),
        (with_rule("e: {channels: slack, hour: 24}"), "Expected `int` <= 23"),
        (with_rule("e: {channels: slack, repeat_intervall: 4h}"), "did you mean 'repeat_interval'?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_file_and_line(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(DataError) as caught:
        notifications(tmp_path, {}, text)
    assert "notifications.yaml:" in str(caught.value)
    assert sentence in str(caught.value)


def test_a_channel_that_is_not_there_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no channel 'slck'; did you mean 'slack'"):
        notifications(tmp_path, {}).sender("slck")


def test_lint_finds_nothing_in_the_documented_file_but_secrets_that_are_not_set(tmp_path: Path) -> None:
    assert lint(notifications(tmp_path, SECRETS)) == ()
    remarks = lint(notifications(tmp_path, {**SECRETS, "SMTP_CONFIG": ""}))
    assert [remark.sentence for remark in remarks] == [
        "the secret SMTP_CONFIG is not set; set the environment variable SMTP_CONFIG"
    ]
    assert remarks[0].place.endswith("notifications.yaml:7")


def test_lint_says_what_would_print_nothing(tmp_path: Path) -> None:
    text = FILE.replace("{{experiment.name}}", "{{experiment.nmae}}").replace(
        "- threshold: 5%", "- treshold: 5%"
    )
    text = text.replace("deployment_blocked:", "deployment_bloked:").replace("{{change}}", "{{chnge}}")
    text += "  own: {channels: slack, template: '{{x}}'}\n"
    found = notifications(tmp_path, SECRETS, text)
    assert [str(remark).rpartition("notifications.yaml")[2] for remark in lint(found)] == [
        ":16: template of regression_detected: line 1, column 36: experiment.nmae does not exist",
        ":16: template of regression_detected: line 5, column 34: chnge does not exist",
        ":29: nothing of evaligo's own is called 'deployment_bloked'; did you mean 'deployment_blocked'?",
        ":42: condition treshold of performance_trend: the event has no treshold, so that it never holds",
    ]
    assert "x does not exist" in str(lint(found, {"own": {"y": 1}})[-1])


def test_lint_names_a_channel_that_no_rule_uses(tmp_path: Path) -> None:
    text = with_rule(
        "e: {channels: slack}", "slack: {webhook_url: https://a.example/b}\n  pagerduty: {integration_key: k}"
    )
    assert [remark.sentence for remark in lint(notifications(tmp_path, {}, text))] == [
        "no rule uses the channel 'pagerduty'"
    ]
