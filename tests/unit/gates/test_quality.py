"""Reading quality gates: strictly, with file and line."""

from pathlib import Path

import pytest
from tests.support.quality_gates import ISSUE, METRICS, gates_of, one_gate, write

from evaligo.errors import DataError, UsageError
from evaligo.gates.quality import find_gate, load_gates, read_gates, resolve_thresholds
from evaligo.records import Metric, Threshold


def test_the_file_of_the_documentation_means_what_it_says(tmp_path: Path) -> None:
    pr, deployment = gates_of(tmp_path, ISSUE)
    assert [
        (t.name, t.kind, t.metric, t.estimand, t.limit, t.confidence_level)
        for t in resolve_thresholds(pr, METRICS)
    ] == [
        ("accuracy_regression", "max_decrease", "accuracy", "mean", 0.02, 0.9),
        ("latency_p95", "max_increase", "latency", "p95", 0.2, None),
        ("cost_per_request", "max_increase", "cost", "relative", 0.15, None),
    ]
    assert [
        (t.name, t.kind, t.metric, t.estimand, t.limit, t.confidence_level)
        for t in resolve_thresholds(deployment, METRICS)
    ] == [
        ("accuracy_regression", "max_decrease", "accuracy", "mean", 0.01, 0.95),
        ("hallucination_rate", "max_rate", "hallucination", "mean", 0.05, None),
        ("user_satisfaction_proxy", "min_score", "user_satisfaction_proxy", "mean", 0.85, None),
        ("latency_p99", "max_value", "latency", "p99", 3.0, None),
        ("cost_efficiency", "min_ratio", "accuracy", "ratio:cost", 10.0, None),
    ]
    assert (deployment.failure_action, deployment.success_action) == ("block_deployment", "update_baseline")
    assert pr.evaluators[1][1:] == (("gates", "pr_validation", "evaluators", 1), "toxicity_basic")


def test_a_gate_s_identity_is_its_keys_and_not_their_order(tmp_path: Path) -> None:
    ours = one_gate(tmp_path, "a: {metric: accuracy, max_decrease: 2%}").sha256
    assert one_gate(tmp_path, "a: {max_decrease: 2%, metric: accuracy}").sha256 == ours
    assert one_gate(tmp_path, "a: {max_decrease: 3%, metric: accuracy}").sha256 != ours


