"""Experiments' heads: kept, changed, listed, deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import event
from tests.support.experiments import experiment, result
from tests.support.quality_reports import allowed, rejected

from evaligo.errors import DataError, UnavailableError, UsageError
from evaligo.records import Output, Revision, Status, Totals
from evaligo.store.baselines import promoted
from evaligo.store.experiments import ExperimentStore
from evaligo.store.listing import Filter


def test_a_head_comes_back_as_it_was_given(store: ExperimentStore) -> None:
    whole = experiment(
        config={"name": "é", "target": {"messages": [{"role": "user"}]}, "half": "a"},
        tags={"team": "ai", "": "x"},
        fingerprint={"model": "m"},
        totals=Totals(done=3, cost=0.25),
        gate="pr",
        verdict="ALLOW",
        passed=True,
        epochs=2,
        seed=7,
    )
    store.create(whole)
    assert store.get(whole.id) == whole


def test_half_a_character_in_a_configuration_is_replaced_and_not_refused(store: ExperimentStore) -> None:
    store.create(experiment(config={"name": "a\ud83d", "list": ["\udc00"]}))
    assert store.get(experiment().id).config == {"name": "a\ufffd", "list": ["\ufffd"]}


def test_what_changes_is_noted_and_the_rest_stays(store: ExperimentStore) -> None:
    store.create(experiment(note="n", verdict="REJECT"))
    store.update(experiment().id, status=Status.FAILED, totals=Totals(done=2), passed=False)
    found = store.get(experiment().id)
    assert (found.status, found.totals.done, found.passed) == (Status.FAILED, 2, False)
    assert (found.note, found.verdict, found.name) == ("n", "REJECT", "pr-validation")
    assert found.updated > "2026-03-01T12:00:00Z"


def test_an_experiment_that_is_not_there_is_an_error(store: ExperimentStore) -> None:
    for ask in (store.get, store.results, store.run, store.delete, store.spent, store.summarise):
        with pytest.raises(DataError, match="there is no experiment 'exp_x'"):
            ask("exp_x")
    with pytest.raises(DataError, match="there is no experiment 'exp_x'"):
        store.update("exp_x", note="n")
    with pytest.raises(DataError, match="there is no experiment 'exp_x'"):
        store.sink("exp_x").write([result()])


def test_an_id_is_given_once(store: ExperimentStore) -> None:
    store.create(experiment())
    with pytest.raises(DataError, match="there is an experiment 'exp_0000000000000001' already"):
        store.create(experiment(name="other"))
    assert store.get(experiment().id).name == "pr-validation"


def test_pages_list_all_newest_first_also_while_others_arrive(store: ExperimentStore) -> None:
    for number in range(1, 8):
        store.create(experiment(number))
    first = store.list(limit=3)
    store.create(experiment(9))
    second = store.list(limit=3, cursor=first.cursor)
    last = store.list(limit=3, cursor=second.cursor)
    pages = [[int(e.id[4:]) for e in page.experiments] for page in (first, second, last)]
    assert pages == [[7, 6, 5], [4, 3, 2], [1]]
    assert last.cursor is None


def test_experiments_of_one_moment_are_neither_lost_nor_doubled_between_pages(
    store: ExperimentStore,
) -> None:
    for number in range(5):
        store.create(experiment(number, created="2026-03-01T12:00:00Z"))
    found, cursor = [], None
    while True:
        page = store.list(limit=2, cursor=cursor)
        found += [e.id for e in page.experiments]
        if (cursor := page.cursor) is None:
            break
    assert found == [experiment(number).id for number in (4, 3, 2, 1, 0)]


def test_a_cursor_that_no_page_gave_is_refused(store: ExperimentStore) -> None:
    with pytest.raises(UsageError, match="'7' is no cursor"):
        store.list(cursor="7")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(name="nightly"), {2}),
        (Filter(branch="fix"), {3}),
        (Filter(commit="0000003"), {3}),
        (Filter(commit="0000003" + "A" * 33), {3}),
        (Filter(commit="%"), set()),
        (Filter(id="exp_000000000000000"), {1, 2, 3, 4}),
        (Filter(status=Status.RUNNING), {4}),
        (Filter(passed=True), {1}),
        (Filter(passed=False), {2}),
        (Filter(tags={"team": "ai"}), {1, 2}),
        (Filter(tags={"team": "ai", "kind": "x"}), {2}),
        (Filter(since=datetime(2026, 3, 1, 12, 0, 3, tzinfo=UTC)), {3, 4}),
        (Filter(until=datetime(2026, 3, 1, 12, 0, 1)), {1}),  # noqa: DTZ001  (it means UTC)
    ],
)
def test_lists_are_filtered(store: ExperimentStore, wanted: Filter, found: set[int]) -> None:
    store.create(experiment(1, tags={"team": "ai"}, passed=True))
    store.create(experiment(2, name="nightly", tags={"team": "ai", "kind": "x"}, passed=False))
    store.create(experiment(3, revision=Revision(commit="0000003" + "a" * 33, branch="fix")))
    store.create(experiment(4, status=Status.RUNNING))
    assert {int(e.id[4:]) for e in store.list(wanted).experiments} == found


def test_a_page_is_one_query_however_many_experiments_it_shows(store: ExperimentStore) -> None:
    for number in range(20):
        store.create(experiment(number, tags={"a": "b"}))
    asked: list[str] = []
    event.listen(store.database._engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    store.list()
    assert [query.split()[0] for query in asked if not query.startswith("BEGIN")] == ["SELECT"]


def test_projects_in_one_database_do_not_see_each_other(store: ExperimentStore) -> None:
    store.create(experiment())
    other = ExperimentStore(store.database, project="other")
    assert other.find(experiment().id) is None
    assert other.list().experiments == ()
    store.sink(experiment().id).remember({"k": Output(text="x")})
    assert other.sink("x").cached("k") is None


def test_deleting_takes_the_results_and_the_items_that_nobody_else_asked(store: ExperimentStore) -> None:
    for number, asked in ((1, ("q1", "q2")), (2, ("q2", "q3"))):
        store.create(experiment(number, tags={"a": "b"}))
        store.sink(experiment(number).id).write([result(item) for item in asked])
        store.summarise(experiment(number).id)
        store.judge(experiment(number).id, rejected())
    store.delete(experiment(1).id)
    with store.database.read() as connection:
        left = {
            table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
            for table in ("experiments", "results", "items", "experiment_tags", "judgements")
        }
        metrics = connection.exec_driver_sql("SELECT DISTINCT experiment_id FROM experiment_metrics").all()
    assert left == {"experiments": 1, "results": 2, "items": 2, "experiment_tags": 1, "judgements": 1}
    assert metrics == [(experiment(2).id,)]


def test_a_baseline_is_deleted_by_force_only_and_its_entry_stays(store: ExperimentStore) -> None:
    store.create(experiment())
    entry = promoted(environment="staging", experiment_id=experiment().id, who="me", replaces=None)
    store.baselines.append(entry)
    with pytest.raises(DataError, match="is or was a baseline of staging; delete it with --force"):
        store.delete(experiment().id)
    store.delete(experiment().id, force=True)
    assert store.baselines.current("staging") == entry


def test_a_running_experiment_is_not_deleted(store: ExperimentStore) -> None:
    store.create(experiment())
    with store.running.held(experiment().id), pytest.raises(UnavailableError, match="is running"):
        store.delete(experiment().id)
    assert store.find(experiment().id)


def test_judgements_are_kept_newest_first_with_their_whole_report(store: ExperimentStore) -> None:
    store.create(experiment())
    reports = [allowed(), rejected()]
    for report in reports:
        store.judge(experiment().id, report, baseline_id="exp_b")
    found = store.judgements(experiment().id)
    assert [j.verdict for j in found] == ["REJECT", "ALLOW"]
    assert found[0].report["results"][0]["threshold"]["name"] == reports[1].results[0].threshold.name
    assert (found[0].baseline_id, found[0].gate) == ("exp_b", reports[1].gate)


def test_a_time_that_is_none_is_refused(store: ExperimentStore) -> None:
    with pytest.raises(DataError, match="'yesterday' is no time"):
        store.create(replace(experiment(), created="yesterday"))
