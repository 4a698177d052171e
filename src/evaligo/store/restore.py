"""Keep a whole experiment that ran elsewhere, as it is: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from evaligo.errors import DataError
from evaligo.records import Experiment, ItemResult
from evaligo.records.baseline import Judgement
from evaligo.store.bulk import keep_new
from evaligo.store.experiments import ExperimentStore
from evaligo.store.heads import row_of
from evaligo.store.jsontext import encode
from evaligo.store.result_rows import item_row, result_row
from evaligo.store.results import ASKING
from evaligo.store.tables import experiment_tags, experiments, items, judgements, results

__all__ = ["restore_experiment"]


def restore_experiment(
    store: ExperimentStore,
    experiment: Experiment,
    found: Sequence[ItemResult],
    said: Iterable[Judgement] = (),
) -> None:
    """Keep an experiment with its results and what gates said of it, in one transaction.

    Parameters
    ----------
    store : ExperimentStore
    experiment : Experiment
    found : sequence of ItemResult
    said : iterable of Judgement
        The newest first.

    Raises
    ------
    DataError
        There is an experiment of this id already.
    """
    hashed = [(result, result.item.content) for result in found]
    asked = {content: result.item for result, content in hashed}
    tags = [{"experiment_id": experiment.id, "key": k, "value": v} for k, v in experiment.tags.items()]
    try:
        with store.database.write(beside=ASKING) as connection:
            connection.execute(insert(experiments), row_of(experiment, store.project))
            if tags:
                connection.execute(insert(experiment_tags), tags)
            keep_new(connection, items, [item_row(item, content) for content, item in asked.items()])
            keep_new(connection, results, [result_row(experiment.id, r, content) for r, content in hashed])
            for judgement in reversed([*said]):
                connection.execute(insert(judgements), _row(judgement))
    except IntegrityError as error:
        raise DataError(f"there is an experiment {experiment.id!r} already") from error
    store.summarise(experiment.id)


def _row(judgement: Judgement) -> dict[str, str]:
    names = ("experiment_id", "gate", "baseline_id", "verdict", "created")
    return {**{name: getattr(judgement, name) for name in names}, "report": encode(judgement.report)}
