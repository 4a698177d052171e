"""Make a message of an event and the rule that it meets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from evaligo.notify.conditions import at_path
from evaligo.notify.events import kind_of
from evaligo.notify.markup import as_plain, read
from evaligo.notify.message import Action, Change, Message, MessageLink
from evaligo.notify.rules import Rule, facts_of, severity_of
from evaligo.notify.templates.values import written
from evaligo.records import Event

__all__ = ["compose"]

_LONGEST_TITLE = 200
_FIELDS = (
    ("Experiment", "experiment.name"),
    ("Environment", "deployment.environment"),
    ("Verdict", "experiment.verdict"),
    ("Gate", "gate.name"),
    ("Metric", "metric"),
    ("Branch", "experiment.branch"),
    ("Commit", "experiment.commit"),
)
_LINKS = (
    ("View results", "experiment.url"),
    ("Pull request", "pr.url"),
    ("Deployment", "deployment.url"),
    ("Details", "url"),
)


def compose(event: Event, rule: Rule, *, id: str = "", action: Action | None = None) -> Message:  # noqa: A002  (the message's own)
    """Return what is said of an event.

    A rule with a template and no subject gives the template's first line as the title, and the rest as the body.

    Parameters
    ----------
    event : Event
    rule : Rule
    id : str
        Of the message; made of the rule's name and the event's id where left out.
    action : {"trigger", "acknowledge", "resolve"}, optional
        ``"resolve"`` for an event that ends a trouble, where left out.
    """
    kind = kind_of(event.name)
    severity = severity_of(rule, event, usual=kind.severity)
    facts = {"severity": severity, **facts_of(event)}
    template = (
        rule.template if rule.event == event.name else None
    )  # the rule's is about the trouble, not its end
    body = (template or kind.body_template).render(facts)
    subject = (rule.subject if rule.event == event.name else None) or kind.subject_template
    title = _one_line(subject.render(facts))
    if template is not None and rule.subject is None:
        title, body = _first_line(body, title)
    return Message(
        id=id or f"{rule.name}/{event.id}",
        dedup_key=event.dedup_key,
        event=event.name,
        title=title,
        body=body.strip("\n"),
        severity=severity,
        created=event.created,
        project=event.project,
        action=action or ("resolve" if event.recovers else "trigger"),
        fields=_fields(facts),
        links=tuple(_links(facts)),
        change=_change(facts),
    )


def _first_line(body: str, usual: str) -> tuple[str, str]:
    first, _, rest = body.lstrip().partition("\n")
    return _one_line(first) or usual, rest


def _one_line(markdown: str) -> str:
    line = " ".join(as_plain(read(markdown)).removeprefix("- ").split())
    return line if len(line) <= _LONGEST_TITLE else f"{line[: _LONGEST_TITLE - 1]}…"


def _fields(facts: Mapping[str, Any]) -> dict[str, str]:
    shown = {name: written(at_path(facts, path)) for name, path in _FIELDS}
    return {name: text for name, text in shown.items() if text}


def _links(facts: Mapping[str, Any]) -> Iterator[MessageLink]:
    for text, path in _LINKS:
        url = at_path(facts, path)
        if isinstance(url, str) and url.startswith(("https://", "http://")):
            yield MessageLink(text=text, url=url)


def _change(facts: Mapping[str, Any]) -> Change:
    return Change(
        repository=written(at_path(facts, "pr.repository")),
        pull_request=written(at_path(facts, "pr.number")),
        commit=written(at_path(facts, "experiment.commit")),
    )
