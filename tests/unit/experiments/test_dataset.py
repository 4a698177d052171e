import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from evaligo.errors import DataError, EvaligoError, UsageError
from evaligo.experiments.dataset import Selection, find_dataset, open_dataset, select
from evaligo.records import Item
from evaligo.settings.project import Project

ITEMS: list[dict[str, object]] = [
    {"id": "a", "input": "2+2?", "expected": "4", "metadata": {"lang": "en"}},
    {"id": "b", "input": "3+3?", "metadata": {"lang": "fr"}},
    {"id": "café", "input": "1+1?", "expected": "2", "context": "one and one are two"},
]


def jsonl(path: Path, items: Sequence[Mapping[str, object]]) -> Path:
    path.write_text("".join(json.dumps(item) + "\n" for item in items))
    return path


def test_items_come_in_the_files_order(tmp_path: Path) -> None:
    dataset = open_dataset(jsonl(tmp_path / "d.jsonl", ITEMS))
    assert [item.id for item in dataset.items()] == ["a", "b", "café"]
    assert dataset.n_items == 3


def test_the_same_items_are_the_same_dataset_in_any_format_and_order(tmp_path: Path) -> None:
    one = open_dataset(jsonl(tmp_path / "d.jsonl", ITEMS))
    other = open_dataset(jsonl(tmp_path / "e.jsonl", ITEMS[::-1]))
    table = tmp_path / "f.csv"
    table.write_text(
        "id,input,expected,context,lang\na,2+2?,4,,en\nb,3+3?,,,fr\ncafé,1+1?,2,one and one are two,\n"
    )
    assert one.sha256 == other.sha256 == open_dataset(table).sha256


def test_parquet_is_read_row_by_row(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    source = jsonl(tmp_path / "d.jsonl", [{**item, "expected": item.get("expected")} for item in ITEMS[:2]])
    path = tmp_path / "d.parquet"
    duckdb.sql(f"copy (select id, input, expected, metadata from read_json('{source}')) to '{path}'")
    assert open_dataset(path).sha256 == open_dataset(jsonl(tmp_path / "e.jsonl", ITEMS[:2])).sha256


@pytest.mark.parametrize(
    "change", [{"input": "5?"}, {"expected": "5"}, {"metadata": {"lang": "de"}}, {"id": "z"}]
)
def test_any_change_of_an_item_is_another_dataset(tmp_path: Path, change: dict[str, object]) -> None:
    one = open_dataset(jsonl(tmp_path / "d.jsonl", ITEMS))
    other = open_dataset(jsonl(tmp_path / "e.jsonl", [{**ITEMS[0], **change}, *ITEMS[1:]]))
    assert one.sha256 != other.sha256


def test_the_content_is_what_is_asked_and_not_how_it_is_filed(tmp_path: Path) -> None:
    dataset = open_dataset(jsonl(tmp_path / "d.jsonl", [ITEMS[0], {**ITEMS[0], "id": "z", "metadata": {}}]))
    first, second = dataset.items()
    assert first.content == second.content


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"input": "x"}', "line 2: the item has no id"),
        ('{"id": "", "input": "x"}', "line 2: the item has no id"),
        ('{"id": null, "input": "x"}', "line 2: the item has no id"),
        ('{"id": 1.5, "input": "x"}', r"line 2: the id 1.5 is no text"),
        ('{"id": "b\\n", "input": "x"}', "line 2: the id"),
        ('{"id": "b"}', "line 2: the item has no input"),
        ('{"id": "a", "input": "x"}', r"line 2: the id 'a' stands there already \(line 1\)"),
        ('{"id": "b", "input": "x", "expcted": 1}', "did you mean 'expected'"),
        ('{"id": "b", "input": "x", "context": 3}', "`context` is neither text"),
        ('{"id": "b", "input": "x", "metadata": 3}', "`metadata` is no object"),
        ('{"id": "b", "input": "x"', "line 2: no JSON"),
        ('["b"]', "line 2: no JSON object"),
        ("[" * 100_000, "line 2: no JSON"),
    ],
)
def test_a_broken_item_is_named_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "d.jsonl"
    path.write_text('{"id": "a", "input": "x"}\n' + line + "\n")
    with pytest.raises(DataError, match=told):
        open_dataset(path)


