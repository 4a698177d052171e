"""What watching two runs found, look by look: a verdict that may have come before the runs' end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from evaligo.records.plain import plain
from evaligo.records.run import RunInfo
from evaligo.records.verdict import Finding, Verdict

__all__ = ["Ending", "Look", "Saved", "WatchMissing", "WatchPolicy", "WatchReport"]

Ending = Literal["decision", "futility", "end of data"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchPolicy:
    """What was asked: the policy's name and its numbers.

    Parameters
    ----------
    name : str
        ``"superiority"``, ``"non-inferiority"`` or ``"minimum-effect"``.
    min_delta, margin : float, optional
        In the metric's unit, as sizes (not signed).
    alpha : float
        The chance, at most, that a bound is ever wrong, however often it is looked at.
    on_missing : str
        ``"both"``, ``"drop"`` or ``"worst"``.
    cluster : str, optional
    """

    name: str
    min_delta: float | None
    margin: float | None
    alpha: float
    on_missing: str
    cluster: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was known at one moment; `delta` is candidate minus baseline.

    Parameters
    ----------
    units : int
        Clusters, or items where there are none, that had come.
    items : int
        Paired items in them.
    delta : float
    bounds : (float, float)
        Both one-sided bounds at level ``1 - alpha``, valid at every moment at once.
    still_open : tuple of str
        Which of the policy's values lie between the bounds: ``"0"``, ``"min_delta"``, ``"margin"``.
    """

    units: int
    items: int
    delta: float
    bounds: tuple[float, float]
    still_open: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What stopping early saved.

    Parameters
    ----------
    items, of_items : int
        Items that were not needed, of all.
    calls : int
        Item-epochs of the candidate that were not needed: model calls.
    """

    items: int
    of_items: int
    calls: int

    @property
    def share(self) -> float:
        """The part of the items that was not needed, in [0, 1]."""
        return self.items / self.of_items


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchMissing:
    """Items, among those judged, that lack a score somewhere.

    Parameters
    ----------
    items : int
    examples : tuple of str
        Up to ten ids.
    worst_case_delta : float, optional
        The difference with each missing score at its worst (Manski 1989); None where they were dropped or nothing
        is missing.
    """

    items: int = 0
    examples: tuple[str, ...] = ()
    worst_case_delta: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchReport:
    """A verdict with all that it rests on, and how it came about.

    Parameters
    ----------
    verdict : Verdict
    ending : {"decision", "futility", "end of data"}
        Why the watch ended.
    because : str
        One sentence: which bound lies where.
    policy : WatchPolicy
    metric : str
    higher_is_better : bool
    baseline_value, candidate_value : float
        Means over the paired items judged.
    delta : float
        Candidate minus baseline, over the paired items judged.
    bounds : (float, float)
        Both one-sided bounds of delta at level ``1 - alpha``, valid however often one looked.
    confidence_level : float
        ``1 - alpha``.
    p_value : float
        Anytime-valid, against what ALLOW speaks against.
    method, reason : str
        ``"betting_sequence"`` or ``"asymptotic_sequence"``, and why.
    n_pairs : int
        Paired items judged.
    n_units : int
    units : {"clusters", "items"}
    units_in_all : int, optional
        None where nobody knows how many would have come.
    saved : Saved, optional
        None where nobody knows how many items would have come.
    looks : tuple of Look
        At ever longer steps, and at the end.
    missing : WatchMissing
    findings : tuple of Finding
        Warnings.
    baseline, candidate : RunInfo
        The SHA-256 of a followed file is that of the bytes read.
    followed : bool
        Whether units were judged in the order of arrival; else in an order drawn from the seed.
    seed : int
    version : str
        evaligo's.
    """

    verdict: Verdict
    ending: Ending
    because: str
    policy: WatchPolicy
    metric: str
    higher_is_better: bool
    baseline_value: float
    candidate_value: float
    delta: float
    bounds: tuple[float, float]
    confidence_level: float
    p_value: float
    method: str
    reason: str
    n_pairs: int
    n_units: int
    units: Literal["clusters", "items"]
    units_in_all: int | None
    saved: Saved | None
    looks: tuple[Look, ...]
    missing: WatchMissing
    findings: tuple[Finding, ...]
    baseline: RunInfo
    candidate: RunInfo
    followed: bool
    seed: int
    version: str

    @property
    def exit_code(self) -> int:
        """The process exit code: 0 ALLOW, 1 REJECT, 2 INCONCLUSIVE."""
        return self.verdict.exit_code

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain dicts, lists, strings and numbers; infinite and undefined numbers are None."""
        return {"verdict": self.verdict.value, "exit_code": self.exit_code, **plain(self)}
