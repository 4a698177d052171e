"""What a gate's report says, in plain text; each format decides how to show it.

Nothing here is escaped: ids and names may hold anything.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from evaligo.records.report import ClusterEffect, Flip, GateReport, Missing
from evaligo.records.run import RunInfo
from evaligo.records.verdict import Finding, Severity
from evaligo.records.watch import WatchReport
from evaligo.reports.digits import count, effect, exact, fixed, interval, p_value, percent, signed

__all__ = [
    "ROWS",
    "Column",
    "Grid",
    "facts",
    "fields",
    "grids",
    "heading",
    "origins",
    "partly",
    "provenance",
    "sentence",
    "warnings",
    "worrying",
]

ROWS = 10
"""A table's most rows: a report is read in a comment of limited length."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's title and what it holds."""

    title: str
    kind: Literal["id", "number", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table of details.

    Parameters
    ----------
    title : str
        What it shows, with the number of all such items.
    columns : tuple of Column
    rows : tuple of tuple of str
        At most ten, but for the inputs.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


def heading(report: GateReport) -> str:
    """Return the metric with what is said of it: ``accuracy, mean (higher is better)``."""
    c = report.comparison
    better = "higher" if c.higher_is_better else "lower"
    return f"{c.metric}, {c.estimand} ({better} is better)"


def fields(report: GateReport) -> tuple[tuple[str, str], ...]:
    """Return the eight rows that pipelines parse, in their order."""
    c = report.comparison
    return (
        ("verdict", report.verdict.value),
        ("min_delta policy", policy(report)),
        ("observed delta", signed(c.delta)),
        (f"CI ({percent(c.confidence_level)})", interval(c.ci)),
        ("p-value", p_value(c.p_value)),
        (f"detectable @ {percent(c.power)} power", _detectable(report)),
        ("method", c.method),
        ("n_pairs", str(c.n_pairs)),
    )


def _detectable(report: GateReport) -> str:
    """The detectable effect, and what it is counted from where that is not 0."""
    c = report.comparison
    counted = "" if c.null == 0.0 or not math.isfinite(c.mde) else f" from {signed(c.null)}"
    return effect(c.mde) + counted


def policy(report: GateReport) -> str:
    """Return the policy's number; for another policy than superiority its name too."""
    p = report.policy
    if p.name == "non-inferiority":
        return f"non-inferiority, margin {_chosen(p.margin)}"
    return _chosen(p.min_delta) if p.name == "superiority" else f"{p.name}, min_delta {_chosen(p.min_delta)}"


def facts(report: GateReport) -> tuple[tuple[str, str], ...]:
    """Return what the verdict rests on, each a label and a short sentence."""
    said = (
        ("values", _values(report)),
        ("bounds", _bounds(report)),
        ("chance of ALLOW", _chance(report)),
        ("clusters", _clusters(report)),
        ("epochs", _epochs(report)),
        ("missing", _missing(report)),
        ("moved", _moved(report)),
        ("would decide", _would_decide(report)),
        ("method", _method(report)),
    )
    return tuple((label, text) for label, text in said if text)


def warnings(report: GateReport | WatchReport) -> tuple[Finding, ...]:
    """Return the findings that a reviewer must see: at most ten, and how many more there are."""
    return worrying(report.findings)


