"""A project with a notifications' file whose services are on loopback, its store, and workers that can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.fake_pagerduty import FakePagerDuty
from tests.support.fake_slack import FakeSlack
from tests.support.fake_smtp import FakeSMTP
from tests.support.messages import an_event

from evaligo.records import Event
from evaligo.store.experiments import ExperimentStore

__all__ = ["Services", "services", "told", "until", "worker"]

_RUN = "from evaligo.cli import evaligo; evaligo()"


class Services:
    """The three services of the documented file, and the environment that names them."""

    def __init__(self, slack: FakeSlack, pagerduty: FakePagerDuty, smtp: FakeSMTP) -> None:
        self.slack, self.pagerduty, self.smtp = slack, pagerduty, smtp
        self.environment = {
            "SLACK_WEBHOOK": slack.url,
            "SMTP_CONFIG": f"smtp://127.0.0.1:{smtp.port}/?from=ci@example.com&to=team@example.com",
            "PAGERDUTY_KEY": pagerduty.key,
        }

    def file(self, text: str) -> str:
        """Return a notifications' file that calls PagerDuty's fake."""
        return text.replace("PAGERDUTY_KEY }}", f"PAGERDUTY_KEY }}}}\n    events_url: {self.pagerduty.url}")


@contextmanager
def services() -> Iterator[Services]:
    """Start the services."""
    with FakeSlack() as slack, FakePagerDuty() as pagerduty, FakeSMTP() as smtp:
        yield Services(slack, pagerduty, smtp)


@contextmanager
def worker(folder: Path, environment: dict[str, str], *args: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `evaligo worker` in a project; killed at the end, if it still runs."""
    with Path(folder, "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", _RUN, "worker", *args],
            cwd=folder,
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


def until(condition: Callable[[], Any], *, seconds: float = 20.0) -> None:
    """Wait for something."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def told(store: ExperimentStore, *given: Event | str, **fields: Any) -> None:
    """Write events into the outbox; one that is only named gets an id of its own."""
    events = [
        one if isinstance(one, Event) else an_event(one, **{"id": f"evt_{time.time_ns()}", **fields})
        for one in given
    ]
    store.events.emit(events)
