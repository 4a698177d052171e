"""The three forms in which everything but a gate's report is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from evaligo.errors import UsageError
from evaligo.reports import json

__all__ = ["in_form"]


def in_form(
    name: str,
    what: str,
    *,
    data: Callable[[], Any],
    markdown: Callable[[], Iterable[str]],
    terminal: Callable[[], str],
) -> str:
    r"""Return the form that a name asks for; only that one is made.

    Parameters
    ----------
    name : str
        ``"terminal"`` (or ``"tty"``), ``"markdown"`` (or ``"md"``), or ``"json"``.
    what : str
        What is shown, for the error's sentence.
    data : function
        Builtins for JSON.
    markdown : function
        The lines.
    terminal : function
        The whole text.

    Raises
    ------
    UsageError
        There is no such form.

    Examples
    --------
    >>> in_form("md", "greeting", data=dict, markdown=lambda: ["# hi"], terminal=str)
    '# hi\n'
    """
    if name == "json":
        return json.dumps(data())
    if name in {"markdown", "md"}:
        return "\n".join(markdown()) + "\n"
    if name in {"terminal", "tty"}:
        return terminal()
    raise UsageError(
        f"there is no report {name!r} of {what}", hint="the reports are terminal, markdown, json"
    )
