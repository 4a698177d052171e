"""The quality gate over two runs."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.support.quality_gates import ISSUE, gates_of, one_gate, one_run, two_runs

from evaligo.app.judge_quality import judge_quality
from evaligo.errors import DataError, UsageError
from evaligo.gates.quality_rows import take_rows
from evaligo.records import Finding, Run, Severity, Verdict


def test_a_candidate_like_its_baseline_is_allowed_by_both_gates_of_the_documentation(tmp_path: Path) -> None:
    baseline, candidate = two_runs(6000)
    for gate in gates_of(tmp_path, ISSUE):
        report = judge_quality(baseline, candidate, gate)
        assert (report.verdict, report.passed, report.exit_code) == (Verdict.ALLOW, True, 0), report.because
    assert (report.failure_action, report.success_action) == ("block_deployment", "update_baseline")


def test_a_worse_candidate_is_rejected_and_the_failed_threshold_named(tmp_path: Path) -> None:
    baseline, candidate = two_runs(accuracy=0.8)
    report = judge_quality(baseline, candidate, gates_of(tmp_path, ISSUE)[0])
    assert (report.verdict, report.exit_code) == (Verdict.REJECT, 1)
    assert "'accuracy_regression' failed" in report.because
    assert [r.demonstrated for r in report.results] == [True, False, False]


def test_slower_and_dearer_is_rejected_too(tmp_path: Path) -> None:
    baseline, candidate = two_runs(slower=1.4, dearer=1.3)
    report = judge_quality(baseline, candidate, gates_of(tmp_path, ISSUE)[0], fail_on_regression=True)
    assert [r.verdict for r in report.results] == [Verdict.ALLOW, Verdict.REJECT, Verdict.REJECT]
    assert (report.exit_code, report.on_inconclusive) == (1, "warn")


def test_forty_times_slower_is_a_regression_and_no_mistaken_unit(tmp_path: Path) -> None:
    baseline, candidate = two_runs(slower=40.0)
    report = judge_quality(baseline, candidate, gates_of(tmp_path, ISSUE)[0])
    assert report.results[1].verdict is Verdict.REJECT


def test_a_first_run_passes_with_a_warning_and_not_where_a_baseline_is_required(tmp_path: Path) -> None:
    gate = gates_of(tmp_path, ISSUE)[0]
    report = judge_quality(None, two_runs()[1], gate)
    assert (report.passed, report.exit_code, report.baseline) == (True, 0, None)
    assert any(f.check == "baseline" and f.severity is Severity.WARNING for f in report.findings)
    assert judge_quality(None, two_runs()[1], gate, require_baseline=True).exit_code == 2


def test_the_gate_s_word_on_open_verdicts_gives_way_to_the_caller_s(tmp_path: Path) -> None:
    more = "    on_inconclusive: allow\n"
    gate = one_gate(tmp_path, "accuracy: {max_decrease: 0.1%, confidence_level: 95%}", more=more)
    assert judge_quality(*two_runs(), gate).exit_code == 0
    assert judge_quality(*two_runs(), gate, on_inconclusive="block").exit_code == 2


def test_the_report_is_json_whatever_is_open(tmp_path: Path) -> None:
    gate = one_gate(tmp_path, "latency_p99: {max_value: 3s, confidence_level: 95%}")
    report = judge_quality(None, one_run("latency", np.arange(1.0, 20.0)), gate)
    data = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert data["results"][0]["interval"][1] is None
    assert data["gate_sha256"] == gate.sha256


def clustered(n: int = 60) -> Run:
    return one_run("accuracy", np.ones(n), cluster_ids=[f"p{i // 3}" for i in range(n)])


def test_clusters_that_nobody_named_are_asked_for(tmp_path: Path) -> None:
    gate = one_gate(tmp_path, "accuracy: {min_score: 0.5}")
    with pytest.raises(UsageError, match="--cluster cluster_id"):
        judge_quality(None, clustered(), gate)
    assert judge_quality(None, clustered(), gate, cluster=False).results[0].n_clusters is None
    assert judge_quality(None, clustered(), gate, cluster="cluster_id").results[0].n_clusters == 20
    with pytest.raises(DataError, match="there is no cluster 'passage'"):
        judge_quality(None, replace(clustered(), clusters={}), gate, cluster="passage")


def test_what_a_slice_goes_by_is_no_cluster_that_must_be_named(tmp_path: Path) -> None:
    gate = one_gate(tmp_path, "accuracy: {min_score: 0.5, slice: {lang: fr}}")
    run = replace(clustered(), clusters={"lang": np.array(["fr", "en"] * 30, dtype=object)})
    assert judge_quality(None, run, gate).results[0].n_items == 30


def test_runs_of_other_tasks_or_items_are_refused_but_experiments_pair_across_datasets(
    tmp_path: Path,
) -> None:
    gate = one_gate(tmp_path, "accuracy: {max_decrease: 2%}")
    a, b = one_run("accuracy", [1.0, 0.0], task_id="x"), one_run("accuracy", [1.0, 0.0], task_id="y")
    with pytest.raises(DataError, match="task 'x'"):
        judge_quality(a, b, gate)
    stored = [replace(run, info=replace(run.info, format="experiment")) for run in (a, b)]
    assert judge_quality(stored[0], stored[1], gate).verdict is Verdict.ALLOW
    with pytest.raises(DataError, match="no item in common"):
        judge_quality(a, one_run("accuracy", [1.0], ids=["z"], task_id="x"), gate)


def test_the_caller_s_findings_come_first(tmp_path: Path) -> None:
    own = Finding(check="fingerprint", severity=Severity.WARNING, message="another endpoint")
    gate = one_gate(tmp_path, "accuracy: {max_decrease: 2%}")
    assert judge_quality(None, one_run("accuracy", [1.0]), gate, findings=[own]).findings[0] is own


def test_a_range_that_one_run_knows_holds_for_both(tmp_path: Path) -> None:
    gate = one_gate(tmp_path, "quality: {max_decrease: 2%}")
    scores = np.linspace(0.2, 0.9, 50)
    ids = [f"q{i}" for i in range(50)]
    told = Run.from_arrays(ids, {"quality": scores}, bounds=(0.0, 1.0))
    untold = Run.from_arrays(ids, {"quality": scores})
    assert judge_quality(told, untold, gate).results[0].unit == "points"
    assert judge_quality(untold, untold, gate).results[0].unit == "relative"


def test_items_that_are_new_since_the_baseline_are_said_and_left_out_of_what_compares(tmp_path: Path) -> None:
    baseline, candidate = two_runs(2000)
    kept = np.arange(candidate.n_rows) >= 200
    gate = gates_of(tmp_path, ISSUE)[0]
    grown = judge_quality(take_rows(baseline, kept), candidate, gate, grown=True)
    assert grown.results[0].n_items == 1800
    assert "200 items are new since the baseline ran" in grown.findings[0].message
    missing = judge_quality(take_rows(baseline, kept), candidate, gate)
    assert missing.results[0].missing is not None
    assert missing.results[0].missing.candidate_only + missing.results[0].missing.baseline_only == 200


def test_a_first_run_shows_its_own_levels(tmp_path: Path) -> None:
    _, candidate = two_runs(500)
    report = judge_quality(None, candidate, gates_of(tmp_path, ISSUE)[0])
    assert all(r.candidate_value is not None and r.n_items == 500 for r in report.results)
