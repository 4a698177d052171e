from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evaligo.app.judge_quality import judge_quality
from evaligo.app.label_correction import RunLabels, correct_result, labels_of
from evaligo.experiments.human_labels import MatchedLabels
from evaligo.gates.quality import load_gates
from evaligo.gates.quality_judge import judge_threshold
from evaligo.records import Item, ItemResult, Output, Run, Threshold, ThresholdResult, Verdict

IDS = [f"q{i}" for i in range(1000)]
LEVEL = Threshold(
    name="tone",
    kind="min_score",
    metric="tone",
    estimand="mean",
    limit=0.85,
    written="min_score: 0.85",
    confidence_level=0.95,
    on_missing="both",
)
CHANGE = replace(LEVEL, kind="max_decrease", limit=0.05, written="max_decrease: 5pp")
RATE = replace(LEVEL, kind="max_rate", limit=0.05, written="max_rate: 0.05")


def _run(scores: np.ndarray, *, absent: int = 0, cluster: np.ndarray | None = None) -> Run:
    values = [None] * absent + scores[absent:].tolist()
    clusters = None if cluster is None else [str(c) for c in cluster]
    return Run.from_arrays(IDS, {"tone": values}, bounds=(0.0, 1.0), cluster_ids=clusters)


def _labels(
    values: np.ndarray, *, n: int = 200, other_outputs: int = 0, seed: int = 0
) -> dict[str, MatchedLabels]:
    chosen = np.random.default_rng(seed).permutation(len(IDS))[:n]
    known = {IDS[i]: float(values[i]) for i in chosen}
    return {"tone": MatchedLabels(values=known, other_outputs=other_outputs)}


