"""The events that evaligo tells: how urgent each usually is, what is usually said, and what its data hold.

The sample of an event is the contract between whoever emits it and the templates: `lint` and `preview` use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from evaligo.notify.templates import Template
from evaligo.records import Urgency

__all__ = ["EVENTS", "EventKind", "kind_of"]


@dataclass(frozen=True, kw_only=True)
class EventKind:
    """One kind of event.

    Parameters
    ----------
    name : str
    severity : {"critical", "high", "medium", "low"}
        Where neither rule nor event says.
    subject : str
        A template of one line.
    body : str
        A template.
    sample : mapping
        Data as it may be; each key that an event can have is in it.
    """

    name: str
    severity: Urgency
    subject: str
    body: str
    sample: Mapping[str, Any]

    @cached_property
    def subject_template(self) -> Template:
        """The subject, read."""
        return Template.of(self.subject)

    @cached_property
    def body_template(self) -> Template:
        """The body, read."""
        return Template.of(self.body)


_EXPERIMENT = {
    "id": "exp_01jt5c0000000000",
    "name": "support-bot",
    "url": "https://evaligo.example.com/experiments/exp_01jt5c0000000000",
    "branch": "faster-prompt",
    "commit": "0123456789abcdef0123456789abcdef01234567",
    "verdict": "REJECT",
}
_PULL_REQUEST = {
    "number": 42,
    "url": "https://github.com/acme/support-bot/pull/42",
    "title": "A faster prompt",
    "repository": "acme/support-bot",
}
_GATE = {
    "name": "release",
    "verdict": "REJECT",
    "because": "accuracy fell by 4.2 points, more than 2pp allows",
}
_METRICS = [
    {
        "name": "accuracy",
        "current_value": 0.871,
        "baseline_value": 0.913,
        "change": "-4.2 pp",
        "interval": "-6.0 pp to -2.4 pp",
        "limit": "max_decrease: 2pp",
        "verdict": "REJECT",
    },
    {
        "name": "latency_p95",
        "current_value": 2.31,
        "baseline_value": 1.98,
        "change": "+0.33 s",
        "interval": "+0.21 s to +0.45 s",
        "limit": "max_increase: 200ms",
        "verdict": "REJECT",
    },
]
_DEPLOYMENT = {
    "environment": "production",
    "url": "https://github.com/acme/support-bot/actions/runs/1",
    "actor": "octocat",
    "because": "the gate `release` says REJECT",
}
_BASELINE = {
    "name": "production",
    "from": "exp_01jt4a0000000000",
    "to": "exp_01jt5c0000000000",
    "actor": "octocat",
    "reason": "release 1.4",
}
_WHERE = """{{#if experiment.url}}
[View detailed results]({{experiment.url}})
{{/if}}
{{#if pr.url}}
[Pull request {{pr.number}}]({{pr.url}})
{{/if}}
"""
_METRIC_LINES = """{{#each failed_metrics}}
- **{{name}}**: {{number current_value}} ({{change}} from baseline{{#if limit}}; {{limit}}{{/if}})
{{/each}}
"""

EVENTS: tuple[EventKind, ...] = (
    EventKind(
        name="regression_detected",
        severity="high",
        subject="Quality regression in {{experiment.name}}",
        body=f"{{{{gate.because}}}}\n\n{_METRIC_LINES}\n**Failing examples:** {{{{failing_examples_count}}}}\n\n{_WHERE}",
        sample={
            "experiment": _EXPERIMENT,
            "gate": _GATE,
            "failed_metrics": _METRICS,
            "failing_examples_count": 17,
            "pr": _PULL_REQUEST,
        },
    ),
    EventKind(
        name="gate_inconclusive",
        severity="medium",
        subject="{{gate.name}} cannot decide on {{experiment.name}}",
        body=f"{{{{gate.because}}}}\n\n{{{{#if suggestion}}}}\n**What would decide it:** {{{{suggestion}}}}\n{{{{/if}}}}\n\n{_WHERE}",
        sample={
            "experiment": {**_EXPERIMENT, "verdict": "INCONCLUSIVE"},
            "gate": {
                **_GATE,
                "verdict": "INCONCLUSIVE",
                "because": "accuracy: the interval straddles the limit",
            },
            "failed_metrics": [],
            "suggestion": "about 400 more items",
            "pr": _PULL_REQUEST,
        },
    ),
    EventKind(
        name="deployment_blocked",
        severity="critical",
        subject="Deployment to {{deployment.environment}} blocked: {{experiment.name}}",
        body=f"{{{{deployment.because}}}}\n\n{_METRIC_LINES}\n{_WHERE}",
        sample={
            "deployment": _DEPLOYMENT,
            "experiment": _EXPERIMENT,
            "gate": _GATE,
            "failed_metrics": _METRICS,
            "pr": _PULL_REQUEST,
        },
    ),
    EventKind(
        name="deployment_succeeded",
        severity="low",
        subject="{{experiment.name}} is deployed to {{deployment.environment}}",
        body=f"By {{{{deployment.actor}}}}.\n\n{_WHERE}",
        sample={
            "deployment": {**_DEPLOYMENT, "because": ""},
            "experiment": {**_EXPERIMENT, "verdict": "ALLOW"},
            "pr": _PULL_REQUEST,
        },
    ),
    EventKind(
        name="baseline_updated",
        severity="low",
        subject="New baseline for {{baseline.name}}",
        body=f"{{{{baseline.to}}}} takes the place of {{{{baseline.from}}}}, by {{{{baseline.actor}}}}: {{{{baseline.reason}}}}\n\n{_WHERE}",
        sample={"baseline": _BASELINE, "experiment": _EXPERIMENT, "pr": _PULL_REQUEST},
    ),
    EventKind(
        name="baseline_rolled_back",
        severity="high",
        subject="The baseline of {{baseline.name}} was rolled back",
        body=f"{{{{baseline.to}}}} is the baseline again in the place of {{{{baseline.from}}}}, by {{{{baseline.actor}}}}: {{{{baseline.reason}}}}\n\n{_WHERE}",
        sample={"baseline": _BASELINE, "experiment": _EXPERIMENT, "pr": _PULL_REQUEST},
    ),
    EventKind(
        name="experiment_failed",
        severity="medium",
        subject="{{experiment.name}} failed",
        body=f"{{{{error}}}}\n\n{{{{done}}}} of {{{{total}}}} items are kept; take it up again with `evaligo experiment resume {{{{experiment.id}}}}`\n\n{_WHERE}",
        sample={
            "experiment": {**_EXPERIMENT, "verdict": ""},
            "error": "the endpoint refuses the key (401)",
            "done": 812,
            "total": 1000,
            "pr": _PULL_REQUEST,
        },
    ),
    EventKind(
        name="performance_trend",
        severity="medium",
        subject="{{metric}} is getting worse",
        body="**{{metric}}** is {{percent degradation}} worse over {{number days}} days ({{interval}}), since {{date since format='%Y-%m-%d'}}: {{number from}} then, {{number to}} now.\n\n{{#if url}}\n[View the trend]({{url}})\n{{/if}}\n",
        sample={
            "metric": "latency_p95",
            "days": 7,
            "degradation": 0.08,
            "interval": "5% to 11%",
            "since": "2026-04-27T00:00:00Z",
            "from": 1.98,
            "to": 2.14,
            "p_value": 0.004,
            "url": "https://evaligo.example.com/trends/latency_p95",
        },
    ),
    EventKind(
        name="judge_drift",
        severity="high",
        subject="The judge of {{metric}} scores otherwise than before",
        body=f"On frozen outputs its scores moved by {{{{change}}}} ({{{{interval}}}}): differences between experiments may be the judge's.\n\n{_WHERE}",
        sample={
            "metric": "groundedness",
            "change": "+0.06",
            "interval": "+0.03 to +0.09",
            "judge": "gpt-4o-mini",
            "experiment": _EXPERIMENT,
            "pr": _PULL_REQUEST,
        },
    ),
    EventKind(
        name="budget_exceeded",
        severity="medium",
        subject="{{experiment.name}} has spent its budget",
        body=f"${{{{number spent digits=2}}}} of ${{{{number limit digits=2}}}} are spent, with {{{{done}}}} of {{{{total}}}} items done.\n\n{_WHERE}",
        sample={
            "experiment": {**_EXPERIMENT, "verdict": ""},
            "spent": 20.03,
            "limit": 20.0,
            "done": 640,
            "total": 1000,
            "pr": _PULL_REQUEST,
        },
    ),
)
_BY_NAME = {kind.name: kind for kind in EVENTS}


def kind_of(name: str) -> EventKind:
    """Return what is known of an event; of one's own, nothing but its name.

    Examples
    --------
    >>> kind_of("deployment_blocked").severity, kind_of("data_refreshed").severity
    ('critical', 'medium')
    """
    own = EventKind(
        name=name,
        severity="medium",
        subject=name.replace("_", " ").capitalize(),
        body="{{message}}",
        sample={},
    )
    return _BY_NAME.get(name, own)
