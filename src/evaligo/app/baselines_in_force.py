"""What an environment's policy means for an experiment that is run against it: staleness, the ratchet, promotion."""

from __future__ import annotations

from dataclasses import dataclass, field

from evaligo.app.plan_experiment import Planned
from evaligo.app.promotion import auto_update
from evaligo.app.promotion_policy import BaselinePolicy, policies_file, policy_of
from evaligo.app.ratchet import Held, hold_to_the_past
from evaligo.app.resolve_baseline import Baseline
from evaligo.app.staleness import refuse_stale, staleness
from evaligo.errors import DataError, EvaligoError
from evaligo.gates.ratchet import ratchet_threshold
from evaligo.records import Experiment, Finding, QualityReport, Run
from evaligo.records.promotion import Decision
from evaligo.settings.project import shown_path
from evaligo.settings.shape import near
from evaligo.store.experiments import ExperimentStore

__all__ = ["Terms", "promote_by_gate", "terms_of"]

UPDATE = "update_baseline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """An environment's policy, where an experiment is run against one.

    Parameters
    ----------
    environment : str
        That `--baseline` named, else the gate's; empty where neither did.
    policy : BaselinePolicy
    findings : tuple of Finding
        What is stale of the baseline.
    """

    environment: str = ""
    policy: BaselinePolicy = field(default_factory=BaselinePolicy)
    findings: tuple[Finding, ...] = ()

    def held(self, store: ExperimentStore, candidate: Experiment, run: Run, *, seed: int) -> Held | None:
        """Hold a candidate against the environment's past; None where its policy has no ratchet.

        Parameters
        ----------
        store : ExperimentStore
        candidate : Experiment
        run : Run
            What is judged of it.
        seed : int
        """
        if self.policy.ratchet is None:
            return None
        return hold_to_the_past(
            store,
            self.environment,
            candidate,
            self.policy.ratchet,
            metric=self.policy.metric,
            run=run,
            seed=seed,
        )


def terms_of(planned: Planned, baseline: Baseline | None) -> Terms:
    """Find the policy that a run is under, before a call is paid for.

    Raises
    ------
    DataError
        The baseline is stale, and its policy blocks that; the policies' file is not right, or its ratchet speaks of a
        metric that nothing gives.
    """
    entry = baseline.entry if baseline else None
    environment = entry.environment if entry else planned.gate.environment if planned.gate else ""
    if not environment:
        return Terms()
    policy = policy_of(planned.project, environment)
    _check_ratchet(planned, environment, policy)
    if entry is None or baseline is None or baseline.experiment is None:
        return Terms(environment=environment, policy=policy)
    findings = staleness(entry, baseline.experiment, planned.selection.info, policy)
    refuse_stale(findings)
    return Terms(environment=environment, policy=policy, findings=findings)


def promote_by_gate(
    store: ExperimentStore,
    planned: Planned,
    experiment: Experiment,
    terms: Terms,
    report: QualityReport,
    *,
    who: str,
) -> Decision | str | None:
    """Follow a gate's ``success_action: update_baseline``, by the policy of its environment.

    The environment is the gate's ``environment:``, else the one that ``--baseline`` named.

    Returns
    -------
    Decision, str or None
        What became of it; a sentence where it cannot be done; None where the gate asks for nothing, or did not pass.
    """
    if report.success_action != UPDATE or not _succeeded(experiment):
        return None
    environment = (planned.gate.environment if planned.gate else "") or terms.environment
    if not environment:
        return (
            f"the gate {report.gate!r} says success_action: {UPDATE}, and no environment is named: "
            "write `environment:` in the gate, or name one with --baseline"
        )
    try:
        policy = policy_of(planned.project, environment)
        why = f"the gate {report.gate} allowed it"
        return auto_update(store, environment, policy, who=who, ref=experiment.id, why=why)
    except EvaligoError as error:  # the verdict stands, whatever becomes of the baseline
        return f"the baseline of {environment} is not updated: {error}"


def _check_ratchet(planned: Planned, environment: str, policy: BaselinePolicy) -> None:
    """Make sure, before a call is paid for, that the ratchet's metric is given, and that its margin fits it."""
    ratchet = policy.ratchet
    name = None if ratchet is None else ratchet.metric or policy.metric
    if ratchet is None or name is None:
        return
    there = {metric.name: metric for metric in planned.metrics}
    place = f"{shown_path(policies_file(planned.project))}: the ratchet of {environment}"
    if name not in there:
        raise DataError(f"{place} speaks of {name!r}, which nothing gives", hint=near(name, there))
    ratchet_threshold(there[name], ratchet.margin, level=ratchet.level, place=place)


def _succeeded(experiment: Experiment) -> bool:
    """INCONCLUSIVE lets a pipeline go on, and is no success; what had no baseline yet becomes the first."""
    return bool(experiment.passed) and experiment.verdict != "INCONCLUSIVE"
