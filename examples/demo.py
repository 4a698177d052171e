"""Gate two real logs, with the command lines that one would type; `make demo` runs this.

The logs stand in tests/data/inspect: 240 sums in 40 passages, written by Inspect with its mock model.
"""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

LOGS = Path(__file__).resolve().parents[1] / "tests" / "data" / "inspect"
REPORT = Path("demo-report.html")


def main() -> None:
    """Check the two logs, then judge them."""
    baseline, candidate = (near(LOGS / name) for name in ("baseline.eval", "candidate-better.eval"))
    cluster = ("--cluster", "passage_id")
    run("doctor", baseline, candidate, *cluster, succeeds_with={0})
    run(
        *("gate", "--baseline", baseline, "--candidate", candidate, "--metric", "accuracy", *cluster),
        *("--min-delta", "0.005", "--html", str(REPORT)),
        succeeds_with={0, 1, 2},
    )
    print(f"The report with its plots: {REPORT.resolve()}")


def run(*arguments: str, succeeds_with: Iterable[int]) -> None:
    """Print a command line, run it, and stop the demo where it failed."""
    command = [near(Path(sys.executable)), "-m", "evaligo", *arguments]
    print(f"\n$ {shlex.join(command)}\n", flush=True)
    code = subprocess.run(command, check=False).returncode  # noqa: S603  (this very Python, and no shell)
    print(f"\nexit code {code}", flush=True)
    if code not in succeeds_with:
        raise SystemExit(code)


def near(path: Path) -> str:
    """Return a path as one would type it from here."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith(os.pardir) else relative


if __name__ == "__main__":
    main()
