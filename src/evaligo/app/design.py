"""What a caller says of a run that does not exist yet: its items, clusters and epochs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaligo.errors import UsageError
from evaligo.gates.noise import Layout

__all__ = ["Design"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What the caller said of the planned run; None where nothing was said.

    Parameters
    ----------
    items, clusters, cluster_size, epochs : int, optional
    icc, epoch_share : float, optional

    Raises
    ------
    UsageError
        Numbers that contradict each other.

    Examples
    --------
    >>> Design(clusters=50, cluster_size=20).said_items
    1000
    """

    items: int | None = None
    clusters: int | None = None
    cluster_size: int | None = None
    icc: float | None = None
    epochs: int | None = None
    epoch_share: float | None = None

    def __post_init__(self) -> None:
        self._refuse_small()
        if self.icc is not None and not self.clustered:
            raise UsageError(
                "an icc says how alike the items of one cluster are, and no clusters were given",
                hint="add --cluster-size M or --clusters G",
            )
        if self.clusters is not None and self.cluster_size is not None:
            made = self.clusters * self.cluster_size
            if self.items not in (None, made):
                raise UsageError(
                    f"{self.clusters} clusters of {self.cluster_size} make {made} items, not {self.items}",
                    hint="give two of --items, --clusters and --cluster-size",
                )
        elif self.clusters is not None and self.items is not None and self.clusters > self.items:
            raise UsageError(
                f"{self.items} items cannot fill {self.clusters} clusters", hint="give fewer clusters"
            )

    @property
    def clustered(self) -> bool:
        """Whether the caller laid out clusters."""
        return self.clusters is not None or self.cluster_size is not None

    @property
    def said_items(self) -> int | None:
        """The number of items that the options amount to."""
        if self.clusters is not None and self.cluster_size is not None:
            return self.clusters * self.cluster_size
        return self.items

    @property
    def layout(self) -> Layout:
        """The clusters that the options amount to."""
        if self.cluster_size is not None:
            return Layout(pattern=np.array([self.cluster_size]))
        if self.clusters is not None and self.items is not None:
            return Layout(pattern=Layout(clusters=self.clusters).sizes(self.items))
        return Layout(clusters=self.clusters)

    def _refuse_small(self) -> None:
        least = {"items": 2, "clusters": 2, "cluster_size": 1, "epochs": 1}
        for name, low in least.items():
            value = getattr(self, name)
            if value is not None and value < low:
                raise UsageError(
                    f"{name.replace('_', ' ')} is {value}",
                    hint=f"give --{name.replace('_', '-')} {low} or more",
                )
