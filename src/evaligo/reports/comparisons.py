"""Several comparisons, with p-values that pay for their number, for a terminal, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from evaligo.errors import UsageError
from evaligo.records.comparison import Comparison, ComparisonTable
from evaligo.reports import json, markdown
from evaligo.reports.digits import effect, exact, fixed, interval, p_value, percent, signed
from evaligo.reports.escape import prose
from evaligo.reports.outline import Column, Grid, sentence
from evaligo.reports.screen import Screen

__all__ = ["render"]


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
    if name == "json":
        return json.dumps(table.to_dict())
    if name in {"markdown", "md"}:
        return "\n".join(_markdown(table)) + "\n"
    if name in {"terminal", "tty"}:
        return _terminal(table, screen or Screen())
    raise UsageError(
        f"there is no report {name!r} of comparisons", hint="the reports are terminal, markdown, json"
    )


def _markdown(table: ComparisonTable) -> Iterator[str]:
    yield "## EVALSIG comparison"
    yield ""
    for grid in (_effects(table), _evidence(table)):
        yield from markdown.table(grid.columns, grid.rows)
        yield ""
    yield from (f"- {prose(note)}" for note in _notes(table))


def _terminal(table: ComparisonTable, screen: Screen) -> str:
    from rich.text import Text  # noqa: PLC0415  (JSON and Markdown need not wait for it)

    from evaligo.reports.terminal import grid_table, printed, shown  # noqa: PLC0415

    grids = (grid_table(grid, screen) for grid in (_effects(table), _evidence(table)))
    return printed([*grids, *(Text(shown(note), style="dim") for note in _notes(table))], screen)


def _effects(table: ComparisonTable) -> Grid:
    titles = ("baseline", "candidate", "delta", "CI")
    return Grid(
        title="Candidate against baseline",
        columns=(Column("metric", "id"), *(Column(t, "number") for t in titles)),
        rows=tuple(
            (_name(c), fixed(c.baseline_value), fixed(c.candidate_value), signed(c.delta), interval(c.ci))
            for c in table.comparisons
        ),
    )


def _evidence(table: ComparisonTable) -> Grid:
    """Return the p-values; adjusted ones only where there are several to adjust for."""
    several = len(table.comparisons) > 1
    titles = ("p-value", *(("Holm", "BH") if several else ()), "detectable", "pairs", "clusters")
    rows = zip(table.comparisons, table.holm, table.benjamini_hochberg, strict=True)
    return Grid(
        title="Evidence",
        columns=(Column("metric", "id"), *(Column(t, "number") for t in titles)),
        rows=tuple(
            (
                _name(c),
                p_value(c.p_value),
                *((p_value(holm), p_value(bh)) if several else ()),
                effect(c.mde) if c.mde < float("inf") else "none",
                str(c.n_pairs),
                "" if c.n_clusters is None else str(c.n_clusters),
            )
            for c, holm, bh in rows
        ),
    )


def _name(c: Comparison) -> str:
    return c.metric if c.estimand == "mean" else f"{c.metric}, {c.estimand}"


def _notes(table: ComparisonTable) -> Iterator[str]:
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