@pytest.mark.parametrize(
    ("text", "line", "said", "hint"),
    [
        ("gate: {}\n", 1, "there is no key 'gate'", "did you mean 'gates'?"),
        ("gates: {}\n", 1, "there are no gates", ""),
        ("gates:\n  a:\n    thresholds: {}\n", 2, "there are no thresholds", ""),
        (
            "gates:\n  a:\n    treshold: {}\n    thresholds: {}\n",
            3,
            "there is no key 'treshold'",
            "did you mean 'thresholds'?",
        ),
        (
            "gates:\n  a:\n    thresholds:\n      accuracy: {max_decrese: 2%}\n",
            4,
            "there is no key 'max_decrese'",
            "did you mean 'max_decrease'?",
        ),
        (
            "gates:\n  a:\n    thresholds:\n      accuracy: {max_decrease: 2%, confidance_level: 90%}\n",
            4,
            "there is no key 'confidance_level'",
            "did you mean 'confidence_level'?",
        ),
        ("gates:\n  a:\n    thresholds:\n      accuracy: {role: critical}\n", 4, "has no limit", ""),
        (
            "gates:\n  a:\n    thresholds:\n      accuracy: {max_decrease: 2%, max_value: 1}\n",
            4,
            "'max_decrease' and 'max_value'",
            "a threshold for each",
        ),
        ("gates:\n  a:\n    thresholds:\n      accuracy: {max_decrease: lots}\n", 4, "is no amount", ""),
        ("gates:\n  a:\n    thresholds:\n      accuracy: {max_decrease: -2%}\n", 4, "is below 0", ""),
        (
            "gates:\n  a:\n    thresholds:\n      accuracy: {max_decrease: 2%, confidence_level: 40%}\n",
            4,
            "above 50 %",
            "",
        ),
        ("gates:\n  a:\n    thresholds:\n      accuracy: {max_rate: 1.5}\n", 4, "is no share", ""),
        ("gates:\n  a:\n    thresholds:\n      accuracy: 2%\n", 4, "Expected `object`", ""),
        (
            "gates:\n  a:\n    thresholds:\n      r: {min_accuracy_per_dollar: 5%}\n",
            4,
            "thresholds.r.min_accuracy_per_dollar`: Expected `float`",
            "",
        ),
        (
            "gates:\n  a:\n    failure_action: block\n    thresholds:\n      x: {max_value: 1}\n",
            2,
            "there is no failure_action 'block'",
            "",
        ),
        (
            "gates:\n  a:\n    on_inconclusive: fail\n    thresholds:\n      x: {max_value: 1}\n",
            3,
            "on_inconclusive",
            "",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_the_nearest_key(
    tmp_path: Path, text: str, line: int, said: str, hint: str
) -> None:
    with pytest.raises(DataError) as caught:
        load_gates(write(tmp_path, text))
    assert f"quality-gates.yaml:{line}:" in caught.value.message
    assert said in caught.value.message
    assert hint in caught.value.hint


def test_every_problem_is_read_and_what_is_right_is_kept(tmp_path: Path) -> None:
    text = "gates:\n  a:\n    thresholds:\n      x: {max_valu: 1}\n      y: {max_value: 1}\n  b:\n    thresholds: {}\n"
    gates, problems = read_gates(write(tmp_path, text))
    assert [t.name for gate in gates for t in gate.thresholds] == ["y"]
    assert [":4:" in problems[0].message, ":6:" in problems[1].message] == [True, True]


def test_the_nearest_gate_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'pr_validation'"):
        find_gate(gates_of(tmp_path, ISSUE), "pr-validation")


def test_a_threshold_on_what_nothing_gives_is_an_error_that_lists_what_is_given(tmp_path: Path) -> None:
    gate = one_gate(tmp_path, "acuracy_regression: {max_decrease: 2%}")
    with pytest.raises(DataError) as caught:
        resolve_thresholds(gate, METRICS)
    assert "quality-gates.yaml:4: 'acuracy_regression': nothing gives the metric 'acuracy'" in str(
        caught.value
    )
    assert "did you mean 'accuracy'?" in caught.value.hint
    assert "accuracy, hallucination" in caught.value.hint


def test_evaluators_references_are_resolved_when_they_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = "    evaluators: [{type: llm_judge, name: x, key: '${{ secrets.QG_KEY }}'}]\n"
    gate = one_gate(tmp_path, "x: {min_score: 0.5}", more=entry)
    monkeypatch.delenv("QG_KEY", raising=False)
    with pytest.raises(UsageError, match="the secret QG_KEY is not set"):
        _ = gate.evaluators
    monkeypatch.setenv("QG_KEY", "sk-12345")
    assert gate.evaluators[0][2]["key"] == "sk-12345"
    assert gate.redactor.clean("bad sk-12345") == "bad ${{ secrets.QG_KEY }}"


def resolved(folder: Path, text: str, *metrics: Metric) -> Threshold:
    return resolve_thresholds(one_gate(folder, text), metrics or METRICS)[0]


@pytest.mark.parametrize(
    ("written", "metric", "estimand", "limit"),
    [
        ("coherence: {min_score: 0.8, metric: accuracy}", "accuracy", "mean", 0.8),
        ("latency_median: {max_value: 1s}", "latency", "median", 1.0),
        ("p99_latency: {max_value: 1s}", "latency", "p99", 1.0),
        ("latency_p99.9: {max_value: 1s}", "latency", "p99.9", 1.0),
        ("latency_p95: {max_increase: 10%}", "latency", "relative:p95", 0.1),
        ("latency: {max_increase: 10%}", "latency", "relative", 0.1),
        ("accuracy: {max_decrease: 2pp}", "accuracy", "mean", 0.02),
        ("accuracy: {max_decrease: 2% relative}", "accuracy", "relative", 0.02),
        ("accuracy: {max_decrease: 0.02}", "accuracy", "mean", 0.02),
        ("accuracy: {min_score: 85%}", "accuracy", "mean", 0.85),
        ("slow: {max_value: 2, metric: latency, estimand: p90}", "latency", "p90", 2.0),
        ("cost: {max_value: $0.01}", "cost", "mean", 0.01),
        ("cost_per_item: {max_increase: $0.01}", "cost", "mean", 0.01),
        ("e: {min_accuracy_per_cost: 3}", "accuracy", "ratio:cost", 3.0),
    ],
)
def test_a_limit_is_read_in_the_metric_s_unit(
    tmp_path: Path, written: str, metric: str, estimand: str, limit: float
) -> None:
    found = resolved(tmp_path, written)
    assert (found.metric, found.estimand) == (metric, estimand)
    assert found.limit == pytest.approx(limit)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("accuracy: {max_decrease: 200ms}", "counted in shares of 1"),
        ("latency: {max_value: 5%}", "is not known to lie in [0, 1]"),
        ("latency: {max_value: 2pp}", "counted in seconds"),
        ("cost: {max_value: 2s}", "counted in US dollars"),
        ("accuracy: {min_score: 85}", "lies outside the range [0, 1]"),
        ("accuracy: {max_decrease: 2}", "more than 'accuracy' can change"),
        ("accuracy: {min_score: 2% relative}", "relative to nothing"),
        ("accuracy: {min_score: 0.5, estimand: ratio:cost}", "there is no estimand"),
        ("e: {min_accuracy_per_dollar: 3, metric: cost}", "names its metrics already"),
    ],
)
def test_a_unit_that_does_not_fit_is_an_error_with_its_line(tmp_path: Path, written: str, said: str) -> None:
    with pytest.raises(DataError) as caught:
        resolved(tmp_path, written)
    assert "quality-gates.yaml:4:" in caught.value.message
    assert said in caught.value.message


def test_a_percent_too_large_to_be_meant_is_guessed_at(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="did you mean 85%"):
        resolved(tmp_path, "accuracy: {min_score: 85}")


def test_a_harness_s_spelling_of_a_metric_is_found(tmp_path: Path) -> None:
    milliseconds = resolved(tmp_path, "latency_p95: {max_increase: 200ms}", Metric(name="latency_ms"))
    assert (milliseconds.metric, milliseconds.limit) == ("latency_ms", 0.2)
    plain = resolved(tmp_path, "latency_p95: {max_increase: 200}", Metric(name="latency_ms"))
    assert plain.limit == pytest.approx(0.2)
    nested = resolved(tmp_path, "acc: {min_score: 0.5}", Metric(name="acc,none", bounds=(0.0, 1.0)))
    assert nested.metric == "acc,none"


def test_a_name_that_could_mean_two_metrics_asks_for_one(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"could mean 'a\.acc' and 'b\.acc'"):
        resolved(tmp_path, "acc: {max_value: 0.5}", Metric(name="a.acc"), Metric(name="b.acc"))


def test_a_metric_that_bears_a_threshold_s_whole_name_is_that_metric(tmp_path: Path) -> None:
    found = resolved(tmp_path, "error_rate: {max_rate: 5%}", Metric(name="error_rate"), Metric(name="error"))
    assert (found.metric, found.estimand) == ("error_rate", "mean")


def test_a_rate_of_what_is_no_share_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="it is no rate"):
        resolved(tmp_path, "x: {max_rate: 5%}", Metric(name="x", bounds=(0.0, 10.0)))
