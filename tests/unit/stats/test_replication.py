"""New samples of a design: drawn from the clusters at hand, and from such as these did not show."""

import math

import numpy as np
import pytest

from evaligo.stats.betting import betting
from evaligo.stats.bootstrap import bootstrap_t
from evaligo.stats.cluster import cr2
from evaligo.stats.inference import Mirrored, shared_fields
from evaligo.stats.power import detectable
from evaligo.stats.replication import Units

RNG = np.random.default_rng


def _units(n: int, *, unequal: bool = False, seed: int = 0) -> Units:
    rng = RNG(seed)
    sizes = np.round(20.0 * rng.lognormal(-0.4, 0.9, n)).clip(2) if unequal else np.full(n, 20.0)
    units = Units.of(rng.normal(size=n) * sizes, sizes)
    assert units is not None
    return units


def test_new_samples_scatter_about_the_truth_by_the_sample_s_own_standard_error() -> None:
    drawn = _units(200).replications()
    assert np.mean(drawn.shifts) == pytest.approx(0.0, abs=0.15)
    assert np.std(drawn.shifts) == pytest.approx(1.0, abs=0.1)
    assert np.mean(drawn.spreads) == pytest.approx(1.0, abs=0.05)


def test_few_clusters_leave_the_standard_error_open() -> None:
    assert np.std(_units(6).replications().spreads) > 3.0 * np.std(_units(200).replications().spreads)


def test_unequal_clusters_bring_other_degrees_of_freedom_and_equal_ones_the_same() -> None:
    assert len(np.unique(_units(12, unequal=True).replications().df)) > 100
    assert _units(12).replications().df.tolist() == pytest.approx([11.0])


def test_the_order_of_the_clusters_changes_nothing() -> None:
    units = _units(12, unequal=True)
    order = RNG(1).permutation(12)
    shuffled = Units.of(units.totals[order], units.sizes[order])
    assert shuffled is not None
    assert shuffled.replications().shifts == pytest.approx(units.replications().shifts)


def test_units_are_kept_only_where_they_tell_more_than_the_sample() -> None:
    assert Units.of(np.ones(8), np.ones(8)) is None
    assert Units.of(np.array([1.0]), np.ones(1)) is None
    assert Units.of(RNG(0).normal(size=501), np.ones(501)) is None


def test_new_samples_without_spread_find_nothing() -> None:
    units = Units.of(np.array([1.0, *[0.0] * 7]), np.ones(8))
    assert units is not None
    drawn = units.replications()
    assert np.isinf(drawn.spreads).any()
    assert drawn.chance(1e9, reach=2.0, alpha=0.05, follows="student") <= np.mean(np.isfinite(drawn.spreads))


def test_the_largest_cluster_of_a_new_sample_is_as_often_larger_as_smaller() -> None:
    ratios = _units(50, unequal=True).largest_ratios(5)
    assert ratios[2] == pytest.approx(1.0, abs=0.05)
    assert ratios[0] < 0.8
    assert ratios[4] > 1.25
    assert _units(50).largest_ratios(5).tolist() == [1.0]


@pytest.mark.parametrize("n", [6, 12, 50])
def test_a_measured_spread_detects_less_than_a_known_one(n: int) -> None:
    rng = RNG(n)
    law = bootstrap_t(rng.normal(size=n), np.ones(n), rng=rng)
    stated = type(law)(**{**shared_fields(law), "spread_known": True}, draws=law.draws, degenerate=0)  # type: ignore[attr-defined,call-arg]
    assert detectable(law, alpha=0.05, power=0.8) > detectable(stated, alpha=0.05, power=0.8)


def test_power_rises_with_the_effect_and_with_the_sample() -> None:
    law = cr2(RNG(3).normal(size=12), np.ones(12))
    by_effect = [law.power(effect, alpha=0.05) for effect in np.linspace(0.0, 3.0, 13)]
    by_growth = [law.power(0.5, alpha=0.05, growth=growth) for growth in (0.5, 1.0, 2.0, 4.0, 8.0)]
    assert by_effect == sorted(by_effect)
    assert by_growth == sorted(by_growth)


def test_without_an_effect_a_new_sample_is_found_about_as_often_as_the_level_says() -> None:
    found = [cr2(RNG(seed).normal(size=20), np.ones(20)).power(0.0, alpha=0.05) for seed in range(40)]
    assert np.mean(found) == pytest.approx(0.05, abs=0.03)


def test_asking_the_estimate_for_more_lowers_the_chance() -> None:
    law = cr2(RNG(4).normal(size=12), np.ones(12))
    chances = [law.chance(0.5, least, alpha=0.05) for least in (-math.inf, 0.0, 0.5, 1.0, 2.0)]
    assert chances[0] == law.power(0.5, alpha=0.05)
    assert chances == sorted(chances, reverse=True)
    assert chances[2] <= 0.56  # an estimate lies above the truth about half of the time


def test_the_mirror_image_draws_the_mirrored_clusters() -> None:
    skewed = 1.0 - RNG(5).exponential(size=30)
    law = bootstrap_t(skewed, np.ones(30), rng=RNG(0))
    other = bootstrap_t(-skewed, np.ones(30), rng=RNG(0))
    mirrored = Mirrored.of(law).power(0.6, alpha=0.05)
    # The mirror is judged by its own law of critical values; the clusters that are drawn are the same.
    assert mirrored == pytest.approx(other.power(0.6, alpha=0.05), abs=0.05)


def test_betting_on_unequal_clusters_expects_another_largest_one() -> None:
    rng = RNG(6)
    sizes = np.round(20.0 * rng.lognormal(-0.4, 0.9, 50)).clip(2)
    gains = rng.binomial(sizes.astype(int), 0.15).astype(float)
    law = betting(gains, sizes, low=-1.0, high=1.0, rng=rng)
    stated = type(law)(
        **{**shared_fields(law), "spread_known": True},
        low=-1.0,
        high=1.0,
        wager=law.wager,
        atoms=law.atoms,
        tuned_for=0.05,
    )
    assert detectable(law, alpha=0.05, power=0.8) > 1.05 * detectable(stated, alpha=0.05, power=0.8)
