"""Numbers on the command line that are legal to write and that no arithmetic or memory can hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.support.commands import evalsig
from tests.support.runs import runframe


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--sd 0.3 --items 1000000000000", "--items is 1000000000000; plan with ten million at most"),
        ("--sd 0.3 --items 10000001", "--items is 10000001;"),
        ("--sd 0.3 --clusters 100000000000 --min-delta 0.1", "--clusters is 100000000000;"),
        ("--sd 0.3 --cluster-size 100000000000 --min-delta 0.1", "--cluster-size is 100000000000;"),
        ("--discordance 0.1 --items 9 --epochs 100000000000", "--epochs is 100000000000;"),
        ("--sd 1e200 --items 10", "--sd is 1e+200; bring the scores to a unit"),
        ("--sd 1e-200 --items 10", "--sd is 1e-200; bring the scores to a unit"),
    ],
)
def test_a_plan_beyond_arithmetic_or_memory_is_a_usage_error(line: str, said: str) -> None:
    done = evalsig("mde", *line.split())
    assert (done.code, done.out) == (64, "")
    assert said in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("confidence", ["0.9999999999999999", "0.9999999999", "1", "nan"])
def test_a_confidence_whose_tails_rounding_swallows_is_a_usage_error(confidence: str, tmp_path: Path) -> None:
    run = runframe(tmp_path / "a.json", [(f"q{i}", i / 9) for i in range(9)])
    done = evalsig("compare", "--baseline", run, "--candidate", run, "--confidence", confidence)
    assert (done.code, done.out) == (64, "")
    assert "the confidence level is" in done.err


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_the_highest_confidence_is_computed(alternative: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    a, b = (runframe(tmp_path / f"{n}.json", [(f"q{i}", rng.random()) for i in range(40)]) for n in "ab")
    done = evalsig(
        "compare",
        "--baseline",
        a,
        "--candidate",
        b,
        "--confidence",
        "0.999999999",
        "--alternative",
        alternative,
    )
    assert (done.code, done.err) == (0, "")
