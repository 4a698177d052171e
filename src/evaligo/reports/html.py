"""The gate's report as one HTML file that asks the network for nothing.

Text of others passes two gates: `visible` for whatever has no glyph, then Jinja's autoescape. A content security
policy in the file forbids scripts and requests besides.
"""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from evaligo.records.report import GateReport
from evaligo.records.verdict import Verdict
from evaligo.reports import plots
from evaligo.reports.escape import middle, visible
from evaligo.reports.outline import facts, fields, grids, heading, provenance, sentence, warnings

__all__ = ["headed", "page", "render", "shown"]

_SIGNS = {Verdict.ALLOW: "✔", Verdict.REJECT: "✘", Verdict.INCONCLUSIVE: "?"}


def render(report: GateReport) -> str:
    """Return the report as a page of its own, ending in a newline."""
    return page("gate.html.j2", report=report, one=shown(report), inputs=provenance(report))


def page(template: str, **values: object) -> str:
    """Fill a template."""
    return _environment().get_template(template).render(values)


def headed(verdict: Verdict, heading: str, because: str, following: str = "") -> dict[str, object]:
    """Return what a head shows: the verdict, what it is of, why, and what to do next."""
    return {
        "verdict": verdict,
        "sign": _SIGNS[verdict],
        "heading": heading,
        "because": sentence(because),
        "next": sentence(following),
    }


def shown(report: GateReport, *, title: str = "", key: str = "") -> dict[str, object]:
    """Return what a page shows of one metric; `key` tells its parts apart from another metric's."""
    return {
        **headed(report.verdict, heading(report), report.because, report.suggestion.text),
        "title": title,
        "key": key,
        "report": report,
        "fields": fields(report),
        "facts": facts(report),
        "warnings": warnings(report),
        "grids": grids(report),
        "interval": plots.interval(report, key),
        "pictures": _pictures(report, key),
    }


def _pictures(report: GateReport, key: str) -> list[tuple[str, Markup]]:
    drawn = (
        ("Paired differences", plots.histogram(report, key)),
        ("Effects by cluster", plots.clusters(report, key)),
        ("Chance of ALLOW", plots.power(report, key)),
    )
    return [(title, svg) for title, svg in drawn if svg]


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("evaligo.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _shown(value: object) -> object:
    """Make what others wrote visible and cut it; markup of ours is a type of its own."""
    return middle(visible(value), 600) if isinstance(value, str) and not isinstance(value, Markup) else value
