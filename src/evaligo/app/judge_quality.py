"""The quality gate: two runs and a set of thresholds in, a verdict out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from evaligo.app.label_correction import RunLabels, correct_result
from evaligo.app.prepare import Cluster, shown_bounds
from evaligo.errors import DataError, UsageError
from evaligo.gates.checks import carried_clusters, check_pair, refuse_errors
from evaligo.gates.quality import OnInconclusive, QualityGate, resolve_thresholds
from evaligo.gates.quality_join import join_thresholds
from evaligo.gates.quality_judge import judge_threshold
from evaligo.gates.quality_rows import comparable, cut_baseline, known_to
from evaligo.records import Finding, Metric, QualityReport, Run, Severity, Threshold
from evaligo.version import __version__

__all__ = ["cut_baseline", "judge_quality", "metrics_of"]


def judge_quality(
    baseline: Run | None,
    candidate: Run,
    gate: QualityGate,
    *,
    thresholds: Sequence[Threshold] | None = None,
    cluster: Cluster = None,
    on_inconclusive: OnInconclusive | None = None,
    fail_on_regression: bool = False,
    require_baseline: bool = False,
    seed: int = 0,
    findings: Sequence[Finding] = (),
    grown: bool = False,
    labels: RunLabels | None = None,
) -> QualityReport:
    """Judge a candidate by a quality gate.

    Parameters
    ----------
    baseline : Run, optional
        Already cut to the candidate's dataset (`cut_baseline`). Without one, what compares is not judged, and does not
        hold the candidate back.
    candidate : Run
        An item that gives a metric nothing to judge has an absent score whose reason begins with "not applicable".
    gate : QualityGate
    thresholds : sequence of Threshold, optional
        The gate's, resolved; else they are resolved by the metrics of the runs.
    cluster : str or False, optional
        The column that groups items; False judges items as independent on purpose. None is a usage error where the
        candidate carries clusters.
    on_inconclusive : {"block", "warn", "allow"}, optional
        Instead of what the gate says; where neither does, ``"block"``, and ``"warn"`` under `fail_on_regression`.
    fail_on_regression : bool
        Fail only on what the interval demonstrates.
    require_baseline : bool
        Fail where there is nothing to compare with.
    seed : int
    findings : sequence of Finding
        Of the caller's own: another environment, a drifting judge.
    grown : bool
        The baseline is known to have a row for each item that it was asked: items that it does not have were added to
        the dataset since, so that they are left out of what compares, and said, instead of counting as missing.
    labels : RunLabels, optional
        People's labels of the runs' outputs, by which a judge's mean is corrected.

    Returns
    -------
    QualityReport

    Raises
    ------
    DataError
        Runs that cannot be judged; a baseline's file that has nothing of what the gate compares.
    UsageError
        The runs carry clusters and the caller named none.
    """
    runs = _with_shown_bounds(baseline, candidate)
    asked = resolve_thresholds(gate, metrics_of(runs[1])) if thresholds is None else tuple(thresholds)
    if runs[0] is not None:
        runs = _with_shown_bounds(comparable(runs[0], asked, candidate), runs[1])
    name = _cluster_name(runs, cluster, asked)
    found = _run_findings(runs)
    before, after = runs
    known = known_to(before, after) if grown else after
    results = [
        judge_threshold(
            t, baseline=before, candidate=known if t.needs_baseline else after, cluster=name, seed=seed
        )
        for t in asked
    ]
    if labels is not None:
        results = [
            correct_result(
                r,
                baseline=before,
                candidate=known if r.threshold.needs_baseline else after,
                labels=labels,
                cluster=name,
                seed=seed,
            )
            for r in results
        ]
    joint = join_thresholds(
        results,
        on_inconclusive=on_inconclusive or gate.on_inconclusive,
        fail_on_regression=fail_on_regression,
        require_baseline=require_baseline,
    )
    return QualityReport(
        gate=gate.name,
        description=gate.description,
        verdict=joint.verdict,
        because=joint.because,
        passed=joint.passed,
        exit_code=joint.exit_code,
        on_inconclusive=joint.on_inconclusive,
        results=joint.results,
        findings=(*findings, *found, *_new_items(after, known), *joint.findings),
        baseline=None if baseline is None else baseline.info,
        candidate=candidate.info,
        cluster=name,
        gate_sha256=gate.sha256,
        failure_action=gate.failure_action,
        success_action=gate.success_action,
        seed=seed,
        version=__version__,
    )


def _new_items(candidate: Run, known: Run) -> tuple[Finding, ...]:
    new = set(candidate.item_ids.tolist()) - set(known.item_ids.tolist())
    if not new:
        return ()
    some = ", ".join(map(repr, sorted(new)[:3])) + (", …" if len(new) > 3 else "")
    return (
        Finding(
            check="dataset",
            severity=Severity.WARNING,
            message=f"{len(new)} items are new since the baseline ran ({some}): what compares leaves them out",
            hint="run the baseline on this dataset to have them compared",
        ),
    )


def metrics_of(run: Run) -> tuple[Metric, ...]:
    """Return a run's metrics, in its order."""
    return tuple(run.metrics[name] for name in run.columns)


