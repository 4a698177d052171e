"""What an experiment spent, as its results say: also where the process was killed before it noted its totals."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import BigInteger, Connection, Row, bindparam, case, cast, func, select

from evaligo.records import Totals
from evaligo.store.tables import results

__all__ = ["Failure", "failures", "spent"]

Failure = tuple[str, int, str]
"""Item, epoch and why there is no output."""

_c = results.c
_ASKED = _c.cached.is_(False)
_SUMS = select(
    func.count().label("done"),
    func.coalesce(func.sum(case((_c.output.is_(None), 1))), 0).label("failed"),
    func.coalesce(func.sum(case((_c.cached, 1))), 0).label("cached"),
    cast(func.coalesce(func.sum(case((_ASKED, _c.input_tokens))), 0), BigInteger).label("input_tokens"),
    cast(func.coalesce(func.sum(case((_ASKED, _c.output_tokens))), 0), BigInteger).label("output_tokens"),
    func.coalesce(func.sum(_c.attempts - 1), 0).label("retries"),
    func.coalesce(func.sum(case((_ASKED & _c.output.is_not(None) & _c.cost.is_(None), 1))), 0).label(
        "unpriced"
    ),
    func.sum(case((_ASKED, _c.cost))).label("outputs_cost"),
    func.sum(_c.scores_cost).label("scores_cost"),
).where(_c.experiment_id == bindparam("experiment"))


def spent(connection: Connection, experiment_id: str, noted: Totals) -> Totals:
    """Add up an experiment's results; an answer from the cache costs nothing anew.

    What was noted and is more stays, for it counts failed calls too, which leave no result that tells.

    Parameters
    ----------
    connection : Connection
    experiment_id : str
    noted : Totals
    """
    row = connection.execute(_SUMS, {"experiment": experiment_id}).one()
    return replace(
        noted,
        done=row.done,
        failed=row.failed,
        cached=row.cached,
        input_tokens=max(row.input_tokens, noted.input_tokens),
        output_tokens=max(row.output_tokens, noted.output_tokens),
        cost=_most(_cost(row), noted.cost),
        unpriced=max(row.unpriced, noted.unpriced),
        retries=max(row.retries, noted.retries),
    )


def failures(connection: Connection, experiment_id: str, limit: int) -> tuple[Failure, ...]:
    """Return the first items without an output, with their epochs and why."""
    query = (
        select(_c.item_id, _c.epoch, _c.error)
        .where(_c.experiment_id == experiment_id, _c.output.is_(None))
        .order_by(_c.item_id, _c.epoch)
        .limit(limit)
    )
    return tuple((row.item_id, row.epoch, row.error) for row in connection.execute(query))


def _cost(row: Row[tuple[object, ...]]) -> float | None:
    parts: list[float] = [cost for cost in (row.outputs_cost, row.scores_cost) if cost is not None]
    return sum(parts) if parts else None


def _most(first: float | None, second: float | None) -> float | None:
    known = [cost for cost in (first, second) if cost is not None]
    return max(known) if known else None
