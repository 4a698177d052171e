"""What an experiment's report says, in plain text; each format decides how to show it.

Nothing here is escaped but in titles: names, ids and answers may hold anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from evaligo.records.experiment import Experiment
from evaligo.records.verdict import Finding
from evaligo.records.view import Costs, Difference, ExperimentView, ItemChange, ScoreChange, SliceRow
from evaligo.reports import quality_outline
from evaligo.reports.digits import count
from evaligo.reports.escape import middle, visible
from evaligo.reports.experiment_diff import diff, excerpt, first_change
from evaligo.reports.outline import Column, Grid, sentence, worrying
from evaligo.reports.quality_amounts import level_scale, unit_of_metric

__all__ = [
    "because",
    "costs",
    "differences",
    "differing",
    "duration",
    "facts",
    "failures",
    "fingerprint",
    "moves",
    "next_steps",
    "notes",
    "scores",
    "slices",
    "slug",
    "verdict",
    "warnings",
    "what_changed",
]

_SLICE_ROWS = 40


def verdict(view: ExperimentView) -> str:
    """Return the gate's verdict, or how far the experiment came where no gate ran."""
    if view.quality is not None:
        return view.quality.verdict.value
    return view.experiment.verdict or view.experiment.status.value.upper()


def because(view: ExperimentView) -> str:
    """Return the sentence that stands beside the verdict."""
    if view.quality is not None:
        return quality_outline.joint(view.quality)
    done = (
        f"{count(view.experiment.totals.done, 'result')} of {count(_expected(view.experiment), 'item epoch')}"
    )
    return f"No gate judged this experiment; it has {done}. {sentence(view.experiment.note)}".rstrip()


def next_steps(view: ExperimentView) -> tuple[str, ...]:
    """Return what to do next."""
    steps: list[str] = []
    if view.experiment.status.resumable:
        steps.append(f"Take it up again: evaligo experiment resume {view.experiment.id}.")
    if view.quality is not None:
        steps.extend(quality_outline.next_steps(view.quality))
    if view.n_failures:
        steps.append(
            f"Answers or scores are absent ({view.n_failures:,}): the report lists them with their reasons."
        )
    return tuple(steps)


def warnings(view: ExperimentView) -> tuple[Finding, ...]:
    """Return what a reviewer must see: of the run, of both runs together, and of each threshold."""
    ours = worrying(view.findings)
    gates = quality_outline.warnings(view.quality) if view.quality is not None else ()
    return tuple(dict.fromkeys((*gates, *ours)))


def facts(view: ExperimentView) -> tuple[tuple[str, str], ...]:
    """Return what was run, each a label and a short text."""
    e = view.experiment
    said = (
        ("experiment", f"{e.id}, {e.status.value}"),
        ("dataset", _dataset(e)),
        ("commit", _commit(e)),
        ("baseline", _baseline(view)),
        ("items", f"{count(e.dataset.n_items, 'item')}, {count(e.epochs, 'epoch')}"),
        ("clusters", f"by {e.cluster}" if e.cluster else "none: items are taken as independent"),
        ("results", "; ".join(notes(view))),
        ("tags", ", ".join(f"{k}={v}" for k, v in e.tags.items())),
        ("created", e.created),
        ("seed", str(e.seed)),
        ("configuration", f"SHA-256 {e.config_sha256}"),
    )
    return tuple((label, text) for label, text in said if text)


def notes(view: ExperimentView) -> Iterator[str]:
    """Yield how many results there are, and where they come from."""
    t = view.experiment.totals
    yield count(t.done, "result")
    if t.failed:
        yield f"{t.failed:,} without an answer"
    if t.cached:
        yield f"{t.cached:,} answered from the cache, with the latency and cost of the first time"
    if t.retries:
        yield f"retries: {t.retries:,}"
    if t.seconds:
        yield f"{duration(t.seconds)} in all"
    if view.experiment.note and view.quality is not None:
        yield view.experiment.note


def costs(view: ExperimentView) -> Grid:
    """Return what both runs cost."""
    runs = [view.baseline_costs, view.costs] if view.baseline_costs is not None else [view.costs]
    names = ("baseline", "candidate") if len(runs) == 2 else ("candidate",)
    return Grid(
        title="Cost",
        columns=(Column("", "text"), *(Column(name, "number") for name in names)),
        rows=tuple(_cost_rows(runs)),
    )


def scores(change: ItemChange) -> Grid:
    """Return an item's scores in both runs, with what the evaluators said."""
    return Grid(
        title="Scores",
        columns=(
            Column("metric", "id"),
            Column("baseline", "number"),
            Column("candidate", "number"),
            Column("change", "number"),
            Column("the candidate's reason", "text"),
            Column("the baseline's reason", "text"),
        ),
        rows=tuple((s.metric, *moves(s), s.candidate_reason, s.baseline_reason) for s in change.scores),
    )


def moves(score: ScoreChange) -> tuple[str, str, str]:
    """Write both scores and their difference, with their unit."""
    scale = level_scale(unit_of_metric(score.metric), [score.baseline, score.candidate])
    both = score.baseline is not None and score.candidate is not None
    delta = (score.candidate or 0.0) - (score.baseline or 0.0)
    return (
        "absent" if score.baseline is None else scale.text(score.baseline),
        "absent" if score.candidate is None else scale.text(score.candidate),
        replace(scale, signed=True).text(delta) if both else "",
    )


