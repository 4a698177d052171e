"""One suite for both places: the project's own folder, and a server that is a process of its own."""

from __future__ import annotations

import subprocess
import sys
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.support.client_data import deployed, experiment, results

from evaligo import AsyncClient, Client, DataError, UnavailableError, UsageError
from evaligo.app.deployments import DeploymentBlockedError
from evaligo.client.resources.notifications import NotificationWarning
from evaligo.records import ItemResult

GATES = """\
gates:
  guard:
    environment: production
    failure_action: block_deployment
    thresholds:
      accuracy: {min_score: 0.5}
"""


def test_results_go_there_and_come_back_item_by_item(client: Client) -> None:
    made = experiment(client, "first", 0.8)
    assert list(made.results()) == results(0.8)
    assert made.get_metrics().accuracy.n == 300
    assert client.experiments.metrics(made.id)["accuracy"].mean == pytest.approx(0.8, abs=0.08)


def test_an_upload_that_is_repeated_sends_nothing_twice(client: Client) -> None:
    made = experiment(client, "first", 0.8, complete=False)
    assert client.experiments.upload_results(made, results(0.8)) == 0
    assert client.experiments.upload_results(made, results(0.8, 310)) == 10
    assert sum(1 for _ in made.results()) == 310


def test_half_a_character_of_an_answer_is_mended_on_its_way(client: Client) -> None:
    made = experiment(client, "first", 0.8, n=1, complete=False)
    broken = results(0.8, 2)[1]
    assert broken.output is not None
    mangled = ItemResult(
        item=broken.item, output=type(broken.output)(text="a\ud83d"), scores=broken.scores, error=""
    )
    assert client.experiments.upload_results(made, [mangled]) == 1
    came = list(made.results())[1]
    assert came.output is not None
    assert came.output.text == "a\ufffd"


def test_experiments_are_listed_over_many_pages_and_filtered(client: Client) -> None:
    made = [
        client.experiments.create(name=f"e{n}", dataset={"name": "d", "sha256": "0" * 64, "n_items": 1})
        for n in range(60)
    ]
    listed = client.experiments.list()
    assert [one.id for one in listed] == [one.id for one in reversed(made)]
    assert len(list(listed)) == 60
    some, cursor = listed.take(55)
    rest, end = listed.take(55, cursor)
    assert [one.id for one in (*some, *rest)] == [one.id for one in reversed(made)]
    assert end is None
    marked = experiment(client, "marked", 0.5, n=3)
    assert [one.id for one in client.experiments.list(tags={"made": "by hand"})] == [marked.id]
    assert client.experiments.list(branch="nowhere").first() is None
    assert client.experiments.list(branch="main", status="completed").first() is not None


def test_a_time_without_a_zone_is_local(client: Client) -> None:
    made = experiment(client, "first", 0.8, n=2)
    local = datetime.now()  # noqa: DTZ005  (the point of the test)
    assert client.experiments.list(since=local - timedelta(minutes=1)).first() is not None
    assert client.experiments.list(since=local + timedelta(minutes=1)).first() is None
    assert made.created_at.tzinfo is not None
    deployment = client.deployments.record(
        environment="staging",
        version="v1",
        experiment=made,
        status="success",
        created_at=local - timedelta(hours=5),
    )
    assert deployment.uptime_hours == pytest.approx(5.0, abs=0.1)


def test_an_experiment_is_compared_with_a_baseline(client: Client) -> None:
    made = deployed(client)
    baseline = client.baselines.get_current("production")
    found = made["v2"].compare_to_baseline(baseline)
    assert found.accuracy.improvement > 0.05
    assert 0.95 < found.statistical_significance <= 1.0
    assert found.primary == "accuracy"
    assert found.summary.startswith("accuracy 0.")
    with pytest.raises(AttributeError, match=r"has no metric 'acuracy'; it has .*accuracy"):
        _ = found.acuracy
    itself = made["v1"].compare_to_baseline(baseline)
    assert itself.accuracy.improvement == 0.0
    assert itself.statistical_significance == pytest.approx(0.5)
    worse = made["v1"].compare(made["v2"])
    assert worse.statistical_significance < 0.05
    assert client.experiments.compare("second", "production").accuracy == found.accuracy