def _with_shown_bounds(baseline: Run | None, candidate: Run) -> tuple[Run | None, Run]:
    """Give either run's metrics the range that the other knows, or that the scores show."""
    for name in candidate.columns:
        runs = [r for r in (baseline, candidate) if r is not None and name in r.columns]
        known = next((r.metrics[name].bounds for r in runs if r.metrics[name].bounds is not None), None)
        bounds = known or shown_bounds(runs, [name] * len(runs))
        candidate = candidate.with_metric(replace(candidate.metrics[name], bounds=bounds))
        if baseline is not None and name in baseline.columns:
            baseline = baseline.with_metric(replace(baseline.metrics[name], bounds=bounds))
    return baseline, candidate


def _run_findings(runs: tuple[Run | None, Run]) -> tuple[Finding, ...]:
    """What holds of the runs as a whole, whatever the metric."""
    baseline, candidate = runs
    there = [run for run in runs if run is not None]
    notes = dict.fromkeys(f"{run.info.source}: {note}" for run in there for note in run.notes)
    found = [Finding(check="reader", severity=Severity.WARNING, message=note) for note in notes]
    if baseline is None:
        return tuple(found)
    if set(baseline.item_ids.tolist()).isdisjoint(candidate.item_ids.tolist()):
        raise DataError(
            f"{baseline.info.source} and {candidate.info.source} have no item in common",
            hint="check that both ran the same dataset",
        )
    any_metric = Metric(name="any")  # the checks of content, task and epochs look at none
    pair = (_of_any_dataset(baseline), _of_any_dataset(candidate))
    return (*found, *refuse_errors(check_pair(*pair, metrics=(any_metric,) * 2, bounds_given=True)))


def _of_any_dataset(run: Run) -> Run:
    """An experiment's items pair by id and content, so that it may have run a part of the other's dataset.

    Two experiments are of the same bytes where every answer came from the cache: that is said of the cache, and is no
    path given twice.
    """
    if run.info.format != "experiment":
        return run
    return replace(run, info=replace(run.info, task_id="", sha256=""))


def _cluster_name(
    runs: tuple[Run | None, Run], cluster: Cluster, thresholds: Sequence[Threshold]
) -> str | None:
    if cluster is False:
        return None
    if cluster:
        for run in runs:
            if run is not None:
                run.cluster(cluster)
        return cluster
    for name, n in _unnamed(runs[1], thresholds):
        raise UsageError(
            f"{runs[1].info.source}: {name!r} puts {runs[1].n_rows} rows into {n} clusters, and items of one cluster are "
            "not independent evidence",
            hint=f"add --cluster {name}, or --no-cluster to judge items as independent on purpose",
        )
    return None


def _unnamed(run: Run, thresholds: Sequence[Threshold]) -> Iterator[tuple[str, int]]:
    """The clusters that a run carries; what slices go by is not among them."""
    slices = {key for threshold in thresholds for key in threshold.slice}
    yield from ((name, n) for name, n in carried_clusters(run).items() if name not in slices)
