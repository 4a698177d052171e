"""Reports: a verdict in, text out; no report reads or writes a file."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from evaligo.errors import UsageError
from evaligo.records.many import ManyReport
from evaligo.records.report import GateReport
from evaligo.registry import parts
from evaligo.reports.screen import Screen

__all__ = ["ALIASES", "BUILTINS", "Report", "Screen", "render"]


class Report(Protocol):
    """One format of the gate's report."""

    @property
    def name(self) -> str:
        """What `--output` calls it."""

    def render(self, report: GateReport, screen: Screen) -> str:
        """Return the report's text, ending in a newline; most formats need no screen."""


@dataclass(frozen=True, slots=True)
class _Module:
    """A built-in format, whose module is imported when it is asked for."""

    name: str

    def render(self, report: GateReport, screen: Screen) -> str:
        module = import_module(f"evaligo.reports.{self.name}")
        args = (report, screen) if self.name == "terminal" else (report,)
        return cast("str", module.render(*args))


BUILTINS: tuple[Report, ...] = (
    _Module("terminal"),
    _Module("markdown"),
    _Module("json"),
    _Module("html"),
    _Module("junit"),
)
ALIASES = {"tty": "terminal", "md": "markdown"}


def render(report: GateReport | ManyReport, name: str, screen: Screen | None = None) -> str:
    """Return a gate's report in a format.

    Parameters
    ----------
    report : GateReport or ManyReport
    name : str
        ``"terminal"`` (or ``"tty"``), ``"markdown"``, ``"json"``, ``"html"``, ``"junit"``, or the name of another
        package's report, which speaks of one metric only.
    screen : Screen, optional
        What the terminal can show; a pipe of 80 columns where left out.

    Raises
    ------
    UsageError
        There is no such format; the sentence lists what there is.
    """
    wanted = ALIASES.get(name, name)
    if isinstance(report, ManyReport):
        from evaligo.reports import many  # noqa: PLC0415  (most gates judge one metric)

        return many.render(report, wanted, screen or Screen())
    for part in parts("reports", BUILTINS):
        if part.name == wanted:
            return part.render(report, screen or Screen())
    there = ", ".join(part.name for part in parts("reports", BUILTINS))
    raise UsageError(f"there is no report {name!r}", hint=f"the reports are {there}")
