"""Checking a log: whatever was done to its lines is found, and the line is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.decisions import decision

from evaligo.errors import DataError
from evaligo.store.decision_log import append
from evaligo.store.envelope import GENESIS
from evaligo.store.verification import verify


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of five decisions."""
    directory = tmp_path_factory.mktemp("log")
    for k in range(5):
        append(directory, decision(project=f"p{k}"))
    return directory


@pytest.fixture(scope="module")
def original(log: Path) -> list[bytes]:
    return (log / "decisions.jsonl").read_bytes().splitlines(keepends=True)


@pytest.fixture(scope="module")
def tampered(log: Path, original: list[bytes]) -> Callable[[list[bytes]], list[str]]:
    """Verify the log with other lines in place of its own."""

    def check(lines: list[bytes]) -> list[str]:
        path = log / "decisions.jsonl"
        path.write_bytes(b"".join(lines))
        try:
            return [str(problem) for problem in verify(log).problems]
        finally:
            path.write_bytes(b"".join(original))

    return check


def test_a_log_as_it_was_written_has_no_problem(log: Path) -> None:
    audit = verify(log)
    assert (audit.ok, audit.n_decisions) == (True, 5)


def test_the_head_is_what_the_last_append_acknowledged(tmp_path: Path) -> None:
    append(tmp_path, decision())
    receipt = append(tmp_path, decision())
    assert verify(tmp_path).head == receipt.head


def test_every_edit_of_a_single_byte_is_found(original: list[bytes], tmp_path: Path) -> None:
    whole = b"".join(original[:2])
    path = tmp_path / "decisions.jsonl"
    unseen = []
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        if verify(tmp_path).ok:
            unseen.append(at)
    assert unseen == []


@settings(max_examples=300)
@given(data=st.data())
def test_any_other_byte_or_lost_or_added_byte_is_found(
    tampered: Callable[[list[bytes]], list[str]], original: list[bytes], data: st.DataObject
) -> None:
    whole = b"".join(original)
    at = data.draw(st.integers(0, len(whole) - 1))
    lost = data.draw(st.integers(0, 1))
    added = data.draw(st.binary(min_size=1 - lost, max_size=1).filter(lambda b: b != whole[at : at + lost]))
    assert tampered([whole[:at], added, whole[at + lost :]])


@pytest.mark.parametrize("at", range(4))
def test_a_dropped_line_is_found(
    tampered: Callable[[list[bytes]], list[str]], original: list[bytes], at: int
) -> None:
    problems = tampered(original[:at] + original[at + 1 :])
    assert problems[0].startswith(f"line {at + 1} is decision {at + 2} where {at + 1} was expected")


@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("to", range(5))
def test_a_moved_line_is_found(
    tampered: Callable[[list[bytes]], list[str]], original: list[bytes], at: int, to: int
) -> None:
    lines = list(original)
    lines.insert(to, lines.pop(at))
    assert bool(tampered(lines)) is (at != to)


@pytest.mark.parametrize("at", range(6))
@pytest.mark.parametrize("copy", range(5))
def test_an_inserted_copy_of_a_line_is_found(
    tampered: Callable[[list[bytes]], list[str]], original: list[bytes], at: int, copy: int
) -> None:
    assert tampered([*original[:at], original[copy], *original[at:]])


@pytest.mark.parametrize("at", range(5))
def test_a_line_from_another_log_is_found(
    tampered: Callable[[list[bytes]], list[str]], original: list[bytes], at: int, tmp_path: Path
) -> None:
    for k in range(5):
        append(tmp_path, decision(project=f"other {k}"))
    foreign = (tmp_path / "decisions.jsonl").read_bytes().splitlines(keepends=True)
    problems = tampered([*original[:at], foreign[at], *original[at + 1 :]])
    expected = at + 1 if at else 2  # a first line follows nothing, so only its successor tells
    assert problems[0].startswith(f"line {expected} is not chained to the line before it")


