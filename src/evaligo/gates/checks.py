"""What must hold before two runs are compared; `doctor` prints it all, the gate fails closed on it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from evaligo.errors import DataError
from evaligo.gates.items import Items
from evaligo.records import Finding, Metric, Run, Severity
from evaligo.records.run import OWN_CLUSTER

__all__ = ["carried_clusters", "check_clusters", "check_pair", "check_run", "refuse_errors"]

_SCALE = 20.0
_MOSTLY, _UNLIKELY = 0.5, 2.0
_LARGEST = 1e100
_FEW_CLUSTERS = 6


def check_run(run: Run, metric: Metric, items: Items) -> list[Finding]:
    """Check one run on one metric.

    Parameters
    ----------
    run : Run
    metric : Metric
    items : Items
        The run's, on that metric.

    Returns
    -------
    list of Finding
        Of severity error, warning or ok, in the order of the checks.

    Examples
    --------
    >>> from evaligo.gates.items import collapse
    >>> run = Run.from_arrays(["a", "b"], {"accuracy": [1.0, 7.0]})
    >>> found = check_run(run, run.metrics["accuracy"], collapse(run, "accuracy"))
    >>> [f.check for f in found if f.severity == "error"]
    ['scale']
    """
    name = run.info.source
    if not items.counts.any():
        return [
            _error("items", f"{name}: no item has a score for {metric.name!r}", "check that the run finished")
        ]
    findings = [
        _ok("items", f"{name}: {len(items.ids)} items, {items.epochs} epoch(s), metric {metric.name!r}")
    ]
    findings += _too_large(run, metric)
    findings += _outside(run, metric)
    findings += _absent(run, metric)
    return findings


def check_pair(
    baseline: Run,
    candidate: Run,
    *,
    metrics: tuple[Metric, Metric],
    bounds_given: bool = False,
    allow_changed_content: bool = False,
) -> list[Finding]:
    """Check that two runs speak of the same thing: metric, task, scale, questions.

    Returns
    -------
    list of Finding
        Errors and warnings; nothing where all is well.

    Examples
    --------
    >>> a = Run.from_arrays(["q"], {"f1": [0.5]}, task_id="squad")
    >>> b = Run.from_arrays(["q"], {"f1": [0.5]}, task_id="drop")
    >>> [f.check for f in check_pair(a, b, metrics=(a.metrics["f1"], b.metrics["f1"]))]
    ['task']
    """
    findings = [*_same_metric(metrics), *_same_task(baseline, candidate)]
    if not bounds_given:
        findings += _same_scale(baseline, candidate, metrics)
    findings += _same_epochs(baseline, candidate)
    findings += _same_content(baseline, candidate, allow=allow_changed_content)
    if baseline.info.sha256 and baseline.info.sha256 == candidate.info.sha256:
        findings.append(
            _warn("same file", "baseline and candidate are the same bytes", "check the two paths")
        )
    return findings


def refuse_errors(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return the warnings, or raise where there is an error.

    Raises
    ------
    DataError
        With the first error's sentence, and how many more there are.
    """
    errors = [f for f in findings if f.severity is Severity.ERROR]
    if errors:
        more = f" ({len(errors) - 1} more: run `evalsig doctor`)" if len(errors) > 1 else ""
        raise DataError(errors[0].message + more, hint=errors[0].hint)
    return tuple(f for f in findings if f.severity is Severity.WARNING)


def carried_clusters(run: Run) -> dict[str, int]:
    """Count the clusters in each column that groups items, by the column's name.

    Examples
    --------
    >>> carried_clusters(Run.from_arrays(["a", "b", "c"], {"f1": [1, 0, 1]}, cluster_ids=["p", "p", "r"]))
    {'cluster_id': 2}
    """
    n_items = len(set(run.item_ids.tolist()))
    counts = {name: len(set(column.tolist()) - {None}) for name, column in run.clusters.items()}
    return {name: n for name, n in counts.items() if (1 if name == OWN_CLUSTER else 2) <= n < n_items}


def check_clusters(run: Run, name: str | None) -> list[Finding]:
    """Tell which clusters a run carries, and whether they are enough."""
    carried = carried_clusters(run)
    if name is None:
        return [
            _warn(
                "clusters",
                f"{run.info.source}: {column!r} puts the items into {n} clusters",
                f"`gate` will ask for --cluster {column}, or for --no-cluster on purpose",
            )
            for column, n in carried.items()
        ]
    n = len(set(run.cluster(name).tolist()) - {None})
    if n < _FEW_CLUSTERS:
        return [
            _warn(
                "clusters",
                f"{run.info.source}: {n} clusters of {name!r}",
                "below 6 clusters no gate can ALLOW",
            )
        ]
    return [_ok("clusters", f"{run.info.source}: {n} clusters of {name!r}")]


def _too_large(run: Run, metric: Metric) -> list[Finding]:
    column = run.columns[metric.name]
    bad = np.flatnonzero(column.present & (np.abs(column.values) > _LARGEST))
    if not len(bad):
        return []
    return [
        _error(
            "scale",
            f"{run.info.source}: item {run.item_ids[bad[0]]!r} scores {column.values[bad[0]]:g}, too large to average "
            f"({len(bad)} such scores)",
            f"bring the scores to a unit in which none is beyond {_LARGEST:g}",
        )
    ]


