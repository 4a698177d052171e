"""What was noted is there again, whatever happened in between."""

from __future__ import annotations

from pathlib import Path

from evaligo.experiments.journal import Journal
from evaligo.records import Item, ItemResult, Output, Score

RESULT = ItemResult(
    item=Item(id="ä\n", input={"a": [1, None]}, expected="x", metadata={"lang": "fr"}),
    epoch=2,
    output=Output(text="line\nline", latency=0.1, cost=0.2, attempts=3),
    scores=(Score(metric="m", value=None, state="failed", reason="why"), Score(metric="n", value=0.5)),
)


def named(name: str) -> ItemResult:
    return ItemResult(item=Item(id=name, input=""))


def left(path: Path) -> list[str]:
    return [result.item.id for result in Journal(path).left()]


def test_a_result_comes_back_as_it_was(tmp_path: Path) -> None:
    Journal(tmp_path / "j").note(RESULT)
    assert list(Journal(tmp_path / "j").left()) == [RESULT]


def test_a_line_that_was_cut_off_is_none_and_spoils_no_other(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.note(named("a"))
    file = tmp_path / "j.a.jsonl"
    file.write_bytes(file.read_bytes() + b'{"item": {"id": "b", "inp')
    assert left(tmp_path / "j") == ["a"]


def test_a_group_is_forgotten_and_what_came_meanwhile_is_not(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.note(named("first"))
    journal.turn()
    journal.note(named("second"))
    assert sorted(left(tmp_path / "j")) == ["first", "second"]
    journal.forget()
    assert left(tmp_path / "j") == ["second"]
    journal.note(named("third"))
    journal.turn()
    journal.forget()
    assert left(tmp_path / "j") == []
    journal.note(named("fourth"))
    assert left(tmp_path / "j") == ["fourth"]


def test_it_leaves_nothing_behind_where_all_is_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.note(named("a"))
    journal.close(remove=True)
    assert not list(tmp_path.iterdir())
