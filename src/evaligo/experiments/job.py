"""What a run is asked to do, what it tells on the way, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from evaligo.experiments.contract import Evaluator, Judge, Setting, Target
from evaligo.records import Item, ItemResult, Status, Totals

__all__ = ["Cause", "Job", "Limits", "Outcome", "Snapshot", "Watcher"]

Cause = Literal["", "settled", "interrupted", "deadline", "budget", "endpoint", "quota", "store"]
"""Why a run ended early: its watcher said so, somebody stopped it, its time or its money is spent, the endpoint is
down or refuses everything, or results cannot be kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a run may use.

    Parameters
    ----------
    concurrency : int
        Items in work at a time, from the call until the result is kept.
    requests_per_minute, tokens_per_minute : int, optional
        Of the target's calls; tokens are counted at their bound and set right by what the endpoint reports.
    max_cost_usd : float, optional
        Over all sessions; never passed.
    call_timeout : float
        Seconds of one call.
    retries : int
        Of one item's call.
    deadline : float, optional
        Seconds of this session.
    grace : float
        Seconds that calls in flight are given when the run is told to stop at once.
    """

    concurrency: int = 32
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    max_cost_usd: float | None = None
    call_timeout: float = 60.0
    retries: int = 5
    deadline: float | None = None
    grace: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One session of an experiment.

    Parameters
    ----------
    items : callable
        Gives the dataset's items, one at a time; called once, its iterator used from another thread.
    n_items : int
        How many there are.
    target : Target
        Opened and closed by the run.
    evaluators : tuple of Evaluator
        Prepared.
    judge : Judge, optional
        Never None where an evaluator asks for one.
    epochs : int
        How often each item is asked.
    limits : Limits
    use_cache : bool
        Whether answers are taken from the sink's memory, and kept there.
    spent : Totals
        Of earlier sessions.
        As far as the sink has their results.
    setting : Setting
    journal : Path, optional
        Beside which finished results are noted until the sink has them, so that a killed process pays for nothing twice
        but the calls in flight; the same for each session of an experiment, and of no other.
    """

    items: Callable[[], Iterator[Item]]
    n_items: int
    target: Target
    setting: Setting
    evaluators: tuple[Evaluator, ...] = ()
    judge: Judge | None = None
    epochs: int = 1
    limits: Limits = Limits()
    use_cache: bool = False
    spent: Totals = field(default_factory=Totals)
    journal: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """How a run stands.

    Parameters
    ----------
    totals : Totals
        Earlier sessions included; only what is kept counts as done.
    n_results : int
        That there will be: items times epochs.
    in_flight : int
        Calls of the target.
    slots, most_slots : int
        Calls that it is given at a time, now and at the most; fewer now where the endpoint was crowded.
    rate : float
        Results a second, lately.
    seconds_left : float, optional
        At that rate; None where there is none yet.
    """

    totals: Totals
    n_results: int
    in_flight: int = 0
    slots: int = 0
    most_slots: int = 0
    rate: float = 0.0
    seconds_left: float | None = None


class Watcher(Protocol):
    """Whoever follows a run."""

    def progress(self, snapshot: Snapshot) -> None:
        """See how it stands; called about ten times a second, in the loop's thread, and once at the end."""

    def committed(self, results: Sequence[ItemResult]) -> str | None:
        """See results that are kept; a sentence ends the run there, settled.

        Called in a thread of its own, one call at a time, a few times a second.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a session ended.

    Parameters
    ----------
    status : Status
        COMPLETED where all is done or the watcher found it settled, else INTERRUPTED.
    totals : Totals
        Earlier sessions included.
    note : str
        Why it ended early, one sentence; empty where it did not.
    cause : str
        The same, for programs.
    """

    status: Status
    totals: Totals
    note: str = ""
    cause: Cause = ""
