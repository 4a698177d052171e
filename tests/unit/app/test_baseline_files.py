"""A baseline as a file: nothing is lost on the way to git and back."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.support.experiments import experiment, result
from tests.support.quality_reports import rejected

from evaligo.app.baseline_files import export_baseline, import_baseline
from evaligo.app.baselines import promote
from evaligo.app.load import load_run
from evaligo.app.resolve_baseline import resolve_baseline
from evaligo.errors import DataError, UnavailableError, UsageError
from evaligo.records import Item, ItemResult, Run, Score
from evaligo.records.baseline import BaselineEntry
from evaligo.store.experiments import ExperimentStore

HEAD = experiment(1, passed=True, gate="pr", verdict="ALLOW", epochs=2, tags={"team": "ai"}, cluster="page")


def results() -> list[ItemResult]:
    """Return what is hard to keep: epochs, failures, floats, half of a dataset without metadata, and odd texts."""
    items = [
        Item(id=f"q{n}", input={"n": n, "text": "naïve \u2028 \U0001f600"}, expected=[n], metadata=meta)
        for n, meta in enumerate(
            [{"page": "p1", "n": 1.0}, {"page": 2, "ok": True, "tags": ["a"]}, {"page": "", "n": 0.1}, {}]
        )
    ]
    failed = result("q2", item=items[2], output=None, error="HTTP 500", scores=())
    none = Score(metric="tone", value=None, state="not_applicable", reason="no expected answer")
    return [
        result("q0", 1 / 3, item=items[0]),
        result("q0", 0.1 + 0.2, item=items[0], epoch=2),
        result("q1", None, item=items[1]),
        failed,
        result("q3", item=items[3], scores=(none,)),
    ]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExperimentStore]:
    monkeypatch.chdir(tmp_path)
    with ExperimentStore.open(tmp_path / "here" / "evaligo.db") as opened:
        opened.create(HEAD)
        opened.sink(HEAD.id).write(results())
        opened.judge(HEAD.id, rejected(), baseline_id="exp_0")
        promote(opened, HEAD.id, "production", who="ada", why="the first", metadata={"ticket": 7})
        yield opened


@pytest.fixture
def other(tmp_path: Path) -> Iterator[ExperimentStore]:
    with ExperimentStore.open(tmp_path / "there" / "evaligo.db") as opened:
        yield opened


def same(first: Run, second: Run) -> bool:
    return (
        first.item_ids.tolist() == second.item_ids.tolist()
        and list(first.columns) == list(second.columns)
        and first.metrics == second.metrics
        and all(
            np.array_equal(c.values, second.columns[n].values, equal_nan=True)
            and c.reasons == second.columns[n].reasons
            for n, c in first.columns.items()
        )
        and (first.epochs is None) == (second.epochs is None)
        and (first.epochs is None or second.epochs is None or first.epochs.tolist() == second.epochs.tolist())
        and {n: c.tolist() for n, c in first.clusters.items()}
        == {n: c.tolist() for n, c in second.clusters.items()}
        and (first.contents is not None and second.contents is not None)
        and first.contents.tolist() == second.contents.tolist()
    )


def exported(store: ExperimentStore, **options: str) -> bytes:
    export_baseline(store, "production", out := io.BytesIO(), **options)
    return out.getvalue()


def test_a_round_trip_loses_nothing(store: ExperimentStore, other: ExperimentStore) -> None:
    entry = export_baseline(store, "production", Path("baseline.json"))
    done = import_baseline(other, "baseline.json", "production", who="bob")
    assert other.get(HEAD.id) == store.get(HEAD.id)
    assert [*other.results(HEAD.id)] == [*store.results(HEAD.id)]
    assert other.judgements(HEAD.id) == store.judgements(HEAD.id)
    store.summarise(HEAD.id)
    assert other.metrics([HEAD.id]) == store.metrics([HEAD.id])
    assert other.run(HEAD.id).info == store.run(HEAD.id).info
    assert (done.entry.who, done.entry.why) == ("bob", "imported from baseline.json")
    assert (done.entry.metrics, done.entry.name) == (entry.metrics, entry.name)
    assert done.entry.metadata["ticket"] == 7
    came = done.entry.metadata["imported"]
    assert (came["id"], came["who"], came["why"]) == (entry.id, "ada", "the first")
    again = import_baseline(other, "baseline.json", "production", who="bob")
    assert (again.changed, again.entry) == (False, done.entry)
    assert sum(line.startswith(b'{"item"') for line in exported(other).splitlines()) == len(results())


def test_the_file_reads_as_the_run_that_the_store_gives(store: ExperimentStore) -> None:
    export_baseline(store, "production", Path("baseline.json"))
    run = load_run("baseline.json")
    assert same(run, store.run(HEAD.id))
    assert (run.info.format, run.info.run_id) == ("baseline", HEAD.id)


def test_as_a_baseline_the_file_brings_its_answers_along(
    other: ExperimentStore, store: ExperimentStore
) -> None:
    export_baseline(store, "production", Path("baseline.json"))
    found = resolve_baseline(other, "baseline.json")
    assert found
    assert (found.kind, found.experiment) == ("file", store.get(HEAD.id))
    assert same(found.run, store.run(HEAD.id))
    assert [*other.results(HEAD.id)] == [*store.results(HEAD.id)]
    assert other.baselines.history() == ()


def test_a_formatter_changes_nothing_and_a_score_everything(
    store: ExperimentStore, other: ExperimentStore
) -> None:
    data = json.loads(exported(store))
    Path("pretty.json").write_text(json.dumps(data, indent=2, sort_keys=True), encoding="utf-8")
    assert import_baseline(other, "pretty.json", "staging", who="bob").changed
    data["results"][0]["scores"][0]["value"] = 1.0
    Path("changed.json").write_text(json.dumps(data), encoding="utf-8")
    for read in (load_run, lambda name: import_baseline(other, name, "production", who="bob")):
        with pytest.raises(DataError, match=r"changed\.json: the baseline was changed since it was written"):
            read("changed.json")
    assert other.baselines.current("production") is None


def test_a_file_of_another_format_version_or_half_of_one_is_told(
    other: ExperimentStore, store: ExperimentStore
) -> None:
    whole = exported(store)
    for name, data, problem in (
        ("half.json", whole[: len(whole) // 2], "half.json: not a baseline"),
        (
            "run.json",
            b'{"metric_name": "f1", "items": [{"item_id": "a", "score": 1}]}',
            "run.json: not a baseline as",
        ),
        (
            "newer.json",
            whole.replace(b'"evaligo_baseline":1', b'"evaligo_baseline":2'),
            "a baseline of format 2",
        ),
    ):
        Path(name).write_bytes(data)
        with pytest.raises((DataError, UnavailableError), match=problem):
            import_baseline(other, name, "production", who="bob")
    with pytest.raises(UsageError, match="the environment's name is empty"):
        import_baseline(other, "half.json", " ", who="bob")


def test_an_experiment_that_is_here_with_other_results_is_not_replaced(
    store: ExperimentStore, other: ExperimentStore
) -> None:
    export_baseline(store, "production", Path("baseline.json"))
    other.create(HEAD)
    other.sink(HEAD.id).write([replace(results()[0], error="another")])
    with pytest.raises(DataError, match=f"experiment {HEAD.id} is here already, with other results"):
        import_baseline(other, "baseline.json", "production", who="bob")


def test_an_earlier_baseline_is_exported_by_its_number(store: ExperimentStore) -> None:
    store.create(experiment(2))
    promote(store, experiment(2).id, "production", who="ada")
    assert json.loads(exported(store))["experiment"]["id"] == experiment(2).id
    assert json.loads(exported(store, ref="1"))["experiment"]["id"] == HEAD.id
    with pytest.raises(DataError, match="there is no baseline '9' of production"):
        exported(store, ref="9")
    with pytest.raises(DataError, match="staging has no baseline to export; promote one"):
        export_baseline(store, "staging", io.BytesIO())


def test_what_somebody_else_promoted_meanwhile_stays(store: ExperimentStore, other: ExperimentStore) -> None:
    export_baseline(store, "production", Path("baseline.json"))
    other.create(experiment(2))
    held: BaselineEntry = promote(other, experiment(2).id, "production", who="eve").entry
    with pytest.raises(UnavailableError, match="changed meanwhile"):
        import_baseline(other, "baseline.json", "production", who="bob", replaces="")
    assert other.baselines.current("production") == held
    assert import_baseline(other, "baseline.json", "production", who="bob", replaces=held.id).replaced == held
