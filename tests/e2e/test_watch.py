"""`watch --follow` judges runs while other processes write them."""

import hashlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.support.growing_runs import append, lines, start, watched

WRITER = """
import sys, time
source, target, pause = sys.argv[1], sys.argv[2], float(sys.argv[3])
with open(source, encoding="utf-8") as lines, open(target, "a", encoding="utf-8") as out:
    for line in lines:
        middle = len(line) // 2
        for part in (line[:middle], line[middle:]):
            out.write(part)
            out.flush()
            time.sleep(pause)
"""


def writer(folder: Path, name: str, text: list[str]) -> subprocess.Popen[bytes]:
    """Start a process that appends lines to a file, each in two halves."""
    source = folder / f"{name}.source"
    source.write_text("".join(f"{line}\n" for line in text), encoding="utf-8")
    return subprocess.Popen([sys.executable, "-c", WRITER, str(source), str(folder / name), "0.001"])


@pytest.mark.parametrize(
    ("share", "options", "code", "ending"),
    [
        (0.95, ("--min-delta", "0.02"), 0, "decision"),
        (0.40, ("--min-delta", "0.02"), 1, "decision"),
        (0.70, ("--min-delta", "0.30"), 2, "futility"),
    ],
)
@pytest.mark.parametrize("finished", [True, False])
def test_the_watch_stops_while_the_run_is_being_written(
    tmp_path: Path, share: float, options: tuple[str, ...], code: int, ending: str, *, finished: bool
) -> None:
    baseline, candidate = lines(0.7, n=4_000, seed=1), lines(share, n=4_000, seed=2)
    writers = [writer(tmp_path, "b.jsonl", candidate)]
    if finished:
        append(tmp_path / "a.jsonl", *baseline)
    else:
        writers.append(writer(tmp_path, "a.jsonl", baseline))
    how = ("--finished-baseline",) if finished else ("--cluster-size", "4")
    try:
        got, report, _ = watched(tmp_path, *options, *how, "--cluster", "passage_id")
        still_writing = [process.poll() is None for process in writers]
    finally:
        for process in writers:
            process.kill()
            process.wait()
    assert got == code
    assert all(still_writing)
    assert (report["exit_code"], report["ending"], report["followed"]) == (code, ending, True)
    assert report["units"] == "clusters"
    if finished:
        assert report["saved"]["items"] == 4_000 - report["n_pairs"] > 0
        assert report["saved"]["calls"] > 0
    read = (tmp_path / "b.jsonl").read_bytes().splitlines(keepends=True)
    heads = (hashlib.sha256(b"".join(read[:n])).hexdigest() for n in range(len(read) + 1))
    assert report["candidate"]["sha256"] in set(heads)


def test_following_gives_the_verdict_that_the_same_order_gives_whatever_the_pace(tmp_path: Path) -> None:
    append(tmp_path / "a.jsonl", *lines(0.7, seed=1))
    candidate = lines(0.85, seed=2)
    append(tmp_path / "b.jsonl", *candidate)
    _, at_once, _ = watched(tmp_path, "--finished-baseline", "--no-cluster")
    (tmp_path / "b.jsonl").unlink()
    process = writer(tmp_path, "b.jsonl", candidate)
    try:
        _, slowly, _ = watched(tmp_path, "--finished-baseline", "--no-cluster")
    finally:
        process.kill()
        process.wait()
    same = ("verdict", "n_units", "delta", "bounds", "p_value", "looks", "because")
    assert {key: slowly[key] for key in same} == {key: at_once[key] for key in same}


def test_looks_are_printed_as_they_come_and_the_report_last(tmp_path: Path) -> None:
    append(tmp_path / "a.jsonl", *lines(0.7, seed=1))
    (tmp_path / "b.jsonl").touch()
    candidate = lines(0.95, seed=2)
    process = start(tmp_path, "--finished-baseline", "--no-cluster")
    assert process.stdout is not None
    append(tmp_path / "b.jsonl", *candidate[:12])
    first = process.stdout.readline()
    assert first.split()[:2] == ["10", "items"]
    append(tmp_path / "b.jsonl", *candidate[12:])
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "✔ ALLOW" in rest
    assert "that of arrival: the bounds hold only if items are run in random order" in " ".join(rest.split())


def test_ctrl_c_exits_75_with_what_was_known(tmp_path: Path) -> None:
    append(tmp_path / "a.jsonl", *lines(0.7, seed=1))
    append(tmp_path / "b.jsonl", *lines(0.7, n=20, seed=2))
    process = start(tmp_path, "--finished-baseline", "--no-cluster", "--idle", "60")
    assert process.stdout is not None
    for _ in range(3):  # 10, 15 and 20 items
        process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 75
    assert "interrupted after 20 items (20 paired items), undecided: delta " in said
    assert "Traceback" not in said


