"""`mde` from the command line."""

import json
from pathlib import Path

import pytest

from evaligo.cli import EVALIGO, EVALSIG, run


def _exit(args: list[str], group: object = EVALSIG) -> int:
    with pytest.raises(SystemExit) as left:
        run(group, ["mde", *args])  # type: ignore[arg-type]  # one of the two groups
    return int(left.value.code or 0)


@pytest.fixture
def baseline(tmp_path: Path) -> str:
    items = [
        {"item_id": f"q{i}", "score": (i * 37 % 100) / 100, "cluster_id": f"p{i % 20}"} for i in range(200)
    ]
    path = tmp_path / "base.json"
    path.write_text(
        json.dumps({"run_id": "r", "model_id": "m", "task_id": "t", "metric_name": "f1", "items": items})
    )
    return str(path)


@pytest.mark.parametrize("group", [EVALIGO, EVALSIG])
def test_both_commands_answer(group: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert _exit(["--sd", "0.3", "--items", "400"], group) == 0
    assert "0.0374" in capsys.readouterr().out


def test_json_answers_alone_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert _exit(["--discordance", "0.1", "--min-delta", "0.02", "--output", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["needed"]["items"] > 1_000


def test_a_file_is_planned_from(baseline: str, capsys: pytest.CaptureFixture[str]) -> None:
    args = ["--baseline", baseline, "--cluster", "cluster_id", "--min-delta", "0.05", "--output", "markdown"]
    assert _exit(args) == 0
    assert "200 paired items in 20 clusters" in capsys.readouterr().out


def test_options_that_cannot_be_meant_exit_64(capsys: pytest.CaptureFixture[str]) -> None:
    assert _exit(["--sd", "0.3", "--icc", "0.2", "--items", "40"]) == 64
    assert "--cluster-size" in capsys.readouterr().err
    assert _exit(["--items", "many"]) == 64


def test_clusters_carried_and_unnamed_exit_64(baseline: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _exit(["--baseline", baseline]) == 64
    assert "--cluster cluster_id" in capsys.readouterr().err


def test_a_file_that_is_no_run_exits_65(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "empty.json"
    path.write_text("")
    assert _exit(["--baseline", str(path)]) == 65
    assert "empty" in capsys.readouterr().err
