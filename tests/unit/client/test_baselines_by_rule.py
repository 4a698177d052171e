"""Baselines beside each other, over time, as files, and by rule: the same in the project's folder and on a server."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.support.client_data import deployed, experiment

from evaligo import AsyncClient, Client, DataError, UnavailableError, UsageError

POLICY = """\
environments:
  production:
    min_improvement: 5%
    all_gates: false
"""


def test_two_baselines_are_held_against_each_other(client: Client) -> None:
    made = deployed(client)
    client.baselines.update(made["v2"], "production")
    found = client.baselines.diff("production#1", "production")
    [accuracy] = [metric for metric in found.metrics if metric.metric == "accuracy"]
    assert (found.before.experiment_id, found.after.experiment_id) == (made["v1"].id, made["v2"].id)
    assert accuracy.change is not None
    assert accuracy.interval is not None
    assert 0.0 < accuracy.interval[0] < accuracy.change < accuracy.interval[1]
    assert accuracy.n_items == 300
    assert client.baselines.diff(client.baselines.get_current("production"), made["v2"].id).changes == ()
    with pytest.raises(DataError, match="there is no experiment 'nothing'"):
        client.baselines.diff("production", "nothing")


def test_a_trend_has_promotions_rollbacks_and_runs(client: Client) -> None:
    made = deployed(client)
    client.baselines.update(made["v2"], "production")
    client.baselines.rollback("production")
    found = client.baselines.trend("production", "accuracy")
    assert [p.kind for p in found.points if p.sequence] == ["promotion", "promotion", "rollback"]
    last = found.points[-1]
    assert last.mean is not None
    assert last.interval[0] < last.mean < last.interval[1]
    assert {p.sequence for p in client.baselines.trend("production", runs=False, limit=1).points} == {3}
    with pytest.raises(DataError, match="no baseline of production has 'tone'"):
        client.baselines.trend("production", "tone")
    with pytest.raises(DataError, match="staging has no baseline yet"):
        client.baselines.trend("staging")


def test_a_trend_of_what_was_deleted_has_open_intervals(client: Client) -> None:
    made = deployed(client)
    client.experiments.delete(made["v1"], force=True)
    [point] = client.baselines.trend("production", "accuracy").points
    assert point.interval == (float("-inf"), float("inf"))


def test_an_exported_baseline_is_imported_whole(client: Client, home: Path) -> None:
    made = deployed(client)["v1"]
    told = client.baselines.export("production")
    client.experiments.delete(made, force=True)
    done = client.baselines.import_(told, "staging", why="from git")
    assert (done.changed, done.baseline.environment, done.baseline.why) == (True, "staging", "from git")
    assert len(list(client.experiments.get(made.id).results())) == 300
    (home / "baseline.json").write_bytes(told)
    assert not client.baselines.import_(home / "baseline.json", "staging").changed
    again = client.baselines.import_(str(home / "baseline.json"), "canary", replaces="")
    with pytest.raises(UnavailableError, match="changed meanwhile"):
        client.baselines.import_(told, "canary", replaces="")
    assert again.baseline.record.sequence == 1
    with pytest.raises(DataError, match="nothing has no baseline to export"):
        client.baselines.export("nothing")


def test_a_baseline_that_was_changed_is_refused(client: Client) -> None:
    deployed(client)
    told = client.baselines.export("production")
    with pytest.raises(DataError, match="was changed since it was written"):
        client.baselines.import_(told.replace(b"an answer", b"another answer", 1), "staging")
    with pytest.raises(DataError, match="not a baseline"):
        client.baselines.import_(b"{}", "staging")
    assert client.baselines.find_current("staging") is None


def test_a_policy_promotes_or_says_why_not(client: Client, home: Path, place: str) -> None:
    (home / ".evaligo" / "baselines.yaml").write_text(POLICY)
    made = deployed(client)
    if place == "server":
        with pytest.raises(UsageError, match=r"a server keeps no \.evaligo/baselines\.yaml"):
            client.baselines.auto_update("production", made["v2"])
        return
    client.experiments.update(made["v2"], totals={"done": 300})
    tried = client.baselines.auto_update("production", made["v2"], dry_run=True)
    assert [rule.told for rule in tried.rules if not rule.kept] == []
    assert client.baselines.get_current("production").experiment_id == made["v1"].id
    done = client.baselines.auto_update("production", made["v2"], why="by rule")
    assert done.entry is not None
    assert (done.entry.why, done.entry.experiment_id) == ("by rule", made["v2"].id)
    worse = experiment(client, "worse", 0.5)
    client.experiments.update(worse, totals={"done": 300})
    refused = client.baselines.auto_update("production", worse)
    assert [rule.name for rule in refused.rules if not rule.kept] == ["min_improvement"]
    assert client.baselines.auto_update("production", made["v2"]).held_already
    with pytest.raises(DataError, match="there is no experiment 'nothing'"):
        client.baselines.auto_update("production", "nothing")


@pytest.mark.usefixtures("place")
def test_coroutines_do_the_same() -> None:
    async def story() -> None:
        async with AsyncClient() as there:
            told = await there.baselines.export("production")
            assert (await there.baselines.import_(told, "staging")).changed
            assert not (await there.baselines.diff("staging", "production")).notes
            assert (await there.baselines.trend("staging")).metric == "accuracy"
            with pytest.raises((DataError, UsageError)):
                await there.baselines.auto_update("production", "nothing")

    with Client() as client:
        deployed(client)
    asyncio.run(story())
