"""Install the closest peer, the PyPI package `evalsig`, into a virtual environment of its own.

`python -m bench.peer` does it by hand; `python -m bench.run` does it by itself.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

VERSION = "0.1.2"
HOME = Path(__file__).resolve().parents[1] / "build" / "bench" / "peer"
COMMAND = HOME / ("Scripts" if sys.platform == "win32" else "bin") / "evalsig"


def installed() -> Path | None:
    """Return the peer's command, installed where it was not; None where it cannot be."""
    if COMMAND.exists():
        return COMMAND
    python = COMMAND.with_name("python")
    steps = (
        [sys.executable, "-m", "venv", str(HOME)],
        [str(python), "-m", "pip", "install", "--quiet", f"evalsig=={VERSION}"],
    )
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"the peer cannot be installed: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
            return None
    return COMMAND


if __name__ == "__main__":
    raise SystemExit(installed() is None)
