"""When an experiment that is looked at while it runs may end, and how it is then judged."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.quality_gates import one_gate

from evaligo.app.early_stop import EarlyStop, early_stop
from evaligo.app.early_verdict import ended, saved, with_sequences
from evaligo.app.experiment_options import options_of
from evaligo.app.judge_quality import judge_quality
from evaligo.app.plan_experiment import Planned, plan_experiment, select_items
from evaligo.app.visiting import in_random_order, visiting_order
from evaligo.experiments.config import load_config
from evaligo.gates.quality_rows import take_rows
from evaligo.gates.quality_settling import Settlement
from evaligo.records import Run, Severity, Threshold, Totals, Verdict
from evaligo.settings.project import Project

N, SIZE = 200, 3
IDS = [f"q{n}" for n in range(N * SIZE)]
CLUSTERS = [f"p{n // SIZE}" for n in range(N * SIZE)]
ORDER = tuple(
    tuple(IDS[at * SIZE : (at + 1) * SIZE]) for at in np.random.default_rng(3).permutation(N).tolist()
)
ACCURACY = Threshold(
    name="accuracy_regression",
    kind="max_decrease",
    metric="accuracy",
    estimand="mean",
    limit=0.05,
    written="max_decrease: 5%",
    confidence_level=0.95,
)
P95 = replace(ACCURACY, name="latency_p95", kind="max_increase", metric="latency", estimand="p95", limit=0.2)


def run(rate: float, seed: int) -> Run:
    rng = np.random.default_rng(seed)
    return Run.from_arrays(
        IDS,
        {"accuracy": (rng.random(len(IDS)) < rate).astype(float), "latency": rng.gamma(4.0, 0.1, len(IDS))},
        cluster_ids=CLUSTERS,
    )


BEFORE, WORSE, SAME = run(0.9, 1), run(0.5, 2), run(0.9, 3)


def early(**fields: Any) -> EarlyStop:
    values: dict[str, Any] = {
        "order": ORDER,
        "baseline": BEFORE,
        "thresholds": (ACCURACY,),
        "cluster": "cluster_id",
    }
    return EarlyStop(**{**values, **fields})


def only(whole: Run, items: set[str]) -> Run:
    return take_rows(whole, np.array([i in items for i in whole.item_ids.tolist()]))


def first(n: int) -> set[str]:
    """The items of the first units in the order of visiting."""
    return {item for unit in ORDER[:n] for item in unit}


def test_a_much_worse_candidate_settles_the_gate_after_a_part_of_the_units() -> None:
    found = early().settlement(WORSE)
    assert found is not None
    assert found.outcome == "reject"
    assert found.thresholds == ("accuracy_regression",)
    assert found.units < N / 2


def test_the_moment_does_not_depend_on_when_one_looks() -> None:
    whole = early().settlement(WORSE)
    assert whole is not None
    assert early().settlement(only(WORSE, first(whole.units - 1))) is None
    assert early().settlement(only(WORSE, first(whole.units))) == whole
    assert early().settlement(only(WORSE, first(whole.units + 7))) == whole


def test_an_item_that_is_answered_fast_is_not_judged_before_its_turn() -> None:
    slow = ORDER[0][0]
    late = only(WORSE, set(IDS) - {slow})
    assert early().settlement(late) is None
    assert len(early().watched(late).sequences) == 0


def test_an_item_counts_once_all_its_epochs_are_there() -> None:
    assert early(epochs=2).settlement(WORSE) is None


def test_a_critical_threshold_without_such_bounds_holds_back_an_allow_and_no_reject() -> None:
    better = run(0.99, 4)
    allowed = early().settlement(better)
    assert allowed is not None
    assert allowed.outcome == "allow"
    assert early(open_ended=(P95,)).settlement(better) is None
    rejected = early(open_ended=(P95,)).settlement(WORSE)
    assert rejected is not None
    assert rejected.outcome == "reject"


def test_a_candidate_at_the_limit_ends_as_futile_long_before_the_last_unit() -> None:
    found = early().settlement(run(0.85, 5))
    assert found is not None
    assert (found.outcome, found.units < N) == ("futility", True)


def test_items_that_the_baseline_was_never_asked_are_left_out_of_what_compares() -> None:
    asked = only(BEFORE, first(100))
    better = run(0.99, 4)
    grown = early(baseline=asked, grown=True).watched(better).sequences["accuracy_regression"]
    assert (grown.n_items, int(grown.units.missing.sum())) == (100 * SIZE, 0)
    missing = early(baseline=asked).watched(better).sequences["accuracy_regression"]
    assert int(missing.units.missing.sum()) == (N - 100) * SIZE


def test_scores_out_of_their_range_settle_nothing_and_are_told_at_the_end() -> None:
    broken = Run.from_arrays(IDS, {"accuracy": [7.0] * len(IDS)}, cluster_ids=CLUSTERS, bounds=(0.0, 1.0))
    assert early().settlement(broken) is None


def test_looks_are_as_rare_as_they_are_dear() -> None:
    looks = []

    def read() -> Run:
        looks.append(1)
        return only(SAME, first(3))

    look = early().looking(read)
    assert [look(()) for _ in range(50)] == [None] * 50
    assert len(looks) < 25


def test_the_verdict_rests_on_the_units_up_to_the_settlement_and_on_bounds_for_every_look(
    tmp_path: Path,
) -> None:
    limits = "{max_decrease: 5%, confidence_level: 95%}", "{max_increase: 200ms, confidence_level: 95%}"
    gate = one_gate(tmp_path, f"accuracy_regression: {limits[0]}", f"latency_p95: {limits[1]}")
    watcher = early(open_ended=(P95,), claims=2)
    partial = only(WORSE, first(100))
    looked = ended(watcher, partial)
    assert looked.settlement is not None
    fixed = judge_quality(looked.watched.baseline, looked.watched.candidate, gate, cluster="cluster_id")
    report = with_sequences(fixed, looked)
    assert report.verdict is Verdict.REJECT
    accuracy, latency = report.results
    assert accuracy.method == "cluster_betting_sequence"
    assert accuracy.n_items == looked.settlement.units * SIZE
    assert accuracy.demonstrated
    assert accuracy.interval[0] < fixed.results[0].interval[0]
    assert accuracy.interval[1] > fixed.results[0].interval[1]
    assert "at every look" in accuracy.because
    assert latency.method == fixed.results[1].method
    assert [f.check for f in latency.findings if f.check == "early stop"] == ["early stop"]


def test_a_whole_run_that_was_looked_at_keeps_the_bounds_for_every_look(tmp_path: Path) -> None:
    gate = one_gate(tmp_path, "accuracy_regression: {max_decrease: 5%, confidence_level: 95%}")
    looked = ended(early(), SAME)
    assert looked.settlement is None
    assert looked.watched.candidate.n_rows == len(IDS)
    report = with_sequences(judge_quality(BEFORE, SAME, gate, cluster="cluster_id"), looked)
    assert report.results[0].method == "cluster_betting_sequence"
    assert report.results[0].findings == ()


def test_what_was_saved_is_told_in_answers_money_and_time() -> None:
    found = Settlement(outcome="allow", units=50)
    totals = Totals(done=160, cost=1.6, seconds=40.0)
    told = saved(early(), found, totals, results=len(IDS))
    assert told.severity is Severity.WARNING
    assert told.message == (
        "the gate is settled after 50 of 200 clusters: ALLOW; saved 440 of 600 answers, about $4.4, about "
        "1 min 50 s"
    )


CONFIG = """\
name: pr
target: {type: python, function: bot:answer}
evaluators: [exact_match]
gate: pr
cluster: page
dataset: numbers
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / ".evaligo"
    (folder / "datasets").mkdir(parents=True)
    lines = [
        f'{{"id": "q{n}", "input": "?", "expected": "yes", "metadata": {{"page": {n // 2}}}}}\n'
        for n in range(20)
    ]
    (folder / "datasets" / "numbers.jsonl").write_text("".join(lines))
    (folder / "bot.py").write_text("def answer(text):\n    return 'yes'\n")
    (folder / "pr.yaml").write_text(CONFIG)
    return folder


