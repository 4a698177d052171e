"""What a quality gate's report says, in plain text; each format decides how to show it.

Nothing here is escaped but in titles: names and ids may hold anything.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from evaligo.records.quality import QualityReport, ThresholdResult
from evaligo.records.report import Flip
from evaligo.records.run import RunInfo
from evaligo.records.verdict import Finding, Verdict
from evaligo.reports.digits import count, p_value, percent
from evaligo.reports.escape import middle, visible
from evaligo.reports.outline import ROWS, Column, Grid, origins, partly, sentence, worrying
from evaligo.reports.quality_amounts import Scale, change_scale, level_scale, unit_of_levels, unit_of_metric

__all__ = [
    "NO_BASELINE",
    "Row",
    "evidence",
    "inputs",
    "joint",
    "missing",
    "moved",
    "next_steps",
    "reasons",
    "rows",
    "warnings",
]

NO_BASELINE = "no baseline"
_ORDER = {Verdict.REJECT: 0, Verdict.INCONCLUSIVE: 1, Verdict.ALLOW: 2, None: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One threshold, written out.

    Parameters
    ----------
    name, limit : str
        As the gate's file has them.
    note : str
        Its role where that is not critical, and its slice; empty for most.
    values : str
        ``"0.8712 → 0.8402"``, or the candidate's level alone.
    estimate, interval : str
        What the limit speaks about, and its one-sided bounds.
    verdict : Verdict, optional
        None without a baseline.
    decided : str
        What decided: the interval or the point estimate.
    within_noise : bool
    """

    name: str
    limit: str
    note: str
    values: str
    estimate: str
    interval: str
    verdict: Verdict | None
    decided: str
    within_noise: bool


def rows(report: QualityReport) -> tuple[Row, ...]:
    """Return the thresholds in the file's order."""
    return tuple(map(_row, report.results))


def joint(report: QualityReport) -> str:
    """Return the sentence about all thresholds, with what the pipeline makes of an undecided one."""
    said = sentence(report.because)
    if report.verdict is not Verdict.INCONCLUSIVE:
        return said
    if report.passed and all(result.verdict is None for result in report.results):
        return f"{said} The pipeline goes on."
    goes = "the pipeline goes on" if report.passed else "the pipeline stops"
    return f"{said} With on_inconclusive: {report.on_inconclusive}, {goes}."


def reasons(report: QualityReport) -> tuple[tuple[str, str], ...]:
    """Return why each threshold says what it says, the most serious first."""
    ordered = sorted(report.results, key=lambda r: _ORDER[r.verdict])
    return tuple((r.threshold.name, sentence(r.because)) for r in ordered)


def next_steps(report: QualityReport) -> tuple[str, ...]:
    """Return what to do, a sentence or two each; empty where nothing is left to do."""
    named = ((r.threshold.name, r.suggestion) for r in _by_weight(report) if r.suggestion)
    steps = [f"{name}: {sentence(text)}" for name, text in named]
    if report.verdict is Verdict.REJECT and any(r.flips and r.flips.worsened for r in report.results):
        steps.insert(0, "Look first at the items that moved worst, listed below.")
    action = report.success_action if report.passed else report.failure_action
    if action not in {"", "none"}:
        steps.append(f"The gate's {'success' if report.passed else 'failure'} action is {action}.")
    return tuple(dict.fromkeys(steps))[:ROWS]


def warnings(report: QualityReport) -> tuple[Finding, ...]:
    """Return what a reviewer must see of the runs and of each threshold; what several thresholds found stands once."""
    found = [*report.findings, *(f for r in report.results for f in r.findings)]
    return worrying(tuple(dict.fromkeys(found)))


def evidence(report: QualityReport) -> Grid:
    """Return the numbers behind each verdict."""
    numbers = ("items", "clusters", "detectable", "p (Holm)")
    return Grid(
        title="What each threshold rests on",
        columns=(
            Column("threshold", "id"),
            *(Column(name, "number") for name in numbers),
            Column("method", "text"),
        ),
        rows=tuple(_evidence(r) for r in report.results if r.verdict is not None),
    )


def moved(report: QualityReport) -> tuple[Grid, ...]:
    """Return, for each metric that was compared, the items that moved worst; failed thresholds first."""
    grids: dict[str, Grid] = {}
    for result in _by_weight(report):
        if result.flips is not None and result.flips.worst:
            grids.setdefault(_of(result), _worst(result))
    return tuple(grids.values())


def missing(report: QualityReport) -> tuple[Grid, ...]:
    """Return, for each metric, the items that lack a score."""
    grids: dict[str, Grid] = {}
    for result in report.results:
        if result.missing is not None and result.missing.n_items:
            grids.setdefault(_of(result), _missing(result))
    return tuple(grids.values())


