"""The forecast law is the one that the gate will use."""

import math

import numpy as np
import pytest
from tests.support.worlds import World

from evaligo.gates.forecast import Assumed, Measured
from evaligo.gates.method import infer
from evaligo.gates.noise import Layout, Noise
from evaligo.gates.pairing import Sample
from evaligo.gates.policy import Superiority

POLICY = Superiority()


@pytest.mark.parametrize(
    ("world", "noise", "layout"),
    [
        (World(name="gaussian", size=30), Noise(variance=1.0), Layout()),
        (World(name="gaussian", size=900), Noise(variance=1.0), Layout()),
        (
            World(name="gaussian", n_clusters=12),
            Noise(variance=1.0, icc=0.3),
            Layout(pattern=np.array([20])),
        ),
        (
            World(name="gaussian", n_clusters=90),
            Noise(variance=1.0, icc=0.3),
            Layout(pattern=np.array([20])),
        ),
        (World(name="binary", size=300), Noise(variance=0.1, binary=True, bounds=(0.0, 1.0)), Layout()),
        (
            World(name="binary", n_clusters=90),
            Noise(variance=0.1, icc=0.03, binary=True, bounds=(0.0, 1.0)),
            Layout(pattern=np.array([20])),
        ),
        (
            World(name="binary", n_clusters=10, size=5, discordance=0.01),
            Noise(variance=0.01, icc=0.003, binary=True, bounds=(0.0, 1.0)),
            Layout(pattern=np.array([5])),
        ),
    ],
)
def test_the_method_is_the_one_that_the_gate_chooses(world: World, noise: Noise, layout: Layout) -> None:
    sample = world.draw(np.random.default_rng(3))
    chosen = infer(sample, bounds=None, sign=1.0).law
    assert Assumed(noise=noise, layout=layout).at(chosen.n_items, 1).law.method == chosen.method


def test_small_differences_of_a_bounded_metric_are_forecast_with_betting_bounds() -> None:
    forecaster = Assumed(noise=Noise(variance=0.01, bounds=(0.0, 1.0)), layout=Layout())
    assert forecaster.at(200, 1).law.method == "betting"
    assert forecaster.at(2_000, 1).law.method == "paired_t"


@pytest.mark.parametrize("items", [100_000, 500_000])
def test_a_huge_plan_is_forecast_by_its_own_method_though_less_is_built(items: int) -> None:
    noise = Noise(variance=0.0004, icc=0.2, bounds=(0.0, 1.0))
    forecast = Assumed(noise=noise, layout=Layout(pattern=np.array([50]))).at(items, 1)
    assert forecast.law.method == ("cluster_betting" if items == 100_000 else "cluster_cr2")


@pytest.mark.parametrize("items", [10, 50, 999, 20_001, 3_000_000])
def test_the_standard_error_is_the_stated_one(items: int) -> None:
    forecast = Assumed(noise=Noise(variance=0.09), layout=Layout()).at(items, 1)
    assert forecast.standard_error == pytest.approx(0.3 / math.sqrt(items), rel=1e-9)


@pytest.mark.parametrize(
    "layout", [Layout(pattern=np.array([30])), Layout(pattern=np.array([2, 7, 60])), Layout(clusters=25)]
)
@pytest.mark.parametrize("items", [900, 90_000, 900_000])
def test_the_standard_error_of_clusters_is_the_stated_one(layout: Layout, items: int) -> None:
    noise = Noise(variance=0.09, icc=0.1)
    sizes = layout.sizes(items).astype(float)
    forecast = Assumed(noise=noise, layout=layout).at(items, 1)
    assert forecast.standard_error == pytest.approx(math.sqrt(noise.of_mean(items, sizes, 1)), rel=1e-6)
    assert forecast.clusters == len(sizes)


def test_a_forecast_does_not_jump_where_laws_begin_to_be_scaled() -> None:
    forecaster = Assumed(noise=Noise(variance=0.09), layout=Layout())
    built, scaled = forecaster.at(20_000, 1).mde(POLICY), forecaster.at(20_001, 1).mde(POLICY)
    assert built == pytest.approx(scaled, rel=1e-4)


def test_below_six_clusters_nothing_is_allowed() -> None:
    forecaster = Assumed(noise=Noise(variance=0.09, icc=0.1), layout=Layout(pattern=np.array([20])))
    assert forecaster.at(100, 1).chance_of_allow(POLICY, 5.0) == 0.0
    assert forecaster.at(120, 1).chance_of_allow(POLICY, 5.0) > 0.9


def test_pairs_at_hand_are_forecast_by_their_own_law() -> None:
    sample = World(name="gaussian", n_clusters=40).draw(np.random.default_rng(1))
    law = infer(sample, bounds=None, sign=1.0).law
    forecaster = Measured(sample=sample, bounds=None, sign=1.0, noise=Noise(variance=1.0), epochs=1)
    assert forecaster.at(800, 1).mde(POLICY) == POLICY.mde(law)
    assert forecaster.at(1_600, 1).mde(POLICY) == POLICY.mde(law, 2.0)
    assert forecaster.at(1_600, 1).clusters == 80


def test_more_epochs_narrow_pairs_at_hand_as_far_as_their_share_goes() -> None:
    rng = np.random.default_rng(1)
    sample = Sample(baseline=np.zeros(400), candidate=rng.normal(size=400), codes=None)
    noise = Noise(variance=1.0, epoch_share=0.5)
    forecaster = Measured(sample=sample, bounds=None, sign=1.0, noise=noise, epochs=1)
    ratio = forecaster.at(400, 2).standard_error / forecaster.at(400, 1).standard_error
    assert ratio == pytest.approx(math.sqrt(0.75))


def test_a_panels_power_is_the_mean_of_its_samples() -> None:
    law = Assumed(noise=Noise(variance=1.0), layout=Layout()).at(20, 1).law
    laws = law.laws  # type: ignore[attr-defined]  # few items make a panel
    mean = float(np.mean([one.power(0.6, alpha=0.05) for one in laws]))
    assert law.power(0.6, alpha=0.05) == pytest.approx(mean, abs=0.01)
    assert law.lower(0.05) == pytest.approx(float(np.mean([one.lower(0.05) for one in laws])))
    assert law.p_greater() == pytest.approx(0.5, abs=0.03)
