"""The conditions of a rule: what an event's data must say."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from evaligo.notify.templates.values import MISSING, looked_up
from evaligo.settings.amounts import parse_amount, parse_duration

__all__ = ["Condition", "at_path", "read_condition"]

_COMPARED = re.compile(r"(>=|<=|>|<)\s*(\S.*)")
_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_SHORT = {"metric_degradation_over_days": "days", "threshold": "degradation"}
"""Conditions with names of their own, and what of the event they ask; both are met from their value upward."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition.

    Parameters
    ----------
    name : str
        Its key in the file.
    path : str
        What of the event it asks, dotted.
    comparison : {"in", ">=", "<=", ">", "<"}
    values : tuple of JSON value
        One number to compare with, or any of these.
    """

    name: str
    path: str
    comparison: str
    values: tuple[Any, ...]

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Tell whether it holds; it does not where the event does not say."""
        found = at_path(facts, self.path)
        if self.comparison == "in":
            return any(type(found) is type(value) and found == value for value in self.values)
        if isinstance(found, bool) or not isinstance(found, (int, float)):
            return False
        return _OPERATORS[self.comparison](float(found), self.values[0])


def read_condition(name: str, value: Any) -> Condition:
    """Read a condition.

    Parameters
    ----------
    name : str
        ``"threshold"``, ``"metric_degradation_over_days"``, or a dotted path into the event's data.
    value : JSON value
        An amount for the former two; else what must be equal, a list of which one must be, or a comparison such as
        ``">= 10"`` or ``"< 5%"``.

    Raises
    ------
    ValueError
        It makes no sense.

    Examples
    --------
    >>> read_condition("threshold", "5%").holds({"degradation": 0.06})
    True
    >>> read_condition("environment", ["production", "staging"]).holds({"environment": "development"})
    False
    >>> read_condition("failing_examples_count", ">= 10").holds({"failing_examples_count": 12})
    True
    """
    if name in _SHORT:
        days = name == "metric_degradation_over_days"
        least = parse_duration(f"{value}d") / parse_duration("1d") if days else parse_amount(value).value
        return Condition(name=name, path=_SHORT[name], comparison=">=", values=(least,))
    compared = _COMPARED.fullmatch(value.strip()) if isinstance(value, str) else None
    if compared:
        return Condition(
            name=name, path=name, comparison=compared[1], values=(parse_amount(compared[2]).value,)
        )
    values = tuple(value) if isinstance(value, list) else (value,)
    if any(isinstance(one, (dict, list)) for one in values):
        raise ValueError(
            f"the condition {name!r} takes a value, a list of values, or a comparison such as '>= 10'"
        )
    return Condition(name=name, path=name, comparison="in", values=values)


def at_path(facts: Mapping[str, Any], dotted: str) -> Any:
    """Return what stands at a dotted path; None where nothing does.

    Examples
    --------
    >>> at_path({"experiment": {"name": "bot"}}, "experiment.name")
    'bot'
    """
    found: Any = facts
    for key in dotted.split("."):
        found = looked_up(found, key)
    return None if found is MISSING else found
