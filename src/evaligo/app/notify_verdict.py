"""Post an experiment's verdict with its table: `experiment run --slack-notify`."""

from __future__ import annotations

import os
from collections.abc import Iterator

from evaligo.app.deliver_notifications import kind_of
from evaligo.app.emit import results_url, written_amount
from evaligo.app.notify_actions import send_by_hand
from evaligo.app.notify_exit import project_notifications
from evaligo.errors import UsageError
from evaligo.notify.config import Notifications
from evaligo.notify.pull_request import pull_request
from evaligo.notify.templates.escapes import escape_markdown
from evaligo.records import Experiment, QualityReport, ThresholdResult
from evaligo.records.delivery import Delivery
from evaligo.settings.project import Project
from evaligo.store.experiments import ExperimentStore

__all__ = ["post_verdict", "verdict_text"]

_KIND = "slack"
_SIGNS = {"ALLOW": "✅", "REJECT": "❌", "INCONCLUSIVE": "⚠️"}


def post_verdict(
    store: ExperimentStore,
    project: Project,
    experiment: Experiment,
    quality: QualityReport | None,
    *,
    address: str,
    who: str,
) -> Delivery:
    """Put a verdict into the outbox for Slack.

    Parameters
    ----------
    store : ExperimentStore
    project : Project
    experiment : Experiment
    quality : QualityReport, optional
        None where no gate judged it.
    address : str
        Slack's channel; empty for the default one of the notifications' file.
    who : str

    Raises
    ------
    UsageError
        The file has no channel of Slack's, or there is no file.
    """
    if not project.notifications.is_file():
        raise UsageError("there is no notifications.yaml", hint="write one, with a channel `slack`")
    found = project_notifications(project)
    target = f"{_slack(found)}:{address}" if address else _slack(found)
    text = verdict_text(experiment, quality)
    return send_by_hand(store, target, text, who=who, notifications=found)


def verdict_text(experiment: Experiment, quality: QualityReport | None) -> str:
    """Return a verdict as Markdown: a title, a sentence, the table, and where to read more."""
    verdict = str(quality.verdict) if quality else "done"
    lines = [f"{_SIGNS.get(verdict, 'ℹ️')} {escape_markdown(experiment.name)}: {verdict}", ""]
    if quality is not None:
        lines += [escape_markdown(quality.because), "", *_table(quality), ""]
    lines += [f"[{text}]({url})" for text, url in _links(experiment) if url]
    return "\n".join(lines)


def _table(quality: QualityReport) -> Iterator[str]:
    rows = [("threshold", "now", "before", "change", "verdict"), *map(_row, quality.results)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    yield "```"
    for row in rows:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
    yield "```"


def _row(result: ThresholdResult) -> tuple[str, ...]:
    change = "" if result.baseline_value is None else written_amount(result.estimate, result.unit)
    return (
        result.threshold.name,
        _number(result.candidate_value),
        _number(result.baseline_value),
        change,
        "not judged" if result.verdict is None else str(result.verdict),
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _links(experiment: Experiment) -> Iterator[tuple[str, str]]:
    yield "View results", results_url(os.environ, experiment.id)
    yield "Pull request", str(pull_request(os.environ).get("url", ""))


def _slack(found: Notifications) -> str:
    for name in found.channels:
        if kind_of(found, name) == _KIND:
            return name
    raise UsageError(
        "there is no channel of Slack's",
        hint="write one under `channels` in .evaligo/notifications.yaml",
    )
