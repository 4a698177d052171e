"""What a threshold's units show after each of them, when a gate is settled, and when it can no longer be."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.support.quality_gates import threshold

from evaligo.errors import DataError
from evaligo.gates.quality_sequence import QualitySequence, SequenceTerms
from evaligo.gates.quality_settling import Settlement, first_settlement, is_futile
from evaligo.gates.quality_subject import Subject, subject_of
from evaligo.gates.quality_units import quality_units
from evaligo.gates.thresholds import kind_of
from evaligo.gates.units import Units
from evaligo.records import Run, Threshold

TERMS = SequenceTerms(null=0.5, bounds=(0.0, 1.0), largest=1, alpha=0.05)


def units(scores: list[float], *, missing: int = 0) -> Units:
    """Units of one item each; the last ones lack their score, with 0 as the worst."""
    n = len(scores)
    has = np.arange(n) < n - missing
    values, ones = np.where(has, scores, 0.0), np.ones(n, dtype=np.int64)
    return Units(
        keys=np.arange(n).astype(object),
        paired=values,
        pairs=has.astype(np.int64),
        filled=values,
        sizes=ones,
        missing=(~has).astype(np.int64),
        baseline=values,
        candidate=values,
        calls=ones,
    )


def sequence(scores: list[float], *, missing: int = 0, **terms: Any) -> QualitySequence:
    return QualitySequence(terms=replace(TERMS, **terms), units=units(scores, missing=missing))


GOOD, BAD, EVEN = [1.0] * 60, [0.0] * 60, [1.0, 0.0] * 30


def test_a_demand_that_is_met_is_shown_and_its_failure_is_not() -> None:
    found = sequence(GOOD)
    assert found.allowed[-1]
    assert not found.rejected.any()
    assert found.lower > 0.5


def test_what_is_shown_once_stays_shown() -> None:
    found = sequence([*GOOD, *BAD[:20]])
    assert bool((np.diff(found.allowed.astype(int)) >= 0).all())


def test_more_claims_ask_for_more_evidence_of_a_failure_and_not_for_more_of_an_allow() -> None:
    one, many = sequence(BAD, claims=1), sequence(BAD, claims=20)
    assert int(many.failed.argmax()) > int(one.failed.argmax())
    assert int(sequence(GOOD, claims=20).allowed.argmax()) == int(sequence(GOOD, claims=1).allowed.argmax())


def test_missing_scores_count_at_their_worst_for_an_allow_and_not_at_all_for_a_reject() -> None:
    scores = [*GOOD[:30], *GOOD[:30]]
    assert sequence(scores, missing=30).worst_estimate == 0.5
    assert not sequence(scores, missing=59).allowed.any()
    assert not sequence(scores, missing=30).rejected.any()
    assert sequence(scores, missing=30).estimate == 1.0
    assert sequence(scores, missing=59, on_missing="worst").rejected[-1]


def test_without_a_worst_value_nothing_is_decided_once_a_score_is_missing() -> None:
    rng = np.random.default_rng(1)
    scores = rng.normal(1.0, 0.1, 200).tolist()
    assert sequence(scores, bounds=None).allowed[-1]
    lacking = sequence(scores, bounds=None, missing=1)
    assert lacking.allowed[-2]
    assert not lacking.allowed[-1]
    assert lacking.p_failure == 1.0
    assert sequence(scores, bounds=None, missing=1, on_missing="drop").allowed[-1]


def test_fewer_than_six_clusters_are_never_allowed() -> None:
    asked: dict[str, Any] = {"clustered": True, "null": 0.001}
    assert not sequence(GOOD[:5], **asked).allowed.any()
    assert sequence(GOOD, **asked).allowed[-1]
    assert int(sequence(GOOD, **asked, alpha=0.4).allowed.argmax()) == 5


def test_fewer_items_than_are_asked_for_decide_nothing() -> None:
    found = sequence(BAD, min_items=60)
    assert found.rejected.tolist() == [False] * 59 + [True]


def test_a_limit_that_accepts_everything_is_met_at_once() -> None:
    assert sequence([0.0], null=0.0).allowed.tolist() == [True]


def test_a_gate_is_allowed_when_its_last_threshold_is_settled() -> None:
    late = sequence([*EVEN[:20], *GOOD])
    both = {"early": sequence([*GOOD, *GOOD[:20]]), "late": late}
    found = first_settlement(both, can_allow=True)
    assert late.allowed.argmax() > 20
    assert found == Settlement(
        outcome="allow", units=int(late.allowed.argmax()) + 1, thresholds=("early", "late")
    )


def test_one_failure_settles_a_gate_whatever_the_others_do() -> None:
    found = first_settlement({"good": sequence(GOOD), "bad": sequence(BAD, claims=2)}, can_allow=True)
    assert found is not None
    assert (found.outcome, found.thresholds) == ("reject", ("bad",))


def test_where_a_threshold_must_wait_for_the_end_only_a_failure_settles_the_gate() -> None:
    assert first_settlement({"good": sequence(GOOD)}, can_allow=False) is None
    assert first_settlement({"bad": sequence(BAD)}, can_allow=False) is not None


def test_a_gate_at_its_limit_is_not_settled_and_with_few_units_left_futile() -> None:
    rng = np.random.default_rng(0)
    still_open = {"even": sequence([*EVEN, *EVEN])}
    assert first_settlement(still_open, can_allow=True) is None
    assert is_futile(still_open, units_left=10, rng=rng)
    assert not is_futile(still_open, units_left=5_000, rng=rng)
    assert not is_futile({"even": sequence(EVEN[:40])}, units_left=1, rng=rng)


def subject(asked: Threshold, baseline: Run | None, candidate: Run) -> Subject:
    return subject_of(asked, kind_of(asked.kind), baseline, candidate, cluster="cluster_id", seed=0)


def change(**fields: Any) -> Threshold:
    return threshold(**{"limit": 0.1, "confidence_level": 0.95, **fields})


BEFORE = Run.from_arrays(["a", "b", "c"], {"accuracy": [1.0, 1.0, 1.0]}, cluster_ids=["p", "p", "q"])
AFTER = Run.from_arrays(["a", "b", "c"], {"accuracy": [0.0, None, 1.0]}, cluster_ids=["p", "p", "q"])
PLACE = {"c": 0, "a": 1, "b": 1}


def test_differences_are_put_together_by_unit_in_the_order_of_visiting() -> None:
    found = quality_units(subject(change(), BEFORE, AFTER), PLACE)
    assert found.paired.tolist() == [0.0, -1.0]
    assert found.pairs.tolist() == [1, 1]
    assert found.filled.tolist() == [0.0, -2.0]
    assert found.sizes.tolist() == [1, 2]
    assert found.missing.tolist() == [0, 1]


def test_levels_are_turned_so_that_more_is_better() -> None:
    asked = change(kind="max_rate", limit=0.5)
    found = quality_units(subject(asked, None, AFTER), PLACE)
    assert found.paired.tolist() == [-1.0, 0.0]
    assert found.filled.tolist() == [-1.0, -1.0]
    dropped = quality_units(
        subject(change(kind="max_rate", limit=0.5, on_missing="drop"), None, AFTER), PLACE
    )
    assert dropped.sizes.tolist() == [1, 1]


def test_a_unit_outside_of_the_slice_is_there_and_empty() -> None:
    in_q = Run.from_arrays(["c"], {"accuracy": [1.0]}, cluster_ids=["q"])
    found = quality_units(subject(change(), in_q, in_q), PLACE)
    assert found.sizes.tolist() == [1, 0]


def test_scores_that_never_pair_are_an_error_for_the_caller() -> None:
    nothing = Run.from_arrays(["a", "b", "c"], {"accuracy": [None, None, None]}, cluster_ids=["p", "p", "q"])
    with pytest.raises(DataError, match="no item has a score in both"):
        quality_units(subject(change(), BEFORE, nothing), PLACE)
