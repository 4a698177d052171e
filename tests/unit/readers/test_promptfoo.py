"""promptfoo's results JSON becomes a Run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from evaligo.errors import DataError
from evaligo.readers.contract import Ask
from evaligo.readers.promptfoo import Promptfoo
from evaligo.readers.source import Source
from evaligo.records import Run


def row(q: str, score: float = 1.0, **more: Any) -> dict[str, Any]:
    """A result as promptfoo 0.121 writes it, cut to what matters; `case` replaces parts of the test."""
    case = {"vars": {"q": q}, "assert": [{"type": "equals", "value": "4"}], **more.pop("case", {})}
    made = {
        "testIdx": 0, "promptIdx": 0, "provider": {"id": "openai:gpt", "label": ""}, "prompt": {"raw": q, "label": "p"},
        "score": score, "success": score > 0.5, "failureReason": int(score <= 0.5), "namedScores": {}, "latencyMs": 20,
        "cost": 0, "gradingResult": {"pass": score > 0.5}, "testCase": case,
    }  # fmt: skip
    return {**made, **more}


def data(*rows: dict[str, Any], repeat: int = 1, **more: Any) -> bytes:
    results = {"version": 3, "timestamp": "2026-01-01T00:00:00Z", "results": list(rows), **more}
    return json.dumps({"evalId": "eval-1", "results": results, "runtimeOptions": {"repeat": repeat}}).encode()


def read(*rows: dict[str, Any], ask: dict[str, str] | None = None, **more: Any) -> Run:
    return Promptfoo().read(Source(label="a.json", raw=data(*rows, **more)), Ask(**(ask or {})))


def test_results_are_found_by_content() -> None:
    reader = Promptfoo()
    assert reader.sniff(Source(label="a", raw=data(row("x"))))
    assert reader.sniff(Source(label="a", raw=b'{"results": {"version": 3, "timestamp": ""'))
    assert not reader.sniff(Source(label="a", raw=b'{"results": {"arc": {"acc": 0.5}}, "versions": {}}'))


def test_score_and_pass_are_shares_and_latency_is_better_low() -> None:
    run = read(row("a", 1.0), row("b", 0.25))
    assert run.columns["score"].values.tolist() == [1.0, 0.25]
    assert run.columns["pass"].values.tolist() == [1.0, 0.0]
    assert (run.metrics["score"].bounds, run.metrics["pass"].bounds) == ((0.0, 1.0), (0.0, 1.0))
    assert not run.metrics["latency_ms"].higher_is_better
    assert run.resolve("accuracy") == "pass"


def test_a_score_beyond_one_has_no_known_bounds() -> None:
    assert read(row("a", 7.0)).metrics["score"].bounds is None


def test_cost_is_a_metric_where_anything_cost() -> None:
    assert "cost" not in read(row("a")).columns
    run = read(row("a", cost=0.002), row("b"))
    assert run.columns["cost"].values.tolist() == [0.002, 0.0]
    assert not run.metrics["cost"].higher_is_better


def test_named_scores_are_metrics_and_do_not_hide_promptfoos_own() -> None:
    run = read(
        row("a", namedScores={"f1": 0.5, "pass": 0.2, "accuracy": 0.9}), row("b", namedScores={"f1": 0.7})
    )
    assert run.columns["f1"].values.tolist() == [0.5, 0.7]
    assert run.columns["pass"].values.tolist() == [1.0, 1.0]
    assert run.columns["namedScores.pass"].reasons == {1: "not scored"}
    assert run.resolve("accuracy") == "accuracy"


def test_an_error_is_absent_and_a_failed_assertion_is_zero() -> None:
    failed = row("a", 0.0, error="Expected output to equal 4")
    broken = row("b", 0.0, failureReason=2, error="Error: 503\n    at f (x.js:1)", gradingResult=None)
    for column in read(failed, broken).columns.values():
        assert column.present.tolist() == [True, False]
        assert column.reasons == {1: "error: Error: 503"}


def test_an_error_in_an_old_file_is_one_without_a_grade() -> None:
    failed, broken = row("a", 0.0, error="not equal"), row("b", 0.0, error="503", gradingResult=None)
    for each in (failed, broken):
        del each["failureReason"]
    assert read(failed, broken).columns["score"].present.tolist() == [True, False]


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({"metadata": {"id": "q1"}}, "q1"),
        ({"metadata": {"id": 7}}, "7"),
        ({"vars": {"id": "v1", "q": "a"}}, "v1"),
        ({}, '{"q":"a"}'),
        ({"vars": {}, "description": "adds"}, "adds"),
        ({"vars": None}, "test 0"),
    ],
)
def test_an_item_is_known_by_its_id_or_by_its_variables(case: dict[str, Any], expected: str) -> None:
    assert read(row("a", case=case)).item_ids.tolist() == [expected]


def test_long_variables_are_cut_and_told_apart() -> None:
    ids = read(row("a" * 200 + "1"), row("a" * 200 + "2")).item_ids.tolist()
    assert len(set(ids)) == 2
    assert max(map(len, ids)) < 100


def test_ids_do_not_hang_on_the_order_of_variables_or_tests() -> None:
    one = row("a", case={"vars": {"x": 1, "y": 2}})
    other = row("a", case={"vars": {"y": 2, "x": 1}}, testIdx=9)
    assert read(one).item_ids.tolist() == read(other).item_ids.tolist()


def test_the_id_that_is_asked_for_is_taken_from_variables_or_metadata() -> None:
    cases = [{"vars": {"q": "a", "nr": 5}}, {"vars": {"q": "b"}, "metadata": {"nr": 6}}]
    rows = [row("", case=case) for case in cases]
    assert read(*rows, ask={"id": "nr"}).item_ids.tolist() == ["5", "6"]
    with pytest.raises(DataError, match="the test at index 0 has no 'uid'"):
        read(*rows, ask={"id": "uid"})


def test_an_id_of_several_expanded_tests_has_their_variables_added() -> None:
    rows = [row(q, case={"metadata": {"id": "q1"}}) for q in ("a", "b")]
    run = read(*rows)
    assert run.item_ids.tolist() == ['q1 {"q":"a"}', 'q1 {"q":"b"}']
    assert run.notes == ("1 of the ids stood for several sets of variables and had them added",)


def test_repeats_are_epochs_in_the_order_of_the_tests() -> None:
    rows = [row(q, s, testIdx=i) for i, (q, s) in enumerate([("a", 1), ("a", 0), ("b", 1), ("b", 1)])]
    run = read(*rows[::-1], repeat=2)
    assert run.epochs is not None
    assert list(zip(run.item_ids.tolist(), run.epochs.tolist(), run.columns["pass"].values.tolist(), strict=True)) == [
        ('{"q":"a"}', 1, 1.0), ('{"q":"a"}', 2, 0.0), ('{"q":"b"}', 1, 1.0), ('{"q":"b"}', 2, 1.0),
    ]  # fmt: skip


def test_a_tests_own_repeat_counts() -> None:
    run = read(row("a", case={"options": {"repeat": 2}}), row("a", case={"options": {"repeat": 2}}), row("b"))
    assert run.epochs is not None
    assert run.epochs.tolist() == [1, 2, 1]


def test_two_tests_under_one_id_stay_duplicates() -> None:
    assert read(row("a"), row("a")).epochs is None
    run = read(*[row("a", testIdx=i) for i in range(4)], repeat=2)
    assert run.epochs is not None
    assert run.epochs.tolist() == [1, 2, 1, 2]


def ways() -> list[dict[str, Any]]:
    providers = [{"id": "openai:a", "label": "old"}, {"id": "openai:b", "label": ""}]
    return [
        row(
            "q", float(i), promptIdx=i, provider=providers[i // 2], prompt={"label": ["short", "long"][i % 2]}
        )
        for i in range(3)
    ]


def test_several_ways_in_one_file_must_be_named() -> None:
    with pytest.raises(DataError, match="'old/short', 'old/long', 'openai:b/short'; a run is one of them"):
        read(*ways())
    with pytest.raises(DataError, match="2 of them are called 'old'"):
        read(*ways(), ask={"task": "old"})
    with pytest.raises(DataError, match="0 of them are called 'new'"):
        read(*ways(), ask={"task": "new"})


@pytest.mark.parametrize(("task", "score"), [("old/long", 1.0), ("openai:b", 2.0), ("long", 1.0)])
def test_a_way_is_named_by_provider_or_prompt_where_that_is_enough(task: str, score: float) -> None:
    assert read(*ways(), ask={"task": task}).columns["score"].values.tolist() == [score]


def test_clusters_come_from_metadata_and_variables() -> None:
    rows = [
        row(q, case={"metadata": {"passage_id": p}, "vars": {"q": q, "document": p * 2, "topic": "t"}})
        for q, p in (("a", "x"), ("b", "x"), ("c", "y"))
    ]
    run = read(*rows)
    assert run.cluster("passage_id").tolist() == ["x", "x", "y"]
    assert run.cluster("vars.document").tolist() == ["xx", "xx", "yy"]
    assert "topic" not in run.clusters
    assert read(*rows, ask={"cluster": "topic"}).cluster("topic").tolist() == ["t"] * 3


def test_what_a_test_asks_is_its_variables_and_assertions_and_not_the_prompt() -> None:
    def content(**more: Any) -> str:
        contents = read(row("a", **more)).contents
        assert contents is not None
        return str(contents[0])

    assert content() == content(prompt={"label": "other", "raw": "other"})
    assert content() != content(case={"vars": {"q": "b"}})
    assert content() != content(case={"assert": [{"type": "equals", "value": "5"}]})


def test_results_that_promptfoo_counted_and_did_not_write_are_told() -> None:
    run = read(row("a"), stats={"successes": 1, "failures": 1, "errors": 1})
    assert run.notes == ("promptfoo counted 3 results, the file holds 1",)


def test_where_a_run_comes_from_is_told() -> None:
    info = read(row("a")).info
    assert (info.format, info.run_id, info.model_id) == ("promptfoo", "eval-1", "openai:gpt")
    assert info.created == "2026-01-01T00:00:00Z"
