"""`verify`: one line for a whole chain, one line a problem for a broken one."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.decisions import decision

from evaligo.cli import EVALSIG, run
from evaligo.store.decision_log import append


def verify(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exit_:
        run(EVALSIG, ["verify", *map(str, args)])
    said = capsys.readouterr()
    return int(exit_.value.code or 0), said.out, said.err


def test_a_whole_log_is_one_line_with_count_and_head(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    append(tmp_path, decision())
    head = append(tmp_path, decision()).head
    assert verify(capsys, tmp_path) == (0, f"{tmp_path}: 2 decisions, chain whole, head {head}\n", "")


def test_a_broken_log_is_a_line_for_each_problem_and_exit_65(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for _ in range(3):
        append(tmp_path, decision())
    path = tmp_path / "decisions.jsonl"
    first, second, third = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first.replace(b"ALLOW", b"BLOCK") + third + second)
    code, out, err = verify(capsys, tmp_path)
    assert code == 65
    assert [line.split(": ")[1].split()[1] for line in out.splitlines()] == ["1", "2", "3"]
    assert err.startswith(f"error: {tmp_path}: 3 problems in 3 decisions; keep the file as evidence")


def test_a_forged_log_says_how_many_problems_it_does_not_list(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "decisions.jsonl").write_bytes(b"{}\n" * 1234)
    code, out, err = verify(capsys, tmp_path)
    assert (code, len(out.splitlines())) == (65, 1000)
    assert "1,234 problems in 1,234 decisions (234 not listed)" in err


def test_a_head_noted_before_shows_that_the_end_was_cut_off(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    append(tmp_path, decision())
    whole = (tmp_path / "decisions.jsonl").read_bytes()
    head = append(tmp_path, decision()).head
    assert verify(capsys, tmp_path, "--expect-head", head)[0] == 0
    (tmp_path / "decisions.jsonl").write_bytes(whole)
    code, out, _ = verify(capsys, tmp_path, "--expect-head", head)
    assert (code, "the log was cut short or rewritten since" in out) == (65, True)


def test_a_head_that_is_no_hash_is_a_usage_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = verify(capsys, tmp_path, "--expect-head", "abc")
    assert (code, "'abc' is not a SHA-256" in err) == (64, True)


def test_a_directory_without_a_log_is_bad_input(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = verify(capsys, tmp_path)
    assert (code, "`evalsig gate --record DIR` writes one" in err) == (65, True)
