"""Judge a stored experiment by a quality gate, against another one, and keep what was said."""

from __future__ import annotations

from evaligo.app.emit import judgement_events
from evaligo.app.judge_quality import cut_baseline, judge_quality
from evaligo.app.prepare import Cluster
from evaligo.errors import DataError
from evaligo.gates.quality import OnInconclusive, QualityGate
from evaligo.records import Experiment, Finding, QualityReport, Run, Severity, Status
from evaligo.store.experiments import ExperimentStore

__all__ = ["judge_stored"]


def judge_stored(
    store: ExperimentStore,
    candidate: Experiment,
    baseline: Experiment | None,
    gate: QualityGate,
    *,
    who: str,
    cluster: Cluster = None,
    on_inconclusive: OnInconclusive | None = None,
    fail_on_regression: bool = False,
    require_baseline: bool = False,
    seed: int = 0,
) -> QualityReport:
    """Judge a completed experiment.

    Parameters
    ----------
    store : ExperimentStore
    candidate : Experiment
    baseline : Experiment, optional
        What compares is not judged without one.
    gate : QualityGate
    who : str
        Whoever asks, for the audit chain.
    cluster : str or False, optional
        What groups items; left out, what the candidate was configured with.
    on_inconclusive, fail_on_regression, require_baseline, seed
        As in `judge_quality`.

    Raises
    ------
    DataError
        The candidate is not complete, or the runs cannot be judged.
    """
    if candidate.status is not Status.COMPLETED:
        raise DataError(
            f"experiment {candidate.id} ({candidate.name}) is {candidate.status}: it cannot be judged yet",
            hint=f"finish it with `evaligo experiment resume {candidate.id}`",
        )
    after = store.run(candidate.id)
    before = None if baseline is None else _asked_too(store.run(baseline.id), baseline, after, candidate)
    report = judge_quality(
        before,
        after,
        gate,
        cluster=(candidate.cluster or False) if cluster is None else cluster,
        on_inconclusive=on_inconclusive,
        fail_on_regression=fail_on_regression,
        require_baseline=require_baseline,
        seed=seed,
        findings=_unfinished(after, candidate),
        grown=baseline is not None,
    )
    told = judgement_events(candidate, report.to_dict()) if store.tells else ()
    store.judge(candidate.id, report, baseline_id=baseline.id if baseline else "", who=who, events=told)
    if candidate.gate in ("", gate.name):
        store.update(candidate.id, verdict=str(report.verdict), passed=report.passed)
    return report


def _asked_too(before: Run, baseline: Experiment, after: Run, candidate: Experiment) -> Run:
    """Cut the baseline to what the candidate was asked; what it was asked and left out stays, and counts as missing."""
    same = (baseline.dataset.sha256, baseline.dataset.selection) == (
        candidate.dataset.sha256,
        candidate.dataset.selection,
    )
    return before if same and _n_items(after) < candidate.dataset.n_items else cut_baseline(before, after)


def _unfinished(after: Run, candidate: Experiment) -> tuple[Finding, ...]:
    there, asked = _n_items(after), candidate.dataset.n_items
    if there >= asked:
        return ()
    return (
        Finding(
            check="results",
            severity=Severity.WARNING,
            message=f"{after.info.source} has results of {there} of its {asked} items",
            hint="send the others before it is completed; an experiment that ended early was judged where it ran",
        ),
    )


def _n_items(run: Run) -> int:
    return len(set(run.item_ids.tolist()))
