"""What a kind of threshold is made of: the keys of a file that mean it, and its judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from evaligo.errors import DataError
from evaligo.gates.method import Choice
from evaligo.gates.pairing import Sample
from evaligo.records import Metric, Threshold
from evaligo.records.quality import Role
from evaligo.settings.amounts import Amount, parse_share
from evaligo.settings.shape import Shape

__all__ = ["Asked", "CommonKeys", "Kind", "Metrics", "Scores", "refused"]

Floats = NDArray[np.float64]
Metrics = Mapping[str, Metric]
"""What there is to judge, by name."""
_MOST_CONFIDENT = 1.0 - 1e-9  # beyond, the tails are lost in the rounding of 1 minus them


class CommonKeys(Shape, frozen=True):
    """The keys that every threshold may have."""

    confidence_level: str | float | None = None
    metric: str | None = None
    estimand: str | None = None
    role: Role = "critical"
    slice: dict[str, str | int | float | bool] = msgspec.field(default_factory=dict)
    min_items: Annotated[int, msgspec.Meta(ge=0)] = 0
    on_missing: Literal["both", "drop", "worst"] = "both"

    def __post_init__(self) -> None:
        level = self.level
        if level is not None and not 0.5 < level <= _MOST_CONFIDENT:
            raise ValueError(
                f"the confidence level is {self.confidence_level}; give one above 50 % and below 100 %, such as 95%"
            )

    @property
    def level(self) -> float | None:
        """The confidence level as a share."""
        return None if self.confidence_level is None else parse_share(self.confidence_level)

    @property
    def sliced(self) -> dict[str, str]:
        """The slice's values as text, as metadata are compared."""
        return {key: _text(value) for key, value in self.slice.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A threshold as a file writes it, before it is known what its metric is.

    Parameters
    ----------
    name : str
    kind : Kind
    key : str
        The limit's key.
    limit : Amount
    keys : CommonKeys
    place : str
        File and line.
    """

    name: str
    kind: Kind
    key: str
    limit: Amount
    keys: CommonKeys
    place: str

    def threshold(self, *, metric: str, estimand: str, limit: float) -> Threshold:
        """Return the threshold, now that it is known what it speaks about."""
        return Threshold(
            name=self.name,
            kind=self.kind.name,
            metric=metric,
            estimand=estimand,
            limit=limit,
            written=f"{self.key}: {self.limit.text}",
            confidence_level=self.keys.level,
            role=self.keys.role,
            slice=self.keys.sliced,
            min_items=self.keys.min_items,
            on_missing=self.keys.on_missing,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scores:
    """What a threshold judges.

    Parameters
    ----------
    candidate : ndarray of float64, shape (n_items,)
    baseline : ndarray of float64, shape (n_items,), optional
        Of the same items, where the threshold compares.
    codes : ndarray of int, shape (n_items,), optional
        The cluster of each item.
    denominators : ndarray of float64, shape (n_items,), optional
        The candidate's, where the threshold is about a ratio.
    """

    candidate: Floats
    baseline: Floats | None = None
    codes: NDArray[np.intp] | None = None
    denominators: Floats | None = None

    @property
    def sample(self) -> Sample:
        """Both runs' scores, for inference about their difference."""
        if self.baseline is None:
            raise AssertionError  # a kind that compares is never asked without a baseline
        return Sample(baseline=self.baseline, candidate=self.candidate, codes=self.codes)


class Kind(Protocol):
    """One kind of threshold: a file of this package, or of another's under the entry point ``evaligo.thresholds``."""

    @property
    def name(self) -> str:
        """What `Threshold.kind` calls it."""

    @property
    def keys(self) -> type[CommonKeys]:
        """Its keys in a file; the limit's bears the kind's name."""

    @property
    def sign(self) -> float:
        """1 where the limit bounds from below, -1 where it bounds from above."""

    @property
    def needs_baseline(self) -> bool:
        """Whether it compares with a baseline."""

    def claims(self, key: str) -> bool:
        """Tell whether a key of a file is its limit."""

    def speaks_of(self, asked: Asked) -> tuple[str, ...]:
        """Return the metrics that it seems to mean, as far as names tell: for a file without an experiment."""

    def resolve(self, asked: Asked, metrics: Metrics) -> Threshold:
        """Find the metric and the estimand, and read the limit in the metric's unit.

        Raises
        ------
        DataError
            Nothing gives the metric, or the limit's unit does not fit it; with file and line.
        """

    def bounds(self, metric: Metric) -> tuple[float, float] | None:
        """Return the metric's range, as this kind understands it; None where it is unknown."""

    def null(self, threshold: Threshold) -> float:
        """Return the limit on the scale of `judge`: what lies above it is accepted."""

    def judge(
        self, threshold: Threshold, scores: Scores, *, bounds: tuple[float, float] | None, seed: int
    ) -> Choice:
        """Infer what the limit speaks about, signed so that more is better.

        Raises
        ------
        DataError
            The scores have no such thing, as a change relative to 0.
        """

    def words(self, threshold: Threshold) -> str:
        """Say in half a sentence what is demanded."""


def refused(asked: Asked, problem: str, hint: str) -> DataError:
    """Return the error that names a threshold with file and line."""
    return DataError(f"{asked.place}: {asked.name!r}: {problem}", hint=hint)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
