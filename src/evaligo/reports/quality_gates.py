"""Quality gates as listings: what there is, and what each demands in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evaligo.reports.digits import count
from evaligo.reports.listing import Listing
from evaligo.reports.outline import Column, Grid

__all__ = ["backtest", "gate", "gates"]


def gates(rows: Sequence[dict[str, Any]]) -> Listing:
    """List gates: `name`, `description`, `thresholds` and `evaluators` of each."""
    columns = (
        Column("gate", "id"),
        Column("thresholds", "text"),
        Column("evaluators", "text"),
        Column("", "text"),
    )
    shown = tuple(
        (row["name"], ", ".join(row["thresholds"]), ", ".join(row["evaluators"]), row["description"])
        for row in rows
    )
    return Listing(
        title="Quality gates", grids=(Grid(title="", columns=columns, rows=shown),), data=list(rows)
    )


def gate(facts: dict[str, Any], thresholds: Sequence[dict[str, Any]]) -> Listing:
    """Show one gate: for each threshold `name`, `written`, `demand`, `decided_by` and `role`."""
    columns = (Column("threshold", "id"), Column("what is demanded", "text"), Column("decided by", "text"))
    rows = tuple((t["name"], t["demand"], t["decided_by"]) for t in thresholds)
    return Listing(
        title=f"Quality gate {facts['name']}",
        facts=tuple((k.replace("_", " "), str(v)) for k, v in facts.items() if v and k != "name"),
        grids=(Grid(title="", columns=columns, rows=rows),),
        notes=("ALLOW needs every critical threshold; docs: Quality gates.",),
        data={**facts, "thresholds": list(thresholds)},
    )


def backtest(summary: dict[str, Any], rows: Sequence[dict[str, Any]]) -> Listing:
    """Show what gates would have said of stored experiments.

    Parameters
    ----------
    summary : dict
        `judged`, `not_judged`, `blocked`, `changed`, `reruns` and `reruns_blocked`.
    rows : sequence of dict
        `experiment`, `gate`, `baseline`, `rerun`, `said`, `says` and `because` of each, and more for JSON.
    """
    columns = (
        Column("experiment", "id"),
        Column("gate", "id"),
        Column("baseline", "id"),
        Column("said", "text"),
        Column("would say", "text"),
        Column("why", "text"),
    )
    shown = tuple(
        (
            r["experiment"],
            r["gate"],
            (r["baseline"] or "none") + (" (same commit)" if r["rerun"] else ""),
            r["said"] or "none",
            r["says"],
            r["because"],
        )
        for r in rows
    )
    return Listing(
        title="Backtest",
        facts=(
            ("judged", count(summary["judged"], "experiment")),
            ("could not be judged", str(summary["not_judged"])),
            ("would be blocked", str(summary["blocked"])),
            ("decided otherwise than then", str(summary["changed"])),
            ("reruns of one commit", f"{summary['reruns']}, of which {summary['reruns_blocked']} blocked"),
        ),
        grids=(Grid(title="", columns=columns, rows=shown),) if rows else (),
        notes=() if rows else ("No stored experiment was judged by one of these gates.",),
        data={**summary, "experiments": list(rows)},
    )
