"""Which experiments run right now."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from evaligo.errors import UnavailableError
from evaligo.store.running import RunningLock

ROOT = Path(__file__).parents[3]
HOLDER = """
import sys, time
from pathlib import Path
from evaligo.store.running import RunningLock
with RunningLock(Path(sys.argv[1])).held("exp_1"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_an_experiment_runs_once_at_a_time_and_others_beside_it(tmp_path: Path) -> None:
    lock = RunningLock(tmp_path / "running")
    with lock.held("exp_1"), lock.held("exp_2"):
        assert lock.is_held("exp_1")
        with pytest.raises(UnavailableError, match="exp_1 is running in another process"), lock.held("exp_1"):
            pass
    assert not lock.is_held("exp_1")
    assert list((tmp_path / "running").iterdir()) == []


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    lock = RunningLock(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        assert lock.is_held("exp_1")
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert not lock.is_held("exp_1")
    with lock.held("exp_1"):
        assert lock.is_held("exp_1")


def test_a_lock_whose_file_was_taken_away_is_not_taken_for_one(tmp_path: Path) -> None:
    """Whoever opened the file before its holder ended locks a file that nobody else will ever see."""
    lock = RunningLock(tmp_path)
    stale = lock._opened("exp_1")
    (tmp_path / "exp_1.lock").unlink()
    assert not lock._is_there(stale, "exp_1")
    with lock.held("exp_1"):
        assert not lock._is_there(stale, "exp_1")


def test_a_folder_that_cannot_be_made_is_unavailable() -> None:
    lock = RunningLock(Path("/proc/self/running"))
    with pytest.raises(UnavailableError, match="no lock file can be made there"), lock.held("exp_1"):
        pass
