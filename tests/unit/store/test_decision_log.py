"""The log of decisions: what a line holds, and how the next one is chained to it."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from tests.support.decisions import decision

from evaligo.errors import DataError, UnavailableError
from evaligo.store.decision_log import append
from evaligo.store.envelope import GENESIS
from evaligo.store.lock import exclusive
from evaligo.store.verification import verify


def lines(directory: Path) -> list[bytes]:
    return (directory / "decisions.jsonl").read_bytes().splitlines()


def test_a_line_names_inputs_policy_result_version_time_and_the_line_before(tmp_path: Path) -> None:
    first = append(tmp_path, decision())
    second = append(tmp_path, decision())
    entry = json.loads(lines(tmp_path)[1])
    assert entry["baseline"]["sha256"] == "1f0a" * 16
    assert entry["candidate"]["model_id"] == "acme/model-8b"
    assert entry["policy"]["min_delta"] == 0.005
    assert entry["result"] | {"because": ""} == {
        "verdict": "ALLOW",
        "because": "",
        "delta": 0.0124,
        "ci": [0.0023, None],
        "confidence_level": 0.95,
        "p_value": 0.00702,
        "mde": 0.004,
        "n_pairs": 4032,
        "n_clusters": 212,
        "method": "cluster_cr2",
        "seed": 0,
    }
    assert (entry["version"], entry["schema"], entry["project"]) == ("0.1.0", 1, "search")
    assert (entry["sequence"], entry["previous"], entry["hash"]) == (2, first.head, second.head)


def test_the_first_line_names_64_zeros_as_the_line_before(tmp_path: Path) -> None:
    receipt = append(tmp_path, decision())
    assert (receipt.sequence, json.loads(lines(tmp_path)[0])["previous"]) == (1, GENESIS)


def test_time_is_written_in_utc(tmp_path: Path) -> None:
    there = datetime(2026, 3, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    append(tmp_path, decision(time=there))
    assert json.loads(lines(tmp_path)[0])["time"] == "2026-02-28T23:30:00.000000Z"


def test_the_hash_can_be_checked_with_the_shell_alone(tmp_path: Path) -> None:
    append(tmp_path, decision())
    head = append(tmp_path, decision(project='a "hash":"00", in a name, é and \u2028')).head
    recipe = """tail -n 1 decisions.jsonl | tr -d '\\n' | sed 's/"hash":"[0-9a-f]*",//' | sha256sum"""
    done = subprocess.run(["bash", "-c", recipe], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == head


def test_a_name_that_is_no_unicode_is_recorded_with_question_marks(tmp_path: Path) -> None:
    append(tmp_path, decision(project=os.fsdecode(b"caf\xe9")))
    assert json.loads(lines(tmp_path)[0])["project"] == "caf?"
    assert verify(tmp_path).ok


def test_an_append_reads_the_tail_of_the_log_only(tmp_path: Path) -> None:
    head = append(tmp_path, decision()).head
    log = tmp_path / "decisions.jsonl"
    last = log.read_bytes()
    with log.open("wb") as stream:
        stream.truncate(10**12)  # a sparse terabyte
        stream.seek(0, os.SEEK_END)
        stream.write(b"\n" + last)
    append(tmp_path, decision())
    with log.open("rb") as stream:
        stream.seek(10**12 + 1 + len(last))
        assert json.loads(stream.read())["previous"] == head


def test_a_line_longer_than_a_block_is_found_whole(tmp_path: Path) -> None:
    append(tmp_path, decision(project="x" * 100_000))
    append(tmp_path, decision())
    assert verify(tmp_path).ok


@pytest.mark.parametrize("torn", [b"{", b'{"half":', b"\0" * 50_000], ids=["brace", "half", "zeros"])
def test_a_torn_line_is_set_aside_with_its_bytes_and_reported(tmp_path: Path, torn: bytes) -> None:
    append(tmp_path, decision())
    with (tmp_path / "decisions.jsonl").open("ab") as log:
        log.write(torn)
    receipt = append(tmp_path, decision())
    assert (receipt.sequence, receipt.n_torn) == (2, len(torn))
    assert (tmp_path / "decisions.torn").read_bytes() == torn + b"\n"
    assert verify(tmp_path).ok


def test_a_torn_first_line_is_set_aside_too(tmp_path: Path) -> None:
    (tmp_path / "decisions.jsonl").write_bytes(b'{"ha')
    assert append(tmp_path, decision()).sequence == 1
    assert (tmp_path / "decisions.torn").read_bytes() == b'{"ha\n'


def test_torn_lines_add_up(tmp_path: Path) -> None:
    for torn in (b"one", b"two"):
        append(tmp_path, decision())
        with (tmp_path / "decisions.jsonl").open("ab") as log:
            log.write(torn)
    append(tmp_path, decision())
    assert (tmp_path / "decisions.torn").read_bytes() == b"one\ntwo\n"


@pytest.mark.parametrize("last", [b"\n", b"{}\n", b"[]\n", b"\xff\n", b"[" * 100_000 + b"\n"])
def test_nothing_is_chained_to_a_line_that_is_no_decision(tmp_path: Path, last: bytes) -> None:
    append(tmp_path, decision())
    with (tmp_path / "decisions.jsonl").open("ab") as log:
        log.write(last)
    before = (tmp_path / "decisions.jsonl").read_bytes()
    with pytest.raises(DataError, match=r"no intact decision.*evalsig verify"):
        append(tmp_path, decision())
    assert (tmp_path / "decisions.jsonl").read_bytes() == before


def test_nothing_is_chained_to_an_edited_line(tmp_path: Path) -> None:
    append(tmp_path, decision())
    log = tmp_path / "decisions.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"ALLOW"', b'"REJECT"'))
    with pytest.raises(DataError, match="no intact decision"):
        append(tmp_path, decision())


def test_a_directory_is_made_where_it_is_missing(tmp_path: Path) -> None:
    append(tmp_path / "a" / "b", decision())
    assert verify(tmp_path / "a" / "b").n_decisions == 1


def test_a_directory_that_is_a_file_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnavailableError, match="the decision was not recorded"):
        append(tmp_path / "file", decision())


def test_a_lock_that_is_never_let_go_is_unavailable(tmp_path: Path) -> None:
    lock = tmp_path / "x.lock"
    with (
        exclusive(lock),
        pytest.raises(UnavailableError, match=r"held the lock for 0\.01 s"),
        exclusive(lock, timeout=0.01),
    ):
        pass
