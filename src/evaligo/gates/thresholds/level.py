"""What the kinds share that hold the candidate's own level against a limit."""

from __future__ import annotations

from dataclasses import dataclass, replace

from evaligo.gates.estimand import parse_estimand
from evaligo.gates.method import Choice
from evaligo.gates.quality_level import infer_level
from evaligo.gates.thresholds.contract import Asked, CommonKeys, Metrics, Scores, refused
from evaligo.gates.thresholds.names import estimand_of, metric_of, plain_name
from evaligo.gates.thresholds.units import is_share, level_limit
from evaligo.records import Metric, Threshold

__all__ = ["Level"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A kind that bounds the candidate's level.

    Parameters
    ----------
    name : str
    keys : type
    sign : float
        1 where the limit is the least that is accepted, -1 where it is the most.
    of_share : bool
        Whether the metric can only be a share: one whose range nobody said is taken to lie in [0, 1].
    """

    name: str
    keys: type[CommonKeys]
    sign: float
    of_share: bool = False

    @property
    def needs_baseline(self) -> bool:
        """False."""
        return False

    def claims(self, key: str) -> bool:
        """Tell whether a key is the limit's."""
        return key == self.name

    def speaks_of(self, asked: Asked) -> tuple[str, ...]:
        """The metric that it names, or that its name means."""
        return (asked.keys.metric or plain_name(asked.name),)

    def resolve(self, asked: Asked, metrics: Metrics) -> Threshold:
        """Find metric, estimand and unit."""
        metric = metric_of(asked, metrics)
        metric = replace(metric, bounds=self.bounds(metric))
        if self.of_share and not is_share(metric):
            raise refused(
                asked, f"{metric.name!r} does not lie in [0, 1], so that it is no rate", "write max_value"
            )
        return asked.threshold(
            metric=metric.name, estimand=estimand_of(asked, metrics), limit=level_limit(asked, metric)
        )

    def bounds(self, metric: Metric) -> tuple[float, float] | None:
        """The metric's own, or that of a share."""
        return (0.0, 1.0) if metric.bounds is None and self.of_share else metric.bounds

    def null(self, threshold: Threshold) -> float:
        """The limit, turned where less is better."""
        return self.sign * threshold.limit

    def judge(
        self, threshold: Threshold, scores: Scores, *, bounds: tuple[float, float] | None, seed: int
    ) -> Choice:
        """Infer the level."""
        return infer_level(
            scores.candidate,
            scores.codes,
            parse_estimand(threshold.estimand),
            bounds=bounds,
            sign=self.sign,
            seed=seed,
        )

    def words(self, threshold: Threshold) -> str:
        """Say what is demanded."""
        side = "at least" if self.sign > 0.0 else "at most"
        return f"the {threshold.estimand} of {threshold.metric} must be {side} {threshold.written.partition(': ')[2]}"
