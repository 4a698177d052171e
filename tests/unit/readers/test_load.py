"""The format is found from the content; a name given overrides it."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evaligo.errors import DataError, UsageError
from evaligo.readers import load

DATA = Path(__file__).parents[2] / "data"
FRAME = {
    "run_id": "r1",
    "model_id": "m",
    "task_id": "t",
    "metric_name": "f1",
    "items": [{"item_id": "a", "score": 1}],
}


def written(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize(
    ("data", "format_"),
    [
        (json.dumps(FRAME), "runframe"),
        (json.dumps(FRAME, indent=1), "runframe"),
        ("\ufeff" + json.dumps(FRAME), "runframe"),
        (json.dumps(dict(sorted(FRAME.items(), reverse=True))), "runframe"),
        ('{"id": "a", "f1": 1}', "jsonl"),
        ('{"id": "a", "f1": 1}\n{"id": "b", "f1": 1}\n', "jsonl"),
        ('\ufeff{"id": "a", "items": 1}\n{"id": "b", "items": 1}\n', "jsonl"),
        ('{"id": "a", "f1": 1, "text": "' + "x" * 100_000 + '"}', "jsonl"),
        ("id,f1\na,1\n", "csv"),
        ("id;f1\r\na;1\r\n", "csv"),
        ("id\tf1\na\t1", "csv"),
        ("\ufeffid,f1\na,1\n", "csv"),
        ("id,f1\n" + "".join(f"{n},1\n" for n in range(30_000)), "csv"),
    ],
)
def test_the_format_is_found_from_the_content_not_the_name(data: str, format_: str, tmp_path: Path) -> None:
    assert load(written(tmp_path / "run.txt", data)).info.format == format_


@pytest.mark.parametrize(
    ("path", "format_"),
    [
        ("inspect/baseline.eval", "inspect"),
        ("inspect/baseline-3-epochs.json.gz", "inspect"),
        ("promptfoo/baseline.json", "promptfoo"),
        ("openai_evals/match.jsonl", "openai_evals"),
        ("lm_eval/evenodd", "lm_eval"),
        ("helm/addition", "helm"),
        ("helm/addition/per_instance_stats.json", "helm"),
    ],
)
def test_each_harness_is_known_by_its_own_output(path: str, format_: str) -> None:
    run = load(DATA / path)
    assert run.info.format == format_
    assert len(run.info.sha256) == 64


def test_a_gzipped_file_is_read_as_it_is(tmp_path: Path) -> None:
    run = load(written(tmp_path / "a.gz", gzip.compress(json.dumps(FRAME).encode())))
    assert (run.info.format, run.info.run_id, run.info.model_id, run.info.task_id) == (
        "runframe",
        "r1",
        "m",
        "t",
    )


def test_standard_input_is_read_by_the_name_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"id": "a", "f1": 1}')))
    assert load("-").info.source == "-"


def test_a_git_revision_is_read_as_it_was_committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "a.json", json.dumps(FRAME))
    for command in (
        ["init", "-q"],
        ["add", "a.json"],
        ["-c", "user.name=n", "-c", "user.email=e", "commit", "-qm", "c"],
    ):
        subprocess.run(["git", *command], check=True)
    written(tmp_path / "a.json", "{}")
    assert load("git:HEAD:a.json").item_ids.tolist() == ["a"]


def test_a_format_by_name_overrides_what_the_content_looks_like(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", '{"doc_id": 0, "doc": {}, "target": "", "acc": 1}')
    assert load(path, format="jsonl").columns.keys() == {"acc"}


def test_an_unknown_format_is_a_usage_error_that_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="there is no format 'runfram'; did you mean 'runframe'"):
        load(DATA / "lm_eval", format="runfram")


@pytest.mark.parametrize(
    "text", ["hello world\n", "a single line, with a comma", "key: 1\nother: 2\n", "[1, 2, 3]"]
)
def test_what_no_reader_knows_is_an_error_that_lists_the_formats(text: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"not a format that evaligo knows; the formats are .*lm_eval.*csv"):
        load(written(tmp_path / "a", text))


def test_a_folder_without_results_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the directory holds no results of a known format"):
        load(tmp_path)


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        load(tmp_path / "nowhere.json")


def test_a_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    script = "import sys; from evaligo.readers import load; print(load(sys.argv[1]).n_rows)"
    path = written(tmp_path / "a.json", json.dumps(FRAME))
    command = f"{sys.executable} -c '{script}' <(cat {path})"
    done: Any = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("1\n", "")


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-16", "the text is UTF-16, not UTF-8"),
        ("latin-1", "the text is not UTF-8"),
    ],
)
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("run.csv", "item_id,accuracy\ncafé,1\nnaïve,0\n"),
        ("run.json", '{"run_id": "né", "items": []}'),
        ("run.jsonl", '{"item_id": "é", "accuracy": 1}\n'),
    ],
)
def test_a_text_of_another_encoding_is_told_to_be_written_as_utf_8(
    name: str, text: str, encoding: str, said: str, tmp_path: Path
) -> None:
    path = written(tmp_path / name, text.encode(encoding))
    with pytest.raises(DataError, match=r"UTF-8.*; write the file as UTF-8") as raised:
        load(path)
    assert said in str(raised.value) or "the bytes are not UTF-8 text" in str(raised.value)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_without_a_byte_order_mark(encoding: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"the text is UTF-16, not UTF-8; write the file as UTF-8"):
        load(written(tmp_path / "run.csv", "item_id,accuracy\ncafé,1\n".encode(encoding)))
