"""What is wrong with a template, and where."""

from __future__ import annotations

from dataclasses import dataclass

from evaligo.errors import DataError

__all__ = ["Place", "TemplateError", "place_of"]


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column of a template, both from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}"


class TemplateError(DataError, ValueError):
    """A template that cannot be read; a ValueError too, so that a file's reader names the key."""

    def __init__(self, place: Place, problem: str, *, hint: str) -> None:
        super().__init__(f"{place} of the template: {problem}", hint=hint)
        self.place = place


def place_of(source: str, at: int) -> Place:
    r"""Return the place of a character.

    Examples
    --------
    >>> print(place_of("ab\ncd", 4))
    line 2, column 2
    """
    start = source.rfind("\n", 0, at) + 1
    return Place(source.count("\n", 0, at) + 1, at - start + 1)
