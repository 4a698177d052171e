"""Note what changed of an experiment, if nobody changed it since it was read."""

from __future__ import annotations

from typing import Unpack

from sqlalchemy import update

from evaligo.errors import UnavailableError
from evaligo.store.experiments import Changes, ExperimentStore
from evaligo.store.heads import changes
from evaligo.store.moments import now
from evaligo.store.tables import experiments

__all__ = ["revise"]


def revise(
    store: ExperimentStore, experiment_id: str, *, seen: str | None, **changed: Unpack[Changes]
) -> None:
    """Note what changed of an experiment; what is left out stays as it is.

    Parameters
    ----------
    store : ExperimentStore
    experiment_id : str
    seen : str, optional
        The experiment's `updated` that the change rests on; None for whatever it is.
    **changed
        As in `ExperimentStore.update`.

    Raises
    ------
    DataError
        There is no such experiment.
    UnavailableError
        It was changed since.
    """
    if seen is None:
        store.update(experiment_id, **changed)
        return
    query = (
        update(experiments)
        .where(
            experiments.c.id == experiment_id,
            experiments.c.project == store.project,
            experiments.c.updated == seen,
        )
        .values({**changes({**changed}), "updated": now()})
    )
    with store.database.write() as connection:
        matched = connection.execute(query).rowcount
    if matched == 0:
        store.get(experiment_id)
        raise UnavailableError(
            f"experiment {experiment_id} was changed meanwhile", hint="read it again, and repeat the update"
        )
