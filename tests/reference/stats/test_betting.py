"""Figures of `confseq` (github.com/gostevehoward/confseq, revision 70b1ef3), the authors' own implementation.

``betting_mart(x, m, alpha=0.05, lambdas_fn_positive=f, theta=1, trunc_scale=0.75)`` and its twin with ``theta=0``,
where ``f(x, m) = lambda_predmix_eb(x, alpha=0.05, fixed_n=60)`` or ``fixed_n=None``.
"""

import math

import numpy as np
import pytest

from evaligo.stats.betting import plug_in_bets
from evaligo.stats.capital import Wager, largest_rejected

X = np.round((np.arange(1, 61) * 0.6180339887498949) % 1.0, 6) ** 2


def _wager(horizon: int | None) -> Wager:
    items = np.ones(len(X))
    return Wager(X, items, plug_in_bets(X, items, tuned_for=0.05, horizon=horizon))


@pytest.mark.parametrize(
    ("horizon", "first_second_tenth_last"),
    [
        (60, [0.63200551, 0.88762893, 1.07034574, 1.07388774]),
        (None, [5.88008714, 4.63841762, 1.69310777, 0.52965345]),
    ],
)
def test_the_bets_are_those_of_confseq(horizon: int | None, first_second_tenth_last: list[float]) -> None:
    assert _wager(horizon).bets[[0, 1, 9, 59]] == pytest.approx(first_second_tenth_last, abs=1e-8)


@pytest.mark.parametrize(
    ("horizon", "m", "log_capital"),
    [
        (60, 0.10, [1.74257013, 5.96731315, 11.52015865]),
        (60, 0.25, [0.36191529, 1.63715334, 2.65557426]),
        (None, 0.10, [3.83896721, 8.08496797, 11.68555922]),
        (None, 0.25, [-0.24217907, 0.96022214, 1.80186325]),
    ],
)
def test_the_capital_on_a_higher_mean_is_that_of_confseq(
    horizon: int | None, m: float, log_capital: list[float]
) -> None:
    assert _wager(horizon).path(m)[[9, 29, 59]] == pytest.approx(log_capital, abs=1e-8)


@pytest.mark.parametrize(
    ("horizon", "m", "log_capital"),
    [
        (60, 0.45, [0.66907625, 1.57003596, 3.81732604]),
        (60, 0.60, [2.04908734, 6.02755282, 12.74159604]),
        (None, 0.60, [3.1552969, 7.27770627, 11.83492329]),
    ],
)
def test_the_capital_on_a_lower_mean_is_that_of_confseq(
    horizon: int | None, m: float, log_capital: list[float]
) -> None:
    assert _wager(horizon).mirrored().path(1.0 - m)[[9, 29, 59]] == pytest.approx(log_capital, abs=1e-8)


@pytest.mark.parametrize(
    ("horizon", "lower", "upper"),
    [(60, 0.25000552698306766, 0.43292994830156306), (None, 0.2350881584613984, 0.4374989216343157)],
)
def test_the_bounds_are_those_of_confseq_s_capital(horizon: int | None, lower: float, upper: float) -> None:
    wager = _wager(horizon)
    assert largest_rejected(wager.peak, 0.05) == pytest.approx(lower, abs=1e-12)
    assert 1.0 - largest_rejected(wager.mirrored().peak, 0.05) == pytest.approx(upper, abs=1e-12)
    assert wager.peak(lower) == pytest.approx(math.log(20.0), abs=1e-9)
