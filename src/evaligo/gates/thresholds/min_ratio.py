"""`min_accuracy_per_dollar` and its like: the least sum of one metric per sum of another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evaligo.errors import DataError
from evaligo.gates.method import Choice
from evaligo.gates.thresholds.contract import Asked, CommonKeys, Metrics, Scores, refused
from evaligo.gates.thresholds.names import find_metric
from evaligo.records import Metric, Threshold
from evaligo.stats.inference import Student

__all__ = ["KIND", "MinRatio"]

_PER = "_per_"
_CALLED = {"dollar": "cost"}


class Keys(CommonKeys, frozen=True, kw_only=True):
    """The keys of such a threshold; `min_ratio` stands for `min_A_per_B`."""

    min_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MinRatio:
    """Bounds a ratio of sums from below."""

    @property
    def name(self) -> str:
        """``"min_ratio"``."""
        return "min_ratio"

    @property
    def keys(self) -> type[CommonKeys]:
        """Its keys, once the limit's is called `min_ratio`."""
        return Keys

    @property
    def sign(self) -> float:
        """1: the limit bounds from below."""
        return 1.0

    @property
    def needs_baseline(self) -> bool:
        """False."""
        return False

    def claims(self, key: str) -> bool:
        """Tell whether a key is `min_A_per_B`."""
        return key.startswith("min_") and any(_splits(key))

    def speaks_of(self, asked: Asked) -> tuple[str, ...]:
        """Numerator and denominator."""
        return next(_splits(asked.key))

    def resolve(self, asked: Asked, metrics: Metrics) -> Threshold:
        """Find both metrics."""
        if asked.keys.metric is not None or asked.keys.estimand is not None:
            raise refused(
                asked, f"{asked.key!r} names its metrics already", "leave `metric:` and `estimand:` out"
            )
        splits = list(_splits(asked.key))
        above, below = next((s for s in splits if s[0] in metrics and s[1] in metrics), splits[0])
        ours, theirs = find_metric(asked, above, metrics), find_metric(asked, below, metrics)
        return asked.threshold(metric=ours.name, estimand=f"ratio:{theirs.name}", limit=asked.limit.value)

    def bounds(self, metric: Metric) -> tuple[float, float] | None:
        """The numerator's."""
        return metric.bounds

    def null(self, threshold: Threshold) -> float:
        """The limit."""
        return threshold.limit

    def judge(
        self,
        threshold: Threshold,
        scores: Scores,
        *,
        bounds: tuple[float, float] | None,  # noqa: ARG002  (a ratio has no range)
        seed: int,  # noqa: ARG002  (nothing is drawn)
    ) -> Choice:
        """Infer the ratio of the two sums: that of the means, less 1, is a relative change."""
        from evaligo.stats.ratio import relative_change  # noqa: PLC0415  (few gates need it)
        from evaligo.stats.transformed import Shifted  # noqa: PLC0415

        below = scores.denominators
        if below is None:
            raise AssertionError  # the denominators are gathered for every ratio
        if not below.any():
            name = threshold.estimand.removeprefix("ratio:")
            raise DataError(f"{name!r} is 0 for every item, and nothing is had per 0", hint="leave it out")
        if len(below) < 2 or (scores.codes is not None and not scores.codes.any()):
            return _alone(scores, float(scores.candidate.sum() / below.sum()))
        law = Shifted.of(relative_change(below, scores.candidate, scores.codes, method="fieller"), by=1.0)
        return Choice(law=law, reason="Fieller's theorem holds where the denominator is itself uncertain")

    def words(self, threshold: Threshold) -> str:
        """Say what is demanded."""
        below = threshold.estimand.removeprefix("ratio:")
        return (
            f"the sum of {threshold.metric} per sum of {below} must be at least "
            f"{threshold.written.partition(': ')[2]}"
        )


def _alone(scores: Scores, value: float) -> Choice:
    law = Student(
        value=value,
        standard_error=0.0,
        df=1.0,
        n_items=len(scores.candidate),
        n_clusters=None if scores.codes is None else 1,
        method="fieller",
    )
    return Choice(law=law, reason="one unit alone tells nothing about the spread between units")


def _splits(key: str) -> Iterator[tuple[str, str]]:
    """Yield numerator and denominator, wherever the key's `_per_` may stand."""
    rest = key.removeprefix("min_")
    at = rest.find(_PER)
    while at > 0 and at + len(_PER) < len(rest):
        below = rest[at + len(_PER) :]
        yield rest[:at], _CALLED.get(below, below)
        at = rest.find(_PER, at + 1)


KIND = MinRatio()
