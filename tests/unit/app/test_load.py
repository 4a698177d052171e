"""Reading a run from wherever it is."""

import json
from pathlib import Path

import pytest
from tests.support.runs import run_of, runframe

from evaligo import DataError, UsageError, compare, gate, load_run
from evaligo.app.load import as_run


def test_paths_and_runs_are_both_runs(tmp_path: Path) -> None:
    path = runframe(tmp_path / "a.json", [(f"q{i}", float(i % 2)) for i in range(40)])
    run = load_run(path)
    assert as_run(run, metric=None, cluster=None) is run
    for baseline in (run, path, str(path)):
        assert compare(baseline, path, metric="accuracy").delta == 0.0
        assert gate(baseline, path, metric=None).comparison.n_pairs == 40


def test_a_ratio_reads_both_of_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        "".join(json.dumps({"id": f"q{i}", "f1": i % 2, "cost": 1 + i % 3}) + "\n" for i in range(30))
    )
    assert compare(path, path, metric="f1", estimand="ratio:cost").baseline_value == pytest.approx(0.25)


def test_a_cluster_by_name_is_read_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        "".join(json.dumps({"id": f"q{i}", "f1": i % 2, "meta": {"topic": i // 5}}) + "\n" for i in range(40))
    )
    assert gate(path, path, metric="f1", cluster="meta.topic").comparison.n_clusters == 8


def test_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        load_run(tmp_path / "none.json")
    with pytest.raises(UsageError, match="docx"):
        load_run(runframe(tmp_path / "a.json", [("q", 1.0)]), format="docx")
    with pytest.raises(DataError, match="no metric 'x'"):
        gate(run_of([1.0]), run_of([1.0]), metric="x")
