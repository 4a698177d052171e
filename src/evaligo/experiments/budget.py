"""Money that may not be passed: reserved before each call, settled after it."""

from __future__ import annotations

import asyncio

__all__ = ["Budget", "BudgetSpentError"]

_ROUNDING = 1e-9


class BudgetSpentError(Exception):
    """A call does not fit into what is left, and nothing is reserved that could become free."""


class Budget:
    """US dollars of a run.

    Parameters
    ----------
    most : float
    spent : float
        In earlier sessions.
    """

    def __init__(self, most: float, spent: float = 0.0) -> None:
        self.most = most
        self.spent = spent
        self._reserved = 0.0
        self._settled = asyncio.Event()

    @property
    def sentence(self) -> str:
        """Say how much is spent."""
        return f"${self.spent:.4f} of ${self.most:g} are spent, and one more call might pass the limit"

    async def reserve(self, amount: float) -> None:
        """Put aside the most that a call can cost; where only reservations stand in its way, wait for them.

        Raises
        ------
        BudgetSpentError
        """
        while self.spent + self._reserved + amount > self.most * (1.0 + _ROUNDING):
            if self._reserved <= self.most * _ROUNDING:
                raise BudgetSpentError
            self._settled.clear()
            await self._settled.wait()
        self._reserved += amount

    def settle(self, amount: float, cost: float) -> None:
        """Put a call's true cost in the place of its reservation."""
        self._reserved -= amount
        self.spent += cost
        self._settled.set()
