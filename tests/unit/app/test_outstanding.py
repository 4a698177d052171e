"""What a growing run has left out can be told where it keeps the baseline's order, and only there."""

import numpy as np
import pytest

from evaligo.app.outstanding import complete_items, overdue
from evaligo.errors import UsageError
from evaligo.records import Run

ORDER = [f"q{i}" for i in range(300)]


def test_items_that_were_passed_over_are_overdue() -> None:
    came = [item for n, item in enumerate(ORDER[:200]) if n % 7]
    assert overdue(ORDER, came) == {item for n, item in enumerate(ORDER[:185]) if n % 7 == 0}


def test_a_run_that_works_on_several_items_at_once_is_given_time() -> None:
    rng = np.random.default_rng(0)
    finished = np.argsort(np.arange(200) + rng.uniform(0, 8, size=200))
    for n in range(1, 200):
        assert not overdue(ORDER, [ORDER[i] for i in finished[:n]])


def test_a_run_in_an_order_of_its_own_is_never_overdue() -> None:
    rng = np.random.default_rng(0)
    came = [ORDER[i] for i in rng.permutation(300)]
    for n in range(0, 300, 10):
        assert not overdue(ORDER, came[:n])


def test_an_item_that_comes_more_often_than_expected_names_the_flag() -> None:
    run = Run.from_arrays(["a", "a"], {"f1": [1.0, 0.0]}, epochs=[1, 2])
    with pytest.raises(UsageError, match=r"item 'a' has come 2 times.*--epochs N"):
        complete_items(run, 1)
