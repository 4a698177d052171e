"""What an experiment's report shows: the experiment, the gate's verdict, and the items that a reviewer must read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evaligo.records.comparison import ComparisonTable
from evaligo.records.experiment import Experiment
from evaligo.records.plain import plain
from evaligo.records.quality import QualityReport
from evaligo.records.run import RunInfo
from evaligo.records.verdict import Finding

__all__ = [
    "ComparedView",
    "Costs",
    "Difference",
    "ExperimentView",
    "Failure",
    "ItemChange",
    "LatencyView",
    "ScoreChange",
    "SliceRow",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreChange:
    """One metric of one item in both runs, epochs averaged.

    Parameters
    ----------
    metric : str
    higher_is_better : bool
    baseline, candidate : float, optional
        None where the score is absent.
    baseline_reason, candidate_reason : str
        What the evaluator said of the output shown, or why there is no score.
    """

    metric: str
    higher_is_better: bool = True
    baseline: float | None = None
    candidate: float | None = None
    baseline_reason: str = ""
    candidate_reason: str = ""

    @property
    def improvement(self) -> float | None:
        """How much better the candidate is, in the metric's unit; None where either score is absent.

        Examples
        --------
        >>> ScoreChange(metric="toxicity", higher_is_better=False, baseline=0.1, candidate=0.4).improvement
        -0.30000000000000004
        """
        if self.baseline is None or self.candidate is None:
            return None
        delta = self.candidate - self.baseline
        return delta if self.higher_is_better else -delta


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemChange:
    """An item that moved, with what both runs answered.

    Parameters
    ----------
    item_id : str
    metric : str
        The one that put it on the list.
    cluster : str
        Empty where items are independent.
    slices : mapping of str to str
        Its metadata.
    input, expected : str
        As text; JSON where they are no text. Empty where there is none.
    baseline_output, candidate_output : str, optional
        None where there is none: the target failed, or the baseline is a file without outputs.
    baseline_error, candidate_error : str
        Why the target failed.
    epoch : int, optional
        Whose outputs are shown, where there are several.
    scores : tuple of ScoreChange
        `metric` first.
    """

    item_id: str
    metric: str
    cluster: str = ""
    slices: Mapping[str, str] = field(default_factory=dict)
    input: str = ""
    expected: str = ""
    baseline_output: str | None = None
    candidate_output: str | None = None
    baseline_error: str = ""
    candidate_error: str = ""
    epoch: int | None = None
    scores: tuple[ScoreChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An item of the candidate for which the target, or an evaluator, failed.

    Parameters
    ----------
    item_id : str
    epoch : int
    what : str
        ``"target"``, or the metric without a score.
    error : str
    """

    item_id: str
    epoch: int
    what: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyView:
    """How long the answers took.

    Parameters
    ----------
    edges : tuple of float
        Seconds; one more than there are bins. The last bin holds all that took longer.
    baseline, candidate : tuple of int
        Answers in each bin; empty where nobody measured them.
    baseline_quantiles, candidate_quantiles : mapping of str to float
        ``"p50"``, ``"p95"``, ``"p99"`` in seconds, over the answers.
    """

    edges: tuple[float, ...] = ()
    baseline: tuple[int, ...] = ()
    candidate: tuple[int, ...] = ()
    baseline_quantiles: Mapping[str, float] = field(default_factory=dict)
    candidate_quantiles: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What a run cost, in US dollars.

    Parameters
    ----------
    target : float, optional
        Of the model under test; None where no price is known.
    judge : float, optional
        Of evaluators that ask a model; None where there are none, or no price is known.
    n_answers : int
        Whose cost is known.
    input_tokens, output_tokens : int
        Of the model under test.
    unpriced : int
        Calls whose price is unknown.
    """

    target: float | None = None
    judge: float | None = None
    n_answers: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    unpriced: int = 0

    @property
    def per_answer(self) -> float | None:
        """The target's cost of an answer, over those whose cost is known.

        Examples
        --------
        >>> Costs(target=1.0, n_answers=4).per_answer
        0.25
        """
        return self.target / self.n_answers if self.target is not None and self.n_answers else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceRow:
    """One metric over the items whose metadata have one value.

    Parameters
    ----------
    key, value : str
    metric : str
    higher_is_better : bool
    n_items : int
        With a score in the candidate.
    baseline, candidate : float, optional
        Means over the slice's items; None without a score.
    delta : float, optional
        Over the items that both runs have a score for; None where there are none.
    """

    key: str
    value: str
    metric: str
    higher_is_better: bool = True
    n_items: int
    baseline: float | None = None
    candidate: float | None = None
    delta: float | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What the fingerprints of two runs disagree on; empty where one does not say."""

    key: str
    baseline: str
    candidate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentView:
    """All that an experiment's report shows.

    Parameters
    ----------
    experiment : Experiment
    baseline : Experiment, optional
        None where there is none, or where it is no stored experiment.
    quality : QualityReport, optional
        None where no gate ran.
    regressions, improvements : tuple of ItemChange
        The most telling ones, the worst (the best) first.
    n_regressions, n_improvements : int
        How many there are.
    failures : tuple of Failure
        The first ones.
    n_failures : int
    latency : LatencyView
    costs, baseline_costs : Costs, optional
    slices : tuple of SliceRow
    differences : tuple of Difference
    findings : tuple of Finding
        Of the run itself; the gate's are in `quality`.
    """

    experiment: Experiment
    baseline: Experiment | None = None
    quality: QualityReport | None = None
    regressions: tuple[ItemChange, ...] = ()
    n_regressions: int = 0
    improvements: tuple[ItemChange, ...] = ()
    n_improvements: int = 0
    failures: tuple[Failure, ...] = ()
    n_failures: int = 0
    latency: LatencyView = LatencyView()
    costs: Costs = Costs()
    baseline_costs: Costs | None = None
    slices: tuple[SliceRow, ...] = ()
    differences: tuple[Difference, ...] = ()
    findings: tuple[Finding, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the view as builtins for JSON (RFC 8259: an undefined number is None)."""
        found: dict[str, Any] = plain(self)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedView:
    """Two experiments beside each other, with no verdict.

    Parameters
    ----------
    baseline, candidate : RunInfo
    table : ComparisonTable
    skipped : tuple of (metric, sentence)
        Metrics that both have and that cannot be compared.
    regressions, improvements : tuple of ItemChange
        The most telling ones.
    n_regressions, n_improvements : int
    differences : tuple of Difference
    """

    baseline: RunInfo
    candidate: RunInfo
    table: ComparisonTable
    skipped: tuple[tuple[str, str], ...] = ()
    regressions: tuple[ItemChange, ...] = ()
    n_regressions: int = 0
    improvements: tuple[ItemChange, ...] = ()
    n_improvements: int = 0
    differences: tuple[Difference, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the view as builtins for JSON; the table as `evaligo compare` writes it."""
        return {**plain(self), "table": self.table.to_dict()}
