"""An experiment's head as a row: what never changes as one JSON, what does as columns.

The columns that lists filter by repeat parts of the JSON; the JSON is what counts.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import RowMapping

from evaligo.records import Experiment, Status, Totals
from evaligo.store.jsontext import encode
from evaligo.store.moments import microseconds, parsed

__all__ = ["CHANGING", "changes", "experiment_of", "row_of"]

CHANGING = ("status", "updated", "totals", "verdict", "passed", "note")


def row_of(experiment: Experiment, project: str) -> dict[str, Any]:
    """Return the columns of an experiment.

    Raises
    ------
    DataError
        `created` is no time.
    """
    whole = msgspec.to_builtins(experiment)
    return {
        "id": experiment.id,
        "project": project,
        "moment": microseconds(parsed(experiment.created)),
        "name": experiment.name,
        "branch": experiment.revision.branch,
        "commit_sha": experiment.revision.commit,
        **changes({name: getattr(experiment, name) for name in CHANGING}),
        "head": encode({key: value for key, value in whole.items() if key not in CHANGING}),
    }


def changes(values: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of what changes while an experiment runs and is judged."""
    columns = {key: str(value) if isinstance(value, Status) else value for key, value in values.items()}
    if "totals" in columns:
        columns["totals"] = encode(columns["totals"])
    return columns


def experiment_of(row: RowMapping) -> Experiment:
    """Return the experiment of a row of columns."""
    changed = {name: row[name] for name in CHANGING}
    changed["totals"] = msgspec.json.decode(row["totals"], type=Totals)
    return msgspec.convert({**msgspec.json.decode(row["head"]), **changed}, Experiment)