def worrying(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return those findings that are no mere confirmation: at most ten, and how many more there are."""
    found = tuple(f for f in findings if f.severity is not Severity.OK)
    if len(found) <= ROWS:
        return found
    more = f"{len(found) - ROWS:,} further warnings are in the JSON report"
    return (*found[:ROWS], Finding(check="more", severity=Severity.WARNING, message=more))


def grids(report: GateReport) -> tuple[Grid, ...]:
    """Return the tables of details that have rows."""
    flips, c = report.flips, report.comparison
    worse, better = ("Pass to fail", "Fail to pass") if flips.binary else ("Got worse", "Got better")
    found = (
        _flip_grid(f"{worse}: {count(flips.worsened, 'item')}", flips.worst, flips.worsened),
        _flip_grid(f"{better}: {count(flips.improved, 'item')}", flips.best, flips.improved),
        _cluster_grid(f"Worst clusters of {c.n_clusters or 0:,}", report.clusters),
        _missing_grid(report.missing),
    )
    return tuple(grid for grid in found if grid.rows)


def provenance(report: GateReport | WatchReport) -> Grid:
    """Return where both runs come from, with the seed and the version."""
    return origins(report.baseline, report.candidate, seed=report.seed, version=report.version)


def origins(baseline: RunInfo, candidate: RunInfo, *, seed: int, version: str) -> Grid:
    """Return where two runs come from, a row for each thing that is known of either."""
    rows = [
        (label, getattr(baseline, name), getattr(candidate, name))
        for label, name in _ORIGINS
        if getattr(baseline, name) or getattr(candidate, name)
    ]
    return Grid(
        title=f"Inputs (seed {seed}, evaligo {version})",
        columns=(Column("", "text"), Column("baseline", "id"), Column("candidate", "id")),
        rows=tuple(rows),
    )


def sentence(text: str) -> str:
    """Begin a sentence with a capital, unless its first word is a name, and end it with its full stop.

    Examples
    --------
    >>> sentence("all is well"), sentence("a.json is empty."), sentence("")
    ('All is well.', 'a.json is empty.', '')
    """
    text = text.strip()
    if text.partition(" ")[0].isalpha():
        text = text[0].upper() + text[1:]
    return text if not text or text[-1] in ".!?…" else f"{text}."


_ORIGINS: tuple[tuple[str, str], ...] = (
    ("source", "source"),
    ("format", "format"),
    ("model", "model_id"),
    ("task", "task_id"),
    ("run", "run_id"),
    ("config", "config_hash"),
    ("created", "created"),
    ("SHA-256", "sha256"),
)


def _chosen(value: float | None) -> str:
    return "none" if value is None else exact(value)


def _values(report: GateReport) -> str:
    c = report.comparison
    return f"{heading(report)}: {fixed(c.baseline_value)} baseline, {fixed(c.candidate_value)} candidate"


def _bounds(report: GateReport) -> str:
    low, high = report.bounds
    return (
        f"{signed(low)} lower, {signed(high)} upper, each one-sided at {percent(1.0 - report.policy.alpha)}"
    )


def _chance(report: GateReport) -> str:
    chance = percent(report.chance_of_allow)
    if report.policy.name == "non-inferiority" or report.policy.min_delta is None:
        return f"{chance} if the candidate is truly equal"
    return f"{chance} if the true effect is {exact(report.policy.min_delta)}"


def _clusters(report: GateReport) -> str:
    c = report.comparison
    if c.n_clusters is None:
        return f"none; {count(c.n_pairs, 'item')} taken as independent"
    by = f" by {report.policy.cluster}" if report.policy.cluster else ""
    design = "" if c.design_effect is None else f", design effect {c.design_effect:.2f}"
    return f"{c.n_clusters:,}{by} over {count(c.n_pairs, 'item')}{design}"


def _epochs(report: GateReport) -> str:
    e = report.epochs
    if e is None:
        return ""
    return (
        f"{e.baseline_epochs} baseline, {e.candidate_epochs} candidate; within an item the scores spread by "
        f"{fixed(e.baseline_sd)} and {fixed(e.candidate_sd)} (SD), {percent(e.share)} of the difference's variance"
    )


def _missing(report: GateReport) -> str:
    m = report.missing
    if not m.n_items:
        return "nothing: every item has its scores in both runs"
    parts = (
        (m.baseline_only, "in the baseline only"),
        (m.candidate_only, "in the candidate only"),
        (m.absent, "without a score in either"),
        (m.partial, "judged on the epochs they have"),
    )
    said = ", ".join(f"{n:,} {what}" for n, what in parts if n)
    return f"{count(m.n_items, 'item')} ({said}): {_both_ways(report)}"


def _both_ways(report: GateReport) -> str:
    """Tell how the verdict would change (the laws: nothing is dropped in silence)."""
    m = report.missing
    if m.worst_case is None:
        return f"{m.dropped} with them dropped; the worst case was not judged"
    worst = "" if m.worst_case_delta is None else f" (delta {signed(m.worst_case_delta)})"
    if m.worst_case is m.dropped:
        return f"{m.dropped} either way, dropped or counted at their worst{worst}"
    return f"{m.dropped} if dropped, {m.worst_case} if counted at their worst{worst}"


def _moved(report: GateReport) -> str:
    f = report.flips
    worse, better = ("pass to fail", "fail to pass") if f.binary else ("worse", "better")
    return f"{f.worsened:,} {worse}, {f.improved:,} {better}, {f.unchanged:,} unchanged"


def _would_decide(report: GateReport) -> str:
    s = report.suggestion
    items = f"{s.items_needed:,} paired items" if s.items_needed is not None else ""
    epochs = f"{s.epochs_needed:,} epochs an item" if s.epochs_needed is not None else ""
    return " or ".join(filter(None, (items, epochs)))


def _method(report: GateReport) -> str:
    c = report.comparison
    asked = "" if report.policy.method in {"auto", c.method} else f" (asked for as {report.policy.method})"
    error = f"standard error {fixed(c.standard_error)}, {c.df:.4g} degrees of freedom"
    return "; ".join(filter(None, (f"{c.method}{asked}", c.reason.rstrip("."), error)))


def _flip_grid(title: str, flips: tuple[Flip, ...], total: int) -> Grid:
    clustered = any(f.cluster_id is not None for f in flips)
    shown = flips[:ROWS]
    columns = (
        Column("item", "id"),
        *((Column("cluster", "id"),) if clustered else ()),
        *(Column(name, "number") for name in ("baseline", "candidate", "delta")),
    )
    rows = tuple(
        (
            f.item_id,
            *((f.cluster_id or "",) if clustered else ()),
            *(fixed(f.baseline), fixed(f.candidate), signed(f.candidate - f.baseline)),
        )
        for f in shown
    )
    return Grid(title=partly(title, len(shown), total), columns=columns, rows=rows)


def _cluster_grid(title: str, clusters: tuple[ClusterEffect, ...]) -> Grid:
    return Grid(
        title=title,
        columns=(Column("cluster", "id"), Column("items", "number"), Column("delta", "number")),
        rows=tuple((c.cluster_id, f"{c.n_items:,}", signed(c.delta)) for c in clusters[:ROWS]),
    )


def _missing_grid(missing: Missing) -> Grid:
    shown = missing.examples[:ROWS]
    first = f", the first {len(shown)}" if len(shown) < missing.n_items else ""
    return Grid(
        title=f"Missing scores: {count(missing.n_items, 'item')}{first}",
        columns=(Column("item", "id"), Column("what is missing", "text")),
        rows=shown,
    )


def partly(title: str, shown: int, total: int) -> str:
    """Say in a table's title how many of the items it shows."""
    few = "most telling" if shown == 1 else f"{shown} most telling"
    return title if shown >= total else f"{title}, the {few}"
