"""What functions and commands answer with: a text, or a mapping of a text and what it took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from evaligo.experiments.contract import PermanentFailureError
from evaligo.records import Item, Output

__all__ = ["item_as_json", "output_of"]

_Count = Annotated[int, msgspec.Meta(ge=0)]


class _Told(msgspec.Struct, forbid_unknown_fields=True):
    text: str = ""
    output: str = ""
    input_tokens: _Count | None = None
    output_tokens: _Count | None = None
    cost: Annotated[float, msgspec.Meta(ge=0.0)] | None = None
    model: str = ""


def output_of(answer: Any, *, latency: float, source: str) -> Output:
    """Make an Output of an answer.

    Parameters
    ----------
    answer : str, mapping or Output
        A mapping has ``text`` (or ``output``), and may have ``input_tokens``, ``output_tokens``, ``cost``, ``model``.
    latency : float
        Seconds.
    source : str
        Who answered, for errors.

    Raises
    ------
    PermanentFailureError
        It is something else.

    Examples
    --------
    >>> output_of({"text": "4", "cost": 0.01}, latency=0.5, source="bot:answer").cost
    0.01
    """
    if isinstance(answer, str):
        return Output(text=answer, latency=latency)
    if isinstance(answer, Output):
        return answer
    if not isinstance(answer, Mapping) or not ({"text", "output"} & answer.keys()):
        raise PermanentFailureError(
            f"{source} answers with {type(answer).__name__}, not with a text or a mapping that has `text`"
        )
    try:
        told = msgspec.convert(dict(answer), _Told)
    except msgspec.ValidationError as error:
        raise PermanentFailureError(f"{source} answers with a mapping that does not fit: {error}") from error
    return Output(
        text=told.text or told.output,
        latency=latency,
        input_tokens=told.input_tokens,
        output_tokens=told.output_tokens,
        cost=told.cost,
        model=told.model,
    )


def item_as_json(item: Item, epoch: int) -> dict[str, Any]:
    """Return what a function or command gets of an item: everything but the expected answer."""
    return {
        "id": item.id,
        "input": item.input,
        "context": item.context,
        "metadata": dict(item.metadata),
        "epoch": epoch,
    }
