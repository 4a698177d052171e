"""The judge as one item's evaluators see it: within the run's budget, its costs counted."""

from __future__ import annotations

from evaligo.experiments.budget import Budget, BudgetSpentError
from evaligo.experiments.contract import Judge, JudgeReply, PermanentFailureError
from evaligo.experiments.stopping import Stop, StoppedError
from evaligo.experiments.tally import Tally

__all__ = ["Courtroom", "ItemJudge"]


class Courtroom:
    """What the items of a run share of their judge.

    Parameters
    ----------
    judge : Judge
    budget : Budget, optional
    stop : Stop
    tally : Tally
    """

    def __init__(self, judge: Judge, *, budget: Budget | None, stop: Stop, tally: Tally) -> None:
        self.judge, self.budget, self.stop, self.tally = judge, budget, stop, tally
        self.most_of_an_item = 0.0
        """The most that judging one item could have cost so far, in US dollars: what the next ones must leave room for."""

    def of_item(self) -> ItemJudge:
        """Return the judge for one item."""
        return ItemJudge(self)


class ItemJudge:
    """A judge that notes whether an item could be judged at all.

    Parameters
    ----------
    room : Courtroom
    """

    def __init__(self, room: Courtroom) -> None:
        self._room = room
        self._most = 0.0
        self.refused = False
        """Whether the run's money or the judge's quota ran out here, so that the item is left for the next session."""

    def most_cost(self, *, system: str, user: str) -> float | None:
        """Bound what one `ask` can cost."""
        return self._room.judge.most_cost(system=system, user=user)

    async def ask(self, *, system: str, user: str) -> JudgeReply:
        """Ask the run's judge.

        Raises
        ------
        PermanentFailureError
        """
        room = self._room
        most = await self._reserved(system, user)
        paid = most
        try:
            reply = await room.judge.ask(system=system, user=user)
            paid = most if reply.cost is None else reply.cost
        except PermanentFailureError as error:
            paid = error.cost
            room.tally.lost(error.cost)
            if error.stops_run:
                self.refused = True
                room.stop.ask("quota", f"the judge: {error}")
            raise
        finally:
            if room.budget:
                room.budget.settle(most, paid)
        room.tally.priced(reply.cost)
        return reply

    async def _reserved(self, system: str, user: str) -> float:
        room = self._room
        if room.budget is None:
            return 0.0
        most = self.most_cost(system=system, user=user) or 0.0
        self._most += most
        room.most_of_an_item = max(room.most_of_an_item, self._most)
        try:
            await room.budget.reserve(most)
        except BudgetSpentError as error:
            self.refused = True
            room.stop.ask("budget", room.budget.sentence)
            raise StoppedError from error
        return most
