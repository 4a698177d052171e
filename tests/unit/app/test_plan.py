"""Plans from stated numbers, from a baseline alone, and from two runs."""

import itertools
import json
import math
from typing import Any

import numpy as np
import pytest

from evaligo.app.gate import gate
from evaligo.app.plan import plan
from evaligo.errors import DataError, UsageError
from evaligo.records import Run


def _run(
    seed: int,
    *,
    shift: float = 0.0,
    epochs: int = 1,
    repeat_sd: float = 0.1,
    clusters: int | None = None,
    binary: bool = False,
) -> Run:
    """Four hundred items of one dataset, whose levels vary by 0.15, scored by one system."""
    items, own = 400, np.random.default_rng(seed)
    levels = np.random.default_rng(0).normal(0.5, 0.15, items) + own.normal(shift, 0.05, items)
    ids, rounds = zip(*itertools.product(range(items), range(epochs)), strict=True)
    noise = own.normal(0.0, repeat_sd, len(ids)) if epochs > 1 else 0.0
    scores = levels[list(ids)] + noise
    if binary:
        scores = (own.random(len(ids)) < scores).astype(float)
    return Run.from_arrays(
        [f"q{i}" for i in ids],
        {"score": scores},
        epochs=list(rounds) if epochs > 1 else None,
        cluster_ids=None if clusters is None else [f"p{i % clusters}" for i in ids],
    )


def test_two_runs_plan_what_their_gate_reports() -> None:
    runs = (_run(1, clusters=80), _run(2, shift=0.01, clusters=80))
    made = plan(baseline=runs[0], candidate=runs[1], cluster="cluster_id", min_delta=0.01)
    report = gate(*runs, metric=None, cluster="cluster_id", min_delta=0.01)
    assert made.design.mde == report.comparison.mde
    assert made.design.chance_of_allow == report.chance_of_allow
    assert made.design.method == report.comparison.method
    assert (made.design.items, made.design.clusters) == (400, 80)


def test_a_metric_of_which_less_is_better_plans_what_its_gate_reports() -> None:
    runs = (_run(1), _run(2, shift=-0.01))
    made = plan(baseline=runs[0], candidate=runs[1], min_delta=0.01, higher_is_better=False)
    report = gate(*runs, metric=None, min_delta=0.01, higher_is_better=False)
    assert made.design.chance_of_allow == report.chance_of_allow


def test_one_epoch_alone_needs_a_correlation_and_says_so() -> None:
    run = _run(1)
    made = plan(baseline=run)
    spread = float(np.var(run.columns["score"].values, ddof=1))
    assert made.noise.sd**2 == pytest.approx(2.0 * spread * 0.5)
    assert plan(baseline=run, correlation=0.9).noise.sd ** 2 == pytest.approx(2.0 * spread * 0.1)
    assert any("correlation of 0.5" in said and "is assumed" in said for said in made.assumptions)
    assert made.floor_of_repeats is None


def test_epochs_measure_the_noise_of_repeats() -> None:
    made = plan(baseline=_run(1, epochs=5))
    assert made.noise.epoch_share is not None
    assert made.noise.epoch_share * made.noise.sd**2 == pytest.approx(2.0 * 0.1**2, rel=0.1)
    assert made.epochs == 5
    assert made.floor_of_repeats is not None
    assert 0.0 < made.floor_of_repeats < made.design.mde


def test_the_floor_of_repeats_is_that_of_the_same_system() -> None:
    """Two runs of one system differ on the mean of n items by a variance of 2 w / (K n)."""
    made = plan(baseline=_run(1, epochs=5))
    assert made.floor_of_repeats is not None
    expected = 0.1 * math.sqrt(2.0 / 5.0 / 400.0) * (1.645 + 0.842)
    assert made.floor_of_repeats == pytest.approx(expected, rel=0.06)


def test_two_runs_with_epochs_measure_their_share() -> None:
    made = plan(baseline=_run(1, epochs=4), candidate=_run(2, epochs=4))
    # Over samples of 400 items the measured share varies by a standard deviation of 0.03.
    assert made.noise.epoch_share == pytest.approx(0.02 / (0.02 + 0.005), abs=0.09)
    assert made.purchase.floor is not None
    assert made.purchase.floor < made.purchase.now


def test_runs_of_unequal_epochs_plan_from_what_both_average() -> None:
    made = plan(baseline=_run(1, epochs=6), candidate=_run(2, epochs=3))
    assert made.epochs == pytest.approx(4.0, abs=0.3)
    assert made.design.mde == gate(_run(1, epochs=6), _run(2, epochs=3), metric=None).comparison.mde


def test_a_pass_rate_alone_becomes_a_discordance() -> None:
    run = _run(1, binary=True)
    share = float(np.mean(run.columns["score"].values))
    made = plan(baseline=run, correlation=0.6)
    assert made.noise.discordance == pytest.approx(2.0 * share * (1.0 - share) * 0.4, rel=0.01)
    assert made.design.method == "tango_score"


def test_a_file_tells_how_alike_its_clusters_are() -> None:
    made = plan(baseline=_run(1, clusters=80), cluster="cluster_id")
    assert made.design.clusters == 80
    assert made.noise.icc is not None
    assert made.noise.icc < 0.1  # items were dealt to clusters like cards


def test_clusters_carried_and_unnamed_are_refused() -> None:
    with pytest.raises(UsageError, match="cluster_id"):
        plan(baseline=_run(1, clusters=80))
    assert plan(baseline=_run(1, clusters=80), cluster=False).design.clusters is None


