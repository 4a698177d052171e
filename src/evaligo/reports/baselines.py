"""The ledger of baselines as listings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evaligo.records.baseline import BaselineEntry
from evaligo.records.plain import plain
from evaligo.reports.digits import fixed
from evaligo.reports.escape import middle
from evaligo.reports.listing import Listing
from evaligo.reports.outline import Column, Grid

__all__ = ["current", "history", "promotion"]

_WIDE = ("environment", "#", "experiment", "name", "verdict", "created", "who", "why", "baseline", "replaced")
_FIELDS = {"experiment": "experiment_id", "baseline": "id"}
_SHORT = {"environment": 14, "name": 16, "who": 12}
_HOW = "`evaligo baselines update --experiment REF --environment NAME` sets one."


def current(
    entries: Sequence[BaselineEntry], *, environment: str | None = None, wide: bool = False
) -> Listing:
    """Show what environments are held to; with one environment, all that is known of it."""
    if not entries:
        of = f" of {environment}" if environment else ""
        return Listing(title="Baselines", notes=(f"There is no baseline{of} yet; {_HOW}",), data=[])
    if environment:
        metrics = _metrics(entries[0])
        return Listing(
            title=f"Baseline of {environment}",
            facts=_facts(entries[0]),
            grids=(metrics,) if metrics.rows else (),
            data=plain(list(entries)),
        )
    columns = _WIDE if wide else ("environment", "experiment", "name", "since", "who")
    return Listing(title="Baselines", grids=(_entries(entries, columns),), data=plain(list(entries)))


def history(
    entries: Sequence[BaselineEntry], *, environment: str | None = None, wide: bool = False
) -> Listing:
    """Show what environments were held to, newest first."""
    if not entries:
        return current(entries, environment=environment)
    own = ("#", "since", "experiment", "name", "who", "why")
    columns = _WIDE if wide else own if environment else ("environment", *own[:-1])
    return Listing(
        title=f"Baselines of {environment}" if environment else "Baselines of all environments",
        grids=(_entries(entries, columns),),
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


def _entries(entries: Sequence[BaselineEntry], titles: Sequence[str]) -> Grid:
    """A row an entry; without `--wide` short enough for 80 columns."""
    short = tuple(titles) != _WIDE
    rows = tuple(tuple(_cell(entry, title, short=short) for title in titles) for entry in entries)
    return Grid(title="", columns=tuple(Column(title, "id") for title in titles), rows=rows)


def _cell(entry: BaselineEntry, title: str, *, short: bool) -> str:
    if title == "#":
        return str(entry.sequence)
    if title in ("since", "created"):
        return entry.created[: 10 if short else 16].replace("T", " ")
    if title == "why":
        return f"rollback: {entry.why}".removesuffix(": ") if entry.metadata.get("rollback") else entry.why
    told = str(getattr(entry, _FIELDS.get(title, title)))
    return middle(told, _SHORT[title]) if short and title in _SHORT else told


def _facts(entry: BaselineEntry) -> tuple[tuple[str, str], ...]:
    told = (
        ("experiment", f"{entry.name} ({entry.experiment_id})"),
        ("since", f"{entry.created[:16].replace('T', ' ')} UTC, by {entry.who}"),
        ("why", _cell(entry, "why", short=False)),
        ("verdict", entry.verdict),
        ("baseline", f"{entry.id} (#{entry.sequence})"),
        ("replaced", entry.replaced),
    )
    return tuple((label, text) for label, text in told if text)


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
