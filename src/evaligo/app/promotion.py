"""Promotion by rule: an environment is held to an experiment where its policy says so, and each refusal is explained."""

from __future__ import annotations

from datetime import datetime

from evaligo.app.baselines import current_as_seen, promote
from evaligo.app.find_experiment import find_experiment
from evaligo.app.promotion_policy import BaselinePolicy
from evaligo.app.promotion_rules import rules_of
from evaligo.errors import DataError, UsageError
from evaligo.records import Experiment, Status
from evaligo.records.baseline import BaselineEntry
from evaligo.records.promotion import Decision
from evaligo.store.experiments import ExperimentStore
from evaligo.store.listing import Filter

__all__ = ["auto_update", "candidate_of"]


def auto_update(
    store: ExperimentStore,
    environment: str,
    policy: BaselinePolicy,
    *,
    who: str,
    ref: str | None = None,
    why: str = "",
    dry_run: bool = False,
    at: datetime | None = None,
) -> Decision:
    """Hold an environment to an experiment, if its policy lets it.

    Parameters
    ----------
    store : ExperimentStore
    environment : str
    policy : BaselinePolicy
    who : str
    ref : str, optional
        The candidate; default: `candidate_of`.
    why : str
        Empty for what the rules found.
    dry_run : bool
        Say what would be done, and do nothing.
    at : datetime, optional
        The time that counts; default: now.

    Returns
    -------
    Decision
        With each rule; where the environment is held to the candidate already, with none.

    Raises
    ------
    DataError
        There is no such experiment, or none that could be a candidate, or what is compared cannot be.
    UnavailableError
        Another promotion was faster.
    """
    if not environment.strip():
        raise UsageError("the environment's name is empty", hint="name it, such as production")
    before = current_as_seen(store, environment, None)
    candidate = find_experiment(store, ref) if ref else candidate_of(store, environment, before)
    if before is not None and before.experiment_id == candidate.id:
        return _decision(environment, candidate, before, dry_run=dry_run)
    rules = tuple(rules_of(store, environment, candidate, before, policy, at=at))
    refused = not all(rule.kept for rule in rules)
    entry = None
    if not refused and not dry_run:
        entry = promote(
            store,
            candidate.id,
            environment,
            who=who,
            why=why or "; ".join(rule.told for rule in rules),
            metadata={"rules": {rule.name: rule.told for rule in rules}},
            replaces=before.id if before else "",
        ).entry
    return Decision(
        environment=environment,
        experiment_id=candidate.id,
        experiment_name=candidate.name,
        rules=rules,
        before=before,
        entry=entry,
        dry_run=dry_run,
    )


def candidate_of(store: ExperimentStore, environment: str, before: BaselineEntry | None) -> Experiment:
    """Return the experiment that an environment may be held to next.

    It is the experiment of what is deployed there; where no deployment is recorded, the newest completed one on the
    branch of the current baseline, or of its name where it knows no branch.

    Raises
    ------
    DataError
        There is none.
    """
    live = store.deployments.live(environment)
    if live is not None and live.experiment_id:
        return find_experiment(store, live.experiment_id)
    head = None if before is None else store.find(before.experiment_id)
    if head is not None:
        branch = head.revision.branch
        wanted = Filter(branch=branch or None, name=None if branch else head.name, status=Status.COMPLETED)
        newest = store.list(wanted, limit=1).experiments
        if newest:
            return newest[0]
    raise DataError(
        f"nothing is known to be deployed in {environment}, and it has no baseline whose branch could tell the next",
        hint="name the candidate with --experiment, or record the deployment: evaligo deployments record",
    )


def _decision(environment: str, candidate: Experiment, before: BaselineEntry, *, dry_run: bool) -> Decision:
    return Decision(
        environment=environment,
        experiment_id=candidate.id,
        experiment_name=candidate.name,
        rules=(),
        before=before,
        dry_run=dry_run,
    )
