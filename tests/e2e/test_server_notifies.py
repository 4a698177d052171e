"""A server tells of what it is sent: its worker delivers what a job elsewhere has found."""

from __future__ import annotations

import re
import urllib.request
from pathlib import Path

import pytest
from tests.support.delivering import services, until
from tests.support.experiments import experiment
from tests.support.quality_reports import rejected
from tests.support.servers import Server

from evaligo import Client
from evaligo.client.stories.experiments import head_of

FILE = """\
channels:
  slack:
    webhook_url: ${{ secrets.SLACK_WEBHOOK }}
notification_rules:
  regression_detected:
    channels: [slack]
    repeat_interval: 1h
"""


def test_a_verdict_that_is_sent_to_a_server_is_told_by_it_and_acknowledged_by_its_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".evaligo").mkdir()
    (tmp_path / ".evaligo" / "notifications.yaml").write_text(FILE)
    monkeypatch.chdir(tmp_path)
    with services() as here:
        for name, value in here.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("EVALIGO_PUBLIC_URL", "https://evaligo.example.com")
        with Server(tmp_path / "server.db") as server:
            monkeypatch.setenv("GITHUB_REPOSITORY", "acme/bot")
            monkeypatch.setenv("GITHUB_REF", "refs/pull/42/merge")
            with Client(server.url, server.key()) as client:
                head = experiment(1)
                client.experiments.create(**head_of(head))
                client.experiments.keep_judgement(head.id, rejected().to_dict())
                until(lambda: here.slack.taken)
                text = here.slack.taken[0].body.decode()
                assert "https://github.com/acme/bot/pull/42" in text
                assert f"https://evaligo.example.com/experiments/{head.id}" in text

                link = re.findall(
                    r"https://evaligo.example.com(/api/v1/notifications/ntf_[0-9a-f]{32}/acknowledge)", text
                )
                page = f"{server.url}{link[0]}"
                assert b"<button>" in urllib.request.urlopen(page).read()
                assert {one.state for one in client.notifications.list()} == {"sent", "waiting"}
                with urllib.request.urlopen(urllib.request.Request(page, method="POST")) as done:
                    assert b'"status":"acknowledged"' in done.read()
                assert {one.state for one in client.notifications.list()} == {"sent", "cancelled"}

                client.notifications.send(channel="slack", message="by hand")
                until(lambda: len(here.slack.taken) == 2)
