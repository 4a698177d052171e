"""What a metric is."""

import math

import pytest

from evaligo import Metric, UsageError
from evaligo.records.metric import known_bounds, known_direction


@pytest.mark.parametrize(
    "bounds", [(1.0, 0.0), (1.0, 1.0), (math.nan, 1.0), (0.0, math.inf), (-1e308, 1e308), (0.0, 1e-320)]
)
def test_a_range_without_a_width_is_refused(bounds: tuple[float, float]) -> None:
    with pytest.raises(UsageError, match="the bounds of 'm'"):
        Metric(name="m", bounds=bounds)


def test_the_worst_value_depends_on_the_direction() -> None:
    up, down = (Metric(name="m", bounds=(1.0, 5.0), higher_is_better=b) for b in (True, False))
    assert (up.worst, up.best) == (1.0, 5.0)
    assert (down.worst, down.best) == (5.0, 1.0)
    assert Metric(name="m").worst is Metric(name="m").best is None


@pytest.mark.parametrize(
    ("name", "bounded", "higher"),
    [
        ("accuracy", True, True),
        ("Accuracy", True, True),
        ("exact_match,strict-match", True, True),
        ("scores.accuracy", True, True),
        ("judge/f1", True, True),
        ("toxicity", True, False),
        ("latency", False, False),
        ("latency_ms", False, False),
        ("cost", False, False),
        ("bleu", False, True),
        ("score", False, True),
    ],
)
def test_names_that_every_harness_uses_are_known(name: str, *, bounded: bool, higher: bool) -> None:
    assert known_bounds(name) == ((0.0, 1.0) if bounded else None)
    assert known_direction(name) is higher
