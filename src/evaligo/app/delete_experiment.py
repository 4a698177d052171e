"""Delete an experiment, and what its process left behind."""

from __future__ import annotations

from evaligo.store.experiments import ExperimentStore

__all__ = ["delete_experiment"]


def delete_experiment(store: ExperimentStore, experiment_id: str, *, force: bool = False) -> None:
    """Delete an experiment with its results, judgements, and the journal of a process that was killed.

    Parameters
    ----------
    store : ExperimentStore
    experiment_id : str
    force : bool
        Also where the ledger of baselines speaks of it.

    Raises
    ------
    DataError
        There is no such experiment, or it is or was a baseline.
    UnavailableError
        It is running.
    """
    store.delete(experiment_id, force=force)
    if not store.database.embedded:
        return
    for left in (store.database.path.parent / "running").glob(f"{experiment_id}.*.jsonl"):
        left.unlink(missing_ok=True)
