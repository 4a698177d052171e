"""An experiment's results as a Run: rows of the database in, columns out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, Select, select

from evaligo.records import Column, Experiment, Metric, Run, RunInfo, Status
from evaligo.records.run import describe
from evaligo.store.database import Database
from evaligo.store.result_rows import StoredScore, scores_of
from evaligo.store.tables import results

__all__ = ["MEASURES", "NOT_APPLICABLE", "label_of", "stored_run"]

NOT_APPLICABLE = "not applicable"
"""How the reason of a score begins that an item gives nothing to judge for."""

MEASURES = ("latency", "cost", "input_tokens", "output_tokens")
"""What the target itself tells of a call; each a column of the run where any row has it."""

_BLOCK = 5_000
_COLUMNS = ("item_id", "epoch", "content", *MEASURES, "error", "metadata", "scores")
_lines = msgspec.json.Encoder().encode_lines
_metadata_of = msgspec.json.Decoder(dict[str, Any]).decode


def stored_run(database: Database, experiment: Experiment, metrics: Iterable[str] | None = None) -> Run:
    """Read an experiment's results as a run.

    Its columns are the evaluators' metrics, then `latency`, `cost`, `input_tokens` and `output_tokens` where present;
    every metadata key whose values are texts, numbers or booleans can serve as a cluster. The run's SHA-256 is that of
    its rows as JSON lines, in the order of item and epoch: same results, same hash.

    Parameters
    ----------
    database : Database
    experiment : Experiment
    metrics : iterable of str, optional
        Keep only these columns.
    """
    gathered = _Gathered(None if metrics is None else frozenset(metrics))
    with database.read() as connection:
        for block in connection.execute(_rows(experiment.id)).partitions():
            gathered.add(block)
    return gathered.run(experiment)


def _rows(experiment_id: str) -> Select[tuple[Any, ...]]:
    return (
        select(*(results.c[name] for name in _COLUMNS))
        .where(results.c.experiment_id == experiment_id)
        .order_by(results.c.item_id, results.c.epoch)
        .execution_options(yield_per=_BLOCK)
    )


class _Gathered:
    """The columns so far."""

    def __init__(self, wanted: frozenset[str] | None) -> None:
        self._wanted = wanted
        self._digest = hashlib.sha256()
        self._ids: list[str] = []
        self._epochs: list[int] = []
        self._contents: list[str] = []
        self._scores = _Growing()
        self._measures = _Growing()
        self._clusters = _Labels()

    def add(self, block: Sequence[Row[Any]]) -> None:
        """Add some rows."""
        self._digest.update(_lines([tuple(row) for row in block]))
        ids, epochs, contents, *measures, errors, metadata, scores = zip(*block, strict=True)
        start = len(self._ids)
        self._ids += ids
        self._epochs += epochs
        self._contents += contents
        self._add_scores(start, [*map(scores_of, scores)], errors)
        self._add_measures(start, measures, errors)
        self._clusters.add(start, [*map(_metadata_of, metadata)])

    def _add_scores(
        self, start: int, scores: Sequence[Mapping[str, StoredScore]], errors: Sequence[str]
    ) -> None:
        names = dict.fromkeys(name for row in scores for name in row)
        for name in filter(self._is_wanted, names):
            given = [row.get(name) for row in scores]
            values = [None if score is None else score.value for score in given]
            reasons = {
                start + row: _why(given[row], errors[row])
                for row, value in enumerate(values)
                if value is None
            }
            self._scores.add(name, start, values, reasons)

    def _add_measures(
        self, start: int, measures: Iterable[Sequence[float | None]], errors: Sequence[str]
    ) -> None:
        for name, values in zip(MEASURES, measures, strict=True):
            if self._is_wanted(name) and any(value is not None for value in values):
                reasons = {
                    start + row: _no_output(errors[row]) if errors[row] else "the target did not tell"
                    for row, value in enumerate(values)
                    if value is None
                }
                self._measures.add(name, start, values, reasons)

    def _is_wanted(self, name: str) -> bool:
        return self._wanted is None or name in self._wanted

    def run(self, experiment: Experiment) -> Run:
        """Close the columns into a run."""
        n = len(self._ids)
        declared = {metric.name: metric for metric in experiment.metrics if self._is_wanted(metric.name)}
        measured = [name for name in MEASURES if name in declared]
        scored = [name for name in declared if name not in MEASURES]
        scores = self._scores.columns(n, "no evaluator scored it", scored)
        columns = {**self._measures.columns(n, "the target did not tell", measured), **scores}
        return Run(
            info=self._info(experiment),
            item_ids=np.array(self._ids, dtype=object),
            columns={name: columns[name] for name in (*scores, *columns)},
            metrics={name: _metric(name, declared) for name in (*scores, *columns)},
            epochs=None if experiment.epochs == 1 else np.array(self._epochs, dtype=np.int64),
            clusters=self._clusters.columns(n),
            contents=np.array(self._contents, dtype=object),
            notes=_notes(experiment, n),
        )

    def _info(self, experiment: Experiment) -> RunInfo:
        return RunInfo(
            source=f"experiment {experiment.name} ({experiment.id})",
            sha256=self._digest.hexdigest(),
            format="experiment",
            run_id=experiment.id,
            model_id=experiment.fingerprint.get("model", ""),
            task_id=experiment.dataset.name,
            config_hash=experiment.config_sha256,
            created=experiment.created,
        )


class _Growing:
    """Columns of floats that may begin late and have holes."""

    def __init__(self) -> None:
        self._blocks: dict[str, list[tuple[int, NDArray[np.float64]]]] = {}
        self._reasons: dict[str, dict[int, str]] = {}

    def add(self, name: str, start: int, values: Sequence[float | None], reasons: Mapping[int, str]) -> None:
        """Add the values of the rows from `start` on; None where there is none."""
        numbers = np.array(values, dtype=np.float64)  # None becomes NaN
        self._blocks.setdefault(name, []).append((start, numbers))
        self._reasons.setdefault(name, {}).update(reasons)

    def columns(self, n: int, otherwise: str, names: Iterable[str] = ()) -> dict[str, Column]:
        """Return the columns, those of `names` first and always; `otherwise` is why a row was never spoken of."""
        return {name: self._column(name, n, otherwise) for name in dict.fromkeys([*names, *self._blocks])}

    def _column(self, name: str, n: int, otherwise: str) -> Column:
        values = np.full(n, np.nan)
        for start, block in self._blocks.get(name, ()):
            values[start : start + len(block)] = block
        present = ~np.isnan(values)
        reasons = _Reasons(present, self._reasons.get(name, {}), otherwise)
        return Column(values=values, present=present, reasons=reasons)


class _Reasons(Mapping[int, str]):
    """Why scores are absent: what was said of some rows, and one sentence for all others."""

    def __init__(self, present: NDArray[np.bool_], said: Mapping[int, str], otherwise: str) -> None:
        self._present, self._said, self._otherwise = present, said, otherwise

    def __getitem__(self, row: int) -> str:
        if not 0 <= row < len(self._present) or self._present[row]:
            raise KeyError(row)
        return self._said.get(row, self._otherwise)

    def __iter__(self) -> Iterator[int]:
        return iter(np.flatnonzero(~self._present).tolist())

    def __len__(self) -> int:
        return int(np.count_nonzero(~self._present))


class _Labels:
    """Metadata as columns of text; a key that anywhere holds a list or an object is none."""

    def __init__(self) -> None:
        self._blocks: dict[str, list[tuple[int, list[str | None]]]] = {}
        self._nested: set[str] = set()
        self._same: dict[Any, str | None] = {}

    def add(self, start: int, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add the metadata of the rows from `start` on."""
        for name in dict.fromkeys(key for row in rows for key in row):
            values = [row.get(name) for row in rows]
            if any(isinstance(value, list | dict) for value in values):
                self._nested.add(name)
            else:
                self._blocks.setdefault(name, []).append((start, [*map(self._label, values)]))

    def columns(self, n: int) -> dict[str, NDArray[np.object_]]:
        """Return the columns."""
        return {name: _texts(blocks, n) for name, blocks in self._blocks.items() if name not in self._nested}

    def _label(self, value: Any) -> str | None:
        """One object for each text, for they repeat; 1, 1.0 and true are one key of a dict, hence the type."""
        return self._same.setdefault((type(value), value), label_of(value))


def _texts(blocks: Iterable[tuple[int, list[str | None]]], n: int) -> NDArray[np.object_]:
    column = np.full(n, None, dtype=object)
    for start, block in blocks:
        column[start : start + len(block)] = block
    return column


def label_of(value: Any) -> str | None:
    """Write a value as JSON would, a whole number without its point; an empty text is none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if value is None or value == "" else str(value)


def _why(score: StoredScore | None, error: str) -> str:
    """Say why a score is absent."""
    if score is None:
        return _no_output(error) if error else "no evaluator scored it"
    if score.state == "not_applicable":
        return f"{NOT_APPLICABLE}: {score.reason}" if score.reason else NOT_APPLICABLE
    return score.reason or "the evaluator gave no number"


def _no_output(error: str) -> str:
    return f"no output: {error}"


def _metric(name: str, declared: Mapping[str, Metric]) -> Metric:
    return declared.get(name) or describe(name)


def _notes(experiment: Experiment, n: int) -> tuple[str, ...]:
    if experiment.status is Status.COMPLETED:
        return ()
    whole = experiment.dataset.n_items * experiment.epochs
    return (f"the experiment is {experiment.status}: {n:,} of {whole:,} results are there",)
