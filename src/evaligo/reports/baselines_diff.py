"""What changed from one baseline to another, as a listing."""

from __future__ import annotations

from evaligo.records.baseline_diff import BaselineDiff, MetricDiff
from evaligo.reports.digits import fixed, interval, signed
from evaligo.reports.listing import Listing
from evaligo.reports.outline import Column, Grid

__all__ = ["baselines_diff"]


def baselines_diff(diff: BaselineDiff) -> Listing:
    """Show two baselines' metrics with the intervals of what changed, and what else differs."""
    metrics = Grid(
        title="Metrics (95 % interval of the change)",
        columns=(
            Column("metric", "id"),
            *(Column(name, "number") for name in ("before", "after", "change", "interval", "items")),
        ),
        rows=tuple(map(_row, diff.metrics)),
    )
    changes = Grid(
        title="What else differs",
        columns=(Column("", "text"), Column("before", "id"), Column("after", "id")),
        rows=tuple((change.key, change.baseline, change.candidate) for change in diff.changes),
    )
    same = () if diff.changes else ("Dataset, configuration and environment are the same.",)
    return Listing(
        title=f"From {diff.before.label} to {diff.after.label}",
        grids=tuple(grid for grid in (metrics, changes) if grid.rows),
        notes=(*diff.notes, *(same if diff.before.stored and diff.after.stored else ())),
        data=diff.to_dict(),
    )


def _row(metric: MetricDiff) -> tuple[str, ...]:
    levels = ("" if level is None else fixed(level) for level in (metric.before, metric.after))
    change = "" if metric.change is None else signed(metric.change)
    ends = "" if metric.interval is None else interval(metric.interval)
    return (metric.metric, *levels, change, ends, f"{metric.n_items:,}" if metric.n_items else "")
