"""An experiment's report: the verdict, then the items that a reviewer must read."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from evaligo.errors import UsageError
from evaligo.records.view import ExperimentView
from evaligo.reports import json
from evaligo.reports.screen import Screen

__all__ = ["FORMATS", "render_experiment"]

FORMATS = ("terminal", "markdown", "json", "html", "junit")
_ALIASES = {"tty": "terminal", "md": "markdown"}


def render_experiment(
    view: ExperimentView, name: str, screen: Screen | None = None, *, report: str = ""
) -> str:
    """Return an experiment's report in a format, ending in a newline.

    Parameters
    ----------
    view : ExperimentView
    name : str
        ``"terminal"`` (or ``"tty"``; a summary), ``"markdown"`` (or ``"md"``), ``"json"``, ``"html"`` or ``"junit"``.
    screen : Screen, optional
        What the terminal can show; a pipe of 80 columns where left out.
    report : str
        Where the HTML report lies, for the terminal's summary to say.

    Raises
    ------
    UsageError
        There is no such format.
    """
    wanted = _ALIASES.get(name, name)
    if wanted not in FORMATS:
        raise UsageError(f"there is no report {name!r}", hint=f"the reports are {', '.join(FORMATS)}")
    if wanted == "json":
        return json.dumps(_data(view))
    module = import_module(
        f"evaligo.reports.experiment_{wanted}"
    )  # rich and Jinja only where they are needed
    args = (view, screen or Screen(), report) if wanted == "terminal" else (view,)
    return cast("str", module.render(*args))


def _data(view: ExperimentView) -> dict[str, object]:
    """Put the verdict first, for the reader in a hurry."""
    gate = view.quality
    head = {
        "verdict": view.experiment.verdict or None if gate is None else gate.verdict.value,
        "passed": view.experiment.passed if gate is None else gate.passed,
    }
    return {**head, **view.to_dict()}
