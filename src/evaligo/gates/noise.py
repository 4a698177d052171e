"""How much paired differences will vary in a run that does not exist yet."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaligo.errors import UsageError
from evaligo.stats.cluster import kish_size

__all__ = ["Layout", "Noise"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """The variance of an item's paired difference, and its parts.

    Parameters
    ----------
    variance : float
        Of the difference of one epoch in either run; positive. For a 0/1 metric this is the discordance.
    epoch_share : float, optional
        The part of it that is noise between repeats of one item, in [0, 1]; None where it is not known.
    icc : float
        The part of it that the items of one cluster share, in [0, 1].
    binary : bool
        Whether a single epoch scores 0 or 1.
    bounds : (low, high), optional
        The metric's range.

    Raises
    ------
    UsageError
        Numbers that no data can have.

    Examples
    --------
    >>> Noise(variance=0.04, epoch_share=0.5).of_item(epochs=2)
    0.03
    """

    variance: float
    epoch_share: float | None = None
    icc: float = 0.0
    binary: bool = False
    bounds: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        share = self.epoch_share or 0.0
        if not 0.0 <= share <= 1.0:
            raise UsageError(f"the epoch share is {share:g}", hint="give a share between 0 and 1")
        if not 0.0 <= self.icc <= 1.0:
            raise UsageError(
                f"the icc is {self.icc:g}", hint="give a correlation between 0 and 1, such as 0.2"
            )
        if share + self.icc > 1.0 + 1e-9:
            raise UsageError(
                f"the epoch share {share:g} and the icc {self.icc:g} are parts of one variance, and make more than all of it",
                hint="lower one of them: repeats of an item and its cluster vary apart from each other",
            )
        if self.bounds is not None and math.sqrt(self.variance) > self.bounds[1] - self.bounds[0]:
            raise UsageError(
                f"differences of a metric between {self.bounds[0]:g} and {self.bounds[1]:g} cannot have a standard "
                f"deviation of {math.sqrt(self.variance):g}",
                hint="give both in the metric's unit",
            )

    def of_item(self, epochs: float) -> float:
        """The variance of an item's difference with its epochs averaged."""
        share = self.epoch_share or 0.0
        return self.variance * (1.0 - share + share / epochs)

    def icc_of(self, epochs: float) -> float:
        """The correlation within clusters of such averaged differences: epochs do not average the clusters away."""
        variance = self.of_item(epochs)
        return min(1.0, self.icc * self.variance / variance) if variance > 0.0 else 0.0

    def design_effect(self, sizes: Floats, epochs: float) -> float:
        """Variance relative to independent items: ``1 + (m - 1) icc`` for clusters of m items (Kish 1965)."""
        return 1.0 + (kish_size(sizes) - 1.0) * self.icc_of(epochs)

    def of_mean(self, items: float, sizes: Floats, epochs: float) -> float:
        """The variance of the mean difference over all items."""
        return self.of_item(epochs) / items * self.design_effect(sizes, epochs)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """How a planned number of items falls into clusters.

    Parameters
    ----------
    pattern : ndarray of int, optional
        Cluster sizes that repeat: more items mean more clusters. A single number where all are equal.
    clusters : int, optional
        A fixed number of clusters: more items mean larger clusters.

    Examples
    --------
    >>> Layout(pattern=np.array([20])).sizes(100).tolist(), Layout(clusters=3).sizes(10).tolist()
    ([20, 20, 20, 20, 20], [4, 3, 3])
    """

    pattern: NDArray[np.intp] | None = None
    clusters: int | None = None

    @property
    def clustered(self) -> bool:
        """Whether items come in clusters at all."""
        return self.pattern is not None or self.clusters is not None

    @property
    def step(self) -> int:
        """By how many items a plan can grow: whole clusters, where they are all alike."""
        return int(self.pattern[0]) if self.pattern is not None and len(self.pattern) == 1 else 1

    @property
    def fewest(self) -> int:
        """The items that two clusters hold on average, or that fill the fixed ones: fewer tell nothing."""
        return self.clusters or (2 if self.pattern is None else math.ceil(2.0 * float(self.pattern.mean())))

    def sizes(self, items: int) -> NDArray[np.intp]:
        """Return the clusters' sizes, shape (n_clusters,), near `items` in sum; ones without clusters."""
        if self.pattern is None:
            return _equal(items, items if self.clusters is None else min(self.clusters, items))
        groups = max(2, round(items / float(self.pattern.mean())))
        return _equal(items, groups) if len(self.pattern) == 1 else np.resize(self.pattern, groups)


def _equal(items: int, groups: int) -> NDArray[np.intp]:
    sizes = np.full(groups, items // groups)
    sizes[: items % groups] += 1
    return sizes
