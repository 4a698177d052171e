"""Take results that somebody else's process made: checked line by line, and kept once."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import msgspec

from evaligo.errors import DataError
from evaligo.records import ItemResult, Status
from evaligo.store.experiments import ExperimentStore

__all__ = ["read_results", "receive_results", "refused_result"]

_LONGEST_ID = 500
_MOST_EPOCHS = 2**31 - 1
_MOST = 2**63 - 1
_decoder = msgspec.json.Decoder(ItemResult)


def read_results(lines: bytes) -> list[ItemResult]:
    """Read results from JSON lines, each an `ItemResult`; empty lines are none.

    Raises
    ------
    DataError
        A line is no result; the sentence says which, and what is wrong with it.
    """
    found: list[ItemResult] = []
    for number, line in enumerate(lines.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            result = _decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise DataError(f"line {number} is no result: {error}") from error
        if wrong := refused_result(result):
            raise DataError(f"line {number} is no result: {wrong}")
        found.append(result)
    return found


def receive_results(store: ExperimentStore, experiment_id: str, results: Sequence[ItemResult]) -> None:
    """Keep results of an experiment; of two of one item and epoch the first stays.

    They are on the disk when this returns. What came twice is no error: a sender that was cut off sends again.

    Raises
    ------
    DataError
        There is no such experiment, or it is completed and lacks some of them: its verdict rests on what it has.
    """
    sink = store.sink(experiment_id)
    if store.get(experiment_id).status is Status.COMPLETED:
        keys = [(result.item.id, result.epoch) for result in results]
        if new := set(keys) - sink.known(keys):
            item, epoch = min(new)
            raise DataError(
                f"experiment {experiment_id} is completed and has no result of item {item!r} in epoch {epoch}",
                hint="results are added before its status is set to completed",
            )
        return
    sink.write(results)


def refused_result(result: ItemResult) -> str:
    """Say what is wrong with a result beyond its form; empty where nothing is."""
    item_id, output = result.item.id, result.output
    if not 0 < len(item_id) <= _LONGEST_ID or not item_id.isprintable():
        return f"the id {item_id[:40]!r} is no name; use at most {_LONGEST_ID} printable characters"
    if not (item_id.isascii() or unicodedata.is_normalized("NFC", item_id)):
        return f"the id {item_id!r} is not in Unicode's normal form C"
    if not 1 <= result.epoch <= _MOST_EPOCHS:
        return f"the epoch is {result.epoch}; epochs count from 1"
    if output is not None and not (
        0 <= (output.input_tokens or 0) <= _MOST
        and 0 <= (output.output_tokens or 0) <= _MOST
        and 0 <= output.attempts <= _MOST_EPOCHS
    ):
        return "a count of tokens or attempts is out of range"
    for score in result.scores:
        if not score.metric or (score.value is None) == (score.state == "scored"):
            return f"metric {score.metric!r}: the state is {score.state} and the value is {score.value}"
    return ""
