"""The rules of a promotion policy, each held against a candidate; each says in one sentence what it found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from evaligo.app.baselines import rolled_back
from evaligo.app.deployments import uptime_hours
from evaligo.app.improvement import improvement
from evaligo.app.promotion_policy import BaselinePolicy
from evaligo.app.ratchet import hold_to_the_past
from evaligo.errors import DataError
from evaligo.gates.thresholds import kind_of
from evaligo.gates.thresholds.contract import Asked
from evaligo.records import Experiment, Metric, Status, Verdict
from evaligo.records.baseline import BaselineEntry, Judgement
from evaligo.records.improvement import MetricImprovement
from evaligo.records.promotion import Rule
from evaligo.records.run import describe
from evaligo.settings.amounts import parse_amount
from evaligo.store.deployments import DeploymentFilter
from evaligo.store.experiments import ExperimentStore
from evaligo.store.listing import Filter
from evaligo.store.moments import now, parsed

__all__ = ["rules_of"]

_MANY = 200
"""So many experiments are looked through for earlier runs of one configuration, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A candidate before its environment."""

    store: ExperimentStore
    environment: str
    candidate: Experiment
    before: BaselineEntry | None
    policy: BaselinePolicy
    at: datetime


def rules_of(
    store: ExperimentStore,
    environment: str,
    candidate: Experiment,
    before: BaselineEntry | None,
    policy: BaselinePolicy,
    *,
    at: datetime | None = None,
) -> Iterator[Rule]:
    """Hold a candidate against each rule of a policy.

    Parameters
    ----------
    store : ExperimentStore
    environment : str
    candidate : Experiment
    before : BaselineEntry, optional
        What the environment is held to; None where that is nothing yet: there is then nothing to improve on.
    policy : BaselinePolicy
    at : datetime, optional
        The time that counts; default: now.

    Yields
    ------
    Rule

    Raises
    ------
    DataError
        The current baseline was deleted, or what is compared cannot be.
    """
    case = _Case(
        store=store,
        environment=environment,
        candidate=candidate,
        before=before,
        policy=policy,
        at=at or parsed(now()),
    )
    complete = _complete(candidate)
    yield complete
    if not complete.kept:
        return  # nothing else can be said of a part of a run
    yield from _not_rolled_back(case)
    yield from _gates(case)
    yield from _dataset(case)
    yield from _improved(case)
    yield from _sustained(case)
    yield from _served(case)
    yield from _ratchet(case)


def _complete(candidate: Experiment) -> Rule:
    """A run that was cut off, or got no answer at all, is nothing to hold anything to."""
    asked, totals = candidate.dataset.n_items * candidate.epochs, candidate.totals
    kept = candidate.status is Status.COMPLETED and totals.done >= asked and totals.failed < totals.done
    failed = f", {totals.failed:,} of them without an answer" if totals.failed else ""
    told = f"the experiment is {candidate.status}, with {totals.done:,} of {asked:,} results{failed}"
    return Rule(name="complete", kept=kept, told=told)


def _not_rolled_back(case: _Case) -> Iterator[Rule]:
    history = case.store.baselines.history(case.environment, limit=500)
    left = rolled_back(history).get(case.candidate.id)
    if left is not None:
        why = f" ({left.why})" if left.why else ""
        told = f"{case.environment} was rolled back from it on {left.created[:10]}{why}; promote it by hand if it is meant"
        yield Rule(name="rolled_back", kept=False, told=told)


def _gates(case: _Case) -> Iterator[Rule]:
    if not case.policy.all_gates:
        return
    newest: dict[str, Judgement] = {}
    for judgement in case.store.judgements(case.candidate.id):
        newest.setdefault(judgement.gate, judgement)
    failed = [f"{gate} said {j.verdict}" for gate, j in newest.items() if not _let_pass(j)]
    unjudged = case.candidate.gate and case.candidate.gate not in newest and not case.candidate.passed
    if unjudged:
        failed.append(f"{case.candidate.gate} never judged it")
    passed = ", ".join(newest) or case.candidate.gate
    told = "; ".join(failed) if failed else f"passed {passed}" if passed else "no gate judged it"
    yield Rule(name="all_gates", kept=not failed, told=told)


def _let_pass(judgement: Judgement) -> bool:
    passed = judgement.report.get("passed")
    return bool(passed) if passed is not None else judgement.verdict == Verdict.ALLOW.value


def _dataset(case: _Case) -> Iterator[Rule]:
    if not case.policy.same_dataset or case.before is None:
        return
    ours, theirs = case.candidate.dataset, _baseline(case).dataset
    same = (ours.sha256, ours.selection) == (theirs.sha256, theirs.selection)
    refresh = f"; see evaligo baselines refresh --environment {case.environment}"
    told = (
        f"both ran on {ours.name!r} ({ours.n_items:,} items)"
        if same
        else f"it ran on {_version(case.candidate)}, the baseline on {_version(_baseline(case))}{refresh}"
    )
    yield Rule(name="same_dataset", kept=same, told=told)


def _version(head: Experiment) -> str:
    selection = f", {head.dataset.selection}" if head.dataset.selection else ""
    return f"{head.dataset.name!r} {head.dataset.sha256[:8]} ({head.dataset.n_items:,} items{selection})"


def _baseline(case: _Case) -> Experiment:
    assert case.before is not None  # noqa: S101  (whoever asks has looked)
    found = case.store.find(case.before.experiment_id)
    if found is None:
        raise DataError(
            f"the baseline of {case.environment} is experiment {case.before.experiment_id}, which was deleted",
            hint="promote another by hand: evaligo baselines update",
        )
    return found


def _asks_improvement(policy: BaselinePolicy) -> bool:
    return policy.min_improvement is not None or policy.confidence is not None


def _improved(case: _Case) -> Iterator[Rule]:
    if not _asks_improvement(case.policy):
        return
    if case.before is None:
        told = f"{case.environment} has no baseline yet to improve on"
        yield Rule(name="min_improvement", kept=True, told=told)
        return
    yield from _improvement_rules(case, case.candidate)


def _improvement_rules(case: _Case, run: Experiment) -> Iterator[Rule]:
    metric = case.policy.metric or (run.metrics[0].name if run.metrics else None)
    made = improvement(case.store, run, _baseline(case), metrics=[metric] if metric else (), primary=metric)
    found = made.metrics[made.primary]
    lost = _lost(case.store, run, found)
    beside = f", and {lost:.4g} less if its missing scores were the worst" if lost else ""
    if (written := case.policy.min_improvement) is not None:
        needed = _needed(written, run, found)
        told = (
            f"{found.metric} {found.baseline:.4g} → {found.candidate:.4g}, better by {found.improvement:+.4g}{beside} "
            f"({found.n_pairs:,} items); at least {written} is asked"
        )
        yield Rule(name="min_improvement", kept=found.improvement - lost >= needed, told=told)
    if (level := case.policy.level) is not None:
        told = f"the confidence that {found.metric} improved is {found.significance:.4f}; {level:g} is asked"
        yield Rule(name="confidence", kept=found.significance >= level, told=told)


def _lost(store: ExperimentStore, run: Experiment, found: MetricImprovement) -> float:
    """What the mean would lose if each score that is missing were the worst that there is."""
    metric = _metric(run, found.metric)
    summary = next((m for m in store.metrics([run.id])[run.id] if m.metric == found.metric), None)
    if summary is None or not summary.absent or metric.bounds is None:
        return 0.0
    low, high = metric.bounds
    reach = found.candidate - low if metric.higher_is_better else high - found.candidate
    return reach * summary.absent / (summary.absent + summary.n)


def _metric(run: Experiment, name: str) -> Metric:
    return next((m for m in run.metrics if m.name == name), None) or describe(name)


def _needed(written: str | float, run: Experiment, found: MetricImprovement) -> float:
    """Read an amount as a gate's limit is read: points of a share, else a share of the baseline's level."""
    metric = _metric(run, found.metric)
    kind = kind_of("max_decrease")
    keys = kind.keys(max_decrease=written, metric=metric.name)  # type: ignore[call-arg]  # its own key
    asked = Asked(
        name="min_improvement",
        kind=kind,
        key="min_improvement",
        limit=parse_amount(written),
        keys=keys,
        place="the policy",
    )
    threshold = kind.resolve(asked, {metric.name: metric})
    scale = abs(found.baseline) if threshold.estimand.startswith("relative") else 1.0
    return threshold.limit * scale


def _sustained(case: _Case) -> Iterator[Rule]:
    asked = case.policy.sustained
    if asked == 1:
        return
    runs = _runs(case, asked)
    bad = [f"{run.id} did not" for run in runs if not _holds_up(case, run)]
    few = f"{len(runs)} of {asked} runs of this configuration on this dataset are there"
    told = f"all of the last {asked} runs of this configuration passed and improved"
    if bad or len(runs) < asked:
        told = "; ".join([*([few] if len(runs) < asked else []), *bad])
    yield Rule(name="sustained", kept=not bad and len(runs) >= asked, told=told)


def _runs(case: _Case, asked: int) -> list[Experiment]:
    """Return the candidate and the runs of its configuration before it; a run from the cache is no evidence of its own."""
    candidate = case.candidate
    known = {candidate.id, case.before.experiment_id if case.before else ""}
    wanted = Filter(name=candidate.name, status=Status.COMPLETED, until=parsed(candidate.created))
    found = [candidate]
    for run in case.store.list(wanted, limit=_MANY).experiments:
        same = (run.config_sha256, run.dataset) == (candidate.config_sha256, candidate.dataset)
        if same and not run.totals.cached and run.id not in known:
            found.append(run)
    return found[:asked]


def _holds_up(case: _Case, run: Experiment) -> bool:
    if run.passed is False:
        return False
    if case.before is None or not _asks_improvement(case.policy):
        return True
    return all(rule.kept for rule in _improvement_rules(case, run))


def _served(case: _Case) -> Iterator[Rule]:
    hours = case.policy.min_uptime_hours
    if hours is None:
        return
    wanted = DeploymentFilter(environment=case.environment, experiment_id=case.candidate.id)
    deployments = case.store.deployments.list(wanted, limit=1).deployments
    if not deployments:
        told = f"it was never deployed in {case.environment}; {case.policy.min_uptime} of service are asked"
        yield Rule(name="min_uptime", kept=False, told=told)
        return
    [newest] = deployments
    up = uptime_hours(newest, now=case.at)
    told = f"{newest.version} is {newest.status} and served {up:.1f} h; {case.policy.min_uptime} are asked"
    yield Rule(name="min_uptime", kept=newest.status.live and up >= hours, told=told)


def _ratchet(case: _Case) -> Iterator[Rule]:
    policy = case.policy.ratchet
    if policy is None:
        return
    held = hold_to_the_past(
        case.store, case.environment, case.candidate, policy, metric=case.policy.metric, at=case.at
    )
    if held.result is None:
        nothing = "there is no baseline of the past to hold it against"
        told = "; ".join([nothing, *(finding.message for finding in held.findings)])
        yield Rule(name="ratchet", kept=True, told=told)
        return
    kept = held.result.verdict is Verdict.ALLOW
    yield Rule(name="ratchet", kept=kept, told=f"{held.result.verdict} {held.result.because}")
