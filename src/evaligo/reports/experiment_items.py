"""One item that moved, as the HTML report shows it."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from evaligo.records.view import ItemChange
from evaligo.reports.experiment_diff import diff
from evaligo.reports.experiment_outline import scores, what_changed
from evaligo.reports.experiment_texts import plain, side
from evaligo.reports.outline import Grid

__all__ = ["PageItem", "page_item"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageItem:
    """What the template fills in."""

    change: ItemChange
    line: str
    notes: str
    scores: Grid
    asked: Markup
    expected: Markup
    baseline: Markup
    candidate: Markup


def page_item(change: ItemChange) -> PageItem:
    """Put an item's scores and marked answers together."""
    pieces = diff(change.baseline_output or "", change.candidate_output or "")
    both = change.baseline_output is not None and change.candidate_output is not None
    before, after = change.baseline_output, change.candidate_output
    return PageItem(
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
