"""What is looked up by a metric's name, as a key or as an attribute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

__all__ = ["ByName"]

T = TypeVar("T")


class ByName(Mapping[str, T], Generic[T]):
    """Values by the names of metrics.

    Parameters
    ----------
    values : mapping of str to T
    what : str
        What has these metrics, for the error.
    absent : mapping of str to str, optional
        Names that could be there and are not, and why.

    Examples
    --------
    >>> found = ByName({"accuracy": 0.9, "p95": 1.2}, "experiment exp_1")
    >>> found.accuracy, found["p95"], list(found)
    (0.9, 1.2, ['accuracy', 'p95'])
    >>> found.acuracy
    Traceback (most recent call last):
    AttributeError: experiment exp_1 has no metric 'acuracy'; it has accuracy, p95
    """

    __slots__ = ("_absent", "_values", "_what")

    def __init__(self, values: Mapping[str, T], what: str, absent: Mapping[str, str] | None = None) -> None:
        self._values, self._what, self._absent = dict(values), what, dict(absent or {})

    def __getitem__(self, name: str) -> T:
        """Return a metric's value.

        Raises
        ------
        KeyError
            There is none of this name; the message lists what there is.
        """
        try:
            return self._values[name]
        except KeyError:
            raise KeyError(self._missing(name)) from None

    def __getattr__(self, name: str) -> T:
        """Return a metric's value.

        Raises
        ------
        AttributeError
            There is none of this name; the message lists what there is.
        """
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(self._missing(name)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._values]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._values!r})"

    def _missing(self, name: str) -> str:
        if name in self._absent:
            return f"{self._what}: {name!r} cannot be compared, for {self._absent[name]}"
        there = ", ".join(self._values) or "none"
        return f"{self._what} has no metric {name!r}; it has {there}"
