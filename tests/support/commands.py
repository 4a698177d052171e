"""Call the commands as a shell does, in this process: what they print where, and the code they exit with."""

from __future__ import annotations

import gc
import io
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from evaligo.cli import EVALIGO, EVALSIG, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


def evalsig(*args: str | Path, stdin: bytes = b"", program: str = "evalsig") -> Done:
    """Run a command with real streams of bytes under it."""
    streams = {name: io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for name in ("stdout", "stderr")}
    given = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    group = EVALSIG if program == "evalsig" else EVALIGO
    with patch.dict(vars(sys), {"stdin": given, **streams}):
        try:
            run(group, [str(a) for a in args])
        except SystemExit as stop:
            code = stop.code
        finally:
            gc.enable()  # a command switches it off, for it ends soon; this process goes on
    assert isinstance(code, int)
    out, err = (_text(streams[name]) for name in ("stdout", "stderr"))
    return Done(code=code, out=out, err=err)


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()
