"""What a terminal can show."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

__all__ = ["Screen"]

_NARROWEST, _WIDEST, _PIPED = 60, 110, 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A terminal's width and abilities; the default is what a pipe gets.

    Parameters
    ----------
    width : int
        In columns.
    color : bool
    unicode : bool
        Whether the encoding carries box drawings; else ASCII stands in.
    """

    width: int = _PIPED
    color: bool = False
    unicode: bool = True

    @classmethod
    def of(cls, stream: TextIO, environ: Mapping[str, str]) -> Screen:
        """Find what a stream can show.

        ``NO_COLOR`` (any text) takes the colour away, ``FORCE_COLOR`` gives it to a pipe, such as a CI log's.

        Examples
        --------
        >>> import io
        >>> Screen.of(io.StringIO(), {"FORCE_COLOR": "1"}).color
        True
        >>> Screen.of(io.StringIO(), {"FORCE_COLOR": "1", "NO_COLOR": "1"}).color
        False
        """
        interactive = stream.isatty() and environ.get("TERM") != "dumb"
        color = not environ.get("NO_COLOR") and (interactive or bool(environ.get("FORCE_COLOR")))
        encoding = (getattr(stream, "encoding", None) or "utf-8").lower()
        return cls(width=_width(interactive, environ), color=color, unicode=encoding.startswith("utf"))


def _width(interactive: bool, environ: Mapping[str, str]) -> int:  # noqa: FBT001  (private, named at its one call)
    said = environ.get("COLUMNS", "")
    if not interactive and not said.isdecimal():
        return _PIPED
    columns = int(said) if said.isdecimal() else shutil.get_terminal_size().columns
    return min(max(columns, _NARROWEST), _WIDEST)