def test_an_edit_is_reported_once_with_its_line(
    tampered: Callable[[list[bytes]], list[str]], original: list[bytes]
) -> None:
    edited = original[2].replace(b'"ALLOW"', b'"REJECT"')
    assert tampered([*original[:2], edited, *original[3:]]) == [
        "line 3 was edited: its contents do not have the hash that it carries"
    ]


def move_hash_to_the_front(line: bytes) -> bytes:
    at = line.index(b'"hash":"')
    member = line[at : at + len('"hash":"",') + 64]
    return b"{" + member + line[1:].replace(member, b"")


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda line: line.replace(b'":', b'": ', 1),
        lambda line: line.replace(b"0.05", b"5e-2", 1),
        lambda line: line.replace(b'"p2"', b'"\\u00702"'),
        lambda line: line.replace(b'"metric"', b'"metric":"x","metric"'),
        move_hash_to_the_front,
    ],
    ids=["white space", "another spelling of a number", "an escape", "a name given twice", "the hash moved"],
)
def test_another_spelling_of_the_same_contents_is_an_edit(
    tampered: Callable[[list[bytes]], list[str]], original: list[bytes], rewrite: Callable[[bytes], bytes]
) -> None:
    changed = rewrite(original[2])
    assert changed != original[2]
    assert tampered([*original[:2], changed, *original[3:]])[0].startswith("line 3 was edited")


def test_a_torn_last_line_is_reported_as_torn(
    tampered: Callable[[list[bytes]], list[str]], original: list[bytes]
) -> None:
    assert tampered([*original, b'{"base']) == [
        "line 6 is torn: 6 bytes without an end; the next append sets them aside"
    ]


def test_lines_cut_off_at_the_end_are_seen_with_a_head_that_was_noted_before(
    log: Path, original: list[bytes], tmp_path: Path
) -> None:
    noted = verify(log).head
    (tmp_path / "decisions.jsonl").write_bytes(b"".join(original[:3]))
    assert verify(tmp_path).ok
    assert [str(p) for p in verify(tmp_path, expect_head=noted).problems] == [
        f"no line has the hash {noted}: the log was cut short or rewritten since"
    ]


def test_a_log_that_grew_since_its_head_was_noted_is_whole(tmp_path: Path) -> None:
    noted = append(tmp_path, decision()).head
    append(tmp_path, decision())
    assert verify(tmp_path, expect_head=noted).ok


def test_an_edited_line_that_still_carries_the_noted_hash_is_no_anchor(
    log: Path, original: list[bytes], tmp_path: Path
) -> None:
    noted = verify(log).head
    (tmp_path / "decisions.jsonl").write_bytes(b"".join(original).replace(b'"p4"', b'"p5"'))
    assert verify(tmp_path, expect_head=noted).n_problems == 2


def test_an_empty_log_is_whole(tmp_path: Path) -> None:
    (tmp_path / "decisions.jsonl").touch()
    audit = verify(tmp_path, expect_head=GENESIS)
    assert (audit.ok, audit.n_decisions, audit.head) == (True, 0, GENESIS)


def test_a_directory_without_a_log_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no decision log"):
        verify(tmp_path)


def test_a_forged_log_keeps_a_thousand_problems_and_counts_them_all(tmp_path: Path) -> None:
    (tmp_path / "decisions.jsonl").write_bytes(b"{}\n" * 1500)
    audit = verify(tmp_path)
    assert (len(audit.problems), audit.n_problems) == (1000, 1500)


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_lines_cut_off_at_the_end_are_missed_by_the_count_beside_the_log(tmp_path: Path, kept: int) -> None:
    for n in range(3):
        append(tmp_path, decision(project=f"p{n}"))
    path = tmp_path / "decisions.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:kept]))
    assert [str(p) for p in verify(tmp_path).problems] == [
        "the log ends before decision 3: lines were cut off at its end"
    ]


def test_a_log_without_a_count_is_held_to_its_chain_alone(tmp_path: Path) -> None:
    append(tmp_path, decision())
    (tmp_path / "decisions.count").unlink()
    assert verify(tmp_path).ok
