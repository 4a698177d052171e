"""Promotion by rule: each rule lets a good candidate through, and explains why it refuses a bad one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.experiments import experiment
from tests.support.quality_reports import rejected
from tests.support.stored_series import NOW, hold, keep

from evaligo.app.baselines import promote, roll_back
from evaligo.app.promotion import auto_update
from evaligo.app.promotion_policy import BaselinePolicy, RatchetPolicy
from evaligo.errors import DataError, UsageError
from evaligo.records import DatasetInfo, Experiment, Status, Totals
from evaligo.records.deployment import Deployment, DeploymentStatus
from evaligo.records.promotion import Decision
from evaligo.store.experiments import ExperimentStore

ITEMS = 200
OLD = [float(n % 5 != 0) for n in range(ITEMS)]
BETTER = [float(n % 10 != 0) for n in range(ITEMS)]
DEFAULT = BaselinePolicy()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ExperimentStore]:
    with ExperimentStore.open(tmp_path / "evaligo.db") as opened:
        yield opened


@pytest.fixture
def held(store: ExperimentStore) -> Experiment:
    """The baseline of production: 80 % right."""
    head = keep(store, 1, OLD)
    hold(store, head)
    return head


def decided(
    store: ExperimentStore, policy: BaselinePolicy, ref: str = experiment(2).id, **options: Any
) -> Decision:
    return auto_update(store, "production", policy, who="ada", ref=ref, at=NOW, **options)


def refused(decision: Decision) -> dict[str, str]:
    assert decision.entry is None
    assert decision.exit_code == 2
    return {rule.name: rule.told for rule in decision.rules if not rule.kept}


def deployed(store: ExperimentStore, number: int, since: str, **fields: Any) -> None:
    values: dict[str, Any] = {
        "id": f"dp_{number}",
        "environment": "production",
        "version": f"v{number}",
        "experiment_id": experiment(number).id,
        "status": DeploymentStatus.SUCCESS,
        "created": since,
        "updated": since,
        "succeeded": since,
        **fields,
    }
    store.deployments.add(Deployment(**values))


@pytest.mark.usefixtures("held")
def test_a_candidate_that_keeps_every_rule_becomes_the_baseline(store: ExperimentStore) -> None:
    keep(store, 2, BETTER)
    deployed(store, 2, "2026-03-07T11:00:00Z")
    policy = BaselinePolicy(
        min_improvement="2%",
        confidence="95%",
        min_uptime="72h",
        ratchet=RatchetPolicy(margin="2%"),
    )
    tried = decided(store, policy, dry_run=True)
    assert (tried.kept, tried.entry, tried.exit_code) == (True, None, 0)
    done = decided(store, policy)
    assert done.entry == store.baselines.current("production")
    names = [rule.name for rule in done.rules]
    assert names == [
        "complete", "all_gates", "same_dataset", "min_improvement", "confidence", "min_uptime", "ratchet",
    ]  # fmt: skip
    assert done.entry
    assert done.entry.metadata["rules"]["min_uptime"] == "v2 is success and served 73.0 h; 72h are asked"
    again = decided(store, policy)
    assert (again.held_already, again.exit_code, len(store.baselines.history())) == (True, 0, 2)


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize(
    ("policy", "name", "why"),
    [
        (
            {"min_improvement": "11%"},
            "min_improvement",
            r"0.8 → 0.9, better by \+0.1 .*at least 11% is asked",
        ),
        ({"min_improvement": "13% relative"}, "min_improvement", "at least 13% relative is asked"),
        ({"confidence": "99%", "metric": "latency"}, "confidence", "that latency improved is 0.5000; 0.99"),
        ({"min_uptime": "72h"}, "min_uptime", "it was never deployed in production; 72h of service"),
        ({"sustained": 2}, "sustained", "1 of 2 runs of this configuration on this dataset are there"),
    ],
)
def test_what_a_rule_refuses_is_explained(
    store: ExperimentStore, policy: dict[str, Any], name: str, why: str
) -> None:
    keep(store, 2, BETTER)
    found = refused(decided(store, BaselinePolicy(**policy)))
    assert list(found) == [name]
    assert re.search(why, found[name])


@pytest.mark.usefixtures("held")
@pytest.mark.parametrize(
    ("fields", "name", "why"),
    [
        (
            {"status": Status.INTERRUPTED},
            "complete",
            "the experiment is interrupted, with 200 of 200 results",
        ),
        (
            {"totals": Totals(done=ITEMS, failed=ITEMS)},
            "complete",
            "with 200 of 200 results, 200 of them without an answer",
        ),
        ({"totals": Totals(done=199)}, "complete", "is completed, with 199 of 200 results"),
        ({"gate": "pr", "passed": None}, "all_gates", "pr never judged it"),
        (
            {"dataset": DatasetInfo(name="smoke", sha256="e" * 64, n_items=ITEMS)},
            "same_dataset",
            "see evaligo baselines refresh --environment production",
        ),
        (
            {"dataset": DatasetInfo(name="smoke", sha256="d" * 64, n_items=ITEMS, selection="first 200")},
            "same_dataset",
            "first 200",
        ),
    ],
)
def test_an_unfit_candidate_is_refused_by_default(
    store: ExperimentStore, fields: dict[str, Any], name: str, why: str
) -> None:
    keep(store, 2, BETTER, **fields)
    found = refused(decided(store, DEFAULT))
    assert list(found) == [name]
    assert why in found[name]


@pytest.mark.usefixtures("held")
def test_every_gate_s_newest_word_counts(store: ExperimentStore) -> None:
    keep(store, 2, BETTER)
    store.judge(experiment(2).id, rejected())
    assert refused(decided(store, DEFAULT)) == {"all_gates": f"{rejected().gate} said REJECT"}
    assert decided(store, BaselinePolicy(all_gates=False)).kept


@pytest.mark.usefixtures("held")
def test_an_improvement_must_be_sustained_by_runs_of_their_own(store: ExperimentStore) -> None:
    policy = BaselinePolicy(min_improvement="2%", sustained=3)
    keep(store, 2, BETTER, config_sha256="n" * 64)
    keep(store, 3, BETTER, config_sha256="n" * 64, totals=Totals(done=ITEMS, cached=ITEMS))
    keep(store, 4, BETTER, config_sha256="n" * 64)
    newest = experiment(4).id
    assert refused(decided(store, policy, newest))["sustained"].startswith("2 of 3 runs")
    keep(store, 5, OLD, config_sha256="n" * 64)
    keep(store, 6, BETTER, config_sha256="n" * 64)
    assert refused(decided(store, policy, experiment(6).id)) == {"sustained": f"{experiment(5).id} did not"}
    keep(store, 7, BETTER, config_sha256="n" * 64)
    keep(store, 8, BETTER, config_sha256="n" * 64)
    assert decided(store, policy, experiment(8).id).entry


@pytest.mark.usefixtures("held")
def test_missing_scores_count_at_their_worst(store: ExperimentStore) -> None:
    policy = BaselinePolicy(min_improvement="5%")
    keep(store, 2, [None if n % 10 == 1 else score for n, score in enumerate(BETTER)])
    told = refused(decided(store, policy))["min_improvement"]
    assert "less if its missing scores were the worst" in told


@pytest.mark.usefixtures("held")
def test_a_deployment_that_failed_or_was_superseded_early_has_not_served(store: ExperimentStore) -> None:
    keep(store, 2, BETTER)
    deployed(store, 2, "2026-03-01T00:00:00Z", ended="2026-03-02T00:00:00Z")
    assert "served 24.0 h" in refused(decided(store, BaselinePolicy(min_uptime="72h")))["min_uptime"]
    deployed(
        store,
        2,
        "2026-03-03T00:00:00Z",
        id="dp_x",
        status=DeploymentStatus.ROLLED_BACK,
        ended="2026-03-09T00:00:00Z",
    )
    assert "is rolled_back" in refused(decided(store, BaselinePolicy(min_uptime="72h")))["min_uptime"]


@pytest.mark.usefixtures("held")
def test_what_was_rolled_back_from_is_not_promoted_by_rule_again(store: ExperimentStore) -> None:
    keep(store, 2, BETTER)
    assert decided(store, DEFAULT).entry
    roll_back(store, "production", who="ada", why="p99 doubled")
    told = refused(decided(store, DEFAULT))["rolled_back"]
    assert "production was rolled back from it" in told
    assert "(p99 doubled)" in told
    promote(store, experiment(2).id, "production", who="ada")
    promote(store, experiment(1).id, "production", who="ada")
    assert decided(store, DEFAULT).kept  # a promotion by hand settled it


@pytest.mark.usefixtures("held")
def test_the_candidate_is_what_is_deployed_else_the_newest_on_the_baseline_s_branch(
    store: ExperimentStore,
) -> None:
    keep(store, 2, BETTER)
    keep(store, 3, BETTER)
    assert decided(store, DEFAULT, "", dry_run=True).experiment_id == experiment(3).id
    deployed(store, 2, "2026-03-01T00:00:00Z")
    assert decided(store, DEFAULT, "", dry_run=True).experiment_id == experiment(2).id


def test_the_first_baseline_has_nothing_to_improve_on(store: ExperimentStore) -> None:
    keep(store, 2, BETTER)
    policy = BaselinePolicy(min_improvement="2%", confidence="95%", ratchet=RatchetPolicy(margin="2%"))
    with pytest.raises(DataError, match="name the candidate with --experiment"):
        decided(store, policy, "")
    done = decided(store, policy)
    assert done.entry
    assert done.entry.sequence == 1
    with pytest.raises(UsageError, match="the environment's name is empty"):
        auto_update(store, " ", policy, who="ada")


def test_a_deleted_baseline_is_told(store: ExperimentStore, held: Experiment) -> None:
    keep(store, 2, BETTER)
    store.delete(held.id, force=True)
    with pytest.raises(DataError, match="which was deleted; promote another by hand"):
        decided(store, DEFAULT)
