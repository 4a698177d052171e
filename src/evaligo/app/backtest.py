"""Replay quality gates over the stored experiments: what they would have blocked, and how often for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evaligo.app.judge_quality import cut_baseline, judge_quality
from evaligo.errors import EvaligoError
from evaligo.gates.quality import OnInconclusive, QualityGate
from evaligo.records import Experiment, QualityReport, Status
from evaligo.records.baseline import Judgement

if TYPE_CHECKING:  # sqlalchemy takes 0.3 s to import
    from evaligo.store.experiments import ExperimentStore

__all__ = ["Backtest", "Replayed", "backtest"]

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a gate would have said of one experiment.

    Parameters
    ----------
    experiment : Experiment
    gate : str
    baseline : str
        The experiment that it is compared with; empty where there is none.
    said : str
        What the gate of then said; empty where it was not asked.
    says : str
        ALLOW, REJECT, INCONCLUSIVE, or ``"not judged"``.
    passes : bool
    because : str
    rerun : bool
        Whether the baseline is of the same commit, configuration and dataset, so that to block it would be a false alarm.
    """

    experiment: Experiment
    gate: str
    baseline: str = ""
    said: str = ""
    says: str
    passes: bool
    because: str
    rerun: bool = False

    @property
    def was_judged(self) -> bool:
        """Whether the gate could say anything."""
        return self.says != "not judged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """All that was replayed, oldest first.

    Parameters
    ----------
    replayed : tuple of Replayed
        Each experiment against the baseline that it had.
    reruns : tuple of Replayed
        Each rerun of one commit against the run before it.
    """

    replayed: tuple[Replayed, ...]
    reruns: tuple[Replayed, ...]

    def summary(self) -> dict[str, int]:
        """Count what would have been blocked, decided otherwise than then, and blocked for nothing."""
        judged = [r for r in self.replayed if r.was_judged]
        again = [r for r in self.reruns if r.was_judged]
        return {
            "judged": len(judged),
            "not_judged": len(self.replayed) - len(judged),
            "blocked": sum(not r.passes for r in judged),
            "changed": sum(bool(r.said) and r.said != r.says for r in judged),
            "reruns": len(again),
            "reruns_blocked": sum(not r.passes for r in again),
        }

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each experiment, then for each rerun."""
        return [
            {
                "experiment": r.experiment.id,
                "commit": r.experiment.revision.commit,
                "gate": r.gate,
                "baseline": r.baseline,
                "rerun": r.rerun,
                "said": r.said,
                "says": r.says,
                "blocks": r.was_judged and not r.passes,
                "because": r.because,
            }
            for r in (*self.replayed, *self.reruns)
        ]


def backtest(
    store: ExperimentStore,
    gates: Sequence[QualityGate],
    *,
    gate: str = "",
    on_inconclusive: OnInconclusive | None = None,
    fail_on_regression: bool = False,
    limit: int = 1000,
) -> Backtest:
    """Judge stored experiments by gates as they are now.

    Each completed experiment that names one of the gates is compared with the baseline that it had, else with its
    predecessor on the branch. Each that ran the same commit, configuration and dataset as one before it is also
    compared with that one: whatever is blocked there is a false alarm.

    Parameters
    ----------
    store : ExperimentStore
    gates : sequence of QualityGate
    gate : str
        Replay this one over every experiment, whatever gate it names; empty for each experiment's own.
    on_inconclusive, fail_on_regression
        As in `judge_quality`.
    limit : int
        Replay at most so many, the newest.
    """
    known = {g.name: g for g in gates}
    experiments = _oldest_first(store, limit)
    replayed: list[Replayed] = []
    reruns: list[Replayed] = []
    options: dict[str, Any] = {"on_inconclusive": on_inconclusive, "fail_on_regression": fail_on_regression}
    for place, experiment in enumerate(experiments):
        rules = known.get(gate or experiment.gate)
        if rules is None:
            continue
        earlier = experiments[:place]
        then = _judged_then(store, experiment, rules)
        baseline = _baseline(experiment, earlier, then)
        replayed.append(_replay(store, rules, experiment, baseline=baseline, then=then, options=options))
        if twin := _twin(experiment, earlier):
            reruns.append(_replay(store, rules, experiment, baseline=twin.id, options=options, rerun=True))
    return Backtest(replayed=tuple(replayed), reruns=tuple(reruns))


def _oldest_first(store: ExperimentStore, limit: int) -> list[Experiment]:
    from evaligo.store.listing import Filter  # noqa: PLC0415  (sqlalchemy takes 0.3 s to import)

    found: list[Experiment] = []
    cursor: str | None = None
    while len(found) < limit:
        page = store.list(
            Filter(status=Status.COMPLETED), limit=min(_PAGE, limit - len(found)), cursor=cursor
        )
        found += page.experiments
        cursor = page.cursor
        if cursor is None:
            break
    return found[::-1]


def _judged_then(store: ExperimentStore, experiment: Experiment, gate: QualityGate) -> Judgement | None:
    return next((j for j in store.judgements(experiment.id) if j.gate == gate.name), None)


def _baseline(experiment: Experiment, earlier: Sequence[Experiment], then: Judgement | None) -> str:
    """The baseline that an experiment had, else its predecessor on the branch; empty where there is neither."""
    if then is not None and then.baseline_id:
        return then.baseline_id
    branch = experiment.revision.branch
    same = (
        e for e in reversed(earlier) if branch and e.revision.branch == branch and e.name == experiment.name
    )
    return next((e.id for e in same), "")


def _twin(experiment: Experiment, earlier: Sequence[Experiment]) -> Experiment | None:
    """The newest earlier run of the very same: nothing but chance tells the two apart."""
    ours = _identity(experiment)
    return None if ours is None else next((e for e in reversed(earlier) if _identity(e) == ours), None)


def _identity(experiment: Experiment) -> tuple[str, ...] | None:
    revision, data = experiment.revision, experiment.dataset
    if not revision.commit or revision.dirty:
        return None
    return (revision.commit, experiment.config_sha256, data.sha256, data.selection)


def _replay(
    store: ExperimentStore,
    gate: QualityGate,
    experiment: Experiment,
    *,
    baseline: str,
    then: Judgement | None = None,
    options: dict[str, Any],
    rerun: bool = False,
) -> Replayed:
    said = "" if then is None else then.verdict
    try:
        report = _report(store, gate, experiment, baseline, options)
    except EvaligoError as error:
        return Replayed(
            experiment=experiment,
            gate=gate.name,
            baseline=baseline,
            said=said,
            says="not judged",
            passes=False,
            because=str(error),
            rerun=rerun,
        )
    return Replayed(
        experiment=experiment,
        gate=gate.name,
        baseline=baseline,
        said=said,
        says=report.verdict.value,
        passes=report.passed,
        because=report.because,
        rerun=rerun,
    )


def _report(
    store: ExperimentStore, gate: QualityGate, experiment: Experiment, baseline: str, options: dict[str, Any]
) -> QualityReport:
    candidate = store.run(experiment.id)
    before = cut_baseline(store.run(baseline), candidate) if baseline else None
    return judge_quality(
        before, candidate, gate, cluster=experiment.cluster or False, seed=experiment.seed, **options
    )
