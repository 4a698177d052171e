"""An experiment is found by its id, its name or its commit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.experiments import experiment

from evaligo.app.find_experiment import find_experiment, find_interrupted
from evaligo.errors import DataError, UnavailableError
from evaligo.records import Revision, Status
from evaligo.store.experiments import ExperimentStore

A, B = "a1b2c3d4" + "0" * 32, "a1b2c3d9" + "0" * 32


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ExperimentStore]:
    with ExperimentStore.open(tmp_path / "evaligo.db") as opened:
        yield opened


def at(commit: str) -> Revision:
    return Revision(commit=commit, branch="main")


def number(store: ExperimentStore, ref: str) -> int:
    return int(find_experiment(store, ref).id.removeprefix("exp_"))


def test_by_id_or_the_beginning_of_one(store: ExperimentStore) -> None:
    store.create(experiment(11))
    store.create(experiment(21))
    assert number(store, "exp_0000000000000011") == 11
    assert number(store, "exp_000000000000002") == 21
    with pytest.raises(DataError, match=r"could mean several experiments: exp_0+21, exp_0+11; write more"):
        find_experiment(store, "exp_00")


def test_by_name_the_newest(store: ExperimentStore) -> None:
    store.create(experiment(1, name="nightly"))
    store.create(experiment(2, name="nightly"))
    store.create(experiment(3))
    assert number(store, "nightly") == 2


def test_by_commit_the_newest_that_passed_before_those_that_completed(store: ExperimentStore) -> None:
    store.create(experiment(1, revision=at(A), passed=True))
    store.create(experiment(2, revision=at(A), passed=True))
    store.create(experiment(3, revision=at(A), passed=False))
    store.create(experiment(4, revision=at(A), status=Status.RUNNING))
    store.create(experiment(5, revision=at(B), passed=False))
    store.create(experiment(6, revision=at("f" * 40), status=Status.INTERRUPTED))
    assert number(store, A) == 2
    assert number(store, A[:8].upper()) == 2
    assert number(store, "a1b2c3d9") == 5
    assert number(store, "fffffff") == 6
    with pytest.raises(DataError, match="could mean several commits: a1b2c3d90000, a1b2c3d40000"):
        find_experiment(store, "a1b2c3d")


def test_a_name_that_looks_like_a_commit_is_a_name(store: ExperimentStore) -> None:
    store.create(experiment(1, name="deadbeef"))
    store.create(experiment(2, revision=at("deadbeef" + "0" * 32)))
    assert number(store, "deadbeef") == 1


def test_what_is_not_there_names_the_nearest(store: ExperimentStore) -> None:
    with pytest.raises(DataError, match="nor any other yet; run one with: evaligo experiment run"):
        find_experiment(store, "x")
    store.create(experiment(1, name="nightly"))
    store.create(experiment(2))
    with pytest.raises(DataError, match=r"'nightyl'; the nearest are exp_0+1 \(nightly at 0000001a\)$"):
        find_experiment(store, "nightyl")
    with pytest.raises(DataError, match=r"the newest are exp_0+2 \(pr-validation at 0000002a\), exp_0+1"):
        find_experiment(store, "zzz")
    with pytest.raises(DataError, match="there is no experiment '0000009'"):
        find_experiment(store, "0000009")


def test_six_characters_are_no_commit(store: ExperimentStore) -> None:
    store.create(experiment(1, revision=at(A)))
    with pytest.raises(DataError, match="there is no experiment 'a1b2c3'"):
        find_experiment(store, "a1b2c3")


def test_the_newest_interrupted_one_is_resumed_killed_ones_too_but_none_that_runs(
    store: ExperimentStore,
) -> None:
    with pytest.raises(DataError, match="there is no interrupted experiment"):
        find_interrupted(store)
    store.create(experiment(1, status=Status.INTERRUPTED))
    store.create(experiment(2, status=Status.RUNNING))
    store.create(experiment(3, status=Status.RUNNING))
    store.create(experiment(4))
    with store.running.held(experiment(3).id):
        assert find_interrupted(store).id == experiment(2).id
        with pytest.raises(UnavailableError, match="is running in another process"):
            find_interrupted(store, experiment(3).id)
        with store.running.held(experiment(2).id):
            assert find_interrupted(store).id == experiment(1).id
    with pytest.raises(DataError, match="is completed: there is nothing to resume"):
        find_interrupted(store, experiment(4).id)