def test_the_ledger_is_read_and_added_to(client: Client) -> None:
    made = deployed(client)
    first = client.baselines.get_current("production")
    new = client.baselines.create(experiment_id=made["v2"].id, why="better", replaces=first)
    assert (new.environment, new.replaced, new.why) == ("production", first.id, "better")
    with pytest.raises(UnavailableError, match="changed meanwhile"):
        client.baselines.create(experiment_id=made["v3"].id, environment="production", replaces=first)
    done = client.baselines.update("third", "production")
    assert done.replaced is not None
    assert (done.changed, done.replaced.id) == (True, new.id)
    assert not client.baselines.update("third", "production").changed
    back = client.baselines.rollback("production", to=first, why="drill")
    assert back.baseline.experiment_id == first.experiment_id
    assert [e.experiment_id for e in client.baselines.history("production")] == [
        made[version].id for version in ("v1", "v3", "v2", "v1")
    ]
    assert client.baselines.get(first.id).id == first.id
    assert [e.environment for e in client.baselines.list()] == ["production"]


def test_an_environment_without_a_baseline_is_an_error_that_says_so(client: Client) -> None:
    assert client.baselines.find_current("staging") is None
    with pytest.raises(DataError, match=r"the environment 'staging' has no baseline; promote one with"):
        client.baselines.get_current("staging")


def test_a_baseline_without_an_environment_takes_that_of_the_deployment(client: Client) -> None:
    made = experiment(client, "first", 0.8, n=5)
    with pytest.raises(UsageError, match=r"no environment is given, .* was deployed to none"):
        client.baselines.create(experiment_id=made.id)
    client.deployments.record(environment="canary", version="v1", experiment=made)
    assert client.baselines.create(experiment_id=made.id).environment == "canary"


def test_deployments_know_their_experiment_and_how_long_they_lived(client: Client) -> None:
    made = deployed(client)
    live = {d.version: d for d in client.deployments.list(environment="production", status="success")}
    assert list(live) == ["v3", "v2", "v1"]
    assert live["v2"].uptime_hours == pytest.approx(120.0, abs=0.1)
    assert live["v2"].experiment.id == made["v2"].id
    assert live["v2"].experiment is live["v2"].experiment
    with pytest.raises(DataError, match="cannot become success"):
        client.deployments.finish(client.deployments.get("v4"))
    assert client.deployments.finish("v3", "rolled_back").status == "rolled_back"


def test_a_gate_that_blocks_is_the_error_that_the_command_has(client: Client, home: Path, place: str) -> None:
    if place == "server":
        client.gates.create(GATES)
        assert list(client.gates.get().gates) == ["guard"]
    else:
        (home / ".evaligo" / "quality-gates.yaml").write_text(GATES)
    made = experiment(client, "first", 0.3)
    assert client.deployments.check("production", made).exit_code == 1
    with pytest.raises(DeploymentBlockedError, match="never judged") as refused:
        client.deployments.record(environment="production", version="v1", experiment=made)
    assert refused.value.exit_code == 1
    said = client.judge(made, gate="guard")
    assert said.verdict == "REJECT"
    assert made.judgements()[0].gate == "guard"
    kept = client.deployments.record(
        environment="production", version="v1", experiment=made, override="hotfix"
    )
    assert kept.metadata["override"]["why"] == "hotfix"


def test_datasets_are_kept_version_by_version(client: Client) -> None:
    lines = [{"id": "a", "input": "1 + 1?"}, {"id": "b", "input": "2 + 2?", "expected": "4"}]
    kept = client.datasets.create("sums", lines)
    assert (kept.name, kept.n_items) == ("sums", 2)
    assert client.datasets.create("sums", lines) == kept
    assert [item.expected for item in client.datasets.items("sums")] == [None, "4"]
    assert [one.sha256 for one in client.datasets.list()] == [kept.sha256]
    assert client.datasets.get("sums").n_items == 2


def test_decisions_and_keys_are_kept(client: Client) -> None:
    entry = client.decisions.create({"verdict": "ALLOW", "metric": "accuracy"})
    assert [one.sequence for one in client.decisions.list()] == [entry.sequence]
    made = client.keys.create("robot", "runner", expires="90d")
    assert made.secret is not None
    assert made.secret.startswith("evk_")
    assert made.secret not in repr(made)
    with pytest.raises(DataError, match="robot"):
        client.keys.create("robot", "reader")
    assert client.keys.revoke("robot").revoked is not None
    assert "robot" in [key.name for key in client.keys.list()]


