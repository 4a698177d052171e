"""Judge an experiment that was looked at while it ran: bounds that hold at every look, and what ending early saved."""

from __future__ import annotations

from dataclasses import dataclass, replace

from evaligo.app.early_stop import EarlyStop, Watched
from evaligo.gates.quality_join import join_thresholds
from evaligo.gates.quality_sequential import marked_result, sequential_result
from evaligo.gates.quality_settling import Settlement
from evaligo.gates.quality_words import amount
from evaligo.records import Finding, QualityReport, Run, Severity, ThresholdResult, Totals
from evaligo.reports.experiment_outline import duration

__all__ = ["Ended", "ended", "saved", "with_sequences"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ended:
    """How a run with `--early-stop` ended.

    Parameters
    ----------
    watched : Watched
        What is judged: the units up to the settlement, or all of them.
    settlement : Settlement, optional
        None where the run went on to its end.
    """

    watched: Watched
    settlement: Settlement | None


def ended(early: EarlyStop, candidate: Run) -> Ended:
    """Find out by its results how a run ended.

    What was asked after the settlement was in flight when it came. It is kept, and not judged: which items were is a
    matter of speed.

    Raises
    ------
    DataError
        The runs cannot be judged.
    """
    settlement = None if early.is_whole(candidate) else early.settlement(candidate)
    units = None if settlement is None else settlement.units
    return Ended(watched=early.watched(candidate, units), settlement=settlement)


def with_sequences(
    report: QualityReport, found: Ended, *, fail_on_regression: bool = False, require_baseline: bool = False
) -> QualityReport:
    """Judge anew, by bounds that hold at every look, each threshold that was looked at.

    Those of a sample of settled size are not valid after looks, not even where the run then went on to its end.

    Parameters
    ----------
    report : QualityReport
        Of the rows that `found` holds.
    found : Ended
    fail_on_regression, require_baseline : bool
        As `judge_quality` was told.
    """
    joint = join_thresholds(
        [_result(result, found) for result in report.results],
        on_inconclusive=report.on_inconclusive,
        fail_on_regression=fail_on_regression,
        require_baseline=require_baseline,
    )
    told = {finding.message for finding in joint.findings}
    kept = tuple(f for f in report.findings if f.check != "threshold" and f.message not in told)
    return replace(
        report,
        verdict=joint.verdict,
        because=joint.because,
        passed=joint.passed,
        exit_code=joint.exit_code,
        results=joint.results,
        findings=(*kept, *joint.findings),
    )


def saved(early: EarlyStop, found: Settlement, totals: Totals, *, results: int) -> Finding:
    """Say what ending early saved, at the cost and the speed of what ran.

    Parameters
    ----------
    early : EarlyStop
    found : Settlement
    totals : Totals
        Of the run.
    results : int
        That the whole run would have had: items times epochs.
    """
    left = results - totals.done
    share = left / totals.done
    amounts = [f"{left:,} of {results:,} answers"]
    if totals.cost:
        amounts.append(f"about {amount(share * totals.cost, 'usd', signed=False)}")
    amounts.append(f"about {duration(share * totals.seconds)}")
    return Finding(
        check="early stop",
        severity=Severity.WARNING,
        message=f"{early.sentence(found)}; saved {', '.join(amounts)}",
        hint="as a baseline it has these items alone: run what is to be one without --early-stop",
    )


def _result(result: ThresholdResult, found: Ended) -> ThresholdResult:
    name = result.threshold.name
    sequence = found.watched.sequences.get(name)
    if sequence is not None:
        return sequential_result(result, sequence, found.watched.subjects[name])
    return result if found.settlement is None else marked_result(result)
