"""The events that changes cause: what happened, and what people need to know of it; builtins only, and no secret.

They are handed to the store with the change, which writes both in one transaction. What is told of an experiment, of a
gate and of a pull request is in `evaligo.notify.events`, by example.
"""

from __future__ import annotations

import math
import os
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from evaligo.notify.pull_request import pull_request
from evaligo.notify.whereabouts import run_url
from evaligo.records import Event, Experiment, Status, Verdict
from evaligo.records.baseline import BaselineEntry
from evaligo.records.deployment import Deployment, DeploymentStatus
from evaligo.store.moments import now

__all__ = [
    "baseline_events",
    "blocked_event",
    "deployment_events",
    "failed_metrics",
    "judgement_events",
    "results_url",
    "session_events",
    "written_amount",
]

_FELL_SHORT = ("endpoint", "quota", "store", "deadline")


def judgement_events(
    experiment: Experiment,
    report: Mapping[str, Any],
    *,
    drifts: tuple[Mapping[str, Any], ...] = (),
    environment: Mapping[str, str] | None = None,
) -> tuple[Event, ...]:
    """Return what a gate's verdict tells.

    Parameters
    ----------
    experiment : Experiment
        That it is about.
    report : mapping
        A quality report as JSON values.
    drifts : tuple of mapping
        Of a judge that moved: metric, change and interval.
    environment : mapping of str to str, optional
        The process's own where left out: the CI's variables name the pull request.
    """
    said = os.environ if environment is None else environment
    verdict = str(report["verdict"])
    key = "/".join(part for part in (experiment.name, experiment.revision.branch, report["gate"]) if part)
    data = {
        **_around(experiment, said, verdict=verdict),
        "gate": {"name": report["gate"], "verdict": verdict, "because": report.get("because", "")},
        "verdict": verdict,
        "failed_metrics": failed_metrics(report),
        "failing_examples_count": _failing(report),
    }
    suggestions = [r["suggestion"] for r in report.get("results", ()) if r.get("suggestion")]
    if suggestions:
        data["suggestion"] = suggestions[0]
    events = [_event(name, key, data, recovers) for name, recovers in _of_verdict(verdict)]
    for drift in drifts:
        about = f"{experiment.name}/{drift['metric']}"
        events.append(_event("judge_drift", about, {**_around(experiment, said), **drift}))
    return tuple(events)


def session_events(
    experiment: Experiment,
    *,
    status: Status,
    cause: str,
    note: str,
    done: int,
    spent: float | None,
    limit: float | None,
    environment: Mapping[str, str] | None = None,
) -> tuple[Event, ...]:
    """Return what the end of a run tells: that it failed, or spent its budget, or goes well again."""
    said = os.environ if environment is None else environment
    key = "/".join(part for part in (experiment.name, experiment.revision.branch) if part)
    total = experiment.dataset.n_items * experiment.epochs
    data = {**_around(experiment, said), "done": done, "total": total}
    if cause == "budget":
        return (_event("budget_exceeded", key, {**data, "spent": spent or 0.0, "limit": limit or 0.0}),)
    if cause in _FELL_SHORT or cause == "error":
        return (_event("experiment_failed", key, {**data, "error": note or cause}),)
    if status is not Status.COMPLETED:
        return ()
    told = {**data, "message": f"{experiment.name} is complete"}
    return tuple(
        _event("experiment_recovered", key, told, name) for name in ("experiment_failed", "budget_exceeded")
    )


def blocked_event(
    experiment: Experiment,
    *,
    environment: str,
    version: str,
    actor: str,
    because: str,
    gate: str,
    verdict: str,
    report: Mapping[str, Any],
    variables: Mapping[str, str] | None = None,
) -> Event:
    """Return what a refused deployment tells."""
    said = os.environ if variables is None else variables
    data = {
        **_around(experiment, said, verdict=verdict),
        "deployment": _deployment(environment, version, actor, said, because=because),
        "environment": environment,
        "version": version,
        "gate": {"name": gate, "verdict": verdict, "because": because},
        "failed_metrics": failed_metrics(report),
        "failing_examples_count": _failing(report),
    }
    return _event("deployment_blocked", f"{environment}/{experiment.name}", data)


def deployment_events(
    deployment: Deployment, experiment: Experiment | None, *, variables: Mapping[str, str] | None = None
) -> tuple[Event, ...]:
    """Return what a deployment that went live tells; nothing of another."""
    if deployment.status is not DeploymentStatus.SUCCESS:
        return ()
    said = os.environ if variables is None else variables
    about = (
        _around(experiment, said, verdict=experiment.verdict) if experiment else {"pr": pull_request(said)}
    )
    data = {
        **about,
        "deployment": _deployment(deployment.environment, deployment.version, deployment.who, said),
        "environment": deployment.environment,
        "version": deployment.version,
    }
    name = experiment.name if experiment else deployment.version
    return (_event("deployment_succeeded", f"{deployment.environment}/{name}", data, "deployment_blocked"),)


