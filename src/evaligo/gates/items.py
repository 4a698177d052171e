"""One run's items on one metric: repeats averaged, duplicates refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError
from evaligo.records import Column, Run

__all__ = ["Items", "collapse", "factorised"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Items:
    """Items with the scores of their epochs.

    Parameters
    ----------
    ids : ndarray of object (str), shape (n_items,)
        In the order of the run.
    rows : ndarray of int, shape (n_items,)
        The run's first row of each item.
    sums : ndarray of float64, shape (n_items,)
        Over the present epochs.
    squares : ndarray of float64, shape (n_items,)
        Sums of squares, likewise.
    counts : ndarray of int64, shape (n_items,)
        How many epochs are present; 0 for an absent item.
    epochs : int
        How many epochs the run has: an item with fewer rows lacks some.
    reasons : mapping of position to str
        Why a score is absent, where the file says.
    """

    ids: NDArray[np.object_]
    rows: NDArray[np.intp]
    sums: NDArray[np.float64]
    squares: NDArray[np.float64]
    counts: NDArray[np.int64]
    epochs: int
    reasons: Mapping[int, str] = field(default_factory=dict)

    @property
    def means(self) -> NDArray[np.float64]:
        """Scores with their epochs averaged; NaN for an absent item."""
        if self.epochs == 1:
            return np.where(self.counts > 0, self.sums, np.nan)
        means = np.full(len(self.sums), np.nan)
        np.divide(self.sums, self.counts, out=means, where=self.counts > 0)
        return means

    @property
    def within_variance(self) -> float:
        """The pooled variance between the epochs of one item; NaN where no item has two."""
        freedom = np.maximum(self.counts - 1, 0)
        if not freedom.any():
            return float("nan")
        several = self.counts > 1
        spread = self.squares[several] - self.sums[several] ** 2 / self.counts[several]
        return float(np.maximum(spread, 0.0).sum() / freedom.sum())

    def positions(self) -> dict[str, int]:
        """Map each id to its position."""
        return dict(zip(self.ids.tolist(), range(len(self.ids)), strict=True))

    def filled(self, score: float) -> NDArray[np.float64]:
        """Means with each missing epoch at `score`."""
        missing = np.maximum(self.epochs - self.counts, 0)
        return (self.sums + score * missing) / np.maximum(self.epochs, self.counts)


def collapse(run: Run, metric: str, *, like: Items | None = None) -> Items:
    """Average the epochs of each item.

    Parameters
    ----------
    run : Run
    metric : str
        A column of the run.
    like : Items, optional
        The other run's: where the ids are the same, row by row, they need not be searched for repeats again.

    Raises
    ------
    DataError
        One (item, epoch) stands twice.

    Examples
    --------
    >>> run = Run.from_arrays(["a", "a", "b"], {"f1": [1.0, 0.0, 1.0]}, epochs=[1, 2, 1])
    >>> collapse(run, "f1").means.tolist()
    [0.5, 1.0]
    """
    column = run.columns[metric]
    if (like is not None and _same_rows(run, like)) or len(set(run.item_ids.tolist())) == run.n_rows:
        return _one_row_each(run, column)
    if run.epochs is None:
        raise DataError(
            f"{run.info.source}: item {_repeated(run)!r} stands more than once",
            hint="an item stands once a run; repeats need an epoch number each",
        )
    return _averaged(run, column)


def _same_rows(run: Run, like: Items) -> bool:
    return len(like.ids) == run.n_rows and np.array_equal(like.ids, run.item_ids)


def factorised(labels: NDArray[np.object_]) -> tuple[NDArray[np.intp], NDArray[np.object_]]:
    """Number labels in the order in which they first appear.

    Returns
    -------
    codes : ndarray of int, shape (n,)
    unique : ndarray of object, shape (n_unique,)

    Examples
    --------
    >>> factorised(np.array(["b", "a", "b"], dtype=object))
    (array([0, 1, 0]), array(['b', 'a'], dtype=object))
    """
    rows = labels.tolist()
    index = {label: code for code, label in enumerate(dict.fromkeys(rows))}
    unique = np.empty(len(index), dtype=object)
    unique[:] = list(index)
    return np.fromiter(map(index.__getitem__, rows), np.intp, len(rows)), unique


def _one_row_each(run: Run, column: Column) -> Items:
    sums = np.where(column.present, column.values, 0.0)
    return Items(
        ids=run.item_ids,
        rows=np.arange(run.n_rows),
        sums=sums,
        squares=_squared(sums),
        counts=column.present.astype(np.int64),
        epochs=_n_epochs(run),
        reasons=column.reasons,
    )


def _averaged(run: Run, column: Column) -> Items:
    codes, ids = factorised(run.item_ids)
    _refuse_duplicates(run, codes)
    n = len(ids)
    present = column.present
    scores, owners = column.values[present], codes[present]
    rows = np.full(n, run.n_rows, dtype=np.intp)
    np.minimum.at(rows, codes, np.arange(run.n_rows))
    return Items(
        ids=ids,
        rows=rows,
        sums=np.bincount(owners, weights=scores, minlength=n).astype(np.float64),
        squares=np.bincount(owners, weights=_squared(scores), minlength=n).astype(np.float64),
        counts=np.bincount(owners, minlength=n).astype(np.int64),
        epochs=_n_epochs(run),
        reasons={int(codes[row]): why for row, why in column.reasons.items()},
    )


def _n_epochs(run: Run) -> int:
    """The epoch numbers that occur: a run that kept only its better repeats still shows how many there were."""
    return 1 if run.epochs is None else len(np.unique(run.epochs))


def _squared(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(over="ignore"):  # the checks refuse such scores with a sentence
        return np.square(scores)


def _refuse_duplicates(run: Run, codes: NDArray[np.intp]) -> None:
    epochs = run.epochs
    if epochs is None:
        return
    order = np.lexsort((epochs, codes))
    same = (np.diff(codes[order]) == 0) & (np.diff(epochs[order]) == 0)
    if same.any():
        row = int(order[int(np.flatnonzero(same)[0])])
        raise DataError(
            f"{run.info.source}: item {run.item_ids[row]!r} stands twice in epoch {int(epochs[row])}",
            hint="each (item, epoch) stands once; check whether two runs were written to one file",
        )


def _repeated(run: Run) -> str:
    return str(Counter(run.item_ids.tolist()).most_common(1)[0][0])
