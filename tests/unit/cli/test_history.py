"""`history`: which recorded decisions it lists, and what it says where there is none."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.support.decisions import decision

from evaligo.cli import EVALSIG, run
from evaligo.store.decision_log import append


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of four decisions, one a month, that differ in all that can be filtered by."""
    directory = tmp_path_factory.mktemp("log")
    base = decision()
    for month, verdict, metric, model, task, project in (
        (1, "ALLOW", "accuracy", "m1", "boolq", "search"),
        (2, "REJECT", "accuracy", "m2", "boolq", "search"),
        (3, "INCONCLUSIVE", "f1", "m2", "squad", "chat"),
        (4, "ALLOW", "f1", "m3", "squad", "chat"),
    ):
        append(
            directory,
            decision(
                time=datetime(2026, month, 15, 12, 30, tzinfo=UTC),
                metric=metric,
                project=project,
                candidate=replace(base.candidate, model_id=model, task_id=task),
                result=replace(base.result, verdict=verdict),
            ),
        )
    return directory


def history(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exit_:
        run(EVALSIG, ["history", *map(str, args)])
    said = capsys.readouterr()
    return int(exit_.value.code or 0), said.out, said.err


def numbers(capsys: pytest.CaptureFixture[str], root: Path, *args: object) -> list[int]:
    code, out, _ = history(capsys, "--root", root, "--json", *args)
    assert code == 0
    return [entry["sequence"] for entry in json.loads(out)]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), [1, 2, 3, 4]),
        (("--project", "chat"), [3, 4]),
        (("--model-id", "m2"), [2, 3]),
        (("--task-id", "boolq"), [1, 2]),
        (("--metric-name", "f1"), [3, 4]),
        (("--verdict", "allow"), [1, 4]),
        (("--since", "2026-02-15"), [2, 3, 4]),
        (("--since", "2026-02-15T12:30:01"), [3, 4]),
        (("--since", "2026-02-15T13:30:00+01:00"), [2, 3, 4]),
        (("--until", "2026-02-15"), [1, 2]),
        (("--until", "2026-02-15T12:00:00Z"), [1]),
        (("--since", "2026-02-01", "--until", "2026-03-31", "--model-id", "m2"), [2, 3]),
        (("--metric-name", "accuracy", "--model-id", "m3"), []),
        (("--limit", 2), [3, 4]),
        (("--limit", 1, "--verdict", "REJECT"), [2]),
    ],
)
def test_each_filter_narrows_the_list(
    capsys: pytest.CaptureFixture[str], root: Path, options: tuple[object, ...], expected: list[int]
) -> None:
    assert numbers(capsys, root, *options) == expected


@pytest.mark.parametrize("duration", ["90m", "2h", "1d", "1w"])
def test_a_duration_counts_back_from_now(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, duration: str
) -> None:
    now = datetime.now(UTC)
    for ago in (timedelta(days=30), timedelta(minutes=30)):
        append(tmp_path, decision(time=now - ago))
    assert numbers(capsys, tmp_path, "--since", duration) == [2]
    assert numbers(capsys, tmp_path, "--until", duration) == [1]


def test_the_table_is_one_line_a_decision_the_newest_last_and_ends_with_the_head(
    capsys: pytest.CaptureFixture[str], root: Path
) -> None:
    _, out, _ = history(capsys, "--root", root)
    header, *rows, last = out.splitlines()
    assert re.split(r"\s{2,}", header.strip()) == [
        "#", "time (UTC)", "verdict", "project", "model", "task", "metric", "delta", "CI", "p", "n",
    ]  # fmt: skip
    assert [row.split()[0] for row in rows] == ["1", "2", "3", "4"]
    assert re.split(r"\s{2,}", rows[1].strip()) == [
        "2", "2026-02-15 12:30:00", "REJECT", "search", "m2", "boolq", "accuracy", "+0.0124", "[+0.0023, +inf]",
        "0.0070", "4032",
    ]  # fmt: skip
    head = json.loads((root / "decisions.jsonl").read_bytes().splitlines()[-1])["hash"]
    assert last == f"4 of 4 decisions; head {head}"


def test_json_prints_the_envelopes_byte_for_byte(capsys: pytest.CaptureFixture[str], root: Path) -> None:
    _, out, _ = history(capsys, "--root", root, "--json")
    for line in (root / "decisions.jsonl").read_text().splitlines():
        assert line in out


def test_a_name_that_steers_the_terminal_is_shown_as_text(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    append(tmp_path, decision(project="\x1b[2J[red]x[/red]"))
    _, out, _ = history(capsys, "--root", tmp_path)
    assert r"\x1b[2J[red]x[/red]" in out
    assert "\x1b" not in out


def test_an_open_or_undefined_number_has_its_place_in_the_table(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    base = decision().result
    append(tmp_path, decision(result=replace(base, ci=(None, None), p_value=None, delta=None)))
    _, out, _ = history(capsys, "--root", tmp_path)
    assert "[-inf, +inf]" in out


def test_a_directory_without_decisions_is_said_to_be_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, _ = history(capsys, "--root", tmp_path)
    assert code == 0
    assert out == (
        f"No decisions are recorded in {tmp_path} yet; `evalsig gate --record {tmp_path}` writes the first.\n"
    )


def test_filters_that_match_nothing_say_what_there_is(capsys: pytest.CaptureFixture[str], root: Path) -> None:
    code, out, _ = history(capsys, "--root", root, "--metric-name", "accurracy")
    assert code == 0
    assert out == (
        f"None of the 4 decisions in {root} match --metric-name accurracy; "
        "in the log, metric-name is 'accuracy', 'f1'.\n"
    )


def test_no_decision_matched_is_an_empty_array_in_json(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert numbers(capsys, tmp_path) == []


def test_a_directory_that_is_not_there_is_bad_input(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, _, err = history(capsys, "--root", tmp_path / "typo")
    assert (code, "there is no decision log" in err) == (65, True)


@pytest.mark.parametrize("when", ["yesterday", "7", "7y", "2026-13-01", "99999999999w", "-1d"])
def test_a_time_that_cannot_be_meant_is_a_usage_error(
    capsys: pytest.CaptureFixture[str], root: Path, when: str
) -> None:
    code, _, err = history(capsys, "--root", root, f"--since={when}")
    assert (code, "neither a date such as 2026-03-01 nor a duration such as 7d" in err) == (64, True)


@pytest.mark.parametrize("damage", [b"{}\n", b'{"half', b"\xff\xfe\n", b"[" * 100_000 + b"\n"])
def test_a_line_that_cannot_be_read_is_named_after_those_that_can(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, damage: bytes
) -> None:
    append(tmp_path, decision())
    with (tmp_path / "decisions.jsonl").open("ab") as log:
        log.write(damage)
    code, out, err = history(capsys, "--root", tmp_path)
    assert "1 of 1 decisions" in out
    assert code == 65
    assert "1 of the log's lines cannot be read (line 2); run `evalsig verify" in err