def inputs(report: QualityReport) -> Grid:
    """Return where the runs come from."""
    nobody = RunInfo(source="none yet", format="")
    return origins(
        report.baseline or nobody, report.candidate, seed=report.seed, version=report.version or "unknown"
    )


def _by_weight(report: QualityReport) -> list[ThresholdResult]:
    return sorted(report.results, key=lambda r: _ORDER[r.verdict])


def _row(result: ThresholdResult) -> Row:
    change = change_scale(result)
    bounded = any(map(math.isfinite, result.interval))
    return Row(
        name=result.threshold.name,
        limit=result.threshold.written,
        note=", ".join(_notes(result)),
        values=_values(result),
        estimate=change.text(result.estimate),
        interval=change.interval(result.interval) if bounded else "",
        verdict=result.verdict,
        decided=_decided(result),
        within_noise=result.within_noise,
    )


def _notes(result: ThresholdResult) -> Iterator[str]:
    if result.threshold.role != "critical":
        yield result.threshold.role
    yield from (f"{key}={value}" for key, value in result.threshold.slice.items())


def _values(result: ThresholdResult) -> str:
    """Write both levels; a demand on the candidate alone shows no arrow."""
    both = [result.baseline_value, result.candidate_value]
    scale = level_scale(unit_of_levels(result), both)
    if not result.threshold.needs_baseline and result.baseline_value is None:
        return scale.text(result.candidate_value)
    return " → ".join(map(scale.text, both))


def _decided(result: ThresholdResult) -> str:
    if result.verdict is None:
        return NO_BASELINE
    if result.threshold.confidence_level is not None:
        return f"{percent(result.threshold.confidence_level)} interval"
    return "point estimate"


def _evidence(result: ThresholdResult) -> tuple[str, ...]:
    return (
        result.threshold.name,
        f"{result.n_items:,}",
        "none" if result.n_clusters is None else f"{result.n_clusters:,}",
        _detectable(result),
        p_value(result.p_holm),
        "; ".join(filter(None, (result.method, result.reason.rstrip(".")))) or "none",
    )


def _detectable(result: ThresholdResult) -> str:
    if not math.isfinite(result.mde):
        return "none"
    return change_scale(result).text(abs(result.mde)).lstrip("+")


def _of(result: ThresholdResult) -> str:
    """Name what a threshold speaks about: its metric, and the slice where it has one; fit for a title."""
    inside = " ".join(f"{key}={value}" for key, value in result.threshold.slice.items())
    return middle(visible(" ".join(filter(None, (result.threshold.metric, inside)))), 60)


def _worst(result: ThresholdResult) -> Grid:
    flips = result.flips
    if flips is None:
        raise AssertionError  # asked only where something was compared
    clustered = any(f.cluster_id is not None for f in flips.worst)
    what = "pass to fail" if flips.binary else "got worse"
    shown = flips.worst[:ROWS]
    unit = unit_of_metric(result.threshold.metric)
    scale = level_scale(unit, [v for f in shown for v in (f.baseline, f.candidate)])
    return Grid(
        title=partly(f"{_of(result)}: {count(flips.worsened, 'item')} {what}", len(shown), flips.worsened),
        columns=(
            Column("item", "id"),
            *((Column("cluster", "id"),) if clustered else ()),
            *(Column(name, "number") for name in ("baseline", "candidate", "change")),
        ),
        rows=tuple(_flip(f, scale, clustered=clustered) for f in shown),
    )


def _flip(flip: Flip, scale: Scale, *, clustered: bool) -> tuple[str, ...]:
    return (
        flip.item_id,
        *((flip.cluster_id or "",) if clustered else ()),
        scale.text(flip.baseline),
        scale.text(flip.candidate),
        replace(scale, signed=True).text(flip.candidate - flip.baseline),
    )


def _missing(result: ThresholdResult) -> Grid:
    lacking = result.missing
    if lacking is None:
        raise AssertionError  # asked only where something is missing
    shown = lacking.examples[:ROWS]
    first = f", the first {len(shown)}" if len(shown) < lacking.n_items else ""
    return Grid(
        title=f"Missing scores of {_of(result)}: {count(lacking.n_items, 'item')}{first}; {_both_ways(result)}",
        columns=(Column("item", "id"), Column("what is missing", "text")),
        rows=shown,
    )


def _both_ways(result: ThresholdResult) -> str:
    lacking = result.missing
    if lacking is None or lacking.worst_case is None:
        return "judged without them"
    if lacking.worst_case is lacking.dropped:
        return f"{lacking.dropped} with or without them"
    return f"{lacking.dropped} without them, {lacking.worst_case} with them at their worst"
