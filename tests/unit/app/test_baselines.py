"""Promotion of an experiment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.experiments import experiment, result

from evaligo.app.baselines import promote, whoever
from evaligo.errors import DataError, UsageError
from evaligo.records import Status
from evaligo.store.experiments import ExperimentStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ExperimentStore]:
    with ExperimentStore.open(tmp_path / "evaligo.db") as opened:
        yield opened


def test_a_promotion_keeps_who_why_and_the_metrics(store: ExperimentStore) -> None:
    store.create(experiment(1, passed=True, verdict="ALLOW", gate="pr"))
    store.sink(experiment(1).id).write([result("q1"), result("q2", 0.0)])
    done = promote(store, "pr-validation", "staging", who="ada", why="better")
    assert done.replaced is None
    assert (done.entry.who, done.entry.why, done.entry.verdict) == ("ada", "better", "ALLOW")
    assert done.entry.metrics["accuracy"] == {"mean": 0.5, "n": 2, "absent": 0}
    assert store.baselines.current("staging") == done.entry


def test_the_same_experiment_twice_is_one_entry(store: ExperimentStore) -> None:
    store.create(experiment(1))
    store.create(experiment(2))
    first = promote(store, experiment(1).id, "staging", who="ada")
    again = promote(store, experiment(1).id, "staging", who="bob")
    assert (again.changed, again.entry) == (False, first.entry)
    second = promote(store, experiment(2).id, "staging", who="ada")
    assert second.replaced == first.entry
    assert promote(store, experiment(1).id, "staging", who="ada").entry.sequence == 3


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"status": Status.INTERRUPTED}, "is interrupted: it is no baseline before it is complete"),
        ({"gate": "pr", "passed": False, "verdict": "REJECT"}, "did not pass its gate 'pr': REJECT"),
        ({"gate": "pr"}, "was not judged by its gate 'pr'"),
    ],
)
def test_what_did_not_pass_is_promoted_by_force_only(
    store: ExperimentStore, fields: dict[str, Any], why: str
) -> None:
    store.create(experiment(1, **fields))
    with pytest.raises(DataError, match=f"{why}.*--force"):
        promote(store, experiment(1).id, "staging", who="ada")
    assert store.baselines.current("staging") is None
    forced = promote(store, experiment(1).id, "staging", who="ada", force=True)
    assert forced.entry.metadata["forced"] is True


def test_an_environment_has_a_name(store: ExperimentStore) -> None:
    with pytest.raises(UsageError, match="the environment's name is empty"):
        promote(store, "x", " ", who="ada")


def test_who_acts_is_the_ci_s_actor_else_the_user() -> None:
    assert whoever({"GITLAB_USER_LOGIN": "bob"}) == "bob"
    assert whoever({})
