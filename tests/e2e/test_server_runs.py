"""With EVALIGO_URL a run happens here and is kept there, whatever becomes of the server: nothing lost, nothing twice."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.commands import Done, evalsig
from tests.support.servers import Server

from evaligo import Client
from evaligo.client.asking import Answer, Ask
from evaligo.client.http import HttpSender
from evaligo.client.patience import Timing
from evaligo.client.stories import experiments as stories
from evaligo.store.experiments import ExperimentStore

RUN = (
    *("experiment", "run", "--config", "pr-validation", "--dataset", "smoke-tests"),
    *("--quiet", "--no-cache", "--fail-on-regression"),
)
SHRUG = "def answer(item):\n    return 'Please ask our staff.'\n"
ITEMS = 80
GATES = """\
gates:
  go_live:
    environment: staging
    success_action: update_baseline
    thresholds:
      latency_p95: {max_value: 3s}
  pr_validation:
    thresholds:
      latency_p95: {max_value: 3s}
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "server.db") as running:
        yield running


@pytest.fixture
def job(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Job:
    for name in ("GITHUB_ACTOR", "GITHUB_HEAD_REF", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("EVALIGO_URL", server.url)
    monkeypatch.setenv("EVALIGO_API_KEY", server.key(role="runner"))
    monkeypatch.setattr("evaligo.client.spool._TIMING", Timing(tries=2, first=0.01))
    found = Job(tmp_path, monkeypatch)
    found.begin("first", branch="main")
    return found


class Job:
    """Jobs of a CI: each begins in a fresh checkout and remembers nothing."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._root, self._monkeypatch = root, monkeypatch

    def begin(self, name: str, *, branch: str) -> Path:
        folder = self._root / name
        folder.mkdir()
        self._monkeypatch.chdir(folder)
        sys.modules.pop("bot", None)  # that of the job before
        self._monkeypatch.setenv("GITHUB_REF_NAME", branch)
        assert evaligo("init").code == 0
        return folder

    @staticmethod
    def store() -> ExperimentStore:
        return ExperimentStore.open(Path(".evaligo", "evaligo.db"))


def evaligo(*args: str) -> Done:
    return evalsig(*args, program="evaligo")


def there(server: Server) -> ExperimentStore:
    return ExperimentStore.open(server.database)


def test_a_run_is_kept_on_the_server_as_it_is_kept_here(job: Job, server: Server) -> None:
    done = evaligo(*RUN)
    assert (done.code, done.err) == (0, "")
    with job.store() as ours, there(server) as theirs:
        (head,) = ours.list().experiments
        kept = theirs.get(head.id)
        assert (kept.status, kept.totals, kept.verdict, kept.passed) == (
            head.status,
            head.totals,
            head.verdict,
            head.passed,
        )
        assert list(theirs.results(head.id)) == list(ours.results(head.id))
        assert [j.report for j in theirs.judgements(head.id)] == [j.report for j in ours.judgements(head.id)]
    assert "nothing waits" in evaligo("experiment", "push").out
    again = evaligo("experiment", "push", head.id)
    assert again.out == f"{head.id}: sent, 0 new results\n"
    with there(server) as theirs:
        assert len(list(theirs.results(head.id))) == ITEMS
        assert len(theirs.judgements(head.id)) == 1


def test_a_job_is_held_to_the_baseline_that_only_the_server_knows(
    job: Job, monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    assert evaligo(*RUN).code == 0
    assert (
        evaligo("baselines", "update", "--experiment", "pr-validation", "--environment", "staging").code == 0
    )
    for name, ref in (("second", "staging"), ("third", "main")):
        folder = job.begin(name, branch="change")
        (folder / ".evaligo" / "bot.py").write_text(SHRUG)
        worse = evaligo(*RUN, "--baseline", ref)
        assert worse.code == 1, worse.err
        assert "'accuracy_regression' failed" in worse.out
    listed = json.loads(evaligo("experiment", "list", "--json").out)["experiments"]
    assert [one["verdict"] for one in listed] == ["REJECT", "REJECT", "NO BASELINE"]
    monkeypatch.delenv("EVALIGO_URL")
    with job.store() as ours, there(server) as theirs:
        (ledger,) = theirs.baselines.all_current()
        fetched = ours.get(ledger.experiment_id)
        assert list(ours.results(fetched.id)) == list(theirs.results(fetched.id))
        assert fetched.status == "completed"


def test_while_the_server_is_away_everything_stays_and_the_next_run_sends_it(
    job: Job, server: Server
) -> None:
    server.stop()
    done = evaligo(*RUN, "--baseline", "main")
    assert done.code == 0
    assert "warning: the server" in done.err
    assert "1 experiment waits here" in done.err
    assert evaligo("experiment", "push").code == 69
    with Server(server.database, port=server.port):
        assert evaligo(*RUN, "--baseline", "main").code == 0
        assert "nothing waits" in evaligo("experiment", "push").out
    with job.store() as ours, there(server) as theirs:
        heads = theirs.list().experiments
        assert [one.id for one in heads] == [one.id for one in ours.list().experiments]
        assert [len(list(theirs.results(one.id))) for one in heads] == [ITEMS, ITEMS]
        assert [one.verdict for one in heads][1] == "NO BASELINE"  # the second was held to the first
        assert theirs.judgements(heads[0].id)[0].baseline_id == heads[1].id


def test_a_server_that_is_killed_while_it_is_sent_to_loses_nothing_and_keeps_nothing_twice(
    job: Job, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stories, "_MOST_RESULTS", 8)
    sent = 0
    send = HttpSender.send

    def killing(self: HttpSender, ask: Ask) -> Answer:
        nonlocal sent
        sent += ask.path.endswith("/results")
        answer = send(self, ask)
        if sent == 5:  # the answer came: what it acknowledges must be there for ever
            server.stop(signal.SIGKILL)
        return answer

    monkeypatch.setattr(HttpSender, "send", killing)
    done = evaligo(*RUN)
    assert done.code == 0
    assert "1 experiment waits here" in done.err
    monkeypatch.setattr(HttpSender, "send", send)
    with there(server) as theirs:
        (head,) = theirs.list().experiments
        assert len(list(theirs.results(head.id))) == 5 * 8
        assert head.status == "running"
    with Server(server.database, port=server.port):
        pushed = evaligo("experiment", "push")
        assert (pushed.code, pushed.out) == (0, f"{head.id}: sent, {ITEMS - 40} new results\n")
    with job.store() as ours, there(server) as theirs:
        assert list(theirs.results(head.id)) == list(ours.results(head.id))
        assert theirs.get(head.id).status == "completed"
        assert len(theirs.judgements(head.id)) == 1


def test_a_run_that_was_interrupted_is_sent_as_such_and_whole_after_its_resumption(
    job: Job, server: Server
) -> None:
    stopped = evaligo(*RUN, "--timeout", "1ms")
    assert stopped.code == 75
    with there(server) as theirs:
        (head,) = theirs.list().experiments
        assert head.status == "interrupted"
    assert evaligo("experiment", "resume", "--quiet").code == 0
    with job.store() as ours, there(server) as theirs:
        assert theirs.get(head.id).status == "completed"
        assert list(theirs.results(head.id)) == list(ours.results(head.id))


def test_a_key_that_does_not_let_send_is_told_before_a_call_is_paid_for(
    job: Job, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVALIGO_API_KEY", server.key(role="reader", name="curious"))
    reader = evaligo(*RUN)
    assert (reader.code, "may only read" in reader.err) == (64, True)
    monkeypatch.setenv("EVALIGO_API_KEY", "evk_wrong")
    wrong = evaligo(*RUN)
    assert (wrong.code, "the API key is not valid" in wrong.err) == (64, True)
    with job.store() as ours:
        assert ours.list().experiments == ()


def test_without_the_address_nothing_is_sent_and_nothing_waits(
    job: Job, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EVALIGO_URL")
    assert evaligo(*RUN).code == 0
    refused = evaligo("experiment", "push")
    assert (refused.code, "set EVALIGO_URL" in refused.err) == (64, True)
    monkeypatch.setenv("EVALIGO_URL", server.url)
    assert "nothing waits" in evaligo("experiment", "push").out
    with there(server) as theirs:
        assert theirs.list().experiments == ()
    assert "sent, 80 new results" in evaligo("experiment", "push", "pr-validation").out
    assert isinstance(job, Job)


def test_baselines_and_deployments_are_the_servers(
    job: Job, server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert evaligo(*RUN).code == 0
    deploy = tmp_path / "deploy"  # a machine without any project
    (deploy / ".git").mkdir(parents=True)
    monkeypatch.chdir(deploy)
    monkeypatch.setenv("EVALIGO_API_KEY", server.key(name="ops"))
    ref = ("--experiment", "pr-validation", "--environment", "production")
    assert evaligo("deployments", "check", *ref).code in (0, 1, 2)
    recorded = evaligo("deployments", "record", *ref, "--version", "v1", "--created-at", "3d", "--json")
    assert recorded.code == 0, recorded.err
    assert json.loads(recorded.out)["who"] == "ops"
    assert evaligo("deployments", "finish", "v1", "--status", "success").code == 0
    assert "v1" in evaligo("deployments", "show", "v1").out
    assert "v1" in evaligo("deployments", "list", "--since", "7d", "--status", "success").out
    assert evaligo("baselines", "update", *ref, "--reason", "first").code == 0
    assert "already; nothing changed" in " ".join(evaligo("baselines", "update", *ref).out.split())
    missing = evaligo("baselines", "rollback", "--environment", "production")
    assert missing.code == 65
    monkeypatch.chdir(tmp_path / "first")
    assert "pr-validation" in evaligo("baselines", "show").out
    assert "first" in evaligo("baselines", "history", "--environment", "production").out
    with job.store() as ours:
        assert ours.baselines.history() == ()
        assert ours.deployments.list().deployments == ()
    server.stop()
    away = evaligo("baselines", "show")
    assert (away.code, "does not answer" in away.err) == (69, True)


def test_a_client_says_when_the_server_does_not_answer() -> None:
    with (
        Client("http://127.0.0.1:9", timing=Timing(tries=2, first=0.01)) as client,
        pytest.raises(Exception, match=r"the server http://127\.0\.0\.1:9 does not answer") as refused,
    ):
        client.whoami()
    assert type(refused.value).__name__ == "UnavailableError"


def test_a_gate_that_promotes_does_so_on_the_server(job: Job, server: Server) -> None:
    gates = Path(".evaligo", "quality-gates.yaml")
    gates.write_text(GATES)
    done = evaligo(*RUN, "--gate", "go_live")
    assert done.code == 0, done.err
    with job.store() as ours, there(server) as theirs:
        (head,) = ours.list().experiments
        held = theirs.baselines.current("staging")
        assert held is not None
        assert (held.experiment_id, held.who) == (head.id, "ci")
        assert ours.baselines.current("staging") is None
        assert len(list(theirs.results(head.id))) == ITEMS
        assert len(theirs.judgements(head.id)) == 1
    assert evaligo("db", "check").code == 0
