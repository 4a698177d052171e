"""What a threshold speaks about: the mean difference, a quantile's, a relative change, a difference of ratios."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evaligo.errors import DataError, UsageError
from evaligo.gates.method import Choice, infer
from evaligo.gates.pairing import Sample
from evaligo.stats.inference import Inference, Mirrored

__all__ = ["MEAN", "Estimand", "infer_estimand", "level", "parse_estimand"]

_QUANTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimand:
    """What a difference is taken of.

    Parameters
    ----------
    name : str
        As the user writes it.
    kind : {"mean", "quantile", "relative", "ratio"}
    q : float
        The quantile, in (0, 1).
    denominator : str
        The metric that a ratio divides by.
    """

    name: str
    kind: Literal["mean", "quantile", "relative", "ratio"]
    q: float = 0.5
    denominator: str = ""


MEAN = Estimand(name="mean", kind="mean")


def parse_estimand(text: str) -> Estimand:
    """Read ``mean``, ``median``, ``p95``, ``relative`` or ``ratio:METRIC``.

    Raises
    ------
    UsageError
        It is none of them.

    Examples
    --------
    >>> parse_estimand("p99").q, parse_estimand("ratio:cost").denominator
    (0.99, 'cost')
    """
    if text == "mean":
        return MEAN
    if text == "median":
        return Estimand(name=text, kind="quantile", q=0.5)
    if text == "relative":
        return Estimand(name=text, kind="relative")
    if text.startswith("ratio:") and text != "ratio:":
        return Estimand(name=text, kind="ratio", denominator=text.removeprefix("ratio:"))
    match = _QUANTILE.fullmatch(text)
    if match and 0.0 < float(match[1]) < 100.0:
        return Estimand(name=text, kind="quantile", q=float(match[1]) / 100.0)
    raise UsageError(
        f"there is no estimand {text!r}", hint="write mean, median, p95, relative or ratio:METRIC"
    )


def infer_estimand(
    sample: Sample,
    estimand: Estimand,
    *,
    bounds: tuple[float, float] | None,
    sign: float,
    method: str = "auto",
    seed: int = 0,
) -> Choice:
    """Infer the difference that an estimand names, signed so that more is better.

    Parameters
    ----------
    sample : Sample
        With denominators, where the estimand is a ratio.
    estimand : Estimand
    bounds, sign, method, seed
        As in `evaligo.gates.method.infer`.

    Raises
    ------
    UsageError
        A method by name for an estimand that has one method only.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> sample = Sample(baseline=rng.lognormal(size=500), candidate=rng.lognormal(size=500), codes=None)
    >>> infer_estimand(sample, parse_estimand("p95"), bounds=None, sign=-1.0).law.method
    'woodruff_mover'
    """
    if estimand.kind == "mean":
        return infer(sample, bounds=bounds, sign=sign, method=method, seed=seed)
    if method != "auto":
        raise UsageError(
            f"the estimand {estimand.name!r} has one method only",
            hint="leave --method out, or judge the mean",
        )
    if sample.units < 2:
        return infer(sample, bounds=bounds, sign=sign)
    law, reason = _law(sample, estimand, bounds)
    return Choice(law=law if sign > 0 else Mirrored.of(law), reason=reason)


def level(scores: np.ndarray, estimand: Estimand, denominators: np.ndarray | None = None) -> float:
    """Return one run's level: its mean, its quantile, or its ratio of sums."""
    if estimand.kind == "quantile":
        return float(np.quantile(scores, estimand.q, method="averaged_inverted_cdf"))
    if denominators is not None:
        return float(scores.sum() / denominators.sum())
    return float(scores.mean())


def _law(sample: Sample, estimand: Estimand, bounds: tuple[float, float] | None) -> tuple[Inference, str]:
    from evaligo.stats import quantile, ratio  # noqa: PLC0415  (most gates judge the mean)

    if estimand.kind == "quantile":
        law = quantile.quantile_difference(
            sample.baseline, sample.candidate, estimand.q, sample.codes, bounds=bounds
        )
        return law, "order statistics bound a quantile whatever the distribution"
    if estimand.kind == "relative":
        change = ratio.relative_change(sample.baseline, sample.candidate, sample.codes)
        return change, "Fieller's theorem holds where the baseline's mean is itself uncertain"
    if sample.denominators is None:
        raise DataError(
            f"the estimand {estimand.name!r} has no denominators", hint="name a metric that both runs have"
        )
    difference = ratio.ratio_difference(
        sample.baseline, sample.denominators[0], sample.candidate, sample.denominators[1], sample.codes
    )
    return difference, "the ratio is linearised, with a standard error over clusters"
