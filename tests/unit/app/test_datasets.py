import json
from pathlib import Path

import pytest

from evaligo.app.datasets import Columns, diff_datasets, import_dataset, summarise
from evaligo.errors import DataError, UsageError
from evaligo.experiments.dataset import open_dataset
from evaligo.settings.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(root=tmp_path)
    project.datasets.mkdir(parents=True)
    return project


def test_a_table_of_any_columns_becomes_a_dataset(project: Project, tmp_path: Path) -> None:
    table = tmp_path / "tickets.csv"
    table.write_text("ticket,question,answer,lang\nT1,Why?,Because,en\nT2,Pourquoi?,,fr\n")
    columns = Columns(id="ticket", input="question", expected="answer", metadata=("lang",))
    made = import_dataset(table, "tickets", columns, project, force=False)
    first, second = made.items()
    assert (first.id, first.expected, first.metadata) == ("T1", "Because", {"lang": "en"})
    assert second.expected is None


def test_a_file_without_ids_gets_them_from_the_content(project: Project, tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text('{"q": {"text": "one"}}\n{"q": {"text": "two"}}\n')
    columns = Columns(input="q.text", make_ids=True)
    made = import_dataset(source, "a", columns, project, force=False)
    again = import_dataset(source, "b", columns, project, force=False)
    assert made.sha256 == again.sha256
    assert len({item.id for item in made.items()}) == 2


def test_a_dataset_that_no_experiment_could_run_is_not_left_behind(project: Project, tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text('{"id": "a", "q": 1}\n{"id": "a", "q": 2}\n')
    with pytest.raises(DataError, match="stands there already"):
        import_dataset(source, "a", Columns(input="q"), project, force=False)
    assert not list(project.datasets.iterdir())


def test_a_field_that_is_not_there_is_named_with_the_nearest(project: Project, tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text('{"id": "a", "question": 1}\n')
    with pytest.raises(DataError, match=r"line 1: there is no field 'qestion'; did you mean 'question'"):
        import_dataset(source, "a", Columns(input="qestion"), project, force=False)


def test_a_name_that_is_taken_is_kept_unless_forced(project: Project, tmp_path: Path) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text('{"id": "a", "input": 1}\n')
    (project.datasets / "a.csv").write_text("id,input\nb,2\n")
    with pytest.raises(UsageError, match="already"):
        import_dataset(source, "a", Columns(), project, force=False)
    import_dataset(source, "a", Columns(), project, force=True)
    assert [path.name for path in project.datasets.iterdir()] == ["a.jsonl"]


@pytest.mark.parametrize("name", ["", "../a", ".hidden"])
def test_a_name_stays_inside_its_folder(project: Project, tmp_path: Path, name: str) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text('{"id": "a", "input": 1}\n')
    with pytest.raises(UsageError, match="is no name"):
        import_dataset(source, name, Columns(), project, force=False)


def test_a_summary_counts_what_is_there(project: Project) -> None:
    items = [{"id": f"q{n}", "input": "x", "metadata": {"lang": "en", "user": f"u{n}"}} for n in range(20)]
    (project.datasets / "a.jsonl").write_text("".join(json.dumps(i) + "\n" for i in items))
    found = summarise("a", project)
    assert (found.n_items, found.n_expected, found.n_context) == (20, 0, 0)
    assert found.metadata == {"lang": {"en": 20}, "user": {"": 20}}


def test_a_difference_is_by_id_and_content(project: Project) -> None:
    for name, items in (("a", [("x", 1), ("y", 2), ("z", 3)]), ("b", [("y", 2), ("z", 4), ("w", 5)])):
        rows = "".join(json.dumps({"id": i, "input": q}) + "\n" for i, q in items)
        (project.datasets / f"{name}.jsonl").write_text(rows)
    found = diff_datasets("a", "b", project)
    assert (found.same, found.added, found.removed, found.changed) == (1, ("w",), ("x",), ("z",))
    assert open_dataset(project.datasets / "a.jsonl").n_items == 3