def what_changed(change: ItemChange, *, limit: int = 40) -> str:
    """Say in a line what the candidate answered otherwise."""
    if change.candidate_output is None:
        return f"no answer: {excerpt(change.candidate_error or 'nothing was recorded', 2 * limit)}"
    if change.baseline_output is None:
        return f"now “{excerpt(change.candidate_output, 2 * limit)}”"
    removed, added = first_change(diff(change.baseline_output, change.candidate_output))
    if not removed and not added:
        return "the same answer"
    return f"“{excerpt(removed, limit)}” became “{excerpt(added, limit)}”"


def failures(view: ExperimentView) -> Grid:
    """Return the answers and scores that are absent."""
    shown = view.failures
    first = f", the first {len(shown)}" if len(shown) < view.n_failures else ""
    return Grid(
        title=f"Absent answers and scores: {view.n_failures:,}{first}",
        columns=(
            Column("item", "id"),
            Column("epoch", "number"),
            Column("of", "id"),
            Column("why", "text"),
        ),
        rows=tuple((f.item_id, str(f.epoch), f.what, f.error) for f in shown),
    )


def slices(view: ExperimentView) -> tuple[Grid, ...]:
    """Return a table for each metadata key; within it, what lost most first."""
    keys = dict.fromkeys(row.key for row in view.slices)
    return tuple(_slice_grid(key, [r for r in view.slices if r.key == key]) for key in keys)


def differences(view: ExperimentView) -> Grid:
    """Return where the two runs' environments differ."""
    return differing(view.differences)


def differing(found: tuple[Difference, ...]) -> Grid:
    """Return differences between environments as a table."""
    return Grid(
        title="What differs besides the change",
        columns=(Column("", "text"), Column("baseline", "id"), Column("candidate", "id")),
        rows=tuple((d.key, d.baseline or "not said", d.candidate or "not said") for d in found),
    )


def fingerprint(view: ExperimentView) -> Grid:
    """Return the candidate's environment."""
    return Grid(
        title="Environment",
        columns=(Column("", "text"), Column("candidate", "id")),
        rows=tuple(view.experiment.fingerprint.items()),
    )


def duration(seconds: float) -> str:
    """Write a stretch of time as one would say it.

    Examples
    --------
    >>> duration(0.412), duration(71.6), duration(7300)
    ('0.41 s', '1 min 12 s', '2 h 1 min')
    """
    if seconds < 60.0:
        return f"{seconds:.2f} s" if seconds < 10.0 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def slug(experiment: Experiment) -> str:
    """Return what a person calls an experiment: its name, and its commit where it has one."""
    commit = experiment.revision.commit[:8]
    return f"{experiment.name} at {commit}" if commit else experiment.name


def _expected(experiment: Experiment) -> int:
    return experiment.dataset.n_items * experiment.epochs


def _dataset(experiment: Experiment) -> str:
    d = experiment.dataset
    return f"{d.name}{f' ({d.selection})' if d.selection else ''}, SHA-256 {d.sha256[:16]}"


def _commit(experiment: Experiment) -> str:
    r = experiment.revision
    dirty = "with uncommitted changes" if r.dirty else ""
    return ", ".join(filter(None, (r.commit, r.branch, dirty)))


def _baseline(view: ExperimentView) -> str:
    if view.baseline is not None:
        return f"{view.baseline.id} ({slug(view.baseline)}), {view.baseline.created}"
    if view.quality is not None and view.quality.baseline is not None:
        return view.quality.baseline.source
    return "none"


def _cost_rows(runs: list[Costs]) -> Iterator[tuple[str, ...]]:
    totals = [c.target for c in runs]
    dollars = level_scale("usd", totals)
    each = level_scale("usd", [c.per_answer for c in runs])
    judges = level_scale("usd", [c.judge for c in runs])
    yield "model under test", *map(dollars.text, totals)
    yield "an answer", *(each.text(c.per_answer) for c in runs)
    if any(c.judge is not None for c in runs):
        yield "evaluators that ask a model", *(judges.text(c.judge) for c in runs)
        yield "their share", *map(_share, runs)
    yield "tokens in", *(f"{c.input_tokens:,}" for c in runs)
    yield "tokens out", *(f"{c.output_tokens:,}" for c in runs)
    if any(c.unpriced for c in runs):
        yield "calls of unknown price", *(f"{c.unpriced:,}" for c in runs)


def _share(costs: Costs) -> str:
    if costs.judge is None or costs.target is None or not costs.judge + costs.target:
        return "n/a"
    return f"{100.0 * costs.judge / (costs.judge + costs.target):.0f} %"


def _slice_grid(key: str, rows: list[SliceRow]) -> Grid:
    ordered = sorted(rows, key=_loss)
    shown = ordered[:_SLICE_ROWS]
    more = f", {len(shown)} of {len(ordered)} rows" if len(shown) < len(ordered) else ""
    return Grid(
        title=f"By {middle(visible(key), 60)}{more}",
        columns=(
            Column("value", "id"),
            Column("metric", "id"),
            *(Column(name, "number") for name in ("items", "baseline", "candidate", "change")),
        ),
        rows=tuple(map(_slice, shown)),
    )


def _loss(row: SliceRow) -> float:
    if row.delta is None:
        return 0.0
    return row.delta if row.higher_is_better else -row.delta


def _slice(row: SliceRow) -> tuple[str, ...]:
    scale = level_scale(unit_of_metric(row.metric), [row.baseline, row.candidate])
    levels = ["" if v is None else scale.text(v) for v in (row.baseline, row.candidate)]
    delta = "" if row.delta is None else replace(scale, signed=True).text(row.delta)
    return (row.value, row.metric, f"{row.n_items:,}", *levels, delta)
