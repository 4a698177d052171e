"""What a threshold speaks about, by name."""

import numpy as np
import pytest
from tests.support.runs import run_of

from evaligo import UsageError, compare
from evaligo.gates.estimand import infer_estimand, level, parse_estimand
from evaligo.gates.pairing import Sample


@pytest.mark.parametrize(
    ("text", "kind", "q"),
    [
        ("mean", "mean", 0.5),
        ("median", "quantile", 0.5),
        ("p95", "quantile", 0.95),
        ("p99.9", "quantile", 0.999),
        ("p5", "quantile", 0.05),
        ("relative", "relative", 0.5),
    ],
)
def test_names_are_read(text: str, kind: str, q: float) -> None:
    asked = parse_estimand(text)
    assert (asked.name, str(asked.kind)) == (text, kind)
    assert asked.q == pytest.approx(q)


@pytest.mark.parametrize("text", ["", "p0", "p100", "p-5", "p1e1", "ratio:", "ratio", "P95", "mean ", "mode"])
def test_other_names_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="there is no estimand") as caught:
        parse_estimand(text)
    assert "p95" in caught.value.hint


def test_levels_are_those_of_the_estimand() -> None:
    scores = np.array([1.0, 2.0, 3.0, 10.0])
    assert level(scores, parse_estimand("mean")) == 4.0
    assert level(scores, parse_estimand("median")) == 2.5
    assert level(scores, parse_estimand("relative")) == 4.0
    assert level(scores, parse_estimand("ratio:cost"), np.array([1.0, 1.0, 1.0, 5.0])) == 2.0


@pytest.mark.parametrize("text", ["median", "p90", "relative"])
def test_lower_is_better_mirrors_every_estimand(text: str) -> None:
    rng = np.random.default_rng(0)
    sample = Sample(baseline=rng.lognormal(size=300), candidate=rng.lognormal(0.1, size=300), codes=None)
    up, down = (infer_estimand(sample, parse_estimand(text), bounds=None, sign=s).law for s in (1.0, -1.0))
    assert down.value == -up.value
    assert down.lower(0.05) == -up.upper(0.05)
    assert down.p_greater() == up.p_less()


def test_one_unit_alone_is_no_error_for_any_estimand() -> None:
    one = run_of([1.0], metric="latency")
    for estimand in ("mean", "median", "relative"):
        assert compare(one, one, metric="latency", estimand=estimand).ci == (-np.inf, np.inf)
