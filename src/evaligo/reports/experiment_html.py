"""An experiment's report as one HTML file that asks the network for nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass

from markupsafe import Markup, escape

from evaligo.records.view import ExperimentView, ItemChange
from evaligo.reports import experiment_plots, html, quality_html
from evaligo.reports.experiment_diff import block, diff
from evaligo.reports.experiment_outline import (
    because,
    costs,
    differences,
    facts,
    failures,
    fingerprint,
    next_steps,
    scores,
    slices,
    slug,
    verdict,
    warnings,
    what_changed,
)
from evaligo.reports.experiment_texts import plain, side
from evaligo.reports.outline import Column, Grid, sentence

__all__ = ["render"]

_SIGNS = {"ALLOW": "✔", "REJECT": "✘", "INCONCLUSIVE": "?"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One item that moved, as the page shows it."""

    change: ItemChange
    line: str
    notes: str
    scores: Grid
    asked: Markup
    expected: Markup
    baseline: Markup
    candidate: Markup


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
        regressions=[_item(c) for c in view.regressions],
        improvements=[_item(c) for c in view.improvements],
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


def _item(change: ItemChange) -> _Item:
    pieces = diff(change.baseline_output or "", change.candidate_output or "")
    both = change.baseline_output is not None and change.candidate_output is not None
    before, after = change.baseline_output, change.candidate_output
    return _Item(
        change=change,
        line=what_changed(change),
        notes=", ".join(_notes(change)),
        scores=scores(change),
        asked=plain(change.input),
        expected=plain(change.expected),
        baseline=side(pieces, "removed")
        if both
        else plain(before, none=change.baseline_error or "no answer kept"),
        candidate=side(pieces, "added") if both else plain(after, none=change.candidate_error or "no answer"),
    )


def _notes(change: ItemChange) -> list[str]:
    epoch = [f"epoch {change.epoch}"] if change.epoch is not None else []
    cluster = [f"cluster {change.cluster}"] if change.cluster else []
    return [*cluster, *epoch, *(f"{key}={value}" for key, value in change.slices.items())]


def _quantiles(view: ExperimentView) -> Grid:
    return Grid(
        title="Quantiles over the answers",
        columns=(Column("", "text"), Column("baseline", "number"), Column("candidate", "number")),
        rows=experiment_plots.quantiles(view.latency),
    )
