"""The ledger of baselines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from evaligo.errors import UnavailableError
from evaligo.records.baseline import BaselineEntry
from evaligo.store.baselines import promoted
from evaligo.store.experiments import ExperimentStore


def promote(store: ExperimentStore, environment: str, experiment_id: str) -> BaselineEntry:
    entry = promoted(
        environment=environment,
        experiment_id=experiment_id,
        who="ada",
        why="better",
        verdict="ALLOW",
        metrics={"accuracy": {"mean": 0.9}},
        metadata={"ticket": 7},
        replaces=store.baselines.current(environment),
    )
    store.baselines.append(entry)
    return entry


def test_the_newest_entry_is_what_an_environment_is_held_to(store: ExperimentStore) -> None:
    assert store.baselines.current("staging") is None
    first = promote(store, "staging", "exp_1")
    other = promote(store, "production", "exp_1")
    second = promote(store, "staging", "exp_2")
    assert store.baselines.current("staging") == second
    assert (second.sequence, second.replaced) == (2, first.id)
    assert store.baselines.history("staging") == (second, first)
    assert store.baselines.history(limit=2) == (second, other)
    assert store.baselines.all_current() == (other, second)
    assert store.baselines.of_experiment("exp_1") == (first, other)


def test_of_promotions_at_once_one_wins_and_the_others_are_told(store: ExperimentStore) -> None:
    seen = store.baselines.current("staging")

    def attempt(number: int) -> str:
        entry = promoted(environment="staging", experiment_id=f"exp_{number}", who="ada", replaces=seen)
        try:
            store.baselines.append(entry)
        except UnavailableError as error:
            return str(error)
        return entry.experiment_id

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(attempt, range(8)))
    [winner] = [word for word in said if word.startswith("exp_")]
    assert sum(f"by ada ({winner}); look at it" in word for word in said) == 7
    assert [entry.experiment_id for entry in store.baselines.history()] == [winner]


def test_projects_have_ledgers_of_their_own(store: ExperimentStore) -> None:
    promote(store, "staging", "exp_1")
    other = ExperimentStore(store.database, project="other")
    assert other.baselines.current("staging") is None
    assert promote(other, "staging", "exp_2").sequence == 1
