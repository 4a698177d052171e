"""What a metric is: its name, its range, and which way is better."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evaligo.errors import UsageError

__all__ = ["Metric", "known_bounds", "known_direction"]

_PROPORTIONS = frozenset(
    {
        "acc", "acc_norm", "accuracy", "bleurt", "chrf_01", "coherence", "contains", "correct", "em",
        "exact_match", "f1", "groundedness", "hallucination", "includes", "match", "mc1", "mc2", "pass",
        "pass_at_1", "pass@1", "precision", "prefix_exact_match", "quasi_exact_match",
        "quasi_prefix_exact_match", "recall", "rouge_l", "rouge1", "rouge2", "rougel", "success", "toxicity",
        "win_rate",
    }
)  # fmt: skip
_LOWER_IS_BETTER = frozenset(
    {
        "cost", "duration", "error", "error_rate", "hallucination", "hallucination_rate", "inference_runtime",
        "latency", "latency_ms", "logprob_loss", "loss", "num_output_tokens", "perplexity", "toxicity",
        "word_perplexity", "byte_perplexity", "bits_per_byte", "wer", "cer", "ter",
    }
)  # fmt: skip
_LOWER_WORDS = frozenset(
    {
        "brier", "cer", "cost", "duration", "error", "errors", "failures", "hallucination", "hallucinations", "latency",
        "loss", "mae", "ms", "mse", "perplexity", "price", "refusal", "refusals", "retries", "rmse", "runtime", "seconds",
        "ter", "time", "tokens", "toxicity", "ttft", "usd", "violations", "wer",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric's name, range and direction.

    Parameters
    ----------
    name : str
        As the run's file spells it.
    bounds : (float, float), optional
        The lowest and highest score that can occur. None where nobody said: then a missing item has no worst
        value.
    higher_is_better : bool
        False for a latency, a cost, an error rate.

    Examples
    --------
    >>> Metric(name="accuracy", bounds=(0.0, 1.0)).worst
    0.0
    >>> Metric(name="latency", higher_is_better=False).worst is None
    True
    """

    name: str
    bounds: tuple[float, float] | None = None
    higher_is_better: bool = True

    def __post_init__(self) -> None:
        if self.bounds is None:
            return
        low, high = self.bounds
        if not 1e-100 <= high - low <= 1e100:  # neither narrower than rounding nor open
            raise UsageError(
                f"the bounds of {self.name!r} are {low}, {high}", hint="give LOW,HIGH with LOW < HIGH"
            )

    @property
    def worst(self) -> float | None:
        """The worst score that can occur, or None where the metric has no known bounds."""
        if self.bounds is None:
            return None
        return self.bounds[0] if self.higher_is_better else self.bounds[1]

    @property
    def best(self) -> float | None:
        """The best score that can occur, or None where the metric has no known bounds."""
        if self.bounds is None:
            return None
        return self.bounds[1] if self.higher_is_better else self.bounds[0]


def known_bounds(name: str) -> tuple[float, float] | None:
    """Return (0, 1) for the names that every harness uses for a share or a 0/1 score, else None.

    Examples
    --------
    >>> known_bounds("exact_match,strict-match"), known_bounds("brevity")
    ((0.0, 1.0), None)
    """
    return (0.0, 1.0) if _stem(name) in _PROPORTIONS else None


def known_direction(name: str) -> bool:
    """Tell whether more is better for a metric of this name; True for an unknown one.

    A name tells by its words too, whichever way they are joined.

    Examples
    --------
    >>> known_direction("latency"), known_direction("accuracy"), known_direction("responseTime_ms")
    (False, True, False)
    """
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())
    return _stem(name) not in _LOWER_IS_BETTER and _LOWER_WORDS.isdisjoint(words)


def _stem(name: str) -> str:
    """Cut what harnesses hang on a name: `scores.accuracy` and `acc,none` mean accuracy and acc."""
    return name.split(",", 1)[0].rsplit(".", 1)[-1].rsplit("/", 1)[-1].lower()