def test_one_id_written_two_ways_is_one_id(tmp_path: Path) -> None:
    path = jsonl(
        tmp_path / "d.jsonl", [{"id": "caf\u00e9", "input": "x"}, {"id": "cafe\u0301", "input": "y"}]
    )
    with pytest.raises(DataError, match="stands there already"):
        open_dataset(path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,input\na,b,c\n", "line 2: 3 cells under 2 columns"),
        ("id,inptu\na,b\n", "did you mean 'input', or metadata.inptu"),
        ("id,id,input\na,b,c\n", "the column 'id' stands twice"),
        ('id,input\na,"b\n', "unexpected end of data"),
        ("id,input\n", "there are no items"),
    ],
)
def test_a_broken_table_is_named(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "d.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=told):
        open_dataset(path)


def test_latin_1_is_told_from_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes("id,input\na,café\n".encode("latin-1"))
    with pytest.raises(DataError, match="save the file as UTF-8"):
        open_dataset(path)


def test_a_dataset_is_found_by_name_and_by_path(tmp_path: Path) -> None:
    project = Project(root=tmp_path)
    project.datasets.mkdir(parents=True)
    path = jsonl(project.datasets / "smoke.jsonl", ITEMS)
    assert find_dataset("smoke", project) == path
    assert find_dataset(str(path), project) == path


def test_a_name_that_is_not_there_or_stands_twice_is_refused(tmp_path: Path) -> None:
    project = Project(root=tmp_path)
    project.datasets.mkdir(parents=True)
    jsonl(project.datasets / "smoke.jsonl", ITEMS)
    with pytest.raises(UsageError, match="did you mean 'smoke'"):
        find_dataset("smok", project)
    (project.datasets / "smoke.csv").write_text("id,input\n")
    with pytest.raises(UsageError, match=r"could be smoke\.jsonl and smoke\.csv"):
        find_dataset("smoke", project)


def test_a_sample_is_the_same_for_a_seed_and_another_for_another(tmp_path: Path) -> None:
    dataset = open_dataset(jsonl(tmp_path / "d.jsonl", [{"id": f"q{n}", "input": "x"} for n in range(100)]))

    def ids(seed: int) -> list[str]:
        return [item.id for item in select(dataset, sample=10, seed=seed).items()]

    assert len(set(ids(0))) == 10
    assert ids(0) == ids(0) != ids(1)


def test_a_limit_takes_the_first_items_and_says_so(tmp_path: Path) -> None:
    dataset = open_dataset(jsonl(tmp_path / "d.jsonl", ITEMS))
    chosen = select(dataset, limit=2)
    assert [item.id for item in chosen.items()] == ["a", "b"]
    assert (chosen.info.n_items, chosen.info.selection) == (2, "first 2")
    assert select(dataset, limit=9).info.selection == ""
    with pytest.raises(UsageError, match="contradict"):
        select(dataset, limit=1, sample=1)


def test_a_file_of_another_kind_is_no_dataset(tmp_path: Path) -> None:
    path = tmp_path / "d.xlsx"
    path.write_bytes(b"PK")
    with pytest.raises(EvaligoError, match=r"\.jsonl, \.csv, \.parquet"):
        open_dataset(path)


def test_the_first_selected_item_outside_of_any_cluster_is_found(tmp_path: Path) -> None:
    rows = [{"id": f"q{i}", "input": i, "metadata": {"p": i} if i % 2 else {}} for i in range(4)]
    path = jsonl(tmp_path / "d.jsonl", rows)
    dataset = open_dataset(path, cluster="p")

    def found(chosen: list[bool] | None) -> str | None:
        mask = None if chosen is None else np.array(chosen)
        item = Selection(dataset=dataset, chosen=mask).unclustered
        return item.id if item else None

    assert found(None) == "q0"
    assert found([False, True, True, False]) == "q2"
    assert found([False, True, False, True]) is None
    assert Selection(dataset=open_dataset(path)).unclustered is None


def test_contents_are_those_of_the_selected_items(tmp_path: Path) -> None:
    dataset = open_dataset(jsonl(tmp_path / "d.jsonl", ITEMS))
    chosen = Selection(dataset=dataset, chosen=np.array([False, True, False]))
    assert chosen.contents == {"b": Item(id="b", input="3+3?").content}
