"""What the doctor found, for a terminal, as Markdown and as JSON: every finding with the way out under it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from evaligo.records.plain import plain
from evaligo.records.verdict import Finding, Severity
from evaligo.reports.digits import count
from evaligo.reports.escape import prose
from evaligo.reports.forms import in_form
from evaligo.reports.outline import sentence
from evaligo.reports.screen import Screen

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["render"]

_SIGNS = {Severity.ERROR: ("✘", "X"), Severity.WARNING: ("!", "!"), Severity.OK: ("✔", "v")}
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.OK: "green"}
_EMOJI = {Severity.ERROR: ":x:", Severity.WARNING: ":warning:", Severity.OK: ":white_check_mark:"}


def render(findings: Sequence[Finding], name: str, screen: Screen | None = None) -> str:
    """Return findings in a format, in the order in which the checks ran.

    Parameters
    ----------
    findings : sequence of Finding
    name : str
        ``"terminal"`` (or ``"tty"``), ``"markdown"`` or ``"json"``.
    screen : Screen, optional

    Raises
    ------
    UsageError
        There is no such format.
    """
    return in_form(
        name,
        "findings",
        data=lambda: {"summary": _counts(findings), "findings": plain(tuple(findings))},
        markdown=lambda: _markdown(findings),
        terminal=lambda: _terminal(findings, screen or Screen()),
    )


def _markdown(findings: Sequence[Finding]) -> Iterator[str]:
    yield "## EVALSIG doctor"
    yield ""
    for finding in findings:
        yield f"- {_EMOJI[finding.severity]} **{prose(finding.check)}:** {prose(sentence(finding.message))}"
        if finding.hint:
            yield f"  - {prose(sentence(finding.hint))}"
    yield ""
    yield _summary(findings)


def _terminal(findings: Sequence[Finding], screen: Screen) -> str:
    from rich.text import Text  # noqa: PLC0415  (JSON and Markdown need not wait for it)

    from evaligo.reports.terminal import printed, signed_line  # noqa: PLC0415

    lines: list[RenderableType] = []
    for finding in findings:
        sign = _SIGNS[finding.severity][0 if screen.unicode else 1]
        lines.append(
            signed_line(sign, _STYLES[finding.severity], f"{finding.check}: {sentence(finding.message)}")
        )
        if finding.hint:
            lines.append(signed_line(" ", "", sentence(finding.hint)))
    return printed([*lines, Text(), Text(_summary(findings), style="bold")], screen)


def _counts(findings: Iterable[Finding]) -> dict[str, int]:
    found = Counter(f.severity for f in findings)
    return {severity.value: found[severity] for severity in Severity}


def _summary(findings: Iterable[Finding]) -> str:
    counts = _counts(findings)
    return f"{count(counts['error'], 'error')}, {count(counts['warning'], 'warning')}, {counts['ok']:,} ok."
