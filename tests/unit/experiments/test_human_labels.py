from pathlib import Path

import pytest

from evaligo.errors import DataError, UnavailableError
from evaligo.experiments.human_labels import HumanLabel, match_labels, output_sha256, read_labels
from evaligo.records import Item, ItemResult, Output


def _result(item: str, text: str | None, epoch: int = 1) -> ItemResult:
    output = None if text is None else Output(text=text)
    return ItemResult(item=Item(id=item, input="?"), epoch=epoch, output=output)


def _label(item: str, value: float, **parts: str) -> HumanLabel:
    return HumanLabel(id=item, metric="tone", label=value, **parts)


def test_a_label_is_of_the_output_that_it_names() -> None:
    labels = [
        _label("a", 1.0, output="kind"),
        _label("b", 0.5, output_sha256=output_sha256("plain").upper()),
        _label("c", 0.0, output="rude"),
        _label("d", 0.25),
        _label("e", 1.0),
    ]
    results = [_result("a", "kind"), _result("b", "plain"), _result("c", "kind now"), _result("d", "any")]
    found = match_labels(labels, results)["tone"]
    assert found.values == {"a": 1.0, "b": 0.5, "d": 0.25}
    assert (found.other_outputs, found.other_items) == (1, 1)


def test_two_runs_share_a_file_in_which_each_finds_its_own_outputs() -> None:
    labels = [_label("a", 1.0, output="new"), _label("a", 0.0, output="old")]
    assert match_labels(labels, [_result("a", "new")])["tone"].values == {"a": 1.0}
    assert match_labels(labels, [_result("a", "old")])["tone"].values == {"a": 0.0}


def test_several_people_s_labels_of_one_output_count_by_their_mean() -> None:
    labels = [_label("a", 1.0, output="x"), _label("a", 0.5, output="x"), _label("a", 0.0)]
    assert match_labels(labels, [_result("a", "x")])["tone"].values == {"a": 0.75}


def test_an_item_counts_once_all_its_epochs_are_labelled() -> None:
    labels = [_label("a", 1.0, output="x"), _label("a", 0.0, output="y"), _label("b", 1.0, output="x")]
    results = [_result("a", "x"), _result("a", "y", 2), _result("b", "x"), _result("b", "z", 2)]
    found = match_labels(labels, results)["tone"]
    assert (found.values, found.other_outputs) == ({"a": 0.5}, 1)


def test_an_item_without_an_output_has_no_label() -> None:
    found = match_labels([_label("a", 1.0)], [_result("a", None)])["tone"]
    assert (found.values, found.other_outputs) == ({}, 1)


def test_each_metric_has_labels_of_its_own() -> None:
    labels = [_label("a", 1.0), HumanLabel(id="a", metric="toxicity", label=0.0)]
    found = match_labels(labels, [_result("a", "x")])
    assert {metric: matched.values for metric, matched in found.items()} == {
        "tone": {"a": 1.0},
        "toxicity": {"a": 0.0},
    }


def test_a_file_is_read_line_by_line_with_its_ids_normalised(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(
        '{"id": "cafe\\u0301", "metric": "tone", "label": 1}\n\n{"id": "b", "metric": "tone", "label": 0.5, "note": "?"}\n'
    )
    assert [(label.id, label.label) for label in read_labels(path)] == [("caf\u00e9", 1.0), ("b", 0.5)]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"id": "a", "metric": "tone"}', "l.jsonl:2: not a label"),
        ('{"id": "a", "metric": "tone", "label": "good"}', "l.jsonl:2: not a label"),
        ('{"id": "a", "metric": "tone", "label": NaN}', "l.jsonl:2: not a label"),
        ('{"id": "a", "metric": "tone", "label": 1, "lable": 1}', "l.jsonl:2: not a label"),
        ('{"id": "a", "metric": "tone", "label": 1, "output_sha256": "abc"}', "l.jsonl:2: not a label"),
        (
            '{"id": "a", "metric": "tone", "label": 1, "output": "x", "output_sha256": "' + "0" * 64 + '"}',
            "l.jsonl:2: both `output` and `output_sha256`",
        ),
        ("", "there are no labels"),
    ],
)
def test_a_line_that_is_no_label_is_named(line: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "l.jsonl").write_text("\n" + line)
    with pytest.raises(DataError) as caught:
        read_labels(tmp_path / "l.jsonl")
    assert says in str(caught.value)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="No such file"):
        read_labels(tmp_path / "l.jsonl")
