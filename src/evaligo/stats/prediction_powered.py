"""The mean that people would give, from a judge's scores of all items and people's labels of a few."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError
from evaligo.stats.cluster import bell_mccaffrey_df, totals_of
from evaligo.stats.inference import Student

__all__ = ["PredictionPowered", "prediction_powered"]

Floats = NDArray[np.float64]
_UNSEEN = 1.5
"""How many errors of the whole range, all one way, a labelled sample may have missed: the standard error at which a t bound
over no error seen is the rule of three (Hanley & Lippman-Hand 1983)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionPowered(Student):
    """Inference for a mean of labels, by predictions of all items and the labels of a few.

    Parameters
    ----------
    n_labelled : int
    tuning : float
        How much the predictions weigh, in [0, 1]: 0 is the labels' own mean, 1 the predictions' mean less their bias.
    predicted : float
        The mean of the predictions alone, over all items.
    """

    n_labelled: int
    tuning: float
    predicted: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Part:
    """One of the two samples, the labelled or the other: what each cluster adds to the error of a mean."""

    sizes: Floats

    @property
    def units(self) -> int:
        return int(np.count_nonzero(self.sizes))

    @property
    def df(self) -> float:
        return bell_mccaffrey_df(self.sizes[self.sizes > 0])

    def shares(self, values: Floats, codes: NDArray[np.intp]) -> Floats:
        """Return residual totals, scaled so that their squares sum to the CR2 variance of the mean."""
        n = self.sizes.sum()
        totals = np.bincount(codes, weights=values, minlength=len(self.sizes))
        return np.asarray((totals - self.sizes * values.mean()) / (n * np.sqrt(1.0 - self.sizes / n)))


def prediction_powered(
    predictions: Floats,
    labels: Floats,
    labelled: NDArray[np.bool_],
    codes: NDArray[np.intp] | None = None,
    *,
    tuning: float | None = None,
    span: float | None = None,
    method: str = "prediction_powered",
) -> PredictionPowered:
    """Infer the mean label over items of which all have a prediction and some, drawn at random, a label.

    ``lambda mean(prediction, unlabelled) + mean(label - lambda prediction, labelled)``, with ``lambda`` chosen to make
    its variance smallest. Items share clusters across the two samples: their covariance is counted. The variance is
    CR2's, for each sample and for what they share; its degrees of freedom are Welch's of the two samples, less one of
    the labelled for the choice of ``lambda``. For differences between two runs, hand over differences of both.

    Parameters
    ----------
    predictions : ndarray, shape (n_items,)
        A judge's scores.
    labels : ndarray, shape (n_items,)
        In the same unit; read only where `labelled`.
    labelled : ndarray of bool, shape (n_items,)
    codes : ndarray of int, shape (n_items,), optional
        The cluster of each item, 0 to n_clusters - 1, each used. None: each item is its own cluster.
    tuning : float, optional
        ``lambda``, in [0, 1]; chosen from the data where left out (Angelopoulos, Duchi & Zrnic 2023).
    span : float, optional
        The metric's range. With it, the variance allows for errors of the judge that so few labels did not show, as
        agreement on twenty labels of twenty is no certainty; without it, the observed disagreement is all there is.
    method : str

    Raises
    ------
    DataError
        Fewer than three labelled units.

    References
    ----------
    Angelopoulos, Bates, Fannjiang, Jordan & Zrnic (2023), Science 382, 669-674; power tuning: Angelopoulos, Duchi &
    Zrnic (2023), PPI++, arXiv:2311.01453, section 6; the variance: Bell & McCaffrey (2002), Survey Methodology 28(2).

    Examples
    --------
    >>> judge = np.array([0.9, 0.2, 0.8, 0.7, 0.3, 0.9, 0.6, 0.4])
    >>> people = np.array([0.8, 0.1, 0.8, 0.5, 0.0, 0.0, 0.0, 0.0])
    >>> law = prediction_powered(judge, people, np.arange(8) < 4, tuning=1.0)
    >>> round(law.predicted, 2), round(law.value, 2), round(law.standard_error, 3)
    (0.6, 0.45, 0.138)
    """
    codes = np.arange(len(predictions)) if codes is None else codes
    rest = ~labelled
    known, other = (_Part(sizes=_sizes(codes, part)) for part in (labelled, rest))
    if known.units < 3:
        raise DataError(
            f"{known.units} labelled units tell nothing of a judge's error", hint="label at least 20 items"
        )
    of_labels = known.shares(labels[labelled], codes[labelled])
    of_predictions = known.shares(predictions[labelled], codes[labelled])
    usable = other.units >= 2
    of_rest = other.shares(predictions[rest], codes[rest]) if usable else np.zeros_like(of_labels)
    weight = _weight(of_labels, of_predictions - of_rest, tuning) if usable else 0.0
    variance, df = _variance(
        of_labels - weight * of_predictions,
        weight * of_rest,
        (known.df, other.df if usable else math.inf),
        tuned=usable and tuning is None,
        allowance=0.0 if span is None else (_UNSEEN * span / known.units) ** 2,
    )
    value = float((labels[labelled] - weight * predictions[labelled]).mean())
    return PredictionPowered(
        value=value + (weight * float(predictions[rest].mean()) if usable else 0.0),
        standard_error=math.sqrt(variance),
        df=df,
        n_items=len(predictions),
        n_clusters=_clusters(codes),
        method=method,
        n_labelled=int(labelled.sum()),
        tuning=weight,
        predicted=float(predictions.mean()),
    )


def _sizes(codes: NDArray[np.intp], part: NDArray[np.bool_]) -> Floats:
    return np.bincount(codes[part], minlength=int(codes.max()) + 1).astype(np.float64)


def _clusters(codes: NDArray[np.intp]) -> int | None:
    _, sizes = totals_of(np.ones(len(codes)), codes)
    return len(sizes) if bool((sizes > 1).any()) else None


def _weight(of_labels: Floats, of_predictions: Floats, tuning: float | None) -> float:
    """Return the weight at which the squares of what is left sum to least; for lone items this is PPI++'s."""
    if tuning is not None:
        return tuning
    squares = float(of_predictions @ of_predictions)
    return 0.0 if squares == 0.0 else min(max(float(of_labels @ of_predictions) / squares, 0.0), 1.0)


def _variance(
    known: Floats, other: Floats, freedoms: tuple[float, float], *, tuned: bool, allowance: float
) -> tuple[float, float]:
    """Return the variance of the two samples together, and its degrees of freedom (Welch 1947)."""
    ours, theirs = float(known @ known), float(other @ other)
    df = freedoms[0] - 1.0 if tuned else freedoms[0]
    # One degree of freedom was spent on the weight, and an allowance is a guess no better known than what it guards.
    extra = allowance + (ours / df if tuned else 0.0)
    total = max(ours + theirs + 2.0 * float(known @ other), 0.0) + extra
    parts = ((ours + extra) ** 2 / df, theirs**2 / freedoms[1])
    if sum(parts) == 0.0:
        return total, df
    units = int(np.count_nonzero((known != 0.0) | (other != 0.0)))
    return total, max(min((ours + extra + theirs) ** 2 / sum(parts), max(units - 1.0, df)), 1.0)
