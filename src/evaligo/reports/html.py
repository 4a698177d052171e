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

__all__ = ["render"]

_SIGNS = {Verdict.ALLOW: "✔", Verdict.REJECT: "✘", Verdict.INCONCLUSIVE: "?"}


def render(report: GateReport) -> str:
    """Return the report as a page of its own, ending in a newline."""
    page = _environment().get_template("gate.html.j2")
    return page.render(
        report=report,
        sign=_SIGNS[report.verdict],
        heading=heading(report),
        because=sentence(report.because),
        next=sentence(report.suggestion.text),
        fields=fields(report),
        facts=facts(report),
        warnings=warnings(report),
        grids=grids(report),
        inputs=provenance(report),
        interval=plots.interval(report),
        pictures=_pictures(report),
    )


def _pictures(report: GateReport) -> list[tuple[str, Markup]]:
    drawn = (
        ("Paired differences", plots.histogram(report)),
        ("Effects by cluster", plots.clusters(report)),
        ("Chance of ALLOW", plots.power(report)),
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