def test_an_unknown_icc_is_assumed_and_said() -> None:
    made = plan(sd=0.3, items=400, cluster_size=20)
    assert made.noise.icc == 0.2
    assert any("icc of 0.2 is assumed" in said for said in made.assumptions)
    assert not any(
        "assumed" in said for said in plan(sd=0.3, items=400, cluster_size=20, icc=0.1).assumptions
    )


@pytest.mark.parametrize(
    "design",
    [
        {"items": 1_000, "clusters": 50},
        {"items": 1_000, "cluster_size": 20},
        {"clusters": 50, "cluster_size": 20},
    ],
)
def test_clusters_can_be_said_three_ways(design: dict[str, int]) -> None:
    point = plan(sd=0.3, **design).design  # type: ignore[arg-type]  # integers all
    assert (point.items, point.clusters) == (1_000, 50)


def test_clusters_alone_are_filled_until_they_suffice() -> None:
    made = plan(sd=0.3, clusters=100, icc=0.05, min_delta=0.03)
    assert made.planned is None
    assert made.needed is not None
    assert (made.needed.clusters, made.fixed_clusters) == (100, 100)


def test_a_plan_is_plain_data() -> None:
    made = plan(sd=0.3, items=40, clusters=4)
    text = json.dumps(made.to_dict(), allow_nan=False)
    assert json.loads(text)["allowed_effect"] is None  # four clusters allow nothing


STATED: list[tuple[dict[str, Any], str]] = [
    ({}, "nothing tells how noisy"),
    ({"sd": 1.0, "discordance": 0.1}, "--sd and --discordance"),
    ({"candidate": "b.json", "sd": 1.0}, "without its baseline"),
    ({"sd": 1.0, "items": 9, "correlation": 0.5}, "only where there is a baseline"),
    ({"sd": 0.0, "items": 9}, "standard deviation is 0"),
    ({"sd": math.nan, "items": 9}, "standard deviation is nan"),
    ({"discordance": 1.5, "items": 9}, "discordance is 1.5"),
    ({"discordance": 0.0, "items": 9}, "discordance is 0"),
    ({"discordance": 0.1, "min_delta": 0.2}, "cannot move further than the 0.1"),
    ({"sd": 0.1, "bounds": (0.0, 1.0), "min_delta": 2.0}, "cannot move further than 1"),
    ({"sd": 1.0}, "nothing is asked"),
    ({"sd": 1.0, "items": 1}, "items is 1"),
    ({"sd": 1.0, "items": 9, "epochs": 0}, "epochs is 0"),
    ({"sd": 1.0, "items": 9, "epochs": 3}, "how much repeats help"),
    ({"sd": 1.0, "items": 9, "epochs": 3, "epoch_share": 1.2}, "epoch share is 1.2"),
    ({"sd": 1.0, "items": 9, "icc": 0.2}, "no clusters were given"),
    ({"sd": 1.0, "items": 9, "clusters": 3, "icc": 1.2}, "icc is 1.2"),
    ({"sd": 1.0, "items": 9, "clusters": 10}, "cannot fill 10 clusters"),
    ({"sd": 1.0, "items": 9, "cluster_size": 8}, "do not fill two clusters"),
    ({"sd": 1.0, "items": 9, "clusters": 2, "cluster_size": 5}, "make 10 items, not 9"),
    ({"sd": 1.0, "clusters": 20, "min_delta": 0.01}, "no number of items in 20 clusters"),
    ({"sd": 1.0, "min_delta": 1e-9}, "no feasible number"),
    ({"sd": 1.0, "items": 9, "power": 0.01}, "power is 0.01"),
    ({"sd": 1.0, "items": 9, "alpha": 0.7}, "alpha is 0.7"),
]


@pytest.mark.parametrize(("options", "sentence"), STATED)
def test_an_ask_that_cannot_be_meant_is_refused_with_a_way_out(
    options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UsageError) as refused:
        plan(**options)
    assert sentence in refused.value.message
    assert refused.value.hint


MEASURED: list[tuple[dict[str, Any], str]] = [
    ({"correlation": 1.0}, "correlation is 1"),
    ({"epochs": 3}, "does not tell how much repeats differ"),
    ({"cluster": "cluster_id", "icc": 0.1, "cluster_size": 5}, "are measured by 'cluster_id'"),
]


@pytest.mark.parametrize(("options", "sentence"), MEASURED)
def test_an_ask_that_the_file_answers_itself_is_refused(options: dict[str, Any], sentence: str) -> None:
    named = {"cluster": False, **options}
    with pytest.raises(UsageError) as refused:
        plan(baseline=_run(1, clusters=80), **named)
    assert sentence in refused.value.message


def test_a_measured_epoch_share_cannot_be_overruled() -> None:
    with pytest.raises(UsageError, match="its epoch share is measured"):
        plan(baseline=_run(1, epochs=2), epoch_share=0.5)


def test_two_runs_lay_out_their_own_clusters() -> None:
    with pytest.raises(UsageError, match="show their clusters themselves"):
        plan(baseline=_run(1), candidate=_run(2), cluster_size=20)


def test_a_baseline_that_scores_all_alike_tells_nothing() -> None:
    run = Run.from_arrays(["a", "b", "c"], {"f1": [1.0, 1.0, 1.0]})
    with pytest.raises(DataError, match="all items score alike"):
        plan(baseline=run)
