"""Plans are kept: gates of the planned size allow the planned effect as often as planned."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from evaligo.app.plan import plan
from evaligo.gates.method import infer
from evaligo.gates.pairing import Sample
from evaligo.gates.policy import Policy, make_policy
from evaligo.gates.verdict import rule
from evaligo.records import Verdict
from evaligo.records.plan import Plan

SIMULATIONS = 600
POWER = 0.8
TOLERANCE = 3.0 * math.sqrt(POWER * (1.0 - POWER) / SIMULATIONS)
Draw = Callable[[np.random.Generator, int, float], Sample]


def _normal(rng: np.random.Generator, items: int, effect: float) -> Sample:
    baseline = rng.normal(0.5, 0.3, items)
    return Sample(baseline=baseline, candidate=baseline + rng.normal(effect, 0.3, items), codes=None)


def _flips(rng: np.random.Generator, items: int, effect: float) -> Sample:
    return _moved(rng, rng.choice([1.0, -1.0, 0.0], items, p=[0.05 + effect / 2, 0.05 - effect / 2, 0.9]))


def _moved(rng: np.random.Generator, moves: np.ndarray, codes: np.ndarray | None = None) -> Sample:
    baseline = np.where(
        moves > 0, 0.0, np.where(moves < 0, 1.0, (rng.random(len(moves)) < 0.7).astype(float))
    )
    return Sample(baseline=baseline, candidate=baseline + moves, codes=codes)


def _clusters(rng: np.random.Generator, items: int, effect: float) -> Sample:
    codes = np.arange(items) // 20
    shared = math.sqrt(0.3) * rng.normal(size=items // 20)[codes]
    differences = effect + 0.3 * (shared + math.sqrt(0.7) * rng.normal(size=items))
    baseline = rng.normal(0.5, 0.3, items)
    return Sample(baseline=baseline, candidate=baseline + differences, codes=codes)


def _flipping_clusters(rng: np.random.Generator, items: int, effect: float) -> Sample:
    """Clusters lean to gains or to losses by half: the differences' icc is 0.2 / 4, a little less for the effect."""
    codes = np.arange(items) // 10
    lean = rng.choice([-0.5, 0.5], items // 10)[codes]
    u, gain, loss = rng.random(items), 0.1 * (1.0 + lean) + effect / 2.0, 0.1 * (1.0 - lean) - effect / 2.0
    return _moved(rng, np.where(u < gain, 1.0, np.where(u < gain + loss, -1.0, 0.0)), codes)


def _epochs(rng: np.random.Generator, items: int, effect: float) -> Sample:
    """A single epoch's difference has variance 0.09, of which 0.06 is noise of the repeats; three are averaged."""
    level = rng.normal(0.5, 0.3, items)
    own = rng.normal(effect, math.sqrt(0.03), items)
    noise = rng.normal(0.0, math.sqrt(0.03), (2, 3, items)).mean(axis=1)
    return Sample(baseline=level + noise[0], candidate=level + own + noise[1], codes=None)


def _allowed(draw: Draw, policy: Policy, items: int, effect: float) -> float:
    rng = np.random.default_rng(20250101)
    samples = (draw(rng, items, effect) for _ in range(SIMULATIONS))
    verdicts = [rule(infer(s, bounds=None, sign=1.0).law, policy).verdict for s in samples]
    return verdicts.count(Verdict.ALLOW) / SIMULATIONS


def _needed(made: Plan) -> int:
    assert made.needed is not None
    return made.needed.items


def test_the_needed_items_allow_the_hoped_for_effect() -> None:
    items = _needed(plan(sd=0.3, min_delta=0.01, effect=0.04))
    policy = make_policy(min_delta=0.01)
    assert _allowed(_normal, policy, items, 0.04) == pytest.approx(POWER, abs=TOLERANCE)


def test_the_needed_items_allow_an_effect_that_min_delta_holds_back() -> None:
    items = _needed(plan(sd=0.3, min_delta=0.03, effect=0.04))
    policy = make_policy(min_delta=0.03)
    assert _allowed(_normal, policy, items, 0.04) == pytest.approx(POWER, abs=TOLERANCE)


def test_the_needed_items_of_a_pass_rate_allow_the_hoped_for_effect() -> None:
    items = _needed(plan(discordance=0.1, min_delta=0.01, effect=0.03))
    policy = make_policy(min_delta=0.01)
    assert _allowed(_flips, policy, items, 0.03) == pytest.approx(POWER, abs=TOLERANCE)


def test_the_needed_items_of_a_pass_rate_pass_a_neutral_change() -> None:
    items = _needed(plan(discordance=0.1, margin=0.03))
    assert _allowed(_flips, make_policy(margin=0.03), items, 0.0) == pytest.approx(POWER, abs=TOLERANCE)


def test_the_needed_items_show_a_minimum_effect() -> None:
    items = _needed(plan(sd=0.3, policy="minimum-effect", min_delta=0.02, effect=0.06))
    policy = make_policy("minimum-effect", min_delta=0.02)
    assert _allowed(_normal, policy, items, 0.06) == pytest.approx(POWER, abs=TOLERANCE)


@pytest.mark.parametrize("effect", [0.06, 0.15])
def test_the_needed_clusters_allow_the_hoped_for_effect(effect: float) -> None:
    needed = plan(sd=0.3, cluster_size=20, icc=0.3, effect=effect).needed
    assert needed is not None
    found = _allowed(_clusters, make_policy(), needed.items, effect)
    # One cluster more or less is a big step where they are few: the told chance is above the asked one.
    assert POWER <= needed.chance_of_allow < POWER + 0.06
    assert found == pytest.approx(needed.chance_of_allow, abs=TOLERANCE)


def test_the_needed_clusters_of_a_pass_rate_allow_the_hoped_for_effect() -> None:
    items = _needed(plan(discordance=0.2, cluster_size=10, icc=0.05, effect=0.05))
    assert _allowed(_flipping_clusters, make_policy(), items, 0.05) == pytest.approx(POWER, abs=TOLERANCE)


def test_the_needed_items_with_epochs_allow_the_hoped_for_effect() -> None:
    items = _needed(plan(sd=0.3, epochs=3, epoch_share=2.0 / 3.0, effect=0.04))
    assert _allowed(_epochs, make_policy(), items, 0.04) == pytest.approx(POWER, abs=TOLERANCE)


@pytest.mark.parametrize(("items", "draw"), [(12, _normal), (30, _normal), (400, _normal)])
def test_the_detectable_effect_is_found_with_the_asked_power(items: int, draw: Draw) -> None:
    mde = plan(sd=0.3, items=items).design.mde
    assert _allowed(draw, make_policy(), items, mde) == pytest.approx(POWER, abs=TOLERANCE)


@pytest.mark.parametrize("items", [60, 400])
def test_the_detectable_effect_of_a_pass_rate_is_found_with_the_asked_power(items: int) -> None:
    mde = plan(discordance=0.1, items=items).design.mde
    # A pass rate cannot move further than its discordance: a larger effect brings flips of its own.
    assert _allowed(_at_least_flips, make_policy(), items, mde) == pytest.approx(POWER, abs=TOLERANCE)


def _at_least_flips(rng: np.random.Generator, items: int, effect: float) -> Sample:
    flips = max(0.1, effect)
    moves = rng.choice([1.0, -1.0, 0.0], items, p=[(flips + effect) / 2, (flips - effect) / 2, 1.0 - flips])
    return _moved(rng, moves)


def test_six_clusters_detect_what_they_say() -> None:
    mde = plan(sd=0.3, clusters=6, cluster_size=20, icc=0.3).design.mde
    assert _allowed(_clusters, make_policy(), 120, mde) == pytest.approx(POWER, abs=TOLERANCE)


def test_the_chance_of_allow_at_min_delta_is_the_one_told() -> None:
    made = plan(sd=0.3, items=200, min_delta=0.04)
    found = _allowed(_normal, make_policy(min_delta=0.04), 200, 0.04)
    assert found == pytest.approx(made.design.chance_of_allow, abs=3.0 * math.sqrt(0.25 / SIMULATIONS))
