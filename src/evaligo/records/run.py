"""A run: what one experiment scored, item by item, in columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError
from evaligo.records.metric import Metric, known_bounds, known_direction

__all__ = ["OWN_CLUSTER", "Column", "Run", "RunInfo", "nfc"]

_NUMBERS = (bool, int, float, np.bool_, np.integer, np.floating)
OWN_CLUSTER = "cluster_id"
"""The name of the cluster column that a run itself carries, beside those found in its metadata."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """Where a run comes from.

    Parameters
    ----------
    source : str
        The path or address that was read, as the user gave it.
    sha256 : str
        Of the bytes that were read (after `.gz` is undone: of the compressed file). Empty for a run from arrays.
    format : str
        The reader's name.
    run_id, model_id, task_id, config_hash, created : str
        As the harness names them; empty where it does not.
    """

    source: str = "<memory>"
    sha256: str = ""
    format: str = "arrays"
    run_id: str = ""
    model_id: str = ""
    task_id: str = ""
    config_hash: str = ""
    created: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """One metric's scores, a row each.

    Parameters
    ----------
    values : ndarray of float64, shape (n_rows,)
        NaN where the score is absent, so that code which forgets the mask fails loudly; NaN never leaves a column.
    present : ndarray of bool, shape (n_rows,)
    reasons : mapping of row to str
        Why a score is absent, where the file says why.
    """

    values: NDArray[np.float64]
    present: NDArray[np.bool_]
    reasons: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, scores: Sequence[Any] | NDArray[Any], reasons: Mapping[int, str] | None = None) -> Column:
        """Make a column from floats, with None for an absent score.

        Raises
        ------
        DataError
            A score is NaN or infinite, or no number.

        Examples
        --------
        >>> Column.of([1.0, None]).present.tolist()
        [True, False]
        """
        if isinstance(scores, np.ndarray) and scores.dtype.kind in "biuf" and scores.ndim == 1:
            values = np.asarray(scores, dtype=np.float64)
            present = np.ones(len(values), dtype=bool)
        else:
            present = np.fromiter((s is not None for s in scores), dtype=bool, count=len(scores))
            values = _floats(scores)
        broken = np.flatnonzero(present & ~np.isfinite(values))
        if len(broken):
            raise DataError(
                f"row {int(broken[0])}: the score is {values[broken[0]]}",
                hint="a score is a finite number; write null for a missing one",
            )
        return cls(values=values, present=present, reasons=dict(reasons or {}))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """What one experiment scored, item by item.

    Parameters
    ----------
    info : RunInfo
    item_ids : ndarray of object (str), shape (n_rows,)
        NFC-normalised.
    epochs : ndarray of int64, shape (n_rows,), optional
        None where each item stands once.
    columns : mapping of metric name to Column
    metrics : mapping of metric name to Metric
    clusters : mapping of cluster name to ndarray of object (str or None), shape (n_rows,)
        Every column that can serve as a cluster; `"cluster_id"` is the run's own.
    contents : ndarray of object (str), shape (n_rows,), optional
        A hash of what each item asks, where the file carries it: the same id must mean the same question.
    aliases : mapping of str to tuple of metric names
        Other names that a metric is known by; one that stands for several metrics is ambiguous.
    notes : tuple of str
        What the reader wants the report to say.

    Examples
    --------
    >>> run = Run.from_arrays(["a", "b"], {"accuracy": [1.0, 0.0]}, cluster_ids=["p1", "p1"])
    >>> run.n_rows, run.resolve("accuracy"), run.cluster("cluster_id").tolist()
    (2, 'accuracy', ['p1', 'p1'])
    """

    info: RunInfo
    item_ids: NDArray[np.object_]
    columns: Mapping[str, Column]
    metrics: Mapping[str, Metric]
    epochs: NDArray[np.int64] | None = None
    clusters: Mapping[str, NDArray[np.object_]] = field(default_factory=dict)
    contents: NDArray[np.object_] | None = None
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @classmethod
    def from_arrays(
        cls,
        item_ids: Iterable[str],
        metrics: Mapping[str, Sequence[Any] | NDArray[Any]],
        *,
        cluster_ids: Sequence[str] | NDArray[Any] | None = None,
        epochs: Sequence[int] | NDArray[Any] | None = None,
        bounds: Mapping[str, tuple[float, float]] | tuple[float, float] | None = None,
        higher_is_better: Mapping[str, bool] | bool | None = None,
        **info: str,
    ) -> Run:
        """Make a run from what a notebook or a harness of your own has in memory.

        Parameters
        ----------
        item_ids : iterable of str, length n_rows
        metrics : mapping of name to n_rows floats
            None marks an absent score.
        cluster_ids : sequence of str, optional
        epochs : sequence of int, optional
            Which repeat of the item a row is.
        bounds : (low, high) or mapping of name to (low, high), optional
            Taken from the metric's name where it is a known share, such as `accuracy`.
        higher_is_better : bool or mapping of name to bool, optional
        **info : str
            Fields of `RunInfo`, such as ``model_id="m"``.

        Raises
        ------
        DataError
            Columns of unequal length, a NaN or infinite score.

        Examples
        --------
        >>> Run.from_arrays(["a"], {"latency": [0.2]}).metrics["latency"].higher_is_better
        False
        """
        named: list[Any] = list(item_ids)
        if None in named:
            raise DataError(f"row {named.index(None)}: the item id is None", hint="every item needs an id")
        ids = nfc(named)
        columns = {name: Column.of(scores) for name, scores in metrics.items()}
        lengths = {name: len(c.values) for name, c in columns.items()}
        clusters = {}
        if cluster_ids is not None:
            clusters[OWN_CLUSTER] = np.array(
                [None if c is None or c != c else str(c) for c in cluster_ids],  # noqa: PLR0124  (NaN is missing)
                dtype=object,
            )
            lengths[OWN_CLUSTER] = len(clusters[OWN_CLUSTER])
        repeats = None if epochs is None else _whole_numbers(epochs)
        if repeats is not None:
            lengths["epochs"] = len(repeats)
        for name, length in lengths.items():
            if length != len(ids):
                raise DataError(f"{name!r} has {length} rows, item_ids has {len(ids)}")
        return cls(
            info=RunInfo(**info),
            item_ids=ids,
            columns=columns,
            metrics={n: describe(n, bounds=bounds, higher_is_better=higher_is_better) for n in columns},
            epochs=repeats,
            clusters=clusters,
        )

    @property
    def n_rows(self) -> int:
        """The number of rows: items times epochs, absent scores included."""
        return len(self.item_ids)

    def resolve(self, metric: str | None = None) -> str:
        """Find the column that a metric's name, or an alias of it, means.

        Parameters
        ----------
        metric : str, optional
            May be left out where the run has one metric only.

        Raises
        ------
        DataError
            No such metric, or several; the sentence lists what there is.

        Examples
        --------
        >>> Run.from_arrays(["a"], {"f1": [0.5]}).resolve()
        'f1'
        """
        there = ", ".join(map(repr, self.columns)) or "none"
        if metric is None:
            if len(self.columns) == 1:
                return next(iter(self.columns))
            raise DataError(f"{self.info.source}: the metrics are {there}", hint="name one with --metric")
        if metric in self.columns:
            return metric
        found = self.aliases.get(metric, ())
        if len(found) == 1:
            return found[0]
        if found:
            named = " and ".join(map(repr, found))
            raise DataError(
                f"{self.info.source}: {metric!r} could mean {named}", hint="name one of them with --metric"
            )
        raise DataError(f"{self.info.source}: there is no metric {metric!r}", hint=f"the metrics are {there}")

    def cluster(self, name: str) -> NDArray[np.object_]:
        """Return the column of cluster ids that a cluster's name means.

        A name that no column bears means the run's own `cluster_id`, where the file has one: such files do not
        record what their clusters are.

        Raises
        ------
        DataError
            The run carries no such cluster; the sentence lists those it does.
        """
        if name in self.clusters:
            return self.clusters[name]
        if OWN_CLUSTER in self.clusters:
            return self.clusters[OWN_CLUSTER]
        there = ", ".join(map(repr, self.clusters)) or "none"
        raise DataError(
            f"{self.info.source}: there is no cluster {name!r}",
            hint=f"the columns that could serve are {there}",
        )

    def with_metric(self, metric: Metric) -> Run:
        """Return the run with one metric's range or direction replaced."""
        return replace(self, metrics={**self.metrics, metric.name: metric})


