import numpy as np
import pytest

from evaligo.errors import DataError
from evaligo.stats.prediction_powered import PredictionPowered, prediction_powered


def _world(
    rng: np.random.Generator, *, labelled: int, items: int, wrong: float, per_cluster: int = 1
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """A judge of 0/1 answers, of which 80 % are good, that takes a share of the bad ones for good."""
    codes = np.arange(items) // per_cluster
    hard = rng.normal(size=codes.max() + 1)[codes]
    noise = rng.normal(size=items)
    mixed = noise if per_cluster == 1 else np.sqrt(0.5) * (hard + noise)
    good = (mixed < 0.8416212).astype(float)  # the 80 % point of the normal law
    judged = np.where((good == 0.0) & (rng.random(items) < wrong / 0.2), 1.0, good)
    chosen = np.zeros(items, dtype=bool)
    chosen[rng.permutation(items)[:labelled]] = True
    return judged, good, chosen, codes


def _misses(seed: int, runs: int = 400, **world: float) -> tuple[float, float]:
    rng = np.random.default_rng(seed)
    above = below = 0
    for _ in range(runs):
        judged, good, chosen, codes = _world(rng, **world)  # type: ignore[arg-type]  # whole numbers are floats
        law = prediction_powered(judged, good, chosen, codes, span=1.0)
        above += law.lower(0.05) > 0.8
        below += law.upper(0.05) < 0.8
    return above / runs, below / runs


@pytest.mark.parametrize(("labelled", "wrong"), [(20, 0.0), (50, 0.03), (50, 0.08), (200, 0.05)])
def test_bounds_miss_the_truth_at_most_as_often_as_they_say(labelled: int, wrong: float) -> None:
    # 400 runs at 5 %: more than 8.3 % would be three standard errors too many.
    assert max(_misses(1, labelled=labelled, items=500, wrong=wrong)) <= 0.083


def test_bounds_hold_where_items_come_in_clusters() -> None:
    assert max(_misses(2, labelled=100, items=600, wrong=0.05, per_cluster=10)) <= 0.083


def test_a_judge_that_is_too_kind_is_corrected() -> None:
    judged, good, chosen, _ = _world(np.random.default_rng(3), labelled=300, items=5000, wrong=0.1)
    law = prediction_powered(judged, good, chosen, span=1.0)
    assert law.predicted > 0.88
    assert law.value == pytest.approx(0.8, abs=0.04)
    assert law.upper(0.05) < law.predicted


def test_labels_with_a_fair_judge_tell_more_than_labels_alone() -> None:
    judged, good, chosen, _ = _world(np.random.default_rng(4), labelled=200, items=4000, wrong=0.02)
    together = prediction_powered(judged, good, chosen, span=1.0)
    alone = prediction_powered(judged, good, chosen, tuning=0.0, span=1.0)
    assert together.standard_error < 0.6 * alone.standard_error


def test_a_useless_judge_costs_next_to_nothing() -> None:
    rng = np.random.default_rng(5)
    good, chosen = (rng.random(3000) < 0.7).astype(float), np.arange(3000) < 300
    tuned = prediction_powered(rng.random(3000), good, chosen)
    alone = prediction_powered(rng.random(3000), good, chosen, tuning=0.0)
    assert tuned.tuning < 0.2
    assert tuned.standard_error < 1.02 * alone.standard_error


def test_agreement_on_every_label_is_no_certainty() -> None:
    judged = np.tile([1.0, 1.0, 0.0, 1.0, 1.0], 40)
    chosen = np.arange(200) < 30
    guarded = prediction_powered(judged, judged, chosen, span=1.0)
    # The rule of three: no error in 30 labels leaves room for one in ten.
    assert guarded.value - guarded.lower(0.05) > 0.08


def test_three_units_are_the_least() -> None:
    with pytest.raises(DataError, match="2 labelled units"):
        prediction_powered(np.ones(9), np.ones(9), np.arange(9) < 2)


def test_a_shift_of_the_judge_changes_nothing() -> None:
    judged, good, chosen, _ = _world(np.random.default_rng(6), labelled=40, items=400, wrong=0.05)
    plain, moved = (prediction_powered(judged + by, good, chosen) for by in (0.0, 0.3))
    assert isinstance(moved, PredictionPowered)
    assert moved.value == pytest.approx(plain.value)
    assert moved.standard_error == pytest.approx(plain.standard_error)
    assert moved.predicted == pytest.approx(plain.predicted + 0.3)
