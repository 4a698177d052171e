"""Check result files as the gate would, and report everything at once."""

from __future__ import annotations

from collections.abc import Sequence

from evaligo.app.load import load_run
from evaligo.app.prepare import Cluster, examine, prepare
from evaligo.errors import EvaligoError
from evaligo.gates.checks import carried_clusters, check_clusters, check_run
from evaligo.gates.items import collapse
from evaligo.records import Finding, Run, Severity
from evaligo.records.run import OWN_CLUSTER

__all__ = ["doctor"]


def doctor(
    paths: Sequence[str],
    *,
    metric: str | None = None,
    cluster: Cluster = None,
    format: str = "auto",  # noqa: A002  (the word that every reader of files uses)
    id: str | None = None,  # noqa: A002
    task: str | None = None,
) -> list[Finding]:
    """Check each file by itself, and each further one against the first.

    Parameters
    ----------
    paths : sequence of str
        At least one; the first is taken for the baseline.
    metric, cluster, format, id, task
        As in `load_run` and `gate`.

    Returns
    -------
    list of Finding
        What is well, what to look at, what is wrong; never an exception for a bad file.

    Examples
    --------
    >>> [f.severity.value for f in doctor(["no-such-file.json"])]
    ['error']
    """
    findings: list[Finding] = []
    runs: list[Run] = []
    for path in paths:
        try:
            run = load_run(path, metric=metric, cluster=cluster or None, format=format, id=id, task=task)
        except EvaligoError as error:
            findings.append(_refused("readable", error))
            continue
        runs.append(run)
        findings.append(_ok("readable", f"{path}: read as {run.info.format}"))
        findings += _single(run, metric=metric, cluster=cluster)
    for other in runs[1:]:
        findings += _paired(runs[0], other, metric=metric, cluster=cluster)
    return list(dict.fromkeys(findings))


def _single(run: Run, *, metric: str | None, cluster: Cluster) -> list[Finding]:
    try:
        names = [run.resolve(metric)] if metric is not None else list(run.columns)
        found = [f for name in names for f in check_run(run, run.metrics[name], collapse(run, name))]
        return found if cluster is False else [*found, *check_clusters(run, cluster)]
    except EvaligoError as error:
        return [_refused("metric and cluster", error)]


def _paired(baseline: Run, candidate: Run, *, metric: str | None, cluster: Cluster) -> list[Finding]:
    names = [metric] if metric is not None else [m for m in baseline.columns if m in candidate.columns]
    findings = [] if names else [_no_common_metric(baseline, candidate)]
    for name in names:
        try:
            findings += _joined(baseline, candidate, metric=name, cluster=cluster)
        except EvaligoError as error:
            findings.append(_refused("pairs", error))
    return findings


def _joined(baseline: Run, candidate: Run, *, metric: str, cluster: Cluster) -> list[Finding]:
    """All that the gate would find; how many items pair where nothing of it is an error."""
    found = examine(baseline, candidate, metric=metric).findings
    if any(f.severity is Severity.ERROR for f in found):
        return found
    ready = prepare(baseline, candidate, metric=metric, cluster=_cluster_to_try(baseline, candidate, cluster))
    pairs = ready.pairs
    say = f"{metric}: {len(pairs.item_ids)} items pair, {pairs.n_missing} lack a score somewhere"
    return [*ready.findings, _ok("pairs", say)]


def _cluster_to_try(baseline: Run, candidate: Run, cluster: Cluster) -> Cluster:
    """What the caller named; else what both runs call their own, so that a disagreement shows before the gate."""
    if cluster is not None:
        return cluster
    return (
        OWN_CLUSTER
        if OWN_CLUSTER in carried_clusters(baseline) and OWN_CLUSTER in candidate.clusters
        else False
    )


def _no_common_metric(baseline: Run, candidate: Run) -> Finding:
    return Finding(
        check="metric",
        severity=Severity.ERROR,
        message=f"the runs share no metric: {', '.join(baseline.columns)} against {', '.join(candidate.columns)}",
        hint="compare runs that were scored alike",
    )


def _refused(check: str, error: EvaligoError) -> Finding:
    return Finding(check=check, severity=Severity.ERROR, message=error.message, hint=error.hint)


def _ok(check: str, message: str) -> Finding:
    return Finding(check=check, severity=Severity.OK, message=message)
