"""Judge an experiment by its gate, against its baseline, and keep what was said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evaligo.app.baselines import whoever
from evaligo.app.baselines_in_force import Terms
from evaligo.app.canaries import apply_drift
from evaligo.app.early_stop import EarlyStop
from evaligo.app.early_verdict import ended, saved, with_sequences
from evaligo.app.emit import judgement_events
from evaligo.app.judge_quality import cut_baseline, judge_quality
from evaligo.app.label_correction import RunLabels, labels_of
from evaligo.app.plan_experiment import Planned
from evaligo.app.ratchet import with_ratchet
from evaligo.app.resolve_baseline import Baseline
from evaligo.app.run_experiment import Ran
from evaligo.errors import DataError
from evaligo.gates.quality import OnInconclusive
from evaligo.records import Event, Experiment, Finding, QualityReport, Run, Severity
from evaligo.store.experiments import ExperimentStore

__all__ = ["NO_BASELINE", "Judging", "judge_experiment", "refuse_changed_items"]

NO_BASELINE = "NO BASELINE"
_MOVES = ("endpoint", "concurrency", "evaligo", "python", "system", "cpus")
"""What of a fingerprint moves scores or latencies without being the change under test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """What the command line says of the verdict.

    Parameters
    ----------
    on_inconclusive : {"block", "warn", "allow"}, optional
    fail_on_regression, require_baseline : bool
    """

    on_inconclusive: OnInconclusive | None = None
    fail_on_regression: bool = False
    require_baseline: bool = False


def refuse_changed_items(planned: Planned, baseline: Run | None) -> None:
    """Make sure, before a call is paid for, that an id asks in the dataset what it asked in the baseline.

    Raises
    ------
    DataError
        An id asks something else, or the baseline has none of the items.
    """
    if baseline is not None and baseline.contents is not None:
        cut = cut_baseline(baseline, baseline, items=planned.selection.contents)
        if not cut.n_rows:
            raise DataError(
                f"{baseline.info.source} has none of the items of {planned.selection.info.name!r}",
                hint="compare with an experiment on the same dataset, or on one that this is a part of",
            )


def judge_experiment(
    store: ExperimentStore,
    planned: Planned,
    ran: Ran,
    baseline: Baseline | None,
    judging: Judging,
    *,
    early: EarlyStop | None = None,
    terms: Terms | None = None,
) -> QualityReport | None:
    """Judge a completed experiment; None where no gate is named.

    Parameters
    ----------
    store : ExperimentStore
    planned : Planned
    ran : Ran
    baseline : Baseline, optional
    judging : Judging
    early : EarlyStop, optional
        What looked at it while it ran.
    terms : Terms, optional
        The policy of the environment that it is held to.

    Raises
    ------
    DataError
        The runs cannot be judged.
    """
    if planned.gate is None:
        return None
    candidate = store.run(ran.experiment.id, metrics=_looked_at(planned, terms))
    before = None if baseline is None else baseline.run
    if before is not None:
        before = cut_baseline(before, candidate, items=planned.selection.contents)
    findings = [*(terms.findings if terms else ()), *_findings(ran, baseline)]
    looked = None if early is None else ended(early, candidate)
    if early and looked and looked.settlement:
        candidate, before = looked.watched.candidate, looked.watched.baseline
        before = before and cut_baseline(before, candidate)
        results = planned.epochs * planned.selection.info.n_items
        findings.append(saved(early, looked.settlement, ran.experiment.totals, results=results))
    report = judge_quality(
        before,
        candidate,
        planned.gate,
        thresholds=planned.thresholds,
        cluster=planned.keys.cluster or False,
        on_inconclusive=judging.on_inconclusive,
        fail_on_regression=judging.fail_on_regression,
        require_baseline=judging.require_baseline,
        seed=planned.seed,
        findings=findings,
        labels=_labels(store, planned, ran, baseline),
        grown=baseline is not None and baseline.experiment is not None,
    )
    if looked is not None:
        report = with_sequences(
            report,
            looked,
            fail_on_regression=judging.fail_on_regression,
            require_baseline=judging.require_baseline,
        )
    if ran.canaries is not None:
        report = apply_drift(
            report,
            ran.canaries,
            fail_on_regression=judging.fail_on_regression,
            require_baseline=judging.require_baseline,
        )
    held = terms.held(store, ran.experiment, candidate, seed=planned.seed) if terms else None
    if held is not None:
        report = with_ratchet(
            report,
            held,
            fail_on_regression=judging.fail_on_regression,
            require_baseline=judging.require_baseline,
        )
    held_to = baseline.experiment.id if baseline and baseline.experiment else ""
    told = _events(ran, report) if store.tells else ()
    store.judge(ran.experiment.id, report, baseline_id=held_to, who=whoever(), events=told)
    nothing = before is None and any(t.needs_baseline for t in planned.thresholds)
    store.update(
        ran.experiment.id,
        verdict=NO_BASELINE if nothing and report.passed else str(report.verdict),
        passed=report.passed,
    )
    return report


