"""Results go in by batches and come out one by one, or as a run."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from tests.support.experiments import experiment, result

from evaligo.experiments.contract import Sink
from evaligo.records import Item, Metric, Output, Score, Status, Totals
from evaligo.store.experiments import ExperimentStore
from evaligo.store.result_rows import StoredScore

ID = experiment().id


@pytest.fixture
def sink(store: ExperimentStore) -> Sink:
    store.create(experiment())
    return store.sink(ID)


def test_results_come_back_as_they_were_given_in_the_order_of_item_and_epoch(
    store: ExperimentStore, sink: Sink
) -> None:
    given = [
        result("q2", None),
        result("q1", epoch=2),
        result("q1", epoch=1, item=Item(id="q1", input={"a": [1]}, context="c", metadata={"lang": "fr"})),
        result("q3", output=None, error="HTTP 500", scores=()),
        result("q4", output=Output(text="", model="m", attempts=3, cached=True)),
        *(result(name) for name in ("Q1", "q-1", "é", "ß", "10", "9", "😀")),
    ]
    sink.write(given)
    assert list(store.results(ID)) == sorted(given, key=lambda r: (r.item.id, r.epoch))


def test_reading_in_small_batches_loses_and_doubles_nothing(store: ExperimentStore, sink: Sink) -> None:
    from evaligo.store.results import stored_results

    given = [result(f"q{n % 7}", epoch=n // 7 + 1) for n in range(28)]
    sink.write(given)
    for batch in (1, 4, 27, 28, 29):
        found = [(r.item.id, r.epoch) for r in stored_results(store.database, ID, batch=batch)]
        assert found == sorted((r.item.id, r.epoch) for r in given)


def test_known_tells_which_have_a_result(sink: Sink) -> None:
    sink.write([result("q1", epoch=2), result("q2", output=None, error="e")])
    assert sink.known([("q1", 1), ("q1", 2), ("q2", 1), ("q9", 1)]) == {("q1", 2), ("q2", 1)}
    assert sink.known([(f"q{n}", 1) for n in range(3000)]) == {("q2", 1)}
    assert sink.known([]) == set()


def test_of_two_results_of_one_item_and_epoch_the_first_stays(store: ExperimentStore, sink: Sink) -> None:
    sink.write([result(text="first")])
    sink.write([result(text="second"), result("q2")])
    outputs = [r.output.text for r in store.results(ID) if r.output]
    assert outputs == ["first", "four"]


def test_what_is_asked_is_stored_once_across_experiments(store: ExperimentStore, sink: Sink) -> None:
    store.create(experiment(2))
    sink.write([result("q1"), result("q1", epoch=2)])
    store.sink(experiment(2).id).write([result("q1")])
    with store.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM items").scalar() == 1


def test_half_a_character_and_a_nul_in_an_answer_are_no_reason_to_lose_it(
    store: ExperimentStore, sink: Sink
) -> None:
    score = Score(metric="accuracy", value=1.0, reason="says \udc00")
    sink.write([result(text="a\ud83d\x00b", scores=(score,)), result("q2", text="\ud83d\ude00")])
    first, second = store.results(ID)
    assert [r.output.text for r in (first, second) if r.output] == ["a\ufffd\ufffdb", "😀"]
    assert first.scores[0].reason == "says \ufffd"


def test_a_batch_is_kept_whole_or_not_at_all(store: ExperimentStore, sink: Sink) -> None:
    broken = result("q2", output=Output(text="x", latency=object()))  # type: ignore[arg-type]
    with pytest.raises(Exception, match=r"type 'object' is not supported|cannot adapt type 'object'"):
        sink.write([result("q1"), broken])
    assert list(store.results(ID)) == []


def test_answers_are_remembered_by_their_request_and_come_back_as_cached(sink: Sink) -> None:
    answer = Output(text="four", latency=0.1, cost=0.1, model="m")
    assert sink.cached("k") is None
    sink.remember({"k": answer})
    sink.remember({"k": replace(answer, text="five"), "l": answer})
    assert sink.cached("k") == replace(answer, cached=True)


def test_several_threads_may_write(store: ExperimentStore, sink: Sink) -> None:
    def write(thread: int) -> None:
        for n in range(20):
            sink.write([result(f"q{thread}-{n}")])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert len(list(store.results(ID))) == 80


def test_a_run_has_the_metrics_and_what_was_measured_with_reasons_for_what_is_absent(
    store: ExperimentStore, sink: Sink
) -> None:
    nothing = Score(
        metric="accuracy", value=None, state="not_applicable", reason="there is no expected answer"
    )
    tone = Score(metric="tone", value=0.5)
    sink.write(
        [
            result("q1"),
            result("q2", None, output=Output(text="x", latency=1.5)),
            result("q3", output=None, error="HTTP 500", scores=()),
            result("q4", scores=(nothing, tone)),
        ]
    )
    run = store.run(ID)
    assert run.item_ids.tolist() == ["q1", "q2", "q3", "q4"]
    assert list(run.columns) == ["accuracy", "tone", "latency", "cost", "input_tokens", "output_tokens"]
    accuracy, latency = run.columns["accuracy"], run.columns["latency"]
    assert accuracy.present.tolist() == [True, False, False, False]
    assert accuracy.reasons == {
        1: "the judge timed out",
        2: "no output: HTTP 500",
        3: "not applicable: there is no expected answer",
    }
    assert run.columns["tone"].reasons[0] == "no evaluator scored it"
    assert latency.values[:2].tolist() == [0.5, 1.5]
    assert latency.reasons == {2: "no output: HTTP 500"}
    assert run.columns["cost"].reasons[1] == "the target did not tell"
    assert run.metrics["accuracy"] == Metric(name="accuracy", bounds=(0.0, 1.0))
    assert not run.metrics["latency"].higher_is_better


def test_the_columns_that_are_asked_for_are_the_only_ones(store: ExperimentStore, sink: Sink) -> None:
    sink.write([result("q1")])
    assert list(store.run(ID, metrics=["latency"]).columns) == ["latency"]


def test_a_measure_that_the_experiment_promised_is_a_column_also_where_it_is_absent(
    store: ExperimentStore,
) -> None:
    metrics = (Metric(name="accuracy"), Metric(name="latency", higher_is_better=False))
    store.create(experiment(metrics=metrics))
    store.sink(ID).write([result("q1", output=Output(text="x"))])
    run = store.run(ID)
    assert run.columns["latency"].reasons == {0: "the target did not tell"}
    assert run.columns["accuracy"].values.tolist() == [1.0]


def test_metadata_are_clusters_as_text_but_for_lists_and_objects(store: ExperimentStore, sink: Sink) -> None:
    metadata = [
        {"passage": "p1", "n": 1, "flag": True, "tags": ["a"], "share": 0.5},
        {"passage": "", "n": 1.0, "flag": 1, "tags": "b", "late": "x"},
    ]
    sink.write(
        [result(f"q{n}", item=Item(id=f"q{n}", input=n, metadata=of)) for n, of in enumerate(metadata)]
    )
    clusters = {name: column.tolist() for name, column in store.run(ID).clusters.items()}
    assert clusters == {
        "passage": ["p1", None],
        "n": ["1", "1"],
        "flag": ["true", "1"],
        "share": ["0.5", None],
        "late": [None, "x"],
    }


def test_columns_that_begin_late_are_filled_up(store: ExperimentStore, sink: Sink) -> None:
    """Rows are read 5,000 at a time."""
    late = result(
        "z", scores=(Score(metric="late", value=1.0),), item=Item(id="z", input=1, metadata={"k": "v"})
    )
    sink.write([result(f"q{n:05d}") for n in range(5001)])
    sink.write([late])
    run = store.run(ID)
    assert run.columns["late"].present.nonzero()[0].tolist() == [5001]
    assert run.columns["late"].reasons[0] == "no evaluator scored it"
    assert run.columns["accuracy"].present.sum() == 5001
    assert run.cluster("k").tolist()[-2:] == [None, "v"]


def test_epochs_and_contents_tell_repeats_and_questions_apart(store: ExperimentStore) -> None:
    store.create(experiment(epochs=2))
    store.sink(ID).write([result("q1", epoch=2), result("q1", epoch=1)])
    run = store.run(ID)
    assert run.epochs is not None
    assert run.epochs.tolist() == [1, 2]
    assert run.contents is not None
    assert run.contents.tolist() == [result("q1").item.content] * 2


def test_a_run_says_where_it_comes_from(store: ExperimentStore) -> None:
    store.create(experiment(fingerprint={"model": "m1"}))
    store.sink(ID).write([result("q1")])
    info = store.run(ID).info
    assert info.source == f"experiment pr-validation ({ID})"
    assert (info.run_id, info.model_id, info.task_id, info.config_hash) == (ID, "m1", "smoke", "c" * 64)


def test_the_hash_of_a_run_is_that_of_its_results_whatever_their_order(store: ExperimentStore) -> None:
    for number in (1, 2, 3):
        store.create(experiment(number))
    batch = [result("q1"), result("q2")]
    store.sink(experiment(1).id).write(batch)
    store.sink(experiment(2).id).write(batch[::-1])
    store.sink(experiment(3).id).write([result("q1"), result("q2", 0.0)])
    first, second, third = (store.run(experiment(n).id).info.sha256 for n in (1, 2, 3))
    assert first == second != third
    assert store.run(ID, metrics=["latency"]).info.sha256 == first


def test_a_run_of_an_interrupted_experiment_says_how_much_is_there(store: ExperimentStore) -> None:
    store.create(experiment(status=Status.INTERRUPTED))
    store.sink(ID).write([result("q1")])
    assert store.run(ID).notes == ("the experiment is interrupted: 1 of 3 results are there",)


def test_an_experiment_without_results_is_an_empty_run(store: ExperimentStore) -> None:
    store.create(experiment())
    run = store.run(ID)
    assert run.n_rows == 0
    assert run.columns["accuracy"].values.shape == (0,)


def test_metrics_are_averaged_over_items_and_kept(store: ExperimentStore) -> None:
    store.create(experiment(epochs=2))
    nothing = Score(metric="accuracy", value=None, state="not_applicable")
    store.sink(ID).write(
        [
            result("q1", 1.0, epoch=1),
            result("q1", 0.0, epoch=2),
            result("q2", 1.0, epoch=1),
            result("q2", None, epoch=2),
            result("q3", scores=(nothing,)),
        ]
    )
    assert store.metrics([ID]) == {ID: ()}
    found = {m.metric: m for m in store.summarise(ID)}
    assert (found["accuracy"].mean, found["accuracy"].n, found["accuracy"].absent) == (0.75, 3, 1)
    assert {m.metric: m for m in store.metrics([ID])[ID]} == found
    store.summarise(ID)
    assert len(store.metrics([ID])[ID]) == len(found)


def test_what_was_spent_is_added_up_from_the_results(store: ExperimentStore) -> None:
    store.create(experiment(totals=Totals(seconds=9.0, cost=0.001, retries=1)))
    asked = Score(metric="tone", value=1.0, cost=0.01)
    store.sink(ID).write(
        [
            result("q1", scores=(asked,)),
            result("q2", output=Output(text="x", input_tokens=5, attempts=3)),
            result("q3", output=Output(text="x", input_tokens=5, cost=1.0, cached=True)),
            result("q4", output=None, error="HTTP 500"),
        ]
    )
    spent = store.spent(ID)
    assert spent.cost == pytest.approx(0.011)
    assert spent == Totals(
        done=4, failed=1, cached=1, input_tokens=15, output_tokens=2, cost=spent.cost,
        unpriced=1, seconds=9.0, retries=2,
    )  # fmt: skip


def test_failures_are_listed_with_their_reasons(store: ExperimentStore, sink: Sink) -> None:
    sink.write([result("q2", output=None, error="HTTP 500"), result("q1")])
    assert store.failures(ID) == (("q2", 1, "HTTP 500"),)


def test_scores_keep_every_bit_of_their_value(store: ExperimentStore, sink: Sink) -> None:
    values = np.random.default_rng(1).normal(size=200).tolist()
    sink.write([result(f"q{n:03d}", value) for n, value in enumerate(values)])
    assert store.run(ID).columns["accuracy"].values.tolist() == values


def test_a_stored_score_says_no_more_than_it_must() -> None:
    import msgspec

    assert msgspec.json.encode(StoredScore(value=1.0)) == b'{"value":1.0}'
