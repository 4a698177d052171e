"""A gate that is looked at after every unit is allowed, or rejected, wrongly in at most the promised share of experiments."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from tests.support.quality_gates import threshold

from evaligo.app.early_stop import EarlyStop
from evaligo.gates.quality_settling import Settlement, first_settlement
from evaligo.records import Run, Threshold

SIMULATIONS = 300
ALPHA = 0.05
TOLERANCE = 3.0 * math.sqrt(ALPHA * (1.0 - ALPHA) / SIMULATIONS)
LEVEL = 1.0 - ALPHA
FALL = threshold("max_decrease", name="fall", limit=0.05, confidence_level=LEVEL)
FLOOR = threshold("min_score", name="floor", limit=0.80, confidence_level=LEVEL)
TOXIC = threshold("max_rate", name="toxic", metric="toxicity", limit=0.05, confidence_level=LEVEL)
SLOWER = threshold("max_increase", name="slower", metric="latency", limit=0.2, confidence_level=LEVEL)
KNOWN = {"accuracy": (0.0, 1.0), "toxicity": (0.0, 1.0)}
HIGHER_IS_BETTER = {"accuracy": True, "toxicity": False, "latency": False}


@dataclass(frozen=True, kw_only=True, eq=False)
class Law:
    """An experiment in units of up to `size` items each: what is true of it stands against the limits above."""

    name: str
    thresholds: tuple[Threshold, ...]
    units: int = 300
    size: int = 1
    accuracy: float = 0.80
    fall: float = 0.05
    toxicity: float = 0.05
    slower: float = 0.2
    missing: float = 0.0

    def settled(self, rng: np.random.Generator) -> Settlement | None:
        """Draw an experiment, look at it after every unit, and never give up."""
        codes = np.repeat(np.arange(self.units), rng.integers(1, self.size + 1, self.units))
        ids, n = [f"q{i}" for i in range(len(codes))], len(codes)
        shift = rng.uniform(-0.05, 0.05, self.units)[codes]
        luck = rng.random(n)
        again = np.where(rng.random(n) < 0.3, rng.random(n), luck)
        before = {
            "accuracy": (luck < self.accuracy + self.fall + shift).astype(float),
            "toxicity": np.zeros(n),
            "latency": rng.gamma(4.0, 0.25, n),
        }
        after = {
            "accuracy": (again < self.accuracy + shift).astype(float),
            "toxicity": (rng.random(n) < self.toxicity).astype(float),
            "latency": before["latency"] + self.slower + rng.normal(0.0, 0.3, n) + 2.0 * shift,
        }
        lost = rng.random(n) < self.missing
        candidate = {
            name: [None if gone else s for s, gone in zip(scores, lost, strict=True)]
            for name, scores in after.items()
        }
        clusters = [f"p{code}" for code in codes]
        runs = [
            Run.from_arrays(
                ids, scores, cluster_ids=clusters, bounds=KNOWN, higher_is_better=HIGHER_IS_BETTER
            )
            for scores in (before, candidate)
        ]
        watcher = EarlyStop(
            order=_order(ids, codes, rng),
            baseline=runs[0],
            thresholds=self.thresholds,
            claims=len(self.thresholds),
            cluster="cluster_id" if self.size > 1 else None,
        )
        return first_settlement(watcher.watched(runs[1]).sequences, can_allow=True)


def _order(ids: list[str], codes: np.ndarray, rng: np.random.Generator) -> tuple[tuple[str, ...], ...]:
    ends = np.flatnonzero(np.diff(codes)) + 1
    units = [tuple(unit.tolist()) for unit in np.split(np.array(ids, dtype=object), ends)]
    return tuple(units[at] for at in rng.permutation(len(units)).tolist())


LAWS = [
    Law(
        name="a fall at its limit, the rest far inside", thresholds=(FALL, TOXIC), toxicity=0.0, accuracy=0.9
    ),
    Law(name="a rate at its limit, the rest far inside", thresholds=(FALL, TOXIC), fall=-0.05, accuracy=0.9),
    Law(name="three at their limits", thresholds=(FALL, FLOOR, TOXIC)),
    Law(name="three at their limits, in clusters", thresholds=(FALL, FLOOR, TOXIC), size=5),
    Law(name="scores missing at random", thresholds=(FALL, FLOOR), missing=0.02),
    Law(name="without a range, in clusters", thresholds=(FALL, SLOWER), size=3, fall=-0.02, accuracy=0.9),
]


@cache
def outcomes(law: Law) -> list[str]:
    rng = np.random.default_rng(20261123)
    found = [law.settled(rng) for _ in range(SIMULATIONS)]
    return ["" if settlement is None else settlement.outcome for settlement in found]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
@pytest.mark.parametrize("outcome", ["allow", "reject"])
def test_a_gate_with_a_threshold_at_its_limit_is_settled_at_most_as_often_as_promised(
    law: Law, outcome: str
) -> None:
    assert outcomes(law).count(outcome) / SIMULATIONS <= ALPHA + TOLERANCE


def test_a_change_that_is_clear_is_settled_and_the_right_way() -> None:
    worse = Law(name="worse", thresholds=(FALL, TOXIC), fall=0.2, toxicity=0.0)
    better = Law(name="better", thresholds=(FALL, TOXIC), fall=-0.05, toxicity=0.0, accuracy=0.9)
    for law, outcome in ((worse, "reject"), (better, "allow")):
        rng = np.random.default_rng(1)
        found = [law.settled(rng) for _ in range(30)]
        assert [s.outcome for s in found if s is not None] == [outcome] * 30
        assert np.median([s.units for s in found if s is not None]) < law.units / 2