def _floats(scores: Sequence[Any] | NDArray[Any]) -> NDArray[np.float64]:
    """Convert scores that are floats, integers or booleans, with NaN for None."""
    for row, score in enumerate(scores):
        if not (score is None or isinstance(score, _NUMBERS)) or (
            isinstance(score, int) and abs(score) > 1e300
        ):
            raise DataError(
                f"row {row}: the score is {score!r:.60}",
                hint="a score is a finite number, or None for a missing one",
            )
    return np.fromiter((np.nan if s is None else s for s in scores), np.float64, len(scores))


def _whole_numbers(epochs: Sequence[int] | NDArray[Any]) -> NDArray[np.int64]:
    numbers = np.asarray(epochs, dtype=np.float64)
    broken = np.flatnonzero(~np.isfinite(numbers) | (numbers != np.round(numbers)))
    if len(broken):
        raise DataError(
            f"row {broken[0]}: the epoch is {numbers[broken[0]]:g}", hint="an epoch is a whole number"
        )
    return numbers.astype(np.int64)


def describe(
    name: str,
    *,
    bounds: Mapping[str, tuple[float, float]] | tuple[float, float] | None = None,
    higher_is_better: Mapping[str, bool] | bool | None = None,
) -> Metric:
    """Make a Metric from what the caller said, and from its name for what was left unsaid.

    Examples
    --------
    >>> describe("accuracy").bounds
    (0.0, 1.0)
    """
    said = bounds.get(name) if isinstance(bounds, Mapping) else bounds
    up = higher_is_better.get(name) if isinstance(higher_is_better, Mapping) else higher_is_better
    return Metric(
        name=name,
        bounds=known_bounds(name) if said is None else (float(said[0]), float(said[1])),
        higher_is_better=known_direction(name) if up is None else up,
    )


def nfc(item_ids: Iterable[Any]) -> NDArray[np.object_]:
    r"""Normalise item ids to Unicode NFC, so that one id written two ways is one id.

    Returns
    -------
    ndarray of object (str), shape (n,)

    Examples
    --------
    >>> nfc(["cafe\u0301", "a"]).tolist() == ["caf\u00e9", "a"]
    True
    """
    ids = list(map(str, item_ids))
    if not "".join(ids).isascii():
        ids = [i if i.isascii() else unicodedata.normalize("NFC", i) for i in ids]
    out = np.empty(len(ids), dtype=object)
    out[:] = ids
    return out
