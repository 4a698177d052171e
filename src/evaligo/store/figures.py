"""What an experiment's results come to, added up where they lie: scores as bare numbers, costs, what is absent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, func, or_, select

from evaligo.records import Experiment, Metric
from evaligo.records.run import describe
from evaligo.records.view import Costs, Failure
from evaligo.store.columns import MEASURES, label_of
from evaligo.store.database import Database
from evaligo.store.result_rows import scores_of
from evaligo.store.tables import results

__all__ = ["Figures", "Scores"]

_BLOCK = 5_000
_FEW = 12
_c = results.c
_FAILED = _c.scores.like('%"state":"failed"%')  # as `encode` writes it; a quote within a text is escaped


class _Value(msgspec.Struct, frozen=True, gc=False):
    """What of a stored score is a figure."""

    value: float | None = None
    state: Literal["scored", "failed", "not_applicable"] = "scored"


_values_of = msgspec.json.Decoder(dict[str, _Value]).decode
_metadata_of = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scores:
    """An experiment's scores as bare numbers, eight bytes each: without ids, and without reasons.

    Parameters
    ----------
    items : ndarray of int64, shape (n_rows,)
        Which item a row is of, counted from 0.
    columns : mapping of metric to ndarray of float64, shape (n_rows,)
        NaN where a score is absent; the evaluators' metrics, then what the target told.
    silent : mapping of metric to int
        Rows that give the metric nothing to judge.
    metrics : mapping of metric to Metric
    labels : mapping of metadata key to ndarray of object (str or None), shape (n_items,)
        The keys of 2 to 12 values.

    Examples
    --------
    >>> scores = Scores(items=np.array([0, 0, 1]), columns={"f1": np.array([1.0, 0.0, np.nan])}, silent={}, metrics={})
    >>> scores.n_items, scores.means("f1").tolist()
    (2, [0.5, nan])
    """

    items: NDArray[np.int64]
    columns: Mapping[str, NDArray[np.float64]]
    silent: Mapping[str, int]
    metrics: Mapping[str, Metric]
    labels: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)

    @property
    def n_items(self) -> int:
        """How many items there are."""
        return int(self.items[-1]) + 1 if len(self.items) else 0

    def known(self, metric: str) -> NDArray[np.float64]:
        """Return the scores that are there; none where nobody gives the metric."""
        values = self.columns.get(metric, np.empty(0))
        return values[~np.isnan(values)]

    def means(self, metric: str) -> NDArray[np.float64]:
        """Return each item's mean over its epochs, shape (n_items,); NaN where none has a score."""
        values = self.columns[metric]
        if self.n_items == len(values):
            return values
        there = ~np.isnan(values)
        counts = np.bincount(self.items[there], minlength=self.n_items)
        sums = np.bincount(self.items[there], weights=values[there], minlength=self.n_items)
        means: NDArray[np.float64] = np.divide(
            sums, counts, out=np.full(self.n_items, np.nan), where=counts > 0
        )
        return means


class Figures:
    """An experiment's results, read without its questions and answers.

    Parameters
    ----------
    database : Database
    experiment : Experiment
    """

    def __init__(self, database: Database, experiment: Experiment) -> None:
        self._database = database
        self._experiment = experiment

    def scores(self, *, labels: bool = False) -> Scores:
        """Read every score.

        Parameters
        ----------
        labels : bool
            Read the metadata too.
        """
        read = _Read(labels=labels)
        columns = [
            _c.item_id,
            *(_c[name] for name in MEASURES),
            _c.scores,
            *([_c.metadata] if labels else []),
        ]
        query = select(*columns).where(self._of_this).order_by(_c.item_id, _c.epoch)
        with self._database.read() as connection:
            for block in connection.execute(query).partitions(_BLOCK):
                read.add(block)
        return read.scores({metric.name: metric for metric in self._experiment.metrics})

    def costs(self) -> Costs:
        """Add up what was paid; what nobody knows the price of is absent."""
        query = select(
            func.sum(_c.cost).label("target"),
            func.sum(_c.scores_cost).label("judge"),
            func.count(_c.cost).label("n_answers"),
            func.coalesce(func.sum(_c.input_tokens), 0).label("input_tokens"),
            func.coalesce(func.sum(_c.output_tokens), 0).label("output_tokens"),
        ).where(self._of_this)
        with self._database.read() as connection:
            row = connection.execute(query).one()
        return Costs(
            target=row.target,
            judge=row.judge,
            n_answers=row.n_answers,
            input_tokens=int(row.input_tokens),
            output_tokens=int(row.output_tokens),
            unpriced=self._experiment.totals.unpriced,
        )

    def failures(self, limit: int) -> tuple[tuple[Failure, ...], int]:
        """Return the first answers and scores that are absent because something failed, and how many there are."""
        found: list[Failure] = []
        n = 0
        for failure in self._failures():
            n += 1
            if n <= limit:
                found.append(failure)
        return tuple(found), n

    def _failures(self) -> Iterator[Failure]:
        missing = _c.output.is_(None)
        query = (
            select(_c.item_id, _c.epoch, _c.error, _c.scores, missing.label("missing"))
            .where(self._of_this, or_(missing, _FAILED))
            .order_by(_c.item_id, _c.epoch)
        )
        with self._database.read() as connection:
            for block in connection.execute(query).partitions(_BLOCK):
                for row in block:
                    yield from _failures_of(row)

    @property
    def _of_this(self) -> Any:
        return _c.experiment_id == self._experiment.id


