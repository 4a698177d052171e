"""Several comparisons, with p-values that pay for their number, for a terminal, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from evaligo.records.comparison import Comparison, ComparisonTable
from evaligo.reports import markdown
from evaligo.reports.digits import effect, exact, fixed, interval, p_value, percent, signed
from evaligo.reports.escape import prose
from evaligo.reports.forms import in_form
from evaligo.reports.outline import Column, Grid, sentence
from evaligo.reports.screen import Screen

__all__ = ["grids", "notes", "render"]


def render(table: ComparisonTable, name: str, screen: Screen | None = None) -> str:
    """Return comparisons in a format.

    Parameters
    ----------
    table : ComparisonTable
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
        "comparisons",
        data=table.to_dict,
        markdown=lambda: _markdown(table),
        terminal=lambda: _terminal(table, screen or Screen()),
    )


def _markdown(table: ComparisonTable) -> Iterator[str]:
    yield "## EVALSIG comparison"
    yield ""
    for grid in grids(table):
        yield from markdown.table(grid.columns, grid.rows)
        yield ""
    yield from (f"- {prose(note)}" for note in notes(table))


def _terminal(table: ComparisonTable, screen: Screen) -> str:
    from rich.text import Text  # noqa: PLC0415  (JSON and Markdown need not wait for it)

    from evaligo.reports.terminal import grid_table, printed, shown  # noqa: PLC0415

    tables = (grid_table(grid, screen) for grid in grids(table))
    return printed([*tables, *(Text(shown(note), style="dim") for note in notes(table))], screen)


def grids(table: ComparisonTable) -> tuple[Grid, ...]:
    """Return the tables; with a task before each metric, 80 columns hold the evidence in two."""
    if not _has_tasks(table):
        return (_effects(table), _grid(table, "Evidence", _evidence(table) | _sizes(table)))
    return (
        _effects(table),
        _grid(table, "Evidence", _evidence(table)),
        _grid(table, "Paired items", _sizes(table)),
    )


def _effects(table: ComparisonTable) -> Grid:
    rows = table.comparisons
    columns = {
        "baseline": [fixed(c.baseline_value) for c in rows],
        "candidate": [fixed(c.candidate_value) for c in rows],
        "delta": [signed(c.delta) for c in rows],
        "CI": [interval(c.ci) for c in rows],
    }
    return _grid(table, "Candidate against baseline", columns)


def _evidence(table: ComparisonTable) -> dict[str, list[str]]:
    """Return the p-values; adjusted ones only where there are several to adjust for."""
    rows = table.comparisons
    adjusted = {"Holm": table.holm, "BH": table.benjamini_hochberg} if len(rows) > 1 else {}
    return {
        "p-value": [p_value(c.p_value) for c in rows],
        **{name: [p_value(p) for p in column] for name, column in adjusted.items()},
        "detectable": [effect(c.mde) if c.mde < float("inf") else "none" for c in rows],
    }


def _sizes(table: ComparisonTable) -> dict[str, list[str]]:
    return {
        "pairs": [str(c.n_pairs) for c in table.comparisons],
        "clusters": ["" if c.n_clusters is None else str(c.n_clusters) for c in table.comparisons],
    }


def _grid(table: ComparisonTable, title: str, columns: dict[str, list[str]]) -> Grid:
    """Put columns of numbers behind what says which comparison a row is."""
    names = (*(("task",) if _has_tasks(table) else ()), "metric")
    numbers = zip(*columns.values(), strict=True)
    return Grid(
        title=title,
        columns=(*(Column(n, "id") for n in names), *(Column(n, "number") for n in columns)),
        rows=tuple((*_names(c), *row) for c, row in zip(table.comparisons, numbers, strict=True)),
    )


def _has_tasks(table: ComparisonTable) -> bool:
    return any(c.task for c in table.comparisons)


def _names(c: Comparison) -> tuple[str, ...]:
    metric = c.metric if c.estimand == "mean" else f"{c.metric}, {c.estimand}"
    return (c.task, metric) if c.task else (metric,)


def _name(c: Comparison) -> str:
    return " ".join(_names(c))


def notes(table: ComparisonTable) -> Iterator[str]:
    """Yield what holds for all comparisons, then how each was made."""
    yield from _levels(table.comparisons)
    yield from (f"{_name(c)}: {c.method}; {sentence(c.reason)}" for c in table.comparisons)
    if len(table.comparisons) > 1:
        differ = [_name(c) for c, p in zip(table.comparisons, table.holm, strict=True) if p < table.alpha]
        said = ", ".join(differ) or "none"
        yield f"Different after Holm's correction at {exact(table.alpha)}: {said}."


def _levels(comparisons: tuple[Comparison, ...]) -> Iterator[str]:
    """Say once what all comparisons share."""
    levels = sorted({(c.confidence_level, c.alternative, c.power) for c in comparisons})
    for level, alternative, power in levels:
        yield f"Intervals at {percent(level)}, {alternative}; detectable with {percent(power)} power."