def _outside(run: Run, metric: Metric) -> list[Finding]:
    if metric.bounds is None:
        return []
    column = run.columns[metric.name]
    low, high = metric.bounds
    bad = np.flatnonzero(column.present & ((column.values < low) | (column.values > high)))
    if not len(bad):
        return []
    return [
        _error(
            "scale",
            f"{run.info.source}: item {run.item_ids[bad[0]]!r} scores {column.values[bad[0]]:g}, outside the range "
            f"[{low:g}, {high:g}] of {metric.name!r} ({len(bad)} such scores)",
            "bring the scores to that range, or give the right one with --bounds LOW,HIGH",
        )
    ]


def _absent(run: Run, metric: Metric) -> list[Finding]:
    n = int(np.count_nonzero(~run.columns[metric.name].present))
    if not n:
        return []
    row, why = next(iter(run.columns[metric.name].reasons.items()), (None, ""))
    told = f", such as {run.item_ids[row]!r}: {why}" if row is not None else ""
    return [
        _warn(
            "absent scores",
            f"{run.info.source}: {n} of {run.n_rows} scores of {metric.name!r} are absent{told}",
            "they are judged both dropped and at their worst",
        )
    ]


def _same_metric(metrics: tuple[Metric, Metric]) -> Iterator[Finding]:
    first, second = metrics
    if first.name != second.name:
        yield _error(
            "metric",
            f"the baseline is scored by {first.name!r}, the candidate by {second.name!r}",
            "name with --metric one that both runs have",
        )
    elif first.higher_is_better != second.higher_is_better:
        yield _error(
            "metric", f"the runs disagree on whether more of {first.name!r} is better", "check the harness"
        )


def _same_task(baseline: Run, candidate: Run) -> Iterator[Finding]:
    ours, theirs = baseline.info.task_id, candidate.info.task_id
    if ours and theirs and ours != theirs:
        yield _error(
            "task",
            f"the baseline ran task {ours!r}, the candidate {theirs!r}",
            "compare runs of one task, or choose it with --task",
        )


def _same_scale(baseline: Run, candidate: Run, metrics: tuple[Metric, Metric]) -> Iterator[Finding]:
    sizes = [
        _typical_size(run, metric.name) for run, metric in zip((baseline, candidate), metrics, strict=True)
    ]
    factor = max(sizes) / min(sizes) if min(sizes) > 0.0 else 1.0
    shares = [_share_beyond_one(run, m.name) for run, m in zip((baseline, candidate), metrics, strict=True)]
    # A share on one side and points on the other; a latency may well pass one second.
    unlike = metrics[0].higher_is_better and min(shares) == 0.0 and max(shares) > _MOSTLY
    if factor > _SCALE or (unlike and factor > _UNLIKELY):
        yield _error(
            "scale",
            f"the baseline's scores of {metrics[0].name!r} are about {sizes[0]:.3g}, the candidate's {sizes[1]:.3g}",
            "bring both to one unit; if the change is real, say so by giving the range with --bounds LOW,HIGH",
        )


def _same_epochs(baseline: Run, candidate: Run) -> Iterator[Finding]:
    ours, theirs = (1 if r.epochs is None else len(np.unique(r.epochs)) for r in (baseline, candidate))
    if ours != theirs:
        yield _warn(
            "epochs",
            f"the baseline has {ours} epoch(s), the candidate {theirs}",
            "that is sound where the harness was asked for it, and not where failed epochs were left out",
        )


def _share_beyond_one(run: Run, metric: str) -> float:
    column = run.columns[metric]
    return float(np.mean(np.abs(column.values[column.present]) > 1.0)) if column.present.any() else 0.0


def _typical_size(run: Run, metric: str) -> float:
    column = run.columns[metric]
    sizes = np.minimum(np.abs(column.values[column.present]), _LARGEST)
    return float(np.mean(sizes[sizes > 0.0])) if (sizes > 0.0).any() else 0.0


def _same_content(baseline: Run, candidate: Run, *, allow: bool) -> Iterator[Finding]:
    if baseline.contents is None or candidate.contents is None:
        return
    ours = dict(zip(baseline.item_ids.tolist(), baseline.contents.tolist(), strict=True))
    pairs = zip(candidate.item_ids.tolist(), candidate.contents.tolist(), strict=True)
    changed = [
        i for i, content in pairs if content is not None and ours.get(i, content) not in (content, None)
    ]
    if not changed:
        return
    say = f"item {changed[0]!r} asks something else in the candidate than in the baseline ({len(changed)} such items)"
    if allow:
        yield _warn("content", say, "allowed on purpose")
    else:
        hint = "compare runs of one dataset; for a prompt changed on purpose add --allow-changed-content"
        yield _error("content", say, hint)


def _ok(check: str, message: str) -> Finding:
    return Finding(check=check, severity=Severity.OK, message=message)


def _warn(check: str, message: str, hint: str) -> Finding:
    return Finding(check=check, severity=Severity.WARNING, message=message, hint=hint)


def _error(check: str, message: str, hint: str) -> Finding:
    return Finding(check=check, severity=Severity.ERROR, message=message, hint=hint)
