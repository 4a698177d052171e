"""The documented notifications' file, delivered by the commands as a pipeline calls them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.commands import Done, evalsig
from tests.support.delivering import Services, services
from tests.support.messages import FILE

from evaligo import Client

CONFIG = """\
name: support-bot
target: {type: python, function: "bot:answer"}
evaluators: [exact_match]
gate: release
"""
GATES = """\
gates:
  release:
    environment: production
    failure_action: block_deployment
    thresholds:
      accuracy:
        max_decrease: 2pp
        confidence_level: 0.95
"""
RIGHT = "def answer(asked):\n    return asked\n"
WRONG = "def answer(asked):\n    return asked if int(asked) % 3 else 'no'\n"
RUN = ("experiment", "run", "--config", "bot", "--dataset", "smoke", "--no-cache", "--quiet")


def evaligo(*args: str) -> Done:
    return evalsig(*args, program="evaligo")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """A project with the file as it stands, in a pull request of GitHub's, its services on loopback."""
    folder = tmp_path / ".evaligo"
    (folder / "datasets").mkdir(parents=True)
    rows = (json.dumps({"id": f"q{n}", "input": str(n), "expected": str(n)}) for n in range(300))
    (folder / "datasets" / "smoke.jsonl").write_text("\n".join(rows))
    (folder / "bot.yaml").write_text(CONFIG)
    (folder / "quality-gates.yaml").write_text(GATES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "250")
    for name in ("EVALIGO_URL", "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "EVALIGO_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    said = {
        "GITHUB_ACTOR": "ada",
        "GITHUB_REPOSITORY": "acme/bot",
        "GITHUB_REF": "refs/pull/42/merge",
        "GITHUB_RUN_ID": "7",
        "GITHUB_SERVER_URL": "https://github.com",
    }
    with services() as found:
        (folder / "notifications.yaml").write_text(found.file(FILE))
        for name, value in {**said, **found.environment}.items():
            monkeypatch.setenv(name, value)
        yield found


def bot(code: str) -> None:
    Path("bot.py").write_text(code)
    sys.modules.pop("bot", None)  # a shell would start another process


def regress() -> None:
    """Run the baseline, promote it, and run what is worse."""
    bot(RIGHT)
    assert evaligo(*RUN).code == 0
    assert evaligo("baselines", "update", "--experiment", "support-bot", "--environment", "main").code == 0
    bot(WRONG)
    done = evaligo(*RUN, "--baseline", "main")
    assert done.code == 1, done.err


def test_a_regression_reaches_slack_and_mail_with_what_people_need(here: Services) -> None:
    regress()
    (posted,) = here.slack.bodies
    text = json.dumps(posted, ensure_ascii=False)
    assert posted["channel"] == "#ai-alerts"
    assert "🚨 Quality regression detected in support-bot" in posted["text"]
    assert "accuracy: 0.6667 (-33.3 pp from baseline)" in text
    assert "*Failing examples:* 100" in text
    assert "https://github.com/acme/bot/pull/42" in text
    assert "https://github.com/acme/bot/actions/runs/7" in text
    (mail,) = here.smtp.mails
    assert "Quality regression detected in support-bot" in mail["Subject"]

    assert evaligo(*RUN, "--baseline", "main").code == 1  # the same again is not told again
    assert len(here.slack.bodies) == len(here.smtp.mails) == 1
    listed = json.loads(evaligo("notifications", "list", "--json").out)
    assert [one["reason"] for one in listed["notifications"] if one["state"] == "suppressed"] == [
        "told already"
    ] * 2
    assert [one["events"] for one in listed["notifications"] if one["kind"] == "digest"]

    bot(RIGHT)
    assert evaligo(*RUN, "--baseline", "main").code == 0
    assert [body["text"].split(":")[0] for body in here.slack.bodies[1:]] == ["Resolved"]


def test_a_blocked_deployment_is_escalated_until_it_is_acknowledged(here: Services) -> None:
    regress()
    record = ("deployments", "record", "--environment", "production", "--version", "v2")
    assert evaligo(*record, "--experiment", "support-bot").code == 1
    assert [alert.state for alert in here.pagerduty.alerts] == ["triggered"]
    assert "Deployment to production blocked" in here.slack.bodies[-1]["text"]
    key = "deployment_blocked/production/support-bot"
    listed = json.loads(evaligo("notifications", "list", "--json").out)
    waiting = sorted(one["target"] for one in listed["notifications"] if one["kind"] == "escalation")
    assert waiting == ["email:tech-leads@company.com", "pagerduty:critical"]

    done = evaligo("notifications", "ack", key)
    assert done.out == f"{key} is acknowledged by ada\n"
    assert [alert.state for alert in here.pagerduty.alerts] == ["acknowledged"]
    states = {one["state"] for one in _notifications() if one["kind"] == "escalation"}
    assert states == {"cancelled"}

    forced = evaligo(
        *record, "--experiment", "support-bot", "--status", "success", "--override", "--reason", "hotfix"
    )
    assert forced.code == 0
    assert [alert.state for alert in here.pagerduty.alerts] == ["resolved"]


def test_slack_notify_posts_the_verdict_with_its_table(here: Services) -> None:
    bot(RIGHT)
    assert evaligo(*RUN, "--slack-notify", "#ai-team").code == 0
    (posted,) = here.slack.bodies
    assert posted["channel"] == "#ai-team"
    text = json.dumps(posted, ensure_ascii=False)
    assert "accuracy" in text
    assert "threshold" in text


def test_what_is_silenced_is_kept_and_an_end_of_the_silence_is_told(here: Services) -> None:
    silence = ("notifications", "silence", "--match", "event=regression_detected", "--for", "1h")
    assert evaligo(*silence).code == 64
    made = evaligo(*silence, "--reason", "data are moved")
    assert made.code == 0
    regress()
    assert not here.slack.taken
    reasons = {one["reason"] for one in _notifications() if one["state"] == "suppressed"}
    assert reasons == {"silenced by ada: data are moved"}
    assert evaligo("notifications", "silence", "--end", made.out.split(":")[0]).code == 0
    assert evaligo(*RUN, "--baseline", "main").code == 1
    assert len(here.slack.taken) == 1


def test_the_file_is_linted_previewed_and_its_channels_tried(here: Services) -> None:
    lint = evaligo("notifications", "lint")
    assert (lint.code, lint.out) == (0, ".evaligo/notifications.yaml: 3 rules, nothing to remark\n")
    preview = evaligo("notifications", "preview", "regression_detected")
    assert "Quality regression detected in support-bot" in preview.out
    assert "an example" in preview.out
    assert evaligo("notifications", "test", "slack:#ai-team").code == 0
    assert here.slack.bodies[0]["text"] == "A test of the channel slack"
    here.slack.revoked = True
    refused = evaligo("notifications", "test", "slack")
    assert refused.code == 69
    assert "revoked" in refused.err


def test_a_service_that_is_away_is_tried_again_by_retry(here: Services) -> None:
    here.slack.script = [503] * 50
    here.smtp.script = ["greet 421"] * 50
    regress()
    assert not here.slack.taken
    here.slack.script, here.smtp.script = [], []
    done = evaligo("notifications", "retry")
    assert done.code == 0, done.err
    assert len(here.slack.taken) == len(here.smtp.distinct) == 1


def test_the_client_sends_lists_and_acknowledges(here: Services) -> None:
    regress()
    with Client() as client:
        sent = client.notifications.send(channel="#ai-team", message="Baseline updated!\nby hand")
        assert sent.delivered
        assert (sent.state, sent.channel) == ("sent", "slack:#ai-team")
        assert next(iter(client.notifications.list())).kind == "manual"
        done = client.notifications.acknowledge("regression_detected/support-bot/release")
        assert (done.status, done.acknowledged_by) == ("acknowledged", "ada")
    assert here.slack.bodies[-1]["channel"] == "#ai-team"
    assert here.slack.bodies[-1]["text"] == "Baseline updated!"


def test_no_secret_is_in_the_database_a_report_or_what_is_printed(here: Services) -> None:
    here.slack.script = ["echo", (404, "no_service")]
    regress()
    said = "".join(
        done.out + done.err
        for done in (
            evaligo(*RUN, "--baseline", "main", "--generate-report", "--slack-notify"),
            evaligo("notifications", "list", "--json"),
            evaligo("notifications", "lint"),
            evaligo("notifications", "retry"),
        )
    ).encode()
    kept = b"".join(
        path.read_bytes()
        for path in Path(".evaligo").rglob("*")
        if path.is_file() and path.name != "notifications.yaml"
    )
    for secret in (here.slack.path, here.pagerduty.key):
        assert secret.encode() not in kept
        assert secret.encode() not in said


def _notifications() -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(evaligo("notifications", "list", "--json").out)["notifications"]
    return found
