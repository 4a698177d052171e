"""Bad input through the real command: exit 65, one clear sentence on standard error, no verdict; bad options: exit 64."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.commands import Done, evalsig
from tests.support.runs import runframe

GOOD = [(f"q{i}", float(i % 3 > 0), f"p{i // 5}") for i in range(60)]
PLAIN = [(i, s) for i, s, _ in GOOD]
INSPECT = Path(__file__).parents[1] / "data" / "inspect"


def _gate(baseline: Path, candidate: Path, *options: str) -> Done:
    return evalsig("gate", "--baseline", baseline, "--candidate", candidate, *options)


def _is_refused(done: Done, *said: str, code: int = 65) -> None:
    assert done.code == code, done
    assert done.out == ""
    assert "Traceback" not in done.err
    if code == 65:
        assert done.err.startswith("error: ")
        assert done.err.count("\n") == 1, done.err
    for words in said:
        assert words in done.err


def _changed(index: int, **fields: Any) -> list[Any]:
    rows: list[Any] = [{"item_id": i, "score": s, "cluster_id": c} for i, s, c in GOOD]
    rows[index] = {k: v for k, v in {**rows[index], **fields}.items() if v is not ...}
    return rows


RUNFRAMES: dict[str, tuple[list[Any], list[str]]] = {
    "an item twice": ([*GOOD, GOOD[7]], ["'q7'", "more than once"]),
    "an item twice in an epoch": (
        [(i, s, c, 1) for i, s, c in [*GOOD, GOOD[7]]],
        ["'q7'", "twice in epoch 1"],
    ),
    "two spellings of one id": (
        [*_changed(0, item_id="caf\u00e9")[:30], *_changed(0, item_id="cafe\u0301")[:1], *GOOD[30:]],
        ["more than once"],
    ),
    "NaN": (_changed(3, score=float("nan")), ["'q3'", "NaN"]),
    "infinity": (_changed(3, score=float("inf")), ["'q3'", "Infinity"]),
    "a score too large to average": (_changed(3, score=1e308), ["'q3'", "1e+308", "--bounds|unit"]),
    "percent for shares": ([(i, 100 * s, c) for i, s, c in GOOD], ["100", "[0, 1]", "--bounds"]),
    "no item in common": ([(f"x{i}", s, c) for i, s, c in GOOD], ["no item in common", "'q0'", "'xq0'"]),
    "no score at all": ([(i, None, c) for i, s, c in GOOD], ["no item has a score"]),
    "no items": ([], ["no items"]),
    "another cluster": (_changed(4, cluster_id="p9"), ["'q4'", "'p0'", "'p9'"]),
    "no cluster for one": (_changed(4, cluster_id=...), ["'q4'", "cluster_id"]),
    "clusters that change between epochs": (
        [(i, s, f"{c}" if e else "p0", e) for i, s, c in GOOD for e in (0, 1)],
        ["'q5'", "'p0'", "'p1'", "epoch"],
    ),
    "a text for a score": (_changed(2, score="high"), ["'q2'", "'high'"]),
    "an empty id": (_changed(2, item_id=""), ["items[2]", "''"]),
    "a cluster that is a list": (_changed(2, cluster_id=["p"]), ["list"]),
}


@pytest.mark.parametrize(("items", "said"), RUNFRAMES.values(), ids=RUNFRAMES)
def test_a_bad_candidate_is_refused_with_a_sentence(
    items: list[Any], said: list[str], tmp_path: Path
) -> None:
    baseline = runframe(tmp_path / "baseline.json", GOOD)
    candidate = runframe(tmp_path / "candidate.json", items, run="r2")
    done = _gate(baseline, candidate, "--cluster", "cluster_id")
    _is_refused(done)
    for words in said:
        assert any(w in done.err for w in words.split("|")), done.err
    found = evalsig("doctor", baseline, candidate, "--cluster", "cluster_id", "--output", "json")
    assert found.code == 65
    errors = [f for f in json.loads(found.out)["findings"] if f["severity"] == "error"]
    assert errors, found.out
    assert all(f["message"] and "run `evalsig doctor`" not in f["message"] for f in errors)


def test_a_bad_baseline_is_refused_as_well(tmp_path: Path) -> None:
    bad = runframe(tmp_path / "baseline.json", _changed(3, score=float("nan")))
    _is_refused(_gate(bad, runframe(tmp_path / "candidate.json", GOOD)), "baseline.json", "'q3'")


def test_another_task_or_metric_is_refused(tmp_path: Path) -> None:
    baseline = runframe(tmp_path / "baseline.json", PLAIN)
    task = runframe(tmp_path / "task.json", PLAIN, task="squad")
    _is_refused(_gate(baseline, task), "'boolq'", "'squad'")
    metric = runframe(tmp_path / "metric.json", PLAIN, metric="f1")
    _is_refused(_gate(baseline, metric), "'accuracy'", "'f1'")
    _is_refused(_gate(baseline, metric, "--metric", "accuracy"), "'accuracy'", "the metrics are 'f1'")


@pytest.mark.parametrize("factor", [100.0, 0.01])
def test_another_scale_is_refused_unless_the_range_is_given(factor: float, tmp_path: Path) -> None:
    scores = [(f"q{i}", 0.2 + i / 100) for i in range(60)]
    baseline = runframe(tmp_path / "baseline.json", scores, metric="quality")
    scaled = [(i, s * factor) for i, s in scores]
    candidate = runframe(tmp_path / "candidate.json", scaled, metric="quality", run="r2")
    _is_refused(_gate(baseline, candidate), "quality", "--bounds")
    assert _gate(baseline, candidate, "--bounds", "0,100").code in (0, 1, 2)


def test_a_metric_or_cluster_that_is_not_there_is_refused_with_what_there_is(tmp_path: Path) -> None:
    a = tmp_path / "a.jsonl"
    a.write_text("".join(json.dumps({"id": i, "f1": s, "em": s, "passage": c}) + "\n" for i, s, c in GOOD))
    _is_refused(_gate(a, a), "'em'", "'f1'", "--metric")
    _is_refused(_gate(a, a, "--metric", "bleu"), "'bleu'", "'em'", "'f1'")
    _is_refused(_gate(a, a, "--metric", "f1", "--cluster", "repo"), "'repo'", "'passage'")


def test_a_prompt_that_changed_under_its_id_is_refused_unless_it_is_said_on_purpose(tmp_path: Path) -> None:
    for name, question in (("a", "Why?"), ("b", "Why not?")):
        rows = [
            {
                "doc_id": i, "doc": {"q": i}, "target": "1", "filter": "none", "metrics": ["acc"], "acc": float(i % 2),
                "arguments": {}, "resps": [], "filtered_resps": [], "doc_hash": f"d{i}",
                "prompt_hash": f"{question}{i}", "target_hash": "t",
            }
            for i in range(40)
        ]  # fmt: skip
        (tmp_path / f"samples_{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    files = (tmp_path / "samples_a.jsonl", tmp_path / "samples_b.jsonl")
    _is_refused(_gate(*files), "asks something else", "--allow-changed-content")
    assert _gate(*files, "--allow-changed-content").code in (0, 1, 2)


FILES: dict[str, bytes] = {
    "empty": b"",
    "blank": b"\n \n",
    "truncated": json.dumps({"metric_name": "f1", "items": [{"item_id": "a", "score": 1}] * 9}).encode()[
        :-20
    ],
    "binary": bytes(range(256)) * 64,
    "a nesting bomb": b'{"items": [{"item_id": "a", "score": 1, "metadata": ' + b"[" * 200_000,
    "a bomb that closes": b'{"items": [{"item_id": "a", "score": 1, "metadata": '
    + b"[" * 50_000
    + b"]" * 50_000
    + b"}]}",
    "half a gzip": gzip.compress(b'{"items": []}' * 99)[:-9],
    "a page of a proxy": b"<html><body>502 Bad Gateway</body></html>",
    "truncated lines": b'{"id": "a", "accuracy": 1}\n{"id": "b", "accu',
    "lines with NaN": b'{"id": "a", "accuracy": 1}\n{"id": "b", "accuracy": NaN}\n',
    "the same line twice": b'{"id": "a", "accuracy": 1}\n{"id": "a", "accuracy": 1}\n',
    "a table with a gap": b"id,accuracy\na,1\nb\n",
    "a table with a word": b"id,accuracy\na,1\nb,good\n",
    "a table with NaN": b"id,accuracy\na,1\nb,nan\n",
    "a table without rows": b"id,accuracy\n",
    "a row twice": b"id,accuracy\na,1\na,0\n",
}


@pytest.mark.parametrize("data", FILES.values(), ids=FILES)
@pytest.mark.parametrize("side", ["baseline", "candidate"])
def test_a_file_that_is_no_run_is_refused(data: bytes, side: str, tmp_path: Path) -> None:
    good = runframe(tmp_path / "good.json", PLAIN)
    bad = tmp_path / "bad.file"
    bad.write_bytes(data)
    files = (bad, good) if side == "baseline" else (good, bad)
    _is_refused(_gate(*files), "bad.file")


def test_a_damaged_inspect_log_is_refused(tmp_path: Path) -> None:
    whole = (INSPECT / "baseline.eval").read_bytes()
    for name, data in (
        ("cut.eval", whole[: len(whole) // 2]),
        ("bitten.eval", whole[:500_000] + b"\0" * 999 + whole[500_999:]),
    ):
        bad = tmp_path / name
        bad.write_bytes(data)
        _is_refused(_gate(INSPECT / "baseline.eval", bad, "--metric", "match", "--no-cluster"), name)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    good = runframe(tmp_path / "good.json", PLAIN)
    _is_refused(_gate(good, tmp_path / "none.json"), "none.json", "no such file")
    _is_refused(_gate(Path("git:HEAD"), good), "git:REV:PATH")


def test_missing_items_of_a_metric_without_a_range_are_refused_unless_dropped(tmp_path: Path) -> None:
    scores = [(f"q{i}", 3.0 + i % 7) for i in range(60)]
    baseline = runframe(tmp_path / "a.json", scores, metric="length")
    candidate = runframe(tmp_path / "b.json", scores[5:], metric="length", run="r2")
    _is_refused(_gate(baseline, candidate), "5 items lack a score", "--on-missing drop", "--bounds")
    assert _gate(baseline, candidate, "--on-missing", "drop").code == 2
    assert _gate(baseline, candidate, "--bounds", "0,20").code == 2


def test_every_finding_of_a_pair_is_printed_by_doctor(tmp_path: Path) -> None:
    baseline = runframe(tmp_path / "a.json", [(f"q{i}", 0.5 + i) for i in range(9)], metric="m")
    far = runframe(tmp_path / "b.json", [(f"q{i}", 1e6) for i in range(9)], metric="m", task="other")
    _is_refused(_gate(baseline, far), "(1 more: run `evalsig doctor`)")
    done = evalsig("doctor", baseline, far)
    assert done.code == 65
    assert "task 'boolq'" in done.out
    assert "--bounds" in done.out
    assert "run `evalsig doctor`" not in done.out


def test_doctor_finds_that_own_clusters_disagree_though_none_was_named(tmp_path: Path) -> None:
    baseline = runframe(tmp_path / "a.json", GOOD)
    candidate = runframe(tmp_path / "b.json", _changed(4, cluster_id="p9"))
    done = evalsig("doctor", baseline, candidate)
    assert done.code == 65
    assert "'p9'" in done.out
    assert evalsig("doctor", baseline, candidate, "--no-cluster").code == 0


OPTIONS: dict[str, tuple[list[str], str]] = {
    "unknown option": (["--nope"], "--nope"),
    "mistyped option": (["--min-dleta", "0.1"], "--min-delta"),
    "missing value": (["--min-delta"], "--min-delta"),
    "no number": (["--min-delta", "little"], "little"),
    "a bad choice": (["--policy", "hope"], "hope"),
    "a bad output": (["--output", "pdf"], "pdf"),
    "a bad way with the missing": (["--on-missing", "guess"], "guess"),
    "alpha 0": (["--alpha", "0"], "alpha"),
    "alpha 1": (["--alpha", "1"], "alpha"),
    "alpha nan": (["--alpha", "nan"], "alpha"),
    "power 1": (["--power", "1"], "power"),
    "power below alpha": (["--power", "0.01"], "power"),
    "min-delta nan": (["--min-delta", "nan"], "min_delta"),
    "min-delta inf": (["--min-delta", "inf"], "min_delta"),
    "min-delta negative": (["--min-delta", "-0.1"], "min_delta"),
    "margin 0": (["--margin", "0"], "margin"),
    "margin negative": (["--margin=-1"], "margin"),
    "a margin for superiority": (["--policy", "superiority", "--margin", "0.1"], "margin"),
    "non-inferiority without a margin": (["--policy", "non-inferiority"], "--margin"),
    "both margins": (["--margin", "0.1", "--min-delta", "0.1"], "margin"),
    "both cluster options": (["--cluster", "p", "--no-cluster"], "contradict"),
    "bounds that are no numbers": (["--bounds", "low,high"], "LOW,HIGH"),
    "bounds of one number": (["--bounds", "1"], "LOW,HIGH"),
    "bounds of three numbers": (["--bounds", "0,1,2"], "LOW,HIGH"),
    "bounds upside down": (["--bounds", "1,0"], "LOW"),
    "bounds of no width": (["--bounds", "1,1"], "LOW"),
    "bounds nan": (["--bounds", "nan,1"], "LOW"),
    "bounds inf": (["--bounds", "0,inf"], "LOW"),
    "bounds too wide": (["--bounds=-1e308,1e308"], "LOW"),
    "a method that is not there": (["--method", "magic"], "magic"),
    "a method for clusters": (["--method", "cluster_cr2"], "clusters"),
    "a method for 0/1 scores": (["--method", "tango_score", "--metric", "accuracy"], "0 and 1"),
    "an estimand that is not there": (["--estimand", "p100"], "p100"),
    "a method beside an estimand": (["--estimand", "p95", "--method", "paired_t"], "one method"),
    "a negative seed": (["--seed", "-1"], "seed"),
    "a seed that is no number": (["--seed", "1.5"], "1.5"),
    "a format that is not there": (["--format", "docx"], "docx"),
    "a directory for a report": (["--json", "."], "directory"),
    "a stray argument": (["extra"], "extra"),
}


@pytest.mark.parametrize(("options", "said"), OPTIONS.values(), ids=OPTIONS)
def test_a_bad_option_exits_64(options: list[str], said: str, tmp_path: Path) -> None:
    run = runframe(tmp_path / "a.json", [(f"q{i}", (i % 11) / 10) for i in range(30)])
    _is_refused(_gate(run, run, *options), said, code=64)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["gat"], "'gate'"),
        (["docter"], "'doctor'"),
        (["zzz"], "zzz"),
        (["--nope"], "--nope"),
        (["gate"], "--baseline"),
        (["gate", "--baseline", "a.json"], "--candidate"),
        (["doctor"], "FILE"),
        (["compare", "--baseline", "-", "--candidate", "-"], "standard input"),
    ],
)
def test_a_command_that_cannot_be_meant_exits_64(args: list[str], said: str) -> None:
    _is_refused(evalsig(*args), said, code=64)


@pytest.mark.parametrize("confidence", ["0", "0.5", "1", "95", "nan"])
def test_a_confidence_that_cannot_be_meant_exits_64(confidence: str, tmp_path: Path) -> None:
    run = runframe(tmp_path / "a.json", PLAIN)
    done = evalsig("compare", "--baseline", run, "--candidate", run, "--confidence", confidence)
    _is_refused(done, "confidence", code=64)


def test_carried_clusters_that_nobody_named_are_an_error_that_names_the_flags(tmp_path: Path) -> None:
    run = runframe(tmp_path / "a.json", GOOD)
    for options in ([], ["--cluster", ""]):
        _is_refused(_gate(run, run, *options), "--cluster cluster_id", "--no-cluster", code=64)
    assert _gate(run, run, "--no-cluster").code in (0, 1, 2)


@pytest.mark.parametrize("option", ["--json", "--html", "--junit", "--markdown"])
def test_a_report_that_cannot_be_written_exits_69(option: str, tmp_path: Path) -> None:
    run = runframe(tmp_path / "a.json", PLAIN)
    _is_refused(_gate(run, run, option, str(tmp_path / "none" / "report")), "cannot be written", code=69)


def _started(*args: str | Path, **options: Any) -> subprocess.Popen[bytes]:
    program = [sys.executable, "-c", "from evaligo.cli import evalsig; evalsig()"]
    return subprocess.Popen(
        [*program, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options
    )


def _blocked_in_read(process: subprocess.Popen[bytes]) -> bool:
    wait = Path(f"/proc/{process.pid}/wchan")
    return "pipe" in wait.read_text() if wait.exists() else False


def _wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_the_cancellation_of_a_job_exit_75(sent: signal.Signals, tmp_path: Path) -> None:
    run = runframe(tmp_path / "a.json", PLAIN)
    process = _started("gate", "--baseline", run, "--candidate", "-", stdin=subprocess.PIPE)
    # It waits for standard input once it has read the baseline; where that cannot be seen, two seconds are enough.
    _wait_for(lambda: _blocked_in_read(process), 2.0)
    process.send_signal(sent)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 75
    assert out == b""
    assert err.strip() == b"interrupted"


@pytest.mark.skipif(os.name == "nt", reason="pipes")
@pytest.mark.parametrize("command", ["gate", "convert"])
def test_a_reader_that_has_gone_gets_no_traceback_and_no_verdict_in_the_exit_code(
    command: str, tmp_path: Path
) -> None:
    items = [(f"q{i}", float(i % 2)) for i in range(3000)]
    run = runframe(tmp_path / "a.json", items)
    args = [str(run)] if command == "convert" else ["--baseline", str(run), "--candidate", str(run)]
    process = _started(command, *args)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(20) == 141
    assert err == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_a_full_disk_under_standard_output_exits_69(tmp_path: Path) -> None:
    run = runframe(tmp_path / "a.json", PLAIN)
    with Path("/dev/full").open("wb") as full:
        program = [sys.executable, "-c", "from evaligo.cli import evalsig; evalsig()"]
        done = subprocess.run(
            [*program, "gate", "--baseline", run, "--candidate", run],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 69
    assert done.stderr.startswith(b"error: No space left on device")
    assert done.stderr.count(b"\n") == 1


def test_what_nobody_foresaw_is_a_sentence_and_exit_70(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runframe(tmp_path / "a.json", PLAIN)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the cat sat on it")

    monkeypatch.setattr("evaligo.app.gate.gate", broken)
    monkeypatch.delenv("EVALIGO_DEBUG", raising=False)
    done = _gate(run, run)
    _is_refused(done, "internal error: RuntimeError: the cat sat on it", "EVALIGO_DEBUG=1", code=70)
    monkeypatch.setenv("EVALIGO_DEBUG", "1")
    assert "Traceback" in _gate(run, run).err
