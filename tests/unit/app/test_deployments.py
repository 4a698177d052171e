"""Deployments: who may go out, and how long it stayed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.support.experiments import experiment
from tests.support.quality_reports import allowed, rejected

from evaligo.app.clearance import clearance
from evaligo.app.deployments import (
    DeploymentBlockedError,
    DeploymentUndecidedError,
    finish_deployment,
    record_deployment,
    uptime_hours,
)
from evaligo.errors import DataError, UsageError
from evaligo.records import Verdict
from evaligo.records.deployment import Deployment, DeploymentStatus
from evaligo.store.deployments import DeploymentFilter
from evaligo.store.experiments import ExperimentStore

SUCCESS, FAILED = DeploymentStatus.SUCCESS, DeploymentStatus.FAILED
ID = experiment().id
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Gate:
    name: str
    environment: str = ""
    failure_action: str = ""


@pytest.fixture
def store(database_url: str | Path) -> Iterator[ExperimentStore]:
    with ExperimentStore.open(database_url) as opened:
        opened.create(experiment(gate="own"))
        yield opened


def deploy(
    store: ExperimentStore,
    version: str,
    hours: float = 0.0,
    status: DeploymentStatus = SUCCESS,
    where: str = "production",
) -> Deployment:
    return record_deployment(
        store, (), environment=where, version=version, ref=ID, who="ada", status=status,
        created_at=NOON + timedelta(hours=hours),
    )  # fmt: skip


def hours(store: ExperimentStore, *, now: float = 100.0) -> dict[str, float]:
    at = NOON + timedelta(hours=now)
    return {d.version: uptime_hours(d, now=at) for d in store.deployments.list().deployments}


def test_uptime_runs_from_success_until_superseded_failed_or_rolled_back(store: ExperimentStore) -> None:
    deploy(store, "v1", 0)
    deploy(store, "elsewhere", 3, where="staging")
    deploy(store, "v2", 10, DeploymentStatus.PENDING)
    deploy(store, "v3", 12, FAILED)
    assert hours(store) == {"v1": 100.0, "elsewhere": 97.0, "v2": 0.0, "v3": 0.0}
    second = store.deployments.list(DeploymentFilter(version="v2")).deployments[0]
    finish_deployment(store, second.id, SUCCESS, who="ada", at=NOON + timedelta(hours=20))
    assert hours(store) == {"v1": 20.0, "elsewhere": 97.0, "v2": 80.0, "v3": 0.0}
    finish_deployment(
        store, second.id, DeploymentStatus.ROLLED_BACK, who="ada", at=NOON + timedelta(hours=25)
    )
    assert hours(store)["v2"] == 5.0
    assert store.deployments.live("production") is None
    live = store.deployments.live("staging")
    assert live is not None
    assert live.version == "elsewhere"


def test_deployments_may_be_told_of_in_any_order(store: ExperimentStore) -> None:
    for version, at in (("v3", 30.0), ("v1", 0.0), ("v2", 10.0)):
        deploy(store, version, at)
    assert hours(store) == {"v1": 10.0, "v2": 20.0, "v3": 70.0}


def test_an_end_is_said_once_and_stands(store: ExperimentStore) -> None:
    kept = deploy(store, "v1", status=DeploymentStatus.PENDING)
    finished = finish_deployment(store, kept.id, SUCCESS, who="ada")
    assert finish_deployment(store, kept.id, SUCCESS, who="eve") == finished
    failed = finish_deployment(store, kept.id, FAILED, who="ada")
    assert failed.ended is not None
    with pytest.raises(DataError, match="is failed: it cannot become success"):
        finish_deployment(store, kept.id, SUCCESS, who="ada")
    with pytest.raises(UsageError, match="no deployment ends pending"):
        finish_deployment(store, kept.id, DeploymentStatus.PENDING, who="ada")
    with pytest.raises(DataError, match="there is no deployment 'dp_x'"):
        finish_deployment(store, "dp_x", SUCCESS, who="ada")
    assert [e.kind for e in store.audit.list().entries] == ["deployment"] * 3


def test_two_ends_at_once_are_one_end(store: ExperimentStore) -> None:
    kept = deploy(store, "v1", status=DeploymentStatus.PENDING)

    def finish(status: DeploymentStatus) -> str:
        try:
            return str(finish_deployment(store, kept.id, status, who="ada").status)
        except DataError as error:
            return str(error)

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(finish, [FAILED, DeploymentStatus.ROLLED_BACK] * 4))
    assert sorted("cannot become" in word for word in said) == [False] * 4 + [True] * 4
    assert [e.sequence for e in store.audit.list().entries] == [2, 1]


def test_lists_are_filtered_and_paged(store: ExperimentStore) -> None:
    for number in range(6):
        deploy(store, f"v{number}", number, where="production" if number % 2 else "staging")

    def found(**wanted: object) -> list[str]:
        page = store.deployments.list(DeploymentFilter(**wanted))  # type: ignore[arg-type]
        return [d.version for d in page.deployments]

    assert found(environment="production") == ["v5", "v3", "v1"]
    assert found(since=NOON + timedelta(hours=4)) == ["v5", "v4"]
    assert found(until=NOON, status=SUCCESS) == ["v0"]
    assert found(experiment_id="exp_x") == []
    first = store.deployments.list(limit=4)
    rest = store.deployments.list(limit=4, cursor=first.cursor)
    assert [d.version for d in (*first.deployments, *rest.deployments)] == [
        "v5",
        "v4",
        "v3",
        "v2",
        "v1",
        "v0",
    ]
    assert rest.cursor is None


@pytest.mark.parametrize(
    ("gates", "asked"),
    [
        ((Gate("a"), Gate("b", "production"), Gate("c", "", "block_deployment")), "b"),
        ((Gate("a"), Gate("b", "staging", "block_deployment"), Gate("c", "", "block_deployment")), "c"),
        ((Gate("a"), Gate("b", "staging")), "own"),
        ((), "own"),
    ],
)
def test_the_environments_gate_is_the_one_that_names_it_else_the_one_that_blocks_else_the_experiments_own(
    store: ExperimentStore, gates: tuple[Gate, ...], asked: str
) -> None:
    assert clearance(store, gates, "production", ID).gate == asked


def test_of_several_gates_all_must_allow(store: ExperimentStore) -> None:
    gates = (Gate("a", "production"), Gate("b", "production", "block_deployment"))
    store.judge(ID, replace(allowed(), gate="a"))
    assert clearance(store, gates, "production", ID).exit_code == 1
    store.judge(ID, replace(allowed(), gate="b", verdict=Verdict.INCONCLUSIVE))
    assert clearance(store, gates, "production", ID).exit_code == 2
    store.judge(ID, replace(allowed(), gate="b"))
    assert clearance(store, gates, "production", ID).exit_code == 0
    store.judge(ID, replace(rejected(), gate="a"))
    worst = clearance(store, gates, "production", ID)
    assert (worst.gate, worst.exit_code, worst.blocks) == ("a", 1, False)


def test_a_gate_that_blocks_refuses_what_would_go_out_and_keeps_what_happened(store: ExperimentStore) -> None:
    gates = (Gate("prod", "production", "block_deployment"),)

    def record(status: DeploymentStatus, override: str = "") -> Deployment:
        return record_deployment(
            store,
            gates,
            environment="production",
            version="v1",
            ref=ID,
            who="ada",
            status=status,
            override=override,
        )

    with pytest.raises(DeploymentBlockedError, match=r"never judged .*, and blocks the deployment"):
        record(DeploymentStatus.PENDING)
    assert record(FAILED).status is FAILED
    assert record(DeploymentStatus.ROLLED_BACK).succeeded is None
    store.judge(ID, replace(allowed(), gate="prod", verdict=Verdict.INCONCLUSIVE))
    with pytest.raises(DeploymentUndecidedError):
        record(SUCCESS)
    overridden = record(SUCCESS, override="hotfix")
    assert overridden.metadata["override"]["why"] == "hotfix"
    assert store.audit.list(limit=1).entries[0].kind == "override"
    store.judge(ID, replace(allowed(), gate="prod"))
    assert "override" not in record(SUCCESS, override="not needed").metadata


def test_a_gate_that_warns_refuses_nothing(store: ExperimentStore) -> None:
    gates = (Gate("prod", "production", "warn"),)
    store.judge(ID, replace(rejected(), gate="prod"))
    assert clearance(store, gates, "production", ID).exit_code == 1
    kept = record_deployment(store, gates, environment="production", version="v1", ref=ID, who="ada")
    assert kept.status is DeploymentStatus.PENDING


def test_what_cannot_be_meant_is_refused(store: ExperimentStore) -> None:
    with pytest.raises(UsageError, match="is in the future"):
        deploy(store, "v1", 24 * 365 * 100)
    with pytest.raises(UsageError, match="the version is empty"):
        deploy(store, " ")
    with pytest.raises(UsageError, match="the environment's name is empty"):
        deploy(store, "v1", where="")
    with pytest.raises(DataError, match="there is no experiment"):
        clearance(store, (), "production", "exp_9")
