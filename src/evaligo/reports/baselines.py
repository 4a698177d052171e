"""The ledger of baselines as listings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evaligo.records.baseline import BaselineEntry
from evaligo.records.plain import plain
from evaligo.reports.digits import fixed
from evaligo.reports.listing import Listing
from evaligo.reports.outline import Column, Grid

__all__ = ["current", "history", "promotion"]

_HOW = "`evaligo baselines update --experiment REF --environment NAME` sets one."


def current(entries: Sequence[BaselineEntry], *, environment: str | None = None) -> Listing:
    """Show what environments are held to; with one environment, its metrics too."""
    if not entries:
        of = f" of {environment}" if environment else ""
        return Listing(title="Baselines", notes=(f"There is no baseline{of} yet; {_HOW}",), data=[])
    metrics = (_metrics(entries[0]),) if environment else ()
    grids = (_entries(entries), *(grid for grid in metrics if grid.rows))
    return Listing(title="Baselines", grids=grids, data=plain(list(entries)))


def history(entries: Sequence[BaselineEntry], *, environment: str | None = None) -> Listing:
    """Show what environments were held to, newest first."""
    if not entries:
        return current(entries, environment=environment)
    return Listing(
        title=f"Baselines of {environment}" if environment else "Baselines of all environments",
        grids=(_entries(entries, chained=True),),
        data=plain(list(entries)),
    )


def promotion(entry: BaselineEntry, replaced: BaselineEntry | None, *, changed: bool) -> Listing:
    """Say what became of a promotion."""
    now = f"{entry.name} ({entry.experiment_id})"
    if not changed:
        title = f"{entry.environment} is held to {now} already; nothing changed"
    elif replaced is None:
        title = f"{entry.environment} is now held to {now}, its first baseline"
    else:
        title = f"{entry.environment} is now held to {now}, in the place of {replaced.name} ({replaced.experiment_id})"
    return Listing(
        title=title,
        grids=tuple(grid for grid in (_metrics(entry, replaced),) if changed and grid.rows),
        data={"baseline": plain(entry), "replaced": plain(replaced), "changed": changed},
    )


def _entries(entries: Sequence[BaselineEntry], *, chained: bool = False) -> Grid:
    """A row an entry; in a history with its id and that of what it replaced."""
    titles = ("environment", "experiment", "name", "verdict", "created", "who", "why")
    links = ("baseline", "replaced") if chained else ()
    rows = (
        (e.environment, e.experiment_id, e.name, e.verdict, e.created[:16].replace("T", " "), e.who, e.why)
        for e in entries
    )
    ids = ((e.id, e.replaced) if chained else () for e in entries)
    return Grid(
        title="",
        columns=tuple(Column(title, "id") for title in (*titles, *links)),
        rows=tuple((*row, *linked) for row, linked in zip(rows, ids, strict=True)),
    )


def _metrics(entry: BaselineEntry, before: BaselineEntry | None = None) -> Grid:
    """Each metric's mean, beside that of the entry before where there is one."""
    columns = [Column("metric", "id"), Column("mean", "number")]
    entries = [entry]
    if before is not None:
        columns.append(Column("before", "number"))
        entries.append(before)
    rows = tuple((name, *(_mean(e.metrics, name) for e in entries)) for name in entry.metrics)
    return Grid(title="Metrics", columns=tuple(columns), rows=rows)


def _mean(metrics: Mapping[str, object], name: str) -> str:
    """Whoever writes through the API may keep a plain number for a metric."""
    found = metrics.get(name)
    mean = found.get("mean") if isinstance(found, Mapping) else found
    return fixed(mean) if isinstance(mean, int | float) else ""
