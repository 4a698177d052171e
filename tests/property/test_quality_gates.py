"""What holds of a quality gate whatever the scores."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.quality_gates import BOUNDS, threshold

from evaligo.gates.quality_judge import judge_threshold
from evaligo.gates.quality_rows import cut_baseline
from evaligo.records import Run, ThresholdResult, Verdict

KINDS: dict[str, dict[str, Any]] = {
    "fall": {"kind": "max_decrease", "metric": "accuracy"},
    "share": {"kind": "min_score", "metric": "accuracy"},
    "rate": {"kind": "max_rate", "metric": "hallucination"},
    "slower": {"kind": "max_increase", "metric": "latency", "estimand": "p90"},
    "slower by a share": {"kind": "max_increase", "metric": "latency", "estimand": "relative:p90"},
    "dearer": {"kind": "max_increase", "metric": "cost", "estimand": "relative"},
    "slow": {"kind": "max_value", "metric": "latency", "estimand": "p90"},
    "worth": {"kind": "min_ratio", "metric": "accuracy", "estimand": "ratio:cost"},
}


@st.composite
def runs(draw: st.DrawFn) -> tuple[Run, Run]:
    """Two runs of the same items, with or without missing scores."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    n, lost = draw(st.integers(12, 80)), draw(st.sampled_from([0.0, 0.1]))
    rate, graded = draw(st.floats(0.1, 1.0)), draw(st.booleans())

    def one(shift: float) -> Run:
        accuracy = rng.random(n) if graded else (rng.random(n) < rate).astype(float)
        columns: dict[str, Any] = {
            "accuracy": [None if rng.random() < lost else float(a) for a in accuracy],
            "hallucination": (rng.random(n) < 0.1).astype(float),
            "latency": [None if rng.random() < lost else float(v) for v in rng.lognormal(shift, 0.4, n)],
            "cost": rng.lognormal(shift, 0.2, n),
        }
        return Run.from_arrays([f"q{i:03d}" for i in range(n)], columns, bounds=BOUNDS)

    return one(0.0), one(draw(st.sampled_from([0.0, 0.3])))


def judged(pair: tuple[Run, Run], name: str, limit: float, level: float | None) -> ThresholdResult:
    asked = threshold(**KINDS[name], limit=limit, confidence_level=level)
    return judge_threshold(asked, baseline=pair[0], candidate=pair[1])


def shuffled(run: Run, seed: int) -> Run:
    order = np.random.default_rng(seed).permutation(run.n_rows)
    columns = {
        name: [float(c.values[i]) if c.present[i] else None for i in order] for name, c in run.columns.items()
    }
    return Run.from_arrays(run.item_ids[order].tolist(), columns, bounds=BOUNDS)


NAMES, LIMITS = st.sampled_from(sorted(KINDS)), st.floats(0.01, 0.9)
LEVELS = st.sampled_from([None, 0.8, 0.95])


@settings(max_examples=25)
@given(runs(), NAMES, LIMITS, LEVELS, st.integers(0, 99))
def test_the_order_of_the_items_changes_nothing(
    pair: tuple[Run, Run], name: str, limit: float, level: float | None, seed: int
) -> None:
    first = judged(pair, name, limit, level)
    other = judged((shuffled(pair[0], seed), shuffled(pair[1], seed + 1)), name, limit, level)
    assert (first.verdict, first.within_noise, first.method) == (
        other.verdict,
        other.within_noise,
        other.method,
    )
    np.testing.assert_allclose(first.interval, other.interval, rtol=1e-6, atol=1e-9)


@settings(max_examples=40)
@given(runs(), NAMES, LIMITS, LIMITS, LEVELS)
def test_a_tighter_limit_never_turns_a_reject_into_an_allow(
    pair: tuple[Run, Run], name: str, one: float, other: float, level: float | None
) -> None:
    bounds_from_below = KINDS[name]["kind"].startswith("min")
    loose, tight = sorted((one, other), reverse=not bounds_from_below)
    before, after = judged(pair, name, loose, level), judged(pair, name, tight, level)
    order = [Verdict.REJECT, Verdict.INCONCLUSIVE, Verdict.ALLOW]
    assert before.verdict in order
    assert after.verdict in order
    if before.verdict is Verdict.REJECT:
        assert after.verdict is not Verdict.ALLOW
    assert after.p_failure <= before.p_failure + 1e-9 or Verdict.INCONCLUSIVE in (
        before.verdict,
        after.verdict,
    )


@settings(max_examples=25)
@given(runs(), NAMES, LIMITS)
def test_an_interval_and_its_p_value_agree(pair: tuple[Run, Run], name: str, limit: float) -> None:
    found = judged(pair, name, limit, 0.9)
    if found.verdict is Verdict.REJECT:
        assert found.p_failure <= 0.1 + 1e-9
    if found.verdict is Verdict.ALLOW:
        assert found.p_failure >= 0.1


@settings(max_examples=15)
@given(runs(), st.integers(1, 50))
def test_what_the_candidate_s_dataset_does_not_have_changes_no_verdict(
    pair: tuple[Run, Run], extra: int
) -> None:
    baseline, candidate = pair
    columns = {
        name: [
            *(float(v) if p else None for v, p in zip(c.values, c.present, strict=True)),
            *[0.0] * extra,
        ]
        for name, c in baseline.columns.items()
    }
    ids = [*baseline.item_ids.tolist(), *(f"new{i}" for i in range(extra))]
    larger = Run.from_arrays(ids, columns, bounds=BOUNDS)
    asked = dict.fromkeys(candidate.item_ids.tolist())
    first = judged(pair, "fall", 0.05, 0.95)
    other = judged((cut_baseline(larger, candidate, asked), candidate), "fall", 0.05, 0.95)
    assert (first.verdict, first.interval) == (other.verdict, other.interval)
