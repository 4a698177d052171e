"""An experiment's report as one HTML file that asks the network for nothing."""

from __future__ import annotations

import json

from markupsafe import escape

from evaligo.records.view import ExperimentView
from evaligo.reports import experiment_plots, html, quality_html
from evaligo.reports.experiment_diff import block
from evaligo.reports.experiment_items import page_item
from evaligo.reports.experiment_outline import (
    because,
    costs,
    differences,
    facts,
    failures,
    fingerprint,
    next_steps,
    slices,
    slug,
    verdict,
    warnings,
)
from evaligo.reports.outline import Column, Grid, sentence

__all__ = ["render"]

_SIGNS = {"ALLOW": "✔", "REJECT": "✘", "INCONCLUSIVE": "?"}


def render(view: ExperimentView) -> str:
    """Return the report as a page of its own, ending in a newline."""
    said = verdict(view)
    return html.page(
        "experiment.html.j2",
        view=view,
        said=said,
        state=said if said in _SIGNS else "NONE",
        sign=_SIGNS.get(said, "–"),
        heading=slug(view.experiment),
        because=sentence(because(view)),
        gate=quality_html.shown(view.quality) if view.quality is not None else None,
        steps=next_steps(view),
        warnings=warnings(view),
        regressions=[page_item(c) for c in view.regressions],
        improvements=[page_item(c) for c in view.improvements],
        costs=costs(view),
        latency=experiment_plots.latency(view.latency),
        quantiles=_quantiles(view),
        slices=slices(view),
        failures=failures(view),
        differences=differences(view),
        fingerprint=fingerprint(view),
        facts=facts(view),
        config=escape(block(json.dumps(view.experiment.config, indent=2, ensure_ascii=False, default=str))),
        version=view.quality.version if view.quality is not None else "",
    )


def _quantiles(view: ExperimentView) -> Grid:
    return Grid(
        title="Quantiles over the answers",
        columns=(Column("", "text"), Column("baseline", "number"), Column("candidate", "number")),
        rows=experiment_plots.quantiles(view.latency),
    )