def _events(ran: Ran, report: QualityReport) -> tuple[Event, ...]:
    """What people are told of the verdict."""
    moved = [drift for drift in ran.canaries.drifts if drift.moved] if ran.canaries else []
    drifts = tuple(
        {
            "metric": drift.metric,
            "change": f"{drift.shift:+.3g}",
            "interval": f"{drift.interval[0]:+.3g} to {drift.interval[1]:+.3g}",
            "judge": ran.experiment.fingerprint.get("judge model", ""),
        }
        for drift in moved
    )
    return judgement_events(ran.experiment, report.to_dict(), drifts=drifts)


def _looked_at(planned: Planned, terms: Terms | None) -> set[str] | None:
    """Name the columns that the gate looks at; None for all, where a ratchet looks at one of its own."""
    if terms is not None and terms.policy.ratchet is not None:
        return None
    divided_by = {threshold.estimand.partition("ratio:")[2] for threshold in planned.thresholds}
    return {threshold.metric for threshold in planned.thresholds} | divided_by


def _labels(
    store: ExperimentStore, planned: Planned, ran: Ran, baseline: Baseline | None
) -> RunLabels | None:
    """Read what people said of some outputs, which corrects the judge."""
    if planned.keys.human_labels is None:
        return None
    before = baseline.experiment if baseline else None
    return labels_of(
        planned.setting.path(planned.keys.human_labels),
        candidate=store.results(ran.experiment.id),
        baseline=store.results(before.id) if before else (),
    )


def _findings(ran: Ran, baseline: Baseline | None) -> Iterator[Finding]:
    """What holds of the run as a whole."""
    experiment = ran.experiment
    if experiment.totals.cached:
        yield _warning(
            "cache",
            f"{experiment.totals.cached} of {experiment.totals.done} answers are from the cache",
            "run with --no-cache for evidence of today",
        )
    if experiment.revision.dirty:
        yield _warning(
            "revision", "files differ from the commit", "commit them, so that the run can be repeated"
        )
    if baseline is not None and baseline.experiment is not None:
        yield from _moved(baseline.experiment, experiment)


def _moved(before: Experiment, after: Experiment) -> Iterator[Finding]:
    """Infrastructure alone moves scores."""
    ours, theirs = before.fingerprint, after.fingerprint
    keys = [*_MOVES, *(k for k in {**ours, **theirs} if k.startswith(("judge ", "evaluator ")))]
    differ = [key for key in keys if ours.get(key) != theirs.get(key)]
    if differ:
        told = "; ".join(f"{key} {ours.get(key, 'none')} → {theirs.get(key, 'none')}" for key in differ)
        yield _warning(
            "environment",
            f"the baseline ran elsewhere or otherwise: {told}",
            "infrastructure alone moves scores",
        )


def _warning(check: str, message: str, hint: str) -> Finding:
    return Finding(check=check, severity=Severity.WARNING, message=message, hint=hint)