def planned(folder: Path, *thresholds: str, **options: object) -> Planned:
    lines = "".join(f"      {line}\n" for line in thresholds)
    (folder / "quality-gates.yaml").write_text(f"gates:\n  pr:\n    thresholds:\n{lines}")
    project = Project(root=folder.parent)
    config, said = load_config(folder / "pr.yaml"), options_of(options)
    return plan_experiment(project, config, said, select_items(project, config, said))


def test_whole_clusters_come_in_an_order_that_the_seed_alone_decides(folder: Path) -> None:
    floor = "accuracy: {min_score: 0.5, confidence_level: 95%}"
    order = visiting_order(planned(folder, floor))
    assert order == visiting_order(planned(folder, floor))
    assert order != visiting_order(planned(folder, floor, seed=1))
    assert sorted(map(len, order)) == [2] * 10
    assert {int(item[1:]) // 2 for item in order[0]} == {int(order[0][0][1:]) // 2}
    visited = [item.id for item in in_random_order(planned(folder, floor))]
    assert visited == [item for unit in order for item in unit]


def test_a_threshold_that_nothing_settles_early_is_named_before_the_run(folder: Path) -> None:
    p95, floor = "latency_p95: {max_value: 3s}", "accuracy: {min_score: 0.5, confidence_level: 95%}"
    nothing, said = early_stop(planned(folder, p95), None)
    assert nothing is None
    assert len(said) == 1
    assert (
        "nothing settles 'latency_p95' (no confidence_level, so the estimate decides) before the end"
        in said[0]
    )
    assert "so that the run goes on to its end" in said[0]
    some, said = early_stop(planned(folder, p95, floor), None)
    assert some is not None
    assert [t.name for t in some.open_ended] == ["latency_p95"]
    assert "it may end early for a REJECT, but not for an ALLOW" in said[0]


def test_what_compares_is_not_waited_for_where_there_is_no_baseline(folder: Path) -> None:
    floor = "accuracy: {min_score: 0.5, confidence_level: 95%}"
    change = "accuracy_regression: {max_decrease: 2%, confidence_level: 95%}"
    found, said = early_stop(planned(folder, change, floor), None)
    assert found is not None
    assert ([t.name for t in found.thresholds], found.claims, said) == (["accuracy"], 1, ())
    nothing, said = early_stop(planned(folder, change), None)
    assert nothing is None
    assert "no critical threshold has anything to judge" in said[0]


def test_relative_changes_and_quantiles_wait_for_the_end(folder: Path) -> None:
    plan = planned(
        folder,
        "latency: {max_increase: 10%, confidence_level: 95%}",
        "latency_p95: {max_value: 3s, confidence_level: 95%}",
    )
    baseline = Run.from_arrays([f"q{n}" for n in range(20)], {"latency": [1.0] * 20})
    _, said = early_stop(plan, baseline)
    assert "'latency' (a relative change)" in said[0]
    assert "'latency_p95' (a quantile, or a relative change)" in said[0]
