"""One run's items: epochs averaged, duplicates refused, absent scores kept apart."""

import math

import numpy as np
import pytest

from evaligo import DataError, Run
from evaligo.gates.items import collapse, factorised


def _run(ids: list[str], scores: list[float | None], epochs: list[int] | None = None) -> Run:
    return Run.from_arrays(ids, {"m": scores}, epochs=epochs)


def test_epochs_are_averaged_within_an_item() -> None:
    items = collapse(_run(["a", "b", "a", "a"], [1.0, 0.0, 0.0, 1.0], [1, 1, 2, 3]), "m")
    assert items.ids.tolist() == ["a", "b"]
    assert items.means.tolist() == [pytest.approx(2 / 3), 0.0]
    assert items.counts.tolist() == [3, 1]
    assert items.epochs == 3
    assert items.rows.tolist() == [0, 1]


def test_epochs_may_be_numbered_anyhow() -> None:
    huge = 2**62
    items = collapse(_run(["a", "a", "a"], [1.0, 0.0, 0.5], [-huge, huge, 0]), "m")
    assert items.means.tolist() == [0.5]


def test_the_spread_between_epochs_is_pooled_over_items() -> None:
    items = collapse(_run(["a", "a", "b", "b", "c"], [0.0, 1.0, 0.2, 0.4, 9.0], [1, 2, 1, 2, 1]), "m")
    assert items.within_variance == pytest.approx((0.5 + 0.02) / 2)
    assert math.isnan(collapse(_run(["a", "b"], [0.0, 1.0]), "m").within_variance)


def test_an_absent_score_is_no_zero() -> None:
    items = collapse(_run(["a", "a", "b"], [1.0, None, None], [1, 2, 1]), "m")
    assert items.means.tolist()[0] == 1.0
    assert math.isnan(items.means[1])
    assert items.counts.tolist() == [1, 0]
    assert items.filled(0.0).tolist() == [0.5, 0.0]
    assert items.filled(1.0).tolist() == [1.0, 1.0]


def test_an_epoch_that_is_not_written_at_all_is_missing_too() -> None:
    items = collapse(_run(["a", "a", "b"], [1.0, 1.0, 1.0], [1, 2, 1]), "m")
    assert items.filled(0.0).tolist() == [1.0, 0.5]


@pytest.mark.parametrize(
    ("ids", "epochs", "said"),
    [
        (["a", "b", "a"], None, "item 'a' stands more than once"),
        (["a", "b", "a"], [1, 1, 1], "item 'a' stands twice in epoch 1"),
        (["caf\u00e9", "cafe\u0301"], None, "more than once"),
    ],
)
def test_an_item_that_stands_twice_is_refused(ids: list[str], epochs: list[int] | None, said: str) -> None:
    with pytest.raises(DataError, match=said):
        collapse(_run(ids, [1.0] * len(ids), epochs), "m")


def test_labels_are_numbered_as_they_first_appear() -> None:
    codes, unique = factorised(np.array(["b", None, "b", "a"], dtype=object))
    assert codes.tolist() == [0, 1, 0, 2]
    assert unique.tolist() == ["b", None, "a"]
