import numpy as np
import pytest

from evaligo.errors import UsageError
from evaligo.stats.sequential import AsymptoticSequence, BettingSequence
from evaligo.stats.stopping import Policy, Stop, StoppingRule


def _sequence(mean: float, n: int = 2_000, seed: int = 1) -> BettingSequence:
    shares = [0.1 - mean / 2.0, 0.8, 0.1 + mean / 2.0]
    sequence = BettingSequence(low=-1.0, high=1.0)
    sequence.update(np.random.default_rng(seed).choice([-1.0, 0.0, 1.0], p=shares, size=n))
    return sequence


def _outcome(policy: Policy, mean: float, *, min_delta: float = 0.0, margin: float = 0.0) -> str | None:
    stop = StoppingRule(policy=policy, alpha=0.05, min_delta=min_delta, margin=margin).first_stop(
        _sequence(mean)
    )
    return stop.outcome if stop else None


@pytest.mark.parametrize(
    ("policy", "mean", "expected"),
    [
        ("superiority", 0.15, "allow"),
        ("superiority", -0.15, "reject"),
        ("superiority", 0.0, "futility"),
        ("non-inferiority", 0.0, "allow"),
        ("non-inferiority", -0.18, "reject"),
        ("minimum-effect", 0.19, "allow"),
        ("minimum-effect", 0.0, "reject"),
    ],
)
def test_each_policy_stops_where_its_bounds_say(policy: Policy, mean: float, expected: str) -> None:
    assert _outcome(policy, mean, min_delta=0.1, margin=0.1) == expected


def test_no_stop_where_nothing_is_decided() -> None:
    assert StoppingRule(policy="superiority", alpha=0.05).first_stop(_sequence(0.02, n=50)) is None


def test_superiority_waits_until_the_estimate_reaches_the_minimum() -> None:
    eager = StoppingRule(policy="superiority", alpha=0.05).first_stop(_sequence(0.1))
    patient = StoppingRule(policy="superiority", alpha=0.05, min_delta=0.09).first_stop(_sequence(0.1))
    assert eager is not None
    assert patient is not None
    assert _sequence(0.1).estimates()[patient.units - 1] >= 0.09
    assert eager.units <= patient.units


def test_the_stop_does_not_depend_on_the_batches() -> None:
    rule = StoppingRule(policy="superiority", alpha=0.05, min_delta=0.05)
    whole = rule.first_stop(_sequence(0.1))
    growing = BettingSequence(low=-1.0, high=1.0)
    seen: list[Stop | None] = []
    differences = np.random.default_rng(1).choice([-1.0, 0.0, 1.0], p=[0.05, 0.8, 0.15], size=2_000)
    for part in np.array_split(differences, 40):
        growing.update(part)
        seen.append(rule.first_stop(growing))
    assert next(stop for stop in seen if stop) == whole == seen[-1]


def test_a_run_that_points_to_harm_goes_on_until_harm_is_shown_or_ruled_out() -> None:
    sequence = _sequence(-0.08)
    stop = StoppingRule(policy="superiority", alpha=0.05, min_delta=0.1).first_stop(sequence)
    assert stop is not None
    assert stop.outcome == "reject"
    useless = int(np.argmax(sequence.evidence_less(0.1) > np.log(20.0))) + 1
    assert sequence.estimates()[useless - 1] < 0.0
    assert stop.units > useless


def test_harm_comes_before_futility_at_the_same_moment() -> None:
    assert _outcome("superiority", -0.18, min_delta=0.0) == "reject"


def test_an_asymptotic_sequence_stops_by_the_same_rule() -> None:
    sequence = AsymptoticSequence()
    sequence.update(np.random.default_rng(0).normal(-0.5, 1.0, size=400))
    stop = StoppingRule(policy="superiority", alpha=0.05).first_stop(sequence)
    assert stop is not None
    assert stop.outcome == "reject"
    assert 50 <= stop.units < 400


@pytest.mark.parametrize("alpha", [0.0, 1.0, float("nan")])
def test_a_level_outside_zero_and_one_is_refused(alpha: float) -> None:
    with pytest.raises(UsageError, match="alpha is"):
        StoppingRule(policy="superiority", alpha=alpha)


def test_a_negative_margin_is_refused() -> None:
    with pytest.raises(UsageError, match="sizes of at least 0"):
        StoppingRule(policy="non-inferiority", alpha=0.05, margin=-0.01)
