"""A quality gate's report: a row for each threshold, then what it rests on."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from evaligo.errors import UsageError
from evaligo.records.quality import QualityReport
from evaligo.reports import json
from evaligo.reports.screen import Screen

__all__ = ["FORMATS", "render"]

FORMATS = ("terminal", "markdown", "json", "html", "junit")
_ALIASES = {"tty": "terminal", "md": "markdown"}


def render(report: QualityReport, name: str, screen: Screen | None = None) -> str:
    """Return a quality gate's report in a format, ending in a newline.

    Parameters
    ----------
    report : QualityReport
    name : str
        ``"terminal"`` (or ``"tty"``), ``"markdown"`` (or ``"md"``), ``"json"``, ``"html"`` or ``"junit"``.
    screen : Screen, optional
        What the terminal can show; a pipe of 80 columns where left out.

    Raises
    ------
    UsageError
        There is no such format.
    """
    wanted = _ALIASES.get(name, name)
    if wanted not in FORMATS:
        raise UsageError(f"there is no report {name!r}", hint=f"the reports are {', '.join(FORMATS)}")
    if wanted == "json":
        return json.dumps(report.to_dict())
    module = import_module(f"evaligo.reports.quality_{wanted}")  # rich and Jinja only where they are needed
    args = (report, screen or Screen()) if wanted == "terminal" else (report,)
    return cast("str", module.render(*args))
