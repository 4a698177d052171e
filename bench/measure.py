"""Wall time and peak memory of a whole process, and of calls within one."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

VERDICTS = (0, 1, 2)
"""The exit codes of a gate that judged."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one process took.

    Parameters
    ----------
    wall, cpu : float
        In seconds.
    memory : float
        The most that was resident at once, in MB.
    """

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What several runs of one command took."""

    runs: tuple[Cost, ...]

    @property
    def wall(self) -> float:
        return statistics.median(cost.wall for cost in self.runs)

    @property
    def cpu(self) -> float:
        return statistics.median(cost.cpu for cost in self.runs)

    @property
    def memory(self) -> float:
        return max(cost.memory for cost in self.runs)

    @property
    def range(self) -> str:
        walls = sorted(cost.wall for cost in self.runs)
        return f"{walls[0]:.2f}–{walls[-1]:.2f}"


def interleaved(commands: Sequence[Sequence[str]], rounds: int) -> list[Costs]:
    """Run each command in turn, `rounds` times over, so that what else the machine does strikes all alike."""
    runs = [[process(command) for command in commands] for _ in range(rounds)]
    return [Costs(runs=tuple(column)) for column in zip(*runs, strict=True)]


def process(command: Sequence[str]) -> Cost:
    """Run a command, its output thrown away."""
    start = time.perf_counter()
    with Path(os.devnull).open("r+b") as nowhere:
        pid = os.posix_spawn(
            command[0],
            list(command),
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, nowhere.fileno(), fd) for fd in (0, 1, 2)],
        )
        _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) not in VERDICTS:
        raise SystemExit(f"{' '.join(command)} exits {os.waitstatus_to_exitcode(status)}")
    unit = 1 if sys.platform == "darwin" else 1_024  # what ru_maxrss counts in
    return Cost(wall=wall, cpu=usage.ru_utime + usage.ru_stime, memory=usage.ru_maxrss * unit / 1e6)


def milliseconds(call: Callable[[], object], times: int) -> tuple[float, float, float]:
    """Return the median, least and most that a call takes, the first calls left out."""
    for _ in range(5):
        call()
    taken = sorted(_once(call) for _ in range(times))
    return statistics.median(taken), taken[0], taken[-1]


def import_time(times: int = 15) -> tuple[float, float, float]:
    """Return what `import evaligo` takes in a fresh process, in milliseconds: median, least, most."""
    program = "import time; t = time.perf_counter(); import evaligo; print(time.perf_counter() - t)"
    taken = sorted(
        1e3 * float(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout)
        for _ in range(times + 1)
    )[:times]
    return statistics.median(taken), taken[0], taken[-1]


def _once(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return 1e3 * (time.perf_counter() - start)
