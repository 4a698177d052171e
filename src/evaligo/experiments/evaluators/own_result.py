"""Turn what a user's function returns into scores."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from evaligo.records import Metric, Score

__all__ = ["scores"]


def scores(result: Any, *, metrics: Sequence[Metric], evaluator: str, version: str) -> tuple[Score, ...]:
    """Turn a result into one score a metric.

    Parameters
    ----------
    result : number, bool, None, (number, str), Score, mapping of metric to any of these, or a sequence of Score
        None is an item that gives nothing to judge.
    metrics : sequence of Metric
        What is expected, all of it.

    Raises
    ------
    ValueError
        Anything else, a value that is not finite or out of bounds, or metrics that were not announced.

    Examples
    --------
    >>> accuracy = Metric(name="accuracy", bounds=(0.0, 1.0))
    >>> scores((True, "as expected"), metrics=[accuracy], evaluator="own", version="1")[0].value
    1.0
    """
    named = _named(result, metrics)
    unknown, missing = (
        sorted(named.keys() - {m.name for m in metrics}),
        [m.name for m in metrics if m.name not in named],
    )
    if unknown:
        raise ValueError(
            f"{evaluator} returned {unknown[0]!r}, which is not among its metrics; list it under `metrics:`"
        )
    if missing:
        raise ValueError(
            f"{evaluator} returned nothing for its metric {missing[0]!r}; return None where there is nothing"
        )
    made = (_score(named[metric.name], metric, evaluator) for metric in metrics)
    return tuple(replace(score, evaluator=evaluator, version=version) for score in made)


def _named(result: Any, metrics: Sequence[Metric]) -> dict[str, Any]:
    if isinstance(result, Mapping):
        return {str(name): value for name, value in result.items()}
    if isinstance(result, Score):
        return {result.metric: result}
    if isinstance(result, (list, tuple)) and result and all(isinstance(one, Score) for one in result):
        return {one.metric: one for one in result}
    if len(metrics) > 1 and result is not None:
        raise ValueError(
            f"{_kind(result)} was returned for {len(metrics)} metrics; return a dict by their names"
        )
    return {metric.name: result for metric in metrics}


def _score(value: Any, metric: Metric, evaluator: str) -> Score:
    if isinstance(value, Score):
        if value.value is not None:
            _checked(value.value, metric, evaluator)
        return value
    reason = ""
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], str):
        value, reason = value
    if value is None:
        reason = reason or f"{evaluator} found nothing to judge"
        return Score(metric=metric.name, value=None, reason=reason, state="not_applicable")
    return Score(metric=metric.name, value=_checked(value, metric, evaluator), reason=reason)


def _checked(value: Any, metric: Metric, evaluator: str) -> float:
    try:
        number = _number(value)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{evaluator} returned {_kind(value)} for {metric.name!r}; return a number, a bool, (number, reason), or a Score"
        ) from error
    if not math.isfinite(number):
        raise ValueError(
            f"{evaluator} returned {number} for {metric.name!r}; return None where there is no score"
        )
    if metric.bounds is not None and not metric.bounds[0] <= number <= metric.bounds[1]:
        raise ValueError(
            f"{evaluator} returned {number} for {metric.name!r}, outside of its bounds {list(metric.bounds)}"
        )
    return number


def _number(value: Any) -> float:
    if isinstance(value, (str, bytes)):
        raise TypeError("a text is no number, whatever it says")
    return float(value)


def _kind(value: Any) -> str:
    return f"a value of type {type(value).__name__}"
