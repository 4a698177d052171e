"""What the runner asks of its parts: targets, evaluators, the judge, and the place where results are kept."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from evaligo.records import Item, ItemResult, Metric, Output, Score
from evaligo.settings.secrets import Redactor

__all__ = [
    "Case",
    "Evaluator",
    "Judge",
    "JudgeReply",
    "PermanentFailureError",
    "Price",
    "Setting",
    "Sink",
    "Target",
    "TransientFailureError",
]


class TransientFailureError(Exception):
    """A call failed in a way that another attempt may mend: 429, 5xx, a time-out, a dropped connection.

    Parameters
    ----------
    message : str
        One sentence.
    retry_after : float, optional
        Seconds that the endpoint asked to wait.
    crowded : bool
        Whether fewer calls at a time may mend it, as after a 429 or a time-out; always where `retry_after` is given.
    cost : float
        US dollars that the failed call is known to have cost.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, crowded: bool = False, cost: float = 0.0
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.crowded = crowded or retry_after is not None
        self.cost = cost


class PermanentFailureError(Exception):
    """A call failed in a way that no other attempt mends: a bad request, a refused key, a spent quota.

    Parameters
    ----------
    message : str
        One sentence.
    stops_run : bool
        Whether every other item would fail alike, so that the run ends here, resumable.
    cost : float
        US dollars that the failed call is known to have cost.
    """

    def __init__(self, message: str, *, stops_run: bool = False, cost: float = 0.0) -> None:
        super().__init__(message)
        self.stops_run = stops_run
        self.cost = cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What an evaluator looks at.

    Parameters
    ----------
    item : Item
    output : Output
    epoch : int
    """

    item: Item
    output: Output
    epoch: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a part may need to know of its surroundings when it is made.

    Parameters
    ----------
    root : Path
        The project's folder, which relative paths start from; `.evaligo/` is inside.
    folder : Path
        The folder of the configuration file, where prompts and the like are looked up first.
    redactor : Redactor
        Takes secrets out of whatever is said or kept.
    references : mapping of str to str
        The baseline's output of each item id, of the same content; empty where there is no baseline.
    """

    root: Path
    folder: Path
    redactor: Redactor = field(default_factory=Redactor)
    references: Mapping[str, str] = field(default_factory=dict)

    def path(self, name: str) -> Path:
        """Find a file that the configuration names: beside the configuration, else from the project's root."""
        beside = self.folder / name
        return beside if beside.exists() else self.root / name


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a model's tokens cost, in US dollars per million."""

    input_per_mtok: float
    output_per_mtok: float


class Target(Protocol):
    """What is evaluated; made from the configuration's `target`, of which its fields are the keys."""

    def prepare(self, setting: Setting) -> None:
        """Read and check files, import functions: called first of all, before anything is paid for.

        Raises
        ------
        EvaligoError
            Something is missing or broken.
        """

    async def open(self, setting: Setting) -> None:
        """Take connections and the like. Called once, in the running loop, after `prepare`."""

    async def call(self, item: Item, epoch: int) -> Output:
        """Answer one item, in one attempt.

        Raises
        ------
        TransientFailureError, PermanentFailureError
        """

    async def aclose(self) -> None:
        """Let go of what `open` took."""

    def request(self, item: Item, epoch: int) -> Any:
        """Return everything that the answer depends on, as JSON values without secrets: the cache's key."""

    def most_tokens(self, item: Item) -> tuple[int, int] | None:
        """Bound a call's input and output tokens from above, for limits and reservations; None where it uses none."""

    @property
    def price(self) -> Price | None:
        """What its tokens cost; None where unknown."""

    @property
    def fingerprint(self) -> Mapping[str, str]:
        """What tells one deployment of it from another: model, endpoint (no secrets), versions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeReply:
    """A judge's verdict on one output.

    Parameters
    ----------
    score : float
        In [0, 1].
    reason : str
    cost : float, optional
        US dollars; None where the price is unknown.
    """

    score: float
    reason: str
    cost: float | None = None


class Judge(Protocol):
    """A model that scores outputs."""

    async def ask(self, *, system: str, user: str) -> JudgeReply:
        """Ask for ``{"score": number in [0, 1], "reason": string}``; anything else is asked once more.

        Raises
        ------
        PermanentFailureError
            The judge cannot be asked, or answered twice with something else.
        """

    def most_cost(self, *, system: str, user: str) -> float | None:
        """Bound what one `ask` can cost, its second attempt included, in US dollars; None where unknown."""


@runtime_checkable
class Evaluator(Protocol):
    """Scores outputs; made from an entry of `evaluators`, of which its fields are the keys."""

    @property
    def name(self) -> str:
        """What reports call it; its type where the configuration gives no name."""

    @property
    def version(self) -> str:
        """Changes whenever the same output could score otherwise."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The metrics that it gives, always all of them."""

    @property
    def asks_judge(self) -> bool:
        """Whether it needs a judge: `evaluate` is then a coroutine, and `judge` is never None."""

    def prepare(self, setting: Setting) -> Evaluator:
        """Return it ready to work: files read and checked, functions imported. Called before a single call is paid for.

        Raises
        ------
        EvaligoError
            A file is missing, a pattern does not compile, ...
        """

    def evaluate(self, case: Case, judge: Judge | None) -> tuple[Score, ...] | Awaitable[tuple[Score, ...]]:
        """Score one output on each of `metrics`. An exception is an absent score with its reason, never a 0."""


class Sink(Protocol):
    """Where results are kept; `store` fulfils it."""

    def known(self, keys: Sequence[tuple[str, int]]) -> set[tuple[str, int]]:
        """Tell which of these (item id, epoch) have a result already."""

    def write(self, results: Iterable[ItemResult]) -> None:
        """Keep a batch, all or nothing, durable when this returns."""

    def cached(self, key: str) -> Output | None:
        """Return the remembered answer to a request, by its SHA-256."""

    def remember(self, answers: Mapping[str, Output]) -> None:
        """Keep answers for `cached`."""