def test_a_notification_is_recorded_and_warns_that_it_reached_nobody(client: Client) -> None:
    with pytest.warns(NotificationWarning, match="no channel is configured") as caught:
        sent = client.notifications.send(channel="#ai-team", message="done")
    assert caught[0].filename == __file__
    assert [one.message for one in client.notifications.list()] == [sent.message] == ["done"]


def test_a_mistake_is_the_same_sentence_in_both_places(client: Client) -> None:
    with pytest.raises(
        DataError, match=r"^there is no experiment 'nothing', nor any other yet; run one with"
    ):
        client.experiments.get("nothing")
    with pytest.raises(DataError, match="the body is not as expected: Expected `str`, got `int`"):
        client.experiments.create(name=7, dataset={})  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="cannot be sent as JSON"):
        client.decisions.create({"verdict": object()})
    with pytest.raises(UsageError, match="status: input should be"):
        client.deployments.list(status="fine").first()


def test_what_is_deleted_is_gone_and_a_baseline_is_not_deleted_by_accident(client: Client) -> None:
    made = experiment(client, "first", 0.8, n=5)
    client.baselines.create(experiment_id=made.id, environment="staging")
    with pytest.raises(DataError, match="is or was a baseline of staging"):
        client.experiments.delete(made)
    client.experiments.delete(made, force=True)
    with pytest.raises(DataError, match="there is no experiment"):
        client.experiments.get(made.id)


def test_it_is_known_who_asks(client: Client) -> None:
    found = client.whoami()
    assert found.role == "admin"
    assert found.who


@pytest.mark.usefixtures("place")
def test_coroutines_do_the_same() -> None:
    import asyncio

    async def story() -> None:
        with Client() as client:
            made = deployed(client)
        async with AsyncClient() as there:
            assert [one.id async for one in there.experiments.list()] == [
                made[version].id for version in ("v4", "v3", "v2", "v1")
            ]
            deployment = await there.deployments.list(status="success").first()
            assert deployment is not None
            found = await deployment.get_experiment()
            assert (await found.get_metrics()).accuracy.n == 300
            assert [one async for one in found.results()] == results(0.9)
            baseline = await there.baselines.get_current("production")
            compared = await found.compare_to_baseline(baseline)
            assert compared.accuracy.improvement > 0.1
            await asyncio.gather(*(there.whoami() for _ in range(20)))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", NotificationWarning)
                await there.notifications.send(channel="c", message="m")
            with pytest.raises(DataError, match="there is no experiment 'nothing'"):
                await there.experiments.get("nothing")

    asyncio.run(story())


def test_threads_may_share_a_client(client: Client) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: experiment(client, f"e{n}", 0.5, n=20).id, range(16)))
    assert sorted(one.id for one in client.experiments.list()) == sorted(made)


def test_importing_evaligo_brings_neither_httpx_nor_fastapi() -> None:
    code = (
        "import sys, evaligo; evaligo.Client; print(*[m for m in ('httpx', 'fastapi', 'sqlalchemy', 'numpy')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "httpx" not in done.stdout
    assert "fastapi" not in done.stdout


def test_an_embedded_client_needs_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"there is no \.evaligo/ folder here"):
        Client("")


def test_projects_of_one_store_do_not_see_each_other(home: Path) -> None:
    with Client("", project="one") as one, Client("", project="two", folder=home) as two:
        experiment(one, "first", 0.5, n=3)
        assert one.experiments.list().first() is not None
        assert two.experiments.list().first() is None


def test_a_script_that_closes_nothing_ends_by_itself(home: Path) -> None:
    code = "import evaligo; client = evaligo.Client(''); print(client.whoami().role)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=home,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == ("admin\n", "")


def test_the_time_zone_of_a_server_is_utc(client: Client) -> None:
    made = experiment(client, "first", 0.5, n=2)
    assert made.created_at.utcoffset() == timedelta(0)
    assert abs(made.created_at - datetime.now(UTC)) < timedelta(minutes=5)
