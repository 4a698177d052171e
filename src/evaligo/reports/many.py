"""The gate's report over several metrics: the joint verdict, a row for each metric, then each metric's own report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from evaligo.errors import UsageError
from evaligo.records.many import ManyReport
from evaligo.records.report import GateReport
from evaligo.reports import json, markdown
from evaligo.reports.digits import count, interval, p_value, percent, signed
from evaligo.reports.escape import code, prose
from evaligo.reports.outline import Column, Grid, provenance, sentence
from evaligo.reports.screen import Screen

__all__ = ["render", "summary"]


def render(report: ManyReport, name: str, screen: Screen) -> str:
    """Return the report in a format, ending in a newline.

    Raises
    ------
    UsageError
        The format does not exist, or speaks of one metric only.
    """
    if name not in _FORMATS:
        raise UsageError(
            f"there is no report {name!r} of several metrics", hint=f"the reports are {', '.join(_FORMATS)}"
        )
    return _FORMATS[name](report, screen)


def summary(report: ManyReport, *, last: str = "regression p (Holm)") -> Grid:
    """Return a row for each metric: what it says alone, and its regression's p-value after Holm's correction."""
    titles = ("delta", f"CI ({percent(_first(report).comparison.confidence_level)})", "p-value", last)
    return Grid(
        title=count(len(report.reports), "metric"),
        columns=(
            Column("metric", "id"),
            Column("verdict", "text"),
            *(Column(title, "number") for title in titles),
        ),
        rows=tuple(_row(r, p) for r, p in zip(report.reports, report.holm, strict=True)),
    )


def _row(report: GateReport, adjusted: float) -> tuple[str, ...]:
    c = report.comparison
    return (
        c.metric,
        report.verdict.value,
        signed(c.delta),
        interval(c.ci),
        p_value(c.p_value),
        p_value(adjusted),
    )


def _markdown(report: ManyReport, _: Screen) -> str:
    return "\n".join((*_overview(report), *_parts(report))) + "\n"


def _overview(report: ManyReport) -> Iterator[str]:
    yield f"## EVALSIG release gate {markdown.mark(report.verdict)}"
    yield from markdown.table(summary(report).columns, summary(report).rows)
    yield ""
    yield f"**{prose(sentence(report.because), limit=2000)}**"


def _parts(report: ManyReport) -> Iterator[str]:
    for each in _advised(report):
        yield ""
        yield f"### {code(each.comparison.metric)} {markdown.mark(each.verdict)}"
        yield from markdown.body(each)
    yield from markdown.details(provenance(_first(report)))


def _terminal(report: ManyReport, screen: Screen) -> str:
    from evaligo.reports import terminal  # noqa: PLC0415  (the other formats need not wait for rich)

    n = len(report.reports)
    rows = summary(report, last="Holm")  # its full title would leave no room for the metrics' names
    parts = [
        terminal.framed(
            report.verdict,
            screen,
            title="EVALSIG release gate",
            beside=count(n, "metric"),
            lines=[("", report.because)],
        ),
        terminal.grid_table(
            replace(rows, title="Each metric; Holm: its regression's adjusted p-value"), screen
        ),
        *(
            part
            for place, each in enumerate(_advised(report), 1)
            for part in terminal.body(each, screen, title=f"metric {place} of {n}")
        ),
        *terminal.inputs(_first(report)),
    ]
    return terminal.printed(parts, screen)


def _html(report: ManyReport, _: Screen) -> str:
    from evaligo.reports import html  # noqa: PLC0415  (the other formats need not wait for Jinja)

    n = len(report.reports)
    return html.page(
        "many.html.j2",
        report=report,
        joint=html.headed(report.verdict, count(n, "metric"), report.because),
        summary=summary(report),
        metrics=[
            html.shown(each, title=f"metric {place} of {n}", key=f"-{place}")
            for place, each in enumerate(_advised(report), 1)
        ],
        inputs=provenance(_first(report)),
    )


def _junit(report: ManyReport, _: Screen) -> str:
    """Return a test case for each metric, and one for the joint verdict, which alone decides a release."""
    from evaligo.reports import junit  # noqa: PLC0415

    cases = [
        junit.case(
            each.comparison.metric,
            each.verdict,
            each.because,
            each.suggestion.text,
            said=markdown.render(each),
            about=junit.properties(each) | {"p_regression_holm": repr(adjusted)},
        )
        for each, adjusted in zip(_advised(report), report.holm, strict=True)
    ]
    joint = junit.case(
        "joint verdict", report.verdict, report.because, said="\n".join(_overview(report)) + "\n"
    )
    return junit.document(
        [*cases, joint], {"verdict": report.verdict.value, "exit_code": str(report.exit_code)}
    )


def _advised(report: ManyReport) -> list[GateReport]:
    """Keep a metric's advice only where its verdict is the joint one: that one metric "can ship" is none beside a REJECT."""
    return [
        r if r.verdict is report.verdict else replace(r, suggestion=replace(r.suggestion, text=""))
        for r in report.reports
    ]


def _first(report: ManyReport) -> GateReport:
    """What all metrics share (inputs, policy, seed) is told by the first."""
    return report.reports[0]


_FORMATS: dict[str, Callable[[ManyReport, Screen], str]] = {
    "terminal": _terminal,
    "markdown": _markdown,
    "json": lambda report, _: json.dumps(report.to_dict()),
    "html": _html,
    "junit": _junit,
}