def _world(seed: int, truth: float, kindness: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """People's 0/1 labels of all items, and a judge that takes a share of the bad ones for good."""
    rng = np.random.default_rng(seed)
    people = (rng.random(len(IDS)) < truth).astype(float)
    fooled = (people == 0.0) & (rng.random(len(IDS)) < kindness)
    return people, np.where(fooled, 1.0, people)


def _corrected(
    threshold: Threshold,
    candidate: Run,
    labels: RunLabels,
    *,
    baseline: Run | None = None,
    cluster: str | None = None,
) -> tuple[ThresholdResult, ThresholdResult]:
    judged = judge_threshold(threshold, baseline=baseline, candidate=candidate, cluster=cluster)
    mended = correct_result(judged, baseline=baseline, candidate=candidate, labels=labels, cluster=cluster)
    return judged, mended


def test_a_kind_judge_no_longer_lets_a_bad_level_pass() -> None:
    people, judge = _world(1, truth=0.75, kindness=0.6)
    judged, mended = _corrected(LEVEL, _run(judge), RunLabels(candidate=_labels(people)))
    assert (judged.verdict, mended.verdict) == (Verdict.ALLOW, Verdict.REJECT)
    assert mended.estimate == pytest.approx(people.mean(), abs=0.05)
    assert mended.interval[0] < people.mean() < mended.interval[1]
    assert mended.method == "prediction_powered"
    assert (
        f"the judge's own mean {judge.mean():.4g}, corrected by people's labels of 200 items" in mended.reason
    )
    assert mended.p_failure < 0.05


def test_a_judge_that_people_agree_with_keeps_its_verdict() -> None:
    people, judge = _world(2, truth=0.93)
    judged, mended = _corrected(LEVEL, _run(judge), RunLabels(candidate=_labels(people)))
    assert judged.verdict is mended.verdict is Verdict.ALLOW
    assert mended.estimate == pytest.approx(judged.estimate, abs=0.01)


def test_a_rate_that_is_better_lower_is_corrected_in_its_own_direction() -> None:
    people, judge = _world(3, truth=0.02, kindness=0.15)
    judged, mended = _corrected(RATE, _run(judge), RunLabels(candidate=_labels(people, n=400)))
    assert (judged.verdict, mended.verdict) == (Verdict.REJECT, Verdict.ALLOW)
    low, high = mended.interval
    assert low < mended.estimate < high  # type: ignore[operator]  # it has one
    assert not mended.higher_is_better


def test_a_judge_that_got_to_like_the_candidate_s_style_hides_no_regression() -> None:
    before, judged_before = _world(4, truth=0.9)
    after, judged_after = _world(5, truth=0.75, kindness=0.8)
    runs = {"baseline": _run(judged_before), "candidate": _run(judged_after)}
    labels = RunLabels(candidate=_labels(after, n=300), baseline=_labels(before, n=300))
    judged, mended = _corrected(CHANGE, runs["candidate"], labels, baseline=runs["baseline"])
    assert (judged.verdict, mended.verdict) == (Verdict.ALLOW, Verdict.REJECT)
    assert mended.estimate == pytest.approx(after.mean() - before.mean(), abs=0.06)


def test_missing_scores_are_still_counted_at_their_worst() -> None:
    people, judge = _world(6, truth=0.92)
    labels = RunLabels(candidate=_labels(people))
    _, whole = _corrected(LEVEL, _run(judge), labels)
    _, lacking = _corrected(LEVEL, _run(judge, absent=60), labels)
    assert (whole.verdict, lacking.verdict) == (Verdict.ALLOW, Verdict.INCONCLUSIVE)
    assert lacking.missing is not None
    assert lacking.missing.dropped is Verdict.ALLOW
    assert lacking.missing.worst_case_delta == pytest.approx(lacking.estimate - 0.06 * 0.92, abs=0.01)  # type: ignore[operator]
    _, dropped = _corrected(replace(LEVEL, on_missing="drop"), _run(judge, absent=60), labels)
    assert dropped.verdict is Verdict.ALLOW


def test_clusters_widen_the_corrected_interval() -> None:
    people, judge = _world(7, truth=0.9, kindness=0.3)
    order = np.argsort(people, kind="stable")
    clusters = np.empty(len(IDS), dtype=int)
    clusters[order] = np.arange(len(IDS)) // 50  # the bad answers share their clusters
    run, labels = _run(judge, cluster=clusters), RunLabels(candidate=_labels(people))
    _, alone = _corrected(LEVEL, run, labels)
    _, shared = _corrected(LEVEL, run, labels, cluster="cluster_id")
    assert shared.n_clusters == 20
    assert shared.method == "cluster_prediction_powered"
    assert np.ptp(shared.interval) > 1.5 * np.ptp(alone.interval)


@pytest.mark.parametrize(
    ("threshold", "labels", "says"),
    [
        (LEVEL, {"n": 19}, "19 labelled items are fewer than 20"),
        (LEVEL, {"n": 80, "other_outputs": 20}, "20 of 100 labels are of other outputs than the candidate's"),
        (replace(LEVEL, estimand="p95"), {}, "labels correct a mean, not the p95"),
        (CHANGE, {}, "no label is of the baseline's own outputs"),
    ],
)
def test_labels_that_cannot_correct_say_why_and_change_nothing(
    threshold: Threshold, labels: dict[str, int], says: str
) -> None:
    people, judge = _world(8, truth=0.9)
    run = _run(judge)
    judged, mended = _corrected(threshold, run, RunLabels(candidate=_labels(people, **labels)), baseline=run)
    assert replace(mended, findings=judged.findings) == judged
    assert says in mended.findings[-1].message


def test_few_labelled_clusters_correct_nothing() -> None:
    people, judge = _world(9, truth=0.9)
    run = _run(judge, cluster=np.arange(len(IDS)) // 200)
    _, mended = _corrected(LEVEL, run, RunLabels(candidate=_labels(people)), cluster="cluster_id")
    assert "come from 5 clusters, which are fewer than 6" in mended.findings[-1].message


def test_a_metric_without_labels_is_left_alone() -> None:
    _, judge = _world(10, truth=0.9)
    judged, mended = _corrected(LEVEL, _run(judge), RunLabels(candidate={}))
    assert mended is judged


def _results(scores: np.ndarray, text: str) -> list[ItemResult]:
    return [
        ItemResult(item=Item(id=i, input="?"), output=Output(text=f"{text} {i}"), scores=())
        for i in IDS[: len(scores)]
    ]


def test_a_gate_judges_by_the_corrected_mean_of_a_file_s_labels(tmp_path: Path) -> None:
    people, judge = _world(1, truth=0.75, kindness=0.6)
    (tmp_path / "quality-gates.yaml").write_text(
        "gates: {g: {thresholds: {tone: {min_score: 0.85, confidence_level: 95%}}}}"
    )
    lines = [
        f'{{"id": "{IDS[i]}", "metric": "tone", "label": {people[i]}, "output": "answer {IDS[i]}"}}'
        for i in np.random.default_rng(0).permutation(len(IDS))[:200]
    ]
    (tmp_path / "labels.jsonl").write_text("\n".join(lines))
    labels = labels_of(tmp_path / "labels.jsonl", candidate=_results(judge, "answer"))
    (gate,) = load_gates(tmp_path / "quality-gates.yaml")
    report = judge_quality(None, _run(judge), gate, labels=labels)
    assert judge_quality(None, _run(judge), gate).verdict is Verdict.ALLOW
    assert (report.verdict, report.exit_code) == (Verdict.REJECT, 1)
    assert report.results[0].demonstrated


def test_labels_of_another_run_s_outputs_are_not_taken_for_this_one_s(tmp_path: Path) -> None:
    people, judge = _world(1, truth=0.75, kindness=0.6)
    lines = [f'{{"id": "{i}", "metric": "tone", "label": 1, "output": "answer {i}"}}' for i in IDS[:50]]
    (tmp_path / "labels.jsonl").write_text("\n".join(lines))
    labels = labels_of(tmp_path / "labels.jsonl", candidate=_results(people, "reply"))
    _, mended = _corrected(LEVEL, _run(judge), labels)
    assert "no label is of the candidate's own outputs" in mended.findings[-1].message