def test_a_file_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    append(tmp_path / "a.jsonl", *lines(0.7, seed=1))
    process = start(tmp_path, "--finished-baseline", "--no-cluster", "--output", "json")
    assert process.stderr is not None
    assert "waiting up to 60 s for b.jsonl" in process.stderr.readline()
    append(tmp_path / "b.jsonl", *lines(0.95, seed=2))
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, json.loads(out)["verdict"]) == (0, "ALLOW")


def test_a_file_that_never_comes_is_an_error(tmp_path: Path) -> None:
    append(tmp_path / "a.jsonl", *lines(0.7, seed=1))
    code, _, said = watched(tmp_path, "--wait", "0.1")
    assert code == 65
    assert "b.jsonl: no such file after 0.1 s" in said


def test_runs_that_end_are_judged_with_their_incomplete_clusters(tmp_path: Path) -> None:
    append(tmp_path / "a.jsonl", *lines(0.7, n=40, seed=1))
    append(tmp_path / "b.jsonl", *lines(0.7, n=38, seed=2))
    code, report, said = watched(tmp_path, "--finished-baseline", "--cluster", "passage_id")
    assert (code, report["ending"], report["n_units"], report["n_pairs"]) == (2, "end of data", 10, 38)
    assert report["missing"]["items"] == 2
    assert "no file has grown for 0.6 s" in said


def test_a_baseline_of_another_format_is_taken_as_finished(tmp_path: Path) -> None:
    items = [json.loads(line) for line in lines(0.7, seed=1)]
    frame = [{"item_id": i["id"], "cluster_id": i["passage_id"], "score": i["accuracy"]} for i in items]
    (tmp_path / "a.jsonl").write_text(
        json.dumps({"metric_name": "accuracy", "items": frame}), encoding="utf-8"
    )
    append(tmp_path / "b.jsonl", *lines(0.95, seed=2))
    code, report, said = watched(tmp_path, "--cluster", "passage_id")
    assert (code, report["baseline"]["format"], report["units_in_all"]) == (0, "runframe", 250), said


def test_epochs_are_waited_for(tmp_path: Path) -> None:
    def repeated(share: float, seed: int) -> list[str]:
        parts = [lines(share, n=300, seed=seed + k, per_cluster=1) for k in range(2)]
        records = [
            json.loads(line) | {"epoch": k}
            for group in zip(*parts, strict=True)
            for k, line in enumerate(group)
        ]
        return [json.dumps({key: r[key] for key in ("id", "epoch", "accuracy")}) for r in records]

    append(tmp_path / "a.jsonl", *repeated(0.7, 1))
    append(tmp_path / "b.jsonl", *repeated(0.7, 5)[:-301])
    _, report, _ = watched(tmp_path, "--epochs", "2", "--on-missing", "drop")
    assert (report["n_pairs"], report["n_units"]) == (150, 150)  # the last has one of its two epochs
    assert report["missing"]["items"] == 1
    code, _, said = watched(tmp_path)
    assert code == 64
    assert "--epochs N" in said


def failing_lost(text: list[str], *, null: bool) -> list[str]:
    """Take the scores of failed items away: the whole line, or the score alone."""
    records: list[dict[str, Any]] = [json.loads(line) for line in text]
    kept = [r if r["accuracy"] else r | {"accuracy": None} for r in records]
    return [json.dumps(r) for r in kept if null or r["accuracy"] is not None]


@pytest.mark.parametrize("null", [True, False])
@pytest.mark.parametrize("cluster", [("--no-cluster",), ("--cluster", "passage_id")])
def test_a_candidate_that_loses_its_failed_items_is_not_allowed(
    tmp_path: Path, cluster: tuple[str, ...], *, null: bool
) -> None:
    append(tmp_path / "a.jsonl", *lines(0.7, n=600, seed=1))
    append(tmp_path / "b.jsonl", *failing_lost(lines(0.7, n=600, seed=2), null=null))
    code, report, _ = watched(tmp_path, "--finished-baseline", *cluster)
    assert code == 2, report["because"]
    assert report["missing"]["items"] > 100
    if not null:
        assert "an ALLOW without the items that never came" in report["because"]
    assert watched(tmp_path, "--finished-baseline", *cluster, "--on-missing", "drop")[0] == 0


def test_a_terminal_is_drawn_in_place(tmp_path: Path) -> None:
    import os
    import pty

    append(tmp_path / "a.jsonl", *lines(0.7, seed=1))
    append(tmp_path / "b.jsonl", *lines(0.95, seed=2))
    ours, theirs = pty.openpty()
    command = (sys.executable, "-m", "evaligo", "watch", "--follow", "--no-cluster", "--finished-baseline")
    process = subprocess.Popen(
        [*command, "--baseline", "a.jsonl", "--candidate", "b.jsonl"],
        cwd=tmp_path,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    shown = b""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            shown += os.read(ours, 65_536)
        except OSError:  # the other end has closed
            break
    os.close(ours)
    assert process.wait(timeout=30) == 0
    assert b"\x1b[" in shown
    assert "✔ ALLOW" in shown.decode()