def _failures_of(row: Row[Any]) -> Iterator[Failure]:
    """Yield what is absent: the answer, else each score that an evaluator failed to give."""
    if row.missing:
        yield Failure(item_id=row.item_id, epoch=row.epoch, what="target", error=row.error)
        return
    for metric, score in scores_of(row.scores).items():
        if score.state == "failed":
            yield Failure(item_id=row.item_id, epoch=row.epoch, what=metric, error=score.reason)


class _Read:
    """The numbers so far."""

    def __init__(self, *, labels: bool) -> None:
        self._n, self._latest, self._item = 0, "", -1
        self._items: list[NDArray[np.int64]] = []
        self._scores, self._measures = _Numbers(), _Numbers()
        self._silent: dict[str, int] = {}
        self._labels = _Labels() if labels else None

    def add(self, block: Sequence[Row[Any]]) -> None:
        """Add some rows, which are in the order of their items."""
        ids, *columns = zip(*block, strict=True)
        self._count(ids)
        for name, values in zip(MEASURES, columns, strict=False):
            if any(value is not None for value in values):
                self._measures.add(name, self._n, values)
        self._add_scores([*map(_values_of, columns[len(MEASURES)])])
        if self._labels:
            self._labels.add(self._n, columns[-1])
        self._n += len(ids)

    def _count(self, ids: Sequence[str]) -> None:
        new = [a != b for a, b in zip(ids, (self._latest, *ids), strict=False)]
        self._items.append(self._item + np.cumsum(new))
        self._latest, self._item = ids[-1], int(self._items[-1][-1])

    def _add_scores(self, rows: Sequence[Mapping[str, _Value]]) -> None:
        for name in dict.fromkeys(name for row in rows for name in row):
            given = [row.get(name) for row in rows]
            self._scores.add(name, self._n, [None if score is None else score.value for score in given])
            silent = sum(score is not None and score.state == "not_applicable" for score in given)
            self._silent[name] = self._silent.get(name, 0) + silent

    def scores(self, declared: Mapping[str, Metric]) -> Scores:
        """Close the columns."""
        items = np.concatenate(self._items) if self._items else np.empty(0, dtype=np.int64)
        scored = self._scores.columns(self._n, [name for name in declared if name not in MEASURES])
        measured = self._measures.columns(self._n, [name for name in MEASURES if name in declared])
        columns = {**scored, **measured}
        return Scores(
            items=items,
            columns=columns,
            silent=self._silent,
            metrics={name: declared.get(name) or describe(name) for name in columns},
            labels=self._labels.columns(items) if self._labels else {},
        )


class _Numbers:
    """Columns of floats that may begin late and have holes."""

    def __init__(self) -> None:
        self._blocks: dict[str, list[tuple[int, NDArray[np.float64]]]] = {}

    def add(self, name: str, start: int, values: Sequence[float | None]) -> None:
        """Add the values of the rows from `start` on; None where there is none."""
        self._blocks.setdefault(name, []).append((start, np.array(values, dtype=np.float64)))

    def columns(self, n: int, names: Iterable[str]) -> dict[str, NDArray[np.float64]]:
        """Return the columns, those of `names` first and always."""
        return {name: self._column(name, n) for name in dict.fromkeys([*names, *self._blocks])}

    def _column(self, name: str, n: int) -> NDArray[np.float64]:
        values = np.full(n, np.nan)
        for start, block in self._blocks.get(name, ()):
            values[start : start + len(block)] = block
        return values


class _Labels:
    """Metadata as columns of text, of the keys that have few values everywhere, and nowhere a list or an object."""

    def __init__(self) -> None:
        self._blocks: dict[str, list[tuple[int, list[str | None]]]] = {}
        self._same: dict[str, dict[str | None, str | None]] = {}
        self._out: set[str] = set()

    def add(self, start: int, texts: Sequence[str]) -> None:
        """Add the metadata of the rows from `start` on."""
        rows = [*map(_metadata_of, texts)]
        for name in dict.fromkeys(key for row in rows for key in row):
            if name not in self._out:
                self._add(name, start, [row.get(name) for row in rows])

    def _add(self, name: str, start: int, values: Sequence[Any]) -> None:
        if any(isinstance(value, list | dict) for value in values):
            self._leave_out(name)
            return
        same = self._same.setdefault(name, {None: None})
        self._blocks.setdefault(name, []).append(
            (start, [same.setdefault(label, label) for label in map(label_of, values)])
        )
        if len(same) > _FEW + 1:
            self._leave_out(name)

    def _leave_out(self, name: str) -> None:
        self._out.add(name)
        self._blocks.pop(name, None)
        self._same.pop(name, None)

    def columns(self, items: NDArray[np.int64]) -> dict[str, NDArray[np.object_]]:
        """Return each item's labels, as its first row has them."""
        first = np.flatnonzero(np.diff(items, prepend=-1))
        return {
            name: _texts(blocks, len(items))[first]
            for name, blocks in self._blocks.items()
            if len(self._same[name]) > 2
        }


def _texts(blocks: Iterable[tuple[int, list[str | None]]], n: int) -> NDArray[np.object_]:
    column = np.full(n, None, dtype=object)
    for start, block in blocks:
        column[start : start + len(block)] = block
    return column
