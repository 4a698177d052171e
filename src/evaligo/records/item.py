"""What an experiment is made of: an item of a dataset, the target's output, the evaluators' scores."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Item", "ItemResult", "Output", "Score"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question of a dataset.

    Parameters
    ----------
    id : str
        NFC-normalised; unique in its dataset.
    input : JSON value
    expected, context : JSON value, optional
        None where the item has none.
    metadata : mapping of str to JSON value
        What slices and clusters are named after; no part of what is asked.

    Examples
    --------
    >>> Item(id="a", input="2+2?").content == Item(id="b", input="2+2?", metadata={"lang": "en"}).content
    True
    """

    id: str
    input: Any
    expected: Any = None
    context: Any = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def content(self) -> str:
        """SHA-256 (hex) of what is asked: input, expected and context, whatever the id."""
        import msgspec  # noqa: PLC0415  (5 ms that a gate over CSV files need not pay)

        asked = msgspec.json.encode([self.input, self.expected, self.context], order="deterministic")
        return hashlib.sha256(asked).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What the target answered to one item.

    Parameters
    ----------
    text : str
    latency : float, optional
        Seconds of the call that succeeded, retries and waits for a turn not counted; None where nobody measured it.
    input_tokens, output_tokens : int, optional
        None where the target does not say.
    cost : float, optional
        US dollars of all attempts; None where the price is unknown.
    model : str
        As the endpoint names it.
    attempts : int
        1 where the first call succeeded.
    cached : bool
        Whether the answer came from the response cache; latency and cost are then those of the first time.
    """

    text: str
    latency: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: float | None = None
    model: str = ""
    attempts: int = 1
    cached: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One metric of one output.

    Parameters
    ----------
    metric : str
    value : float, optional
        Finite; None unless `state` is ``"scored"``.
    reason : str
        Why this score, or why there is none.
    evaluator, version : str
        What gave it.
    state : {"scored", "failed", "not_applicable"}
        A failed evaluator leaves a score absent; one that the item gives nothing to judge (no expected answer) leaves
        the item out of this metric altogether.
    cost : float, optional
        US dollars, of evaluators that ask a model.
    """

    metric: str
    value: float | None
    reason: str = ""
    evaluator: str = ""
    version: str = ""
    state: Literal["scored", "failed", "not_applicable"] = "scored"
    cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """One item's output and scores in one epoch.

    Parameters
    ----------
    item : Item
    epoch : int
        From 1.
    output : Output, optional
        None where the target failed.
    error : str
        Why it failed, one sentence; empty where it did not.
    scores : tuple of Score
        Latency and cost are not among them: they are the output's.
    """

    item: Item
    epoch: int = 1
    output: Output | None = None
    error: str = ""
    scores: tuple[Score, ...] = ()
