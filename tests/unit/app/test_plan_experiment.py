"""What is refused before a call is paid for."""

import json
from pathlib import Path
from typing import Any

import pytest

from evaligo.app.init_project import init_project
from evaligo.app.plan_experiment import Planned, find_config, plan_experiment, select_items
from evaligo.errors import DataError, UsageError
from evaligo.experiments.config import load_config
from evaligo.records.options import RunOptions
from evaligo.settings.project import Project

CONFIG = """\
name: mine
target: {type: python, function: "bot:answer", argument: item}
evaluators: [contains]
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    init_project(tmp_path)
    return Project(root=tmp_path)


class Unread(dict[str, str]):
    """A baseline's answers, which nobody may ask for yet."""

    def __len__(self) -> int:
        raise AssertionError


def planned(project: Project, text: str, references: dict[str, str] | None = None, **options: str) -> Planned:
    path = project.folder / "mine.yaml"
    path.write_text(text)
    said = RunOptions(**{"dataset": "smoke-tests", **options})  # type: ignore[arg-type]
    config = load_config(path, {"K": "x"})
    return plan_experiment(project, config, said, select_items(project, config, said), references=references)


def told(project: Project, text: str, **options: Any) -> str:
    with pytest.raises((DataError, UsageError)) as caught:
        planned(project, text, **options)
    return str(caught.value)


def test_the_gates_evaluators_are_added_to_the_configurations(project: Project) -> None:
    plan = planned(project, CONFIG + "gate: pr_validation\n")
    assert [e.name for e in plan.evaluators] == [
        "contains",
        "groundedness_fast",
        "toxicity_basic",
        "coherence_simple",
    ]
    assert [t.metric for t in plan.thresholds] == ["accuracy", "latency", "cost"]


def test_an_evaluator_that_stands_in_both_is_one(project: Project) -> None:
    plan = planned(
        project, CONFIG.replace("[contains]", "[contains, toxicity_basic]") + "gate: pr_validation\n"
    )
    assert [e.name for e in plan.evaluators].count("toxicity_basic") == 1


def test_the_baselines_answers_are_not_read_before_an_evaluator_asks(project: Project) -> None:
    unread = Unread()
    assert planned(project, CONFIG, references=unread).setting.references is unread


def test_a_threshold_on_a_metric_that_nothing_produces_is_refused(project: Project) -> None:
    said = told(project, CONFIG.replace("[contains]", "[]") + "gate: pr_validation\n")
    assert "quality-gates.yaml:7" in said
    assert "'accuracy'" in said


def test_an_unpriced_model_produces_no_cost(project: Project) -> None:
    target = "{type: openai, base_url: 'http://127.0.0.1:1', model: of-my-own, messages: [{role: user, content: x}]}"
    text = f"name: mine\ntarget: {target}\nevaluators: [contains]\ngate: pr_validation\n"
    assert "'cost'" in told(project, text)
    priced = text.replace("messages:", "price: {input_per_mtok: 1, output_per_mtok: 1}, messages:")
    assert "cost" in {m.name for m in planned(project, priced).metrics}


def test_two_evaluators_that_give_one_metric_are_refused_with_the_line(project: Project) -> None:
    said = told(project, CONFIG.replace("[contains]", "\n  - contains\n  - exact_match"))
    assert "mine.yaml:5: 'exact_match' and 'contains' both give 'accuracy'" in said
    plan = planned(project, CONFIG.replace("[contains]", "[contains, {type: exact_match, metric: exact}]"))
    assert {"accuracy", "exact"} <= {m.name for m in plan.metrics}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (CONFIG.replace("[contains]", "[contain]"), "did you mean 'contains'"),
        (CONFIG.replace("type: python", "type: pyton"), "did you mean 'python'"),
        (CONFIG.replace("function:", "funktion:"), "did you mean 'function'"),
        (CONFIG.replace("bot:answer", "bot:nothing"), "bot has no 'nothing'"),
        (CONFIG.replace("bot:answer", "nowhere:answer"), "nowhere cannot be imported"),
        (
            CONFIG.replace("[contains]", "[{type: llm_judge, name: tone, rubric: polite}]"),
            "there is no `judge`",
        ),
        (CONFIG + "cluster: nothing\n", "has no 'nothing' in its metadata"),
        (CONFIG + "gate: pr_validatio\n", "did you mean 'pr_validation'"),
    ],
)
def test_what_is_not_there_is_named_with_the_nearest_that_is(
    project: Project, text: str, message: str
) -> None:
    assert message in told(project, text)


def test_a_dataset_must_be_named(project: Project) -> None:
    assert "no dataset is named" in told(project, CONFIG, dataset="")


def test_a_configuration_is_found_by_name_and_by_path(project: Project) -> None:
    path = project.folder / "pr-validation.yaml"
    assert find_config("pr-validation", project) == path
    assert find_config(str(path), project) == path
    with pytest.raises(UsageError, match="did you mean 'pr-validation'"):
        find_config("pr-validaton", project)


def test_whatever_the_scores_depend_on_changes_the_identity(project: Project) -> None:
    one = planned(project, CONFIG).identity
    assert planned(project, CONFIG).identity == one
    assert planned(project, CONFIG + "epochs: 2\n").identity != one
    assert planned(project, CONFIG + "gate: pr_validation\n").identity != one


@pytest.mark.parametrize(
    ("key", "problem"), [("seed: -1", "`seed`"), ("limits: {timeout: 0}", "leaves a call no time")]
)
def test_a_seed_below_0_and_a_time_out_of_nothing_are_refused(
    project: Project, key: str, problem: str
) -> None:
    assert problem in told(project, f"{CONFIG}{key}\n")


def with_metadata(project: Project, *rows: dict[str, object]) -> None:
    lines = [json.dumps({"id": f"q{i}", "input": "?", "metadata": row}) for i, row in enumerate(rows)]
    (project.datasets / "own.jsonl").write_text("\n".join(lines))


@pytest.mark.parametrize("doc", [[1], {"a": 1}, ""])
def test_a_cluster_that_names_no_group_is_refused_before_the_run(project: Project, doc: object) -> None:
    with_metadata(project, {"doc": "a"}, {"doc": doc})
    said = told(project, CONFIG + "cluster: doc\n", dataset="own")
    assert "item 'q1' has no 'doc' in its metadata" in said
    assert ("that is a text or a number" in said) == (doc != "")


def sliced(project: Project, wanted: str) -> None:
    threshold = f"{{metric: accuracy, min_score: 0.5, slice: {{{wanted}}}}}"
    project.gates.write_text(f"gates:\n  sliced:\n    thresholds:\n      french: {threshold}\n")


def test_a_slice_by_metadata_that_no_item_has_is_refused_before_the_run(project: Project) -> None:
    with_metadata(project, {"lang": "fr"}, {"lang": "de", "n": 1})
    sliced(project, "lnag: fr")
    said = told(project, CONFIG, dataset="own", gate="sliced")
    assert "own.jsonl has no metadata 'lnag', by which the threshold 'french' slices" in said
    assert "'lang'" in said
    sliced(project, "n: 1")
    assert planned(project, CONFIG, dataset="own", gate="sliced").thresholds[0].slice == {"n": "1"}


def test_a_slice_by_metadata_that_are_lists_is_refused_before_the_run(project: Project) -> None:
    with_metadata(project, {"lang": "fr"}, {"lang": ["fr", "de"]})
    sliced(project, "lang: fr")
    assert "has lists or objects as metadata 'lang'" in told(project, CONFIG, dataset="own", gate="sliced")
