"""Which metric and which estimand a threshold's name means: `latency_p95` is the p95 of `latency`."""

from __future__ import annotations

import re

from evaligo.errors import UsageError
from evaligo.gates.estimand import parse_estimand
from evaligo.gates.thresholds.contract import Asked, Metrics, refused
from evaligo.records import Metric
from evaligo.settings.shape import near

__all__ = ["estimand_of", "find_metric", "metric_of", "plain_name"]

_QUANTILE = r"median|p\d{1,2}(?:\.\d+)?"
_SUFFIX = re.compile(rf"(.+?)_(regression|mean|average|avg|rate|per_request|per_item|per_call|{_QUANTILE})")
_PREFIX = re.compile(rf"(mean|average|avg|{_QUANTILE})_(.+)")
_COUNTED_IN = ("ms", "s", "seconds", "usd")


def metric_of(asked: Asked, metrics: Metrics) -> Metric:
    """Return the metric that a threshold speaks about: the one that it names, else the one that its name means.

    Raises
    ------
    DataError
        Nothing gives it, or several could be meant.
    """
    if asked.keys.metric is not None:
        return find_metric(asked, asked.keys.metric, metrics)
    plain = _parts(asked.name)[0]
    for name in (asked.name, plain):
        if _matches(name, metrics):
            return find_metric(asked, name, metrics)
    return find_metric(asked, plain, metrics)


def estimand_of(asked: Asked, metrics: Metrics) -> str:
    """Return ``"mean"``, ``"median"`` or a quantile such as ``"p95"``: as the threshold says, else as its name does.

    Raises
    ------
    DataError
        It says something else.
    """
    said = asked.keys.estimand
    if said is None:
        whole = asked.keys.metric is None and _matches(asked.name, metrics)
        return "mean" if whole else _parts(asked.name)[1]
    try:
        known = parse_estimand(said).kind in ("mean", "quantile")
    except UsageError:
        known = False
    if not known:
        raise refused(asked, f"there is no estimand {said!r} here", "write mean, median or p95")
    return said


def plain_name(name: str) -> str:
    """Return a threshold's name without what it says beside its metric.

    Examples
    --------
    >>> plain_name("latency_p95"), plain_name("accuracy_regression"), plain_name("coherence")
    ('latency', 'accuracy', 'coherence')
    """
    return _parts(name)[0]


def find_metric(asked: Asked, name: str, metrics: Metrics) -> Metric:
    """Return the metric of a name, however a harness spells it: `scores.accuracy` and `latency_ms` are found too.

    Raises
    ------
    DataError
        Nothing gives it, or several could be meant.
    """
    found = _matches(name, metrics)
    if len(found) == 1:
        return metrics[found[0]]
    there = ", ".join(metrics) or "none"
    if found:
        raise refused(
            asked,
            f"{name!r} could mean {' and '.join(map(repr, found))}",
            "name one of them with `metric:`",
        )
    guess = near(name, metrics) if metrics else ""
    close = f"{guess} " if guess.startswith("did") else ""
    raise refused(
        asked, f"nothing gives the metric {name!r}", f"{close}what is given: {there}; name one with `metric:`"
    )


def _parts(name: str) -> tuple[str, str]:
    """Split a threshold's name into metric and estimand."""
    if match := _SUFFIX.fullmatch(name):
        return match[1], _estimand(match[2])
    if match := _PREFIX.fullmatch(name):
        return match[2], _estimand(match[1])
    return name, "mean"


def _estimand(word: str) -> str:
    return word if re.fullmatch(_QUANTILE, word) else "mean"


def _matches(name: str, metrics: Metrics) -> list[str]:
    if name in metrics:
        return [name]
    spelt = {name, *(f"{name}_{unit}" for unit in _COUNTED_IN)}
    return [there for there in metrics if _stem(there) in spelt]


def _stem(name: str) -> str:
    """Cut what harnesses hang on a name: `scores.accuracy` and `acc,none` mean accuracy and acc."""
    return name.split(",", 1)[0].rsplit(".", 1)[-1].rsplit("/", 1)[-1]
