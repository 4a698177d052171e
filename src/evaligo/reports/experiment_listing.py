"""Stored experiments as listings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from evaligo.records import Experiment
from evaligo.records.baseline import Judgement, MetricSummary
from evaligo.records.plain import plain
from evaligo.reports.digits import count, fixed
from evaligo.reports.listing import Listing
from evaligo.reports.outline import Column, Grid

__all__ = ["age", "experiment", "experiments", "money"]

_COLUMNS = (
    Column("id", "id"),
    Column("name", "id"),
    Column("commit", "id"),
    Column("branch", "id"),
    Column("items", "number"),
    Column("verdict", "text"),
    Column("cost", "number"),
    Column("age", "number"),
)


def experiments(found: Sequence[Experiment], *, cursor: str | None = None, filtered: bool = False) -> Listing:
    """List experiments, newest first.

    Parameters
    ----------
    found : sequence of Experiment
    cursor : str, optional
        What the next page is asked for with; None where there is none.
    filtered : bool
        Whether there may be others.
    """
    now = datetime.now(UTC)
    nothing = (
        "No experiment is like that; `evaligo experiment list` without filters shows all."
        if filtered
        else "There is none yet; `evaligo experiment run` makes the first."
    )
    more = (f"There are older ones: --cursor {cursor}",) if cursor else ()
    rows = tuple(_row(each, now) for each in found)
    return Listing(
        title="Experiments",
        grids=(Grid(title="", columns=_COLUMNS, rows=rows),) if rows else (),
        notes=more if rows else (nothing,),
        data={"experiments": plain(list(found)), "cursor": cursor},
    )


def _row(experiment: Experiment, now: datetime) -> tuple[str, ...]:
    return (
        experiment.id,
        experiment.name,
        experiment.revision.commit[:8],
        experiment.revision.branch,
        f"{experiment.totals.done:,}",
        _verdict(experiment),
        money(experiment.totals.cost),
        age(experiment.created, now),
    )


def _verdict(experiment: Experiment) -> str:
    """The verdict, and whether the pipeline went on where the verdict alone does not tell; else how far it came."""
    if not experiment.verdict:
        return str(experiment.status)
    if experiment.verdict == "INCONCLUSIVE":
        return "INCONCLUSIVE, passed" if experiment.passed else "INCONCLUSIVE, blocked"
    return experiment.verdict


def experiment(
    head: Experiment,
    metrics: Sequence[MetricSummary],
    failures: Sequence[tuple[str, int, str]],
    judgement: Judgement | None,
) -> Listing:
    """Show one experiment.

    Parameters
    ----------
    head : Experiment
    metrics : sequence of MetricSummary
    failures : sequence of (item, epoch, reason)
        The first items without an output.
    judgement : Judgement, optional
        The newest.
    """
    return Listing(
        title=f"Experiment {head.name} ({head.id})",
        facts=tuple((name, value) for name, value in _facts(head) if value),
        grids=tuple(grid for grid in _grids(head, metrics, failures, judgement) if grid.rows),
        notes=(head.note,) if head.note else (),
        data={
            **plain(head),
            "summary": plain(list(metrics)),
            "failures": [{"item": i, "epoch": epoch, "error": why} for i, epoch, why in failures],
            "judgement": None if judgement is None else plain(judgement.report),
        },
    )


def _facts(head: Experiment) -> Iterator[tuple[str, str]]:
    totals, dataset, revision = head.totals, head.dataset, head.revision
    yield "status", str(head.status)
    yield "verdict", _verdict(head) if head.verdict else ""
    yield "gate", head.gate
    yield "created", f"{head.created} ({age(head.created, datetime.now(UTC))} ago)"
    yield "commit", revision.commit + (" and changes that are not committed" if revision.dirty else "")
    yield "branch", revision.branch
    selection = f", {dataset.selection}" if dataset.selection else ""
    yield (
        "dataset",
        f"{dataset.name} ({count(dataset.n_items, 'item')}{selection}), SHA-256 {dataset.sha256[:16]}",
    )
    yield "epochs", str(head.epochs) if head.epochs > 1 else ""
    yield "results", _results(head)
    yield "tokens", f"{totals.input_tokens:,} in, {totals.output_tokens:,} out"
    yield (
        "cost",
        money(totals.cost) + (f", {totals.unpriced:,} calls without a price" if totals.unpriced else ""),
    )
    yield "cluster", head.cluster
    yield "tags", ", ".join(f"{key}={value}" for key, value in head.tags.items())


def _results(head: Experiment) -> str:
    totals = head.totals
    parts = [f"{totals.done:,} of {head.dataset.n_items * head.epochs:,}"]
    counts = ((totals.failed, "failed"), (totals.cached, "from the cache"), (totals.retries, "retries"))
    return ", ".join([*parts, *(f"{n:,} {what}" for n, what in counts if n)])


def _grids(
    head: Experiment,
    metrics: Sequence[MetricSummary],
    failures: Sequence[tuple[str, int, str]],
    judgement: Judgement | None,
) -> Iterator[Grid]:
    yield Grid(
        title="Metrics",
        columns=(
            Column("metric", "id"),
            Column("mean", "number"),
            Column("scores", "number"),
            Column("absent", "number"),
        ),
        rows=tuple(
            (m.metric, "" if m.mean is None else fixed(m.mean), f"{m.n:,}", f"{m.absent:,}") for m in metrics
        ),
    )
    if judgement is not None:
        yield _judged(judgement)
    yield Grid(
        title=f"Items without an answer ({head.totals.failed:,})",
        columns=(Column("item", "id"), Column("epoch", "number"), Column("why", "text")),
        rows=tuple((item, str(epoch), why) for item, epoch, why in failures),
    )
    yield Grid(
        title="Environment",
        columns=(Column("", "text"), Column("", "id")),
        rows=tuple(head.fingerprint.items()),
    )


def _judged(judgement: Judgement) -> Grid:
    return Grid(
        title=f"Gate {judgement.gate}: {judgement.verdict}",
        columns=(Column("threshold", "id"), Column("verdict", "text"), Column("why", "text")),
        rows=tuple(
            (result["threshold"]["name"], result["verdict"] or "no baseline", result["because"])
            for result in judgement.report.get("results", ())
        ),
    )


def money(dollars: float | None) -> str:
    """Write an amount of US dollars; empty where it is unknown.

    Examples
    --------
    >>> money(12.5), money(0.00123), money(0.0), money(None)
    ('$12.50', '$0.0012', '$0.00', '')
    """
    if dollars is None:
        return ""
    return f"${dollars:,.2f}" if dollars >= 1.0 or dollars == 0.0 else f"${dollars:.4f}"


def age(created: str, now: datetime) -> str:
    """Write how long ago something was.

    Examples
    --------
    >>> age("2026-03-01T12:00:00Z", datetime(2026, 3, 3, 13, tzinfo=UTC))
    '2 d'
    """
    moment = datetime.fromisoformat(created)
    seconds = (now - (moment if moment.tzinfo else moment.replace(tzinfo=UTC))).total_seconds()
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(int(seconds), 0)} s"
