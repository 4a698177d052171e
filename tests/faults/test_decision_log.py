"""The decision log under concurrent writers, kills, full disks and directories that refuse."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from tests.support.decisions import decision

from evaligo.errors import UnavailableError
from evaligo.store.decision_log import append
from evaligo.store.lines import log_lines
from evaligo.store.verification import verify

ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from evaligo.store.decision_log import append
from tests.support.decisions import decision
for k in range(int(sys.argv[2])):
    receipt = append(sys.argv[1], decision(project=f"{sys.argv[3]}-{k}"))
    print(receipt.sequence, receipt.head, flush=True)
"""


def start_writer(directory: Path, n: int, name: str) -> subprocess.Popen[str]:
    """Start a process that appends `n` decisions and prints each acknowledgement."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(directory), str(n), name],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_twenty_processes_that_append_at_once_make_one_whole_chain(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    children = [_fork_writer(tmp_path, f"writer-{k}", read_end, write_end) for k in range(20)]
    os.close(read_end)
    os.close(write_end)  # the last copy: all children start now
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 20
    audit = verify(tmp_path)
    assert (audit.problems, audit.n_decisions) == ([], 1000)
    written = b"".join(line for _, line in log_lines(tmp_path))
    assert all(f'"project":"writer-{w}-{k}"'.encode() in written for w in range(20) for k in range(50))


def _fork_writer(directory: Path, name: str, read_end: int, write_end: int) -> int:
    """Start a child that waits until the pipe's writers are gone, then appends 50 decisions."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        os.close(write_end)
        os.read(read_end, 1)
        for k in range(50):
            append(directory, decision(project=f"{name}-{k}"))
        status = 0
    finally:
        os._exit(status)


def test_writers_killed_at_any_moment_lose_no_acknowledged_decision(tmp_path: Path) -> None:
    rng = np.random.default_rng(20260301)
    acknowledged: dict[str, str] = {}
    end = time.monotonic() + 3.5
    rounds = 0
    while time.monotonic() < end:
        writers = [start_writer(tmp_path, 10_000, f"round{rounds}-{k}") for k in range(2)]
        firsts = [writer.stdout.readline() for writer in writers if writer.stdout]
        time.sleep(rng.uniform(0.0, 0.05))
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
        said = firsts + [writer.communicate()[0] for writer in writers]
        for line in "".join(said).splitlines(keepends=True):
            if line.endswith("\n"):
                sequence, head = line.split()
                acknowledged[sequence] = head
        rounds += 1
    n_acknowledged = len(acknowledged)
    append(tmp_path, decision())
    assert verify(tmp_path).problems == []
    log = b"".join(line for _, line in log_lines(tmp_path))
    assert rounds >= 2
    assert n_acknowledged >= rounds
    assert [head for head in acknowledged.values() if f'"hash":"{head}"'.encode() not in log] == []


FULL_DISK = """
import os, resource, sys
from evaligo.errors import UnavailableError
from evaligo.store.decision_log import append
from tests.support.decisions import decision
size = os.path.getsize(sys.argv[1] + "/decisions.jsonl")
resource.setrlimit(resource.RLIMIT_FSIZE, (size + int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    append(sys.argv[1], decision())
except UnavailableError as error:
    print(error)
"""


@pytest.mark.parametrize("room", [0, 1, 500])
def test_a_disk_that_fills_up_within_a_line_leaves_no_half_line(tmp_path: Path, room: int) -> None:
    """A limit on the file's size makes the kernel write a part and then refuse, as a full disk does."""
    append(tmp_path, decision())
    whole = (tmp_path / "decisions.jsonl").read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path), str(room)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "the decision was not recorded (File too large)" in done.stdout
    assert (tmp_path / "decisions.jsonl").read_bytes() == whole
    assert append(tmp_path, decision()).sequence == 2
    assert verify(tmp_path).ok


def test_a_device_without_space_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "decisions.jsonl").symlink_to("/dev/full")
    with pytest.raises(UnavailableError, match="No space left on device"):
        append(tmp_path, decision())


def test_a_directory_that_cannot_be_written_is_unavailable() -> None:
    """Not even root makes files in /proc."""
    with pytest.raises(UnavailableError, match="the decision was not recorded"):
        append("/proc/self", decision())


def test_a_crash_between_the_two_steps_of_setting_a_torn_line_aside_keeps_its_bytes(tmp_path: Path) -> None:
    append(tmp_path, decision())
    with (tmp_path / "decisions.jsonl").open("ab") as log:
        log.write(b'{"torn')
    (tmp_path / "decisions.torn").write_bytes(b'{"torn\n')  # the first step was done, the second was not
    append(tmp_path, decision())
    assert (tmp_path / "decisions.torn").read_bytes() == b'{"torn\n' * 2
    assert verify(tmp_path).ok


MEMORY = """
import resource, sys
from evaligo.store.verification import verify
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
audit = verify(sys.argv[1])
print(audit.n_decisions, audit.n_problems, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_log_is_verified_in_constant_memory(tmp_path: Path) -> None:
    """The same decision 50,000 times is 60 MB, and as many broken links."""
    append(tmp_path, decision())
    line = (tmp_path / "decisions.jsonl").read_bytes()
    (tmp_path / "decisions.jsonl").write_bytes(line * 50_000)
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(tmp_path)], capture_output=True, text=True, check=True
    )
    n_decisions, n_problems, kilobytes = map(int, done.stdout.split())
    assert (n_decisions, n_problems) == (50_000, 49_999)
    assert kilobytes < 4_000
