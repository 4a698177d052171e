"""An experiment: one target, one dataset, one configuration, and how far it came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from evaligo.records.metric import Metric

__all__ = ["DatasetInfo", "Experiment", "Revision", "Status", "Totals"]


class Status(StrEnum):
    """How far an experiment came.

    Examples
    --------
    >>> Status("interrupted").resumable
    True
    """

    RUNNING = "running"
    INTERRUPTED = "interrupted"
    COMPLETED = "completed"
    FAILED = "failed"

    @property
    def resumable(self) -> bool:
        """Whether it can be taken up again; one that was killed still says that it is running."""
        return self in (Status.RUNNING, Status.INTERRUPTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """Where in the repository's history an experiment stands; all empty outside of git.

    Parameters
    ----------
    commit : str
        Full SHA.
    branch : str
        As the CI names it, or git; empty on a detached head that nobody names.
    dirty : bool
        Whether tracked files differ from the commit.
    """

    commit: str = ""
    branch: str = ""
    dirty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetInfo:
    """What was asked.

    Parameters
    ----------
    name : str
    sha256 : str
        Of the content, whatever the file's format.
    n_items : int
        That the experiment runs, after `--limit` or `--sample`.
    selection : str
        How they were selected, such as ``"sample 100, seed 7"``; empty for the whole dataset.
    """

    name: str
    sha256: str
    n_items: int
    selection: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What an experiment spent so far, restarts included.

    Parameters
    ----------
    done, failed, cached : int
        Item epochs: with a result; among them without an output; answered from the cache.
    input_tokens, output_tokens : int
        Of those calls that say.
    cost : float, optional
        US dollars; None where no call's price is known.
    unpriced : int
        Calls whose price is unknown.
    seconds : float
        Wall time of all sessions.
    retries : int
    """

    done: int = 0
    failed: int = 0
    cached: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None
    unpriced: int = 0
    seconds: float = 0.0
    retries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """One experiment's head; its results are kept item by item.

    Parameters
    ----------
    id : str
        ``exp_`` and 16 characters that sort by time.
    name : str
    status : Status
    created, updated : str
        RFC 3339, UTC.
    revision : Revision
    dataset : DatasetInfo
    config : mapping
        As written: references to secrets are not resolved.
    config_sha256 : str
        Of the configuration and of every file that it names.
    metrics : tuple of Metric
        That its evaluators give, with their ranges and directions.
    gate : str
        The quality gate's name; empty where there is none.
    cluster : str
        Empty where items are independent.
    epochs, seed : int
    tags : mapping of str to str
    fingerprint : mapping of str to str
        Model, endpoint, versions, machine: what moves scores without being the change under test.
    totals : Totals
    verdict : str
        ALLOW, REJECT or INCONCLUSIVE; ``"NO BASELINE"``; empty before the gate ran.
    passed : bool, optional
        What the gate made of the verdict; None before it ran.
    note : str
        Why it stopped before its end, where it did.
    """

    id: str
    name: str
    status: Status
    created: str
    updated: str
    revision: Revision = Revision()
    dataset: DatasetInfo
    config: Mapping[str, Any]
    config_sha256: str
    metrics: tuple[Metric, ...] = ()
    gate: str = ""
    cluster: str = ""
    epochs: int = 1
    seed: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)
    fingerprint: Mapping[str, str] = field(default_factory=dict)
    totals: Totals = Totals()
    verdict: str = ""
    passed: bool | None = None
    note: str = ""
