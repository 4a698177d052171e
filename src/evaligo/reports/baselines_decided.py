"""What became of a promotion by rule, a line a rule."""

from __future__ import annotations

from collections.abc import Iterator

from evaligo.records.plain import plain
from evaligo.records.promotion import Decision
from evaligo.reports.listing import Listing
from evaligo.reports.outline import Column, Grid

__all__ = ["decided", "decided_in_brief"]


def decided(decision: Decision) -> Listing:
    """Show what each rule said, and what became of it."""
    columns = (Column("", "text"), Column("rule", "id"), Column("found", "text"))
    rows = tuple(("kept" if r.kept else "REFUSED", r.name, r.told) for r in decision.rules)
    return Listing(
        title=_title(decision),
        grids=(Grid(title="", columns=columns, rows=rows),) if rows else (),
        data={
            **plain(decision),
            "kept": decision.kept,
            "changed": decision.entry is not None,
            "exit_code": decision.exit_code,
        },
    )


def decided_in_brief(decision: Decision) -> Iterator[str]:
    """Yield what became of it, then a line for each rule that refused."""
    yield _title(decision)
    yield from (f"  {rule.name}: {rule.told}" for rule in decision.rules if not rule.kept)


def _title(decision: Decision) -> str:
    what = f"{decision.experiment_name} ({decision.experiment_id})"
    if decision.held_already:
        return f"{decision.environment} is held to {what} already; nothing changed"
    if not decision.kept:
        n = sum(not rule.kept for rule in decision.rules)
        rules = "1 rule refuses" if n == 1 else f"{n} rules refuse"
        return f"{decision.environment} stays as it is: {rules} {what}"
    if decision.dry_run:
        return f"{decision.environment} would be held to {what}: every rule is kept"
    return f"{decision.environment} is now held to {what}: every rule is kept"