def baseline_events(
    entry: BaselineEntry,
    before: BaselineEntry | None,
    experiment: Experiment | None,
    *,
    rolled_back: bool = False,
    variables: Mapping[str, str] | None = None,
) -> tuple[Event, ...]:
    """Return what a moved baseline tells."""
    said = os.environ if variables is None else variables
    data = {
        **(_around(experiment, said, verdict=entry.verdict) if experiment else {"pr": pull_request(said)}),
        "baseline": {
            "name": entry.environment,
            "from": before.experiment_id if before else "nothing",
            "to": entry.experiment_id,
            "actor": entry.who,
            "reason": entry.why or "no reason given",
        },
        "environment": entry.environment,
    }
    name = "baseline_rolled_back" if rolled_back else "baseline_updated"
    return (_event(name, entry.environment, data),)


def failed_metrics(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the thresholds that a report says do not hold, each as templates print it.

    Examples
    --------
    >>> result = {"threshold": {"name": "accuracy", "written": "max_decrease: 2pp", "role": "critical"},
    ...           "verdict": "REJECT", "estimate": -0.042, "interval": [-0.06, -0.024], "unit": "points",
    ...           "baseline_value": 0.913, "candidate_value": 0.871}
    >>> found = failed_metrics({"results": [result]})[0]
    >>> found["name"], found["current_value"], found["change"], found["interval"]
    ('accuracy', 0.871, '-4.2 pp', '-6 pp to -2.4 pp')
    """
    return [_failed(result) for result in report.get("results", ()) if _counts(result)]


def _counts(result: Mapping[str, Any]) -> bool:
    asked = result.get("threshold") or {}
    return result.get("verdict") == Verdict.REJECT.value and asked.get("role") != "informational"


def _failed(result: Mapping[str, Any]) -> dict[str, Any]:
    asked, unit = result.get("threshold") or {}, str(result.get("unit") or "")
    value, before = result.get("candidate_value"), result.get("baseline_value")
    compared = before is not None and result.get("estimate") is not None
    low, high = result.get("interval") or (None, None)
    return {
        "name": asked.get("name", ""),
        "current_value": None if value is None else _rounded(value),
        "baseline_value": None if before is None else _rounded(before),
        "change": written_amount(result["estimate"], unit) if compared else "n/a",
        "interval": f"{written_amount(low, unit)} to {written_amount(high, unit)}",
        "limit": asked.get("written", ""),
        "verdict": result.get("verdict"),
        "because": result.get("because", ""),
    }


def _rounded(value: float) -> float:
    """Return four significant digits: what is printed as it is."""
    return float(f"{value:.4g}") if math.isfinite(value) else 0.0


def written_amount(value: float | None, unit: str) -> str:
    """Write a change with its unit; one that is open is "any"."""
    if value is None or not math.isfinite(value):
        return "any"
    if unit in ("points", "relative"):
        return f"{100.0 * value:+.3g} {'pp' if unit == 'points' else '%'}"
    if unit == "s":
        return f"{value:+.3g} s" if abs(value) >= 1.0 else f"{1000.0 * value:+.3g} ms"
    return f"{'-' if value < 0 else '+'}${abs(value):.3g}" if unit == "usd" else f"{value:+.3g}"


def _failing(report: Mapping[str, Any]) -> int:
    """Return how many items got worse: of the threshold on which most did."""
    counts = [
        int((result.get("flips") or {}).get("worsened", 0))
        for result in report.get("results", ())
        if _counts(result)
    ]
    return max(counts, default=0)


def _of_verdict(verdict: str) -> Iterator[tuple[str, str]]:
    """Yield an event's name, and what it ends."""
    if verdict == Verdict.REJECT.value:
        yield "regression_detected", ""
        yield "gate_decided", "gate_inconclusive"
    elif verdict == Verdict.INCONCLUSIVE.value:
        yield "gate_inconclusive", ""
    else:
        yield "gate_passed", "regression_detected"
        yield "gate_decided", "gate_inconclusive"


def _around(experiment: Experiment, said: Mapping[str, str], *, verdict: str = "") -> dict[str, Any]:
    head = {
        "id": experiment.id,
        "name": experiment.name,
        "url": results_url(said, experiment.id),
        "branch": experiment.revision.branch,
        "commit": experiment.revision.commit,
        "dataset": experiment.dataset.name,
        "verdict": verdict,
    }
    return {"experiment": head, "pr": pull_request(said)}


def results_url(said: Mapping[str, str], experiment_id: str) -> str:
    """Return where an experiment's results are read: on the server that EVALIGO_PUBLIC_URL names, else in the CI's run.

    Examples
    --------
    >>> results_url({"EVALIGO_PUBLIC_URL": "https://evaligo.example.com/"}, "exp_1")
    'https://evaligo.example.com/experiments/exp_1'
    """
    server = said.get("EVALIGO_PUBLIC_URL", "").rstrip("/")
    return f"{server}/experiments/{experiment_id}" if server else run_url(said)


def _deployment(
    environment: str, version: str, actor: str, said: Mapping[str, str], *, because: str = ""
) -> dict[str, str]:
    return {
        "environment": environment,
        "version": version,
        "url": run_url(said),
        "actor": actor,
        "because": because,
    }


def _event(name: str, key: str, data: Mapping[str, Any], recovers: str = "") -> Event:
    told = dict(data)
    if recovers:
        told.setdefault("message", f"{recovers.replace('_', ' ')} is over")
    return Event(
        id=f"evt_{secrets.token_hex(12)}", name=name, created=now(), key=key, data=told, recovers=recovers
    )
