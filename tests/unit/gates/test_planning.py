"""The questions of a plan."""

import math

import numpy as np
import pytest

from evaligo.errors import UsageError
from evaligo.gates.forecast import Assumed
from evaligo.gates.noise import Layout, Noise
from evaligo.gates.planning import Planner, Question
from evaligo.gates.policy import MinimumEffect, NonInferiority, Policy, Superiority


def _planner(
    policy: Policy,
    *,
    effect: float | None = None,
    noise: Noise | None = None,
    layout: Layout | None = None,
    epochs: float = 1,
) -> Planner:
    noise, layout = noise or Noise(variance=0.09), layout or Layout()
    return Planner(
        question=Question(policy=policy, effect=effect),
        forecaster=Assumed(noise=noise, layout=layout),
        noise=noise,
        epochs=epochs,
        layout=layout,
    )


def test_the_needed_items_are_the_fewest() -> None:
    planner = _planner(Superiority(min_delta=0.03))
    needed = planner.needed()
    assert needed is not None
    assert needed.mde <= 0.03 < planner.point(needed.items - 1).mde


def test_the_needed_clusters_are_the_fewest() -> None:
    layout = Layout(pattern=np.array([25]))
    planner = _planner(Superiority(min_delta=0.03), noise=Noise(variance=0.09, icc=0.2), layout=layout)
    needed = planner.needed()
    assert needed is not None
    assert needed.items == 25 * (needed.clusters or 0)
    assert needed.mde <= 0.03 < planner.point(needed.items - 25).mde


def test_a_non_inferiority_plan_passes_a_neutral_change() -> None:
    needed = _planner(NonInferiority(margin=0.03)).needed()
    assert needed is not None
    assert needed.chance_of_allow == pytest.approx(0.8, abs=0.001)


def test_superiority_allows_an_effect_of_just_min_delta_half_the_time() -> None:
    assert _planner(Superiority(min_delta=0.03)).point(100_000).chance_of_allow == pytest.approx(0.5)


def test_the_allowed_effect_is_allowed_with_the_asked_power() -> None:
    policy = Superiority(min_delta=0.03)
    effect = _planner(policy).allowed_effect(400)
    assert _planner(policy, effect=effect).point(400).chance_of_allow == pytest.approx(0.8, abs=1e-6)


def test_few_clusters_allow_no_effect() -> None:
    layout = Layout(pattern=np.array([20]))
    assert _planner(Superiority(), layout=layout).allowed_effect(100) == math.inf


def test_fixed_clusters_that_differ_too_much_cannot_do_it() -> None:
    planner = _planner(
        Superiority(min_delta=0.03), noise=Noise(variance=0.09, icc=0.2), layout=Layout(clusters=20)
    )
    assert planner.needed() is None


def test_more_items_find_smaller_effects() -> None:
    mdes = [point.mde for point in _planner(Superiority()).curve(400)]
    assert mdes == sorted(mdes, reverse=True)
    assert len(mdes) == 7


def test_items_are_the_better_buy_where_items_differ() -> None:
    bought = _planner(Superiority(), noise=Noise(variance=0.09, epoch_share=0.4)).purchase(400)
    assert bought.better == "items"
    assert bought.more_epochs is not None
    assert bought.floor is not None
    assert bought.more_items < bought.more_epochs < bought.now
    assert bought.more_epochs / bought.now == pytest.approx(math.sqrt(0.8), rel=1e-3)
    assert bought.floor / bought.now == pytest.approx(math.sqrt(0.6), rel=1e-3)


def test_epochs_buy_the_same_where_all_noise_is_theirs() -> None:
    bought = _planner(Superiority(), noise=Noise(variance=0.09, epoch_share=1.0)).purchase(400)
    assert (bought.better, bought.floor) == ("equal", 0.0)


def test_what_epochs_buy_is_not_told_where_their_noise_is_unknown() -> None:
    bought = _planner(Superiority()).purchase(400)
    assert (bought.more_epochs, bought.floor, bought.better) == (None, None, "items")


@pytest.mark.parametrize(
    ("policy", "effect"),
    [
        (MinimumEffect(min_delta=0.02), None),
        (MinimumEffect(min_delta=0.02), 0.02),
        (Superiority(min_delta=0.02), 0.02),
        (Superiority(), 0.0),
        (NonInferiority(margin=0.02), -0.02),
        (Superiority(), math.nan),
    ],
)
def test_an_effect_that_no_number_of_items_allows_is_refused(policy: Policy, effect: float | None) -> None:
    with pytest.raises(UsageError) as refused:
        Question(policy=policy, effect=effect)
    assert "--effect" in refused.value.hint


def test_a_policy_without_a_number_asks_nothing() -> None:
    assert Question(policy=Superiority()).kind == "none"
    assert Question(policy=NonInferiority(margin=0.1)).kind == "decide"
    assert Question(policy=Superiority(), effect=0.1).kind == "allow"
