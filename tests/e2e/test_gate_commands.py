"""The commands as a pipeline calls them: the installed programs, real files, a real repository, a shell."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.commands import evalsig
from tests.support.runs import runframe

from evaligo.cli import GATE_COMMANDS

BIN = Path(sysconfig.get_path("scripts"))
ROWS = [
    "verdict",
    "min_delta policy",
    "observed delta",
    "CI (95%)",
    "p-value",
    "detectable @ 80% power",
    "method",
    "n_pairs",
]
THE_ISSUES_GATE = """\
evalsig gate --baseline baseline.json --candidate candidate.json --metric accuracy --cluster passage_id \\
    --min-delta 0.005 --alpha 0.05 --power 0.80 --json report.json --output markdown > report.md"""


def _items(share: float, *, n: int = 1200, seed: int = 0) -> list[tuple[Any, ...]]:
    """Items in clusters of six, of which `share` pass; runs of one seed agree but for their share."""
    luck = np.random.default_rng(seed).random(n)
    return [(f"q{i}", float(luck[i] < share), f"p{i // 6}") for i in range(n)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    runframe(tmp_path / "baseline.json", _items(0.70), run="baseline")
    runframe(tmp_path / "candidate.json", _items(0.76), run="candidate")
    return tmp_path


def _shell(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "EVALIGO_"))}
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**plain, "PATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def _gate(
    folder: Path, *options: str, baseline: str = "baseline.json", candidate: str = "candidate.json"
) -> Any:
    return evalsig("gate", "--baseline", folder / baseline, "--candidate", folder / candidate, *options)


def _table(markdown: str) -> dict[str, str]:
    lines = markdown.splitlines()
    assert lines[1:3] == ["| Field | Value |", "|---|---|"]
    rows: dict[str, str] = {}
    for line in lines[3:]:
        if not line.startswith("|"):
            break
        name, value = line.strip("|").split("|")
        rows[name.strip()] = value.strip()
    return rows


def test_the_two_commands_of_the_issue_work_as_they_stand(folder: Path) -> None:
    checked = _shell("evalsig doctor baseline.json candidate.json", folder)
    assert checked.returncode == 0, checked
    assert "--cluster" in checked.stdout
    done = _shell(THE_ISSUES_GATE, folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    markdown = (folder / "report.md").read_text(encoding="utf-8")
    assert markdown.startswith(
        "## EVALSIG release gate :white_check_mark: ALLOW\n| Field | Value |\n|---|---|\n"
    )
    rows = _table(markdown)
    assert list(rows) == ROWS
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    comparison = report["comparison"]
    assert rows["verdict"] == "**ALLOW**"
    assert rows["min_delta policy"] == "`0.0050`"
    assert rows["observed delta"] == f"`{comparison['delta']:+.4f}`"
    assert re.fullmatch(r"`\[\+0\.0\d{3}, \+inf\]`", rows["CI (95%)"])
    assert rows["method"] == f"`{comparison['method']}`"
    assert rows["n_pairs"] == "1200"
    assert (report["verdict"], report["exit_code"]) == ("ALLOW", 0)
    assert comparison["ci"][1] is None
    assert comparison["n_clusters"] == 200
    assert re.fullmatch(r"[0-9a-f]{64}", report["baseline"]["sha256"])


@pytest.mark.parametrize(
    ("share", "options", "code", "verdict"),
    [
        (0.76, ["--min-delta", "0.005"], 0, "ALLOW"),
        (0.64, ["--min-delta", "0.005"], 1, "REJECT"),
        (0.70, ["--min-delta", "0.001"], 2, "INCONCLUSIVE"),
        (0.70, ["--margin", "0.02"], 0, "ALLOW"),
        (0.64, ["--margin", "0.02"], 1, "REJECT"),
        (0.76, ["--policy", "minimum-effect", "--min-delta", "0.02"], 0, "ALLOW"),
        (0.76, ["--policy", "minimum-effect", "--min-delta", "0.2"], 1, "REJECT"),
    ],
)
def test_the_exit_code_is_the_verdict(
    share: float, options: list[str], code: int, verdict: str, folder: Path
) -> None:
    runframe(folder / "other.json", _items(share), run="other")
    done = _gate(folder, "--cluster", "passage_id", *options, candidate="other.json")
    assert done.code == code
    assert verdict in done.out
    assert done.err == ""


@pytest.mark.parametrize("program", ["evalsig", "evaligo"])
def test_every_command_exists_under_both_names(program: str) -> None:
    for command in GATE_COMMANDS:
        done = evalsig(command, "--help", program=program)
        assert done.code == 0, done
        assert f"Usage: {program} {command}" in done.out
    assert {"gate", "compare", "doctor", "mde", "watch", "history", "verify", "version"} <= set(GATE_COMMANDS)
    assert (BIN / program).exists()
    assert evalsig("version", program=program).out == evalsig("version").out


def test_a_command_without_arguments_shows_what_there_is() -> None:
    done = evalsig()
    assert done.code == 64
    assert "gate" in done.out + done.err


@pytest.mark.parametrize("output", ["terminal", "tty", "markdown", "json", "html", "junit"])
def test_each_output_is_what_it_says(output: str, folder: Path) -> None:
    done = _gate(folder, "--cluster", "p", "--output", output)
    assert (done.code, done.err) == (0, "")
    starts = {"markdown": "## EVALSIG", "json": "{", "html": "<!", "junit": "<?xml"}
    assert done.out.lstrip().startswith(starts.get(output, "\u256d"))
    assert done.out.endswith("\n")
    if output == "json":
        json.loads(done.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def test_reports_are_written_beside_what_is_shown(folder: Path) -> None:
    paths = {name: folder / f"report.{name}" for name in ("json", "html", "junit", "markdown")}
    done = _gate(
        folder, "--cluster", "p", *(word for name, path in paths.items() for word in (f"--{name}", str(path)))
    )
    assert done.code == 0
    for name, path in paths.items():
        assert path.read_text(encoding="utf-8") == _gate(folder, "--cluster", "p", "--output", name).out


def test_github_gets_outputs_and_a_summary(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        (folder / name).write_text("kept=1\n")
        monkeypatch.setenv(name, str(folder / name))
    done = _gate(folder, "--cluster", "p", "--output", "json")
    outputs = dict(line.split("=", 1) for line in (folder / "GITHUB_OUTPUT").read_text().splitlines())
    report = json.loads(done.out)
    assert outputs["kept"] == "1"
    assert (outputs["verdict"], outputs["exit_code"]) == ("ALLOW", "0")
    assert float(outputs["delta"]) == report["comparison"]["delta"]
    assert float(outputs["p_value"]) == report["comparison"]["p_value"]
    assert float(outputs["mde"]) == report["comparison"]["mde"]
    assert (folder / "GITHUB_STEP_SUMMARY").read_text().startswith("kept=1\n## EVALSIG release gate")


def test_a_bad_input_leaves_github_untold(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(folder / "output"))
    assert _gate(folder, candidate="none.json").code == 65
    assert not (folder / "output").exists()


def test_a_run_may_come_by_standard_input_gzip_or_another_name(folder: Path) -> None:
    data = (folder / "candidate.json").read_bytes()
    (folder / "candidate.json.gz").write_bytes(gzip.compress(data))
    (folder / "candidate.txt").write_bytes(data)
    plain = json.loads(_gate(folder, "--cluster", "p", "--output", "json").out)
    ways = {
        "gzip": _gate(folder, "--cluster", "p", "--output", "json", candidate="candidate.json.gz"),
        "name": _gate(folder, "--cluster", "p", "--output", "json", candidate="candidate.txt"),
        "stdin": evalsig(
            "gate", "--baseline", folder / "baseline.json", "--candidate", "-", "--cluster", "p", "--output", "json",
            stdin=data,
        ),
    }  # fmt: skip
    for way, done in ways.items():
        report = json.loads(done.out)
        assert report["comparison"] == plain["comparison"], way
    assert json.loads(ways["stdin"].out)["candidate"]["sha256"] == plain["candidate"]["sha256"]


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_the_baseline_may_be_that_of_a_revision(folder: Path) -> None:
    git = "git -c user.name=a -c user.email=a@b.c -c commit.gpgsign=false"
    made = _shell(f"git init -q . && git add baseline.json && {git} commit -q -m 'a baseline'", folder)
    assert made.returncode == 0, made
    runframe(folder / "baseline.json", _items(0.1), run="changed since")
    gate = "evalsig gate --candidate candidate.json --cluster p --output json --baseline"
    old, new = (_shell(f"{gate} {b}", folder) for b in ("git:HEAD:baseline.json", "baseline.json"))
    assert json.loads(old.stdout)["comparison"]["baseline_value"] == pytest.approx(0.70, abs=0.03)
    assert json.loads(new.stdout)["comparison"]["baseline_value"] == pytest.approx(0.10, abs=0.03)
    assert json.loads(old.stdout)["baseline"]["source"] == "git:HEAD:baseline.json"
    for nowhere in ("git:HEAD:none.json", "git:nowhere:baseline.json", "git:--help:x"):
        done = _shell(f"{gate} {nowhere}", folder)
        assert (done.returncode, done.stdout) == (65, "")
        assert done.stderr.count("\n") == 1


def test_a_decision_is_recorded_listed_and_verified(folder: Path) -> None:
    log = folder / "log"
    done = _gate(folder, "--cluster", "p", "--record", str(log), "--project", "demo")
    assert done.code == 0
    assert "recorded as decision 1" in done.err
    assert _gate(
        folder, "--cluster", "p", "--record", str(log), "--project", "demo", "--margin", "0.0001"
    ).code in (0, 2)
    listed = evalsig("history", "--root", log, "--project", "demo")
    assert listed.code == 0
    assert "ALLOW" in listed.out
    assert evalsig("verify", log).code == 0


def test_compare_takes_one_metric_many_or_one_twice(folder: Path) -> None:
    rows = [{"id": i, "f1": s * 0.9, "em": s, "passage": c} for i, s, c in _items(0.7, n=120)]
    for name in ("a", "b"):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    call: list[str | Path] = [
        "compare",
        "--baseline",
        folder / "a.jsonl",
        "--candidate",
        folder / "b.jsonl",
        "--no-cluster",
        "--output",
        "json",
    ]
    for asked, found in (
        ([], ["f1", "em"]),
        (["--metric", "em"], ["em"]),
        (["--metric", "em", "--metric", "f1"], ["em", "f1"]),
        (["--metric", "em", "--metric", "em"], ["em"]),
    ):
        done = evalsig(*call, *asked)
        assert done.code == 0, done
        assert [c["metric"] for c in json.loads(done.out)["comparisons"]] == found


def test_converted_runs_are_judged_like_those_they_came_from(folder: Path) -> None:
    assert evalsig("convert", folder / "candidate.json", "--to", folder / "again.json").code == 0
    assert evalsig("convert", folder / "candidate.json").out == (folder / "again.json").read_text()
    first, again = (
        json.loads(_gate(folder, "--cluster", "p", "--output", "json", candidate=c).out)["comparison"]
        for c in ("candidate.json", "again.json")
    )
    assert first == again


def test_nasty_ids_pass_through_every_output(folder: Path) -> None:
    names = ["a\nb", "x" * 10_000, "| a |", "<b>", "\x1b[31m", "\ud800", "\u202e", "`", "]]>", "\x00"]
    ids = names + [f"q{i}" for i in range(40)]
    runframe(folder / "a.json", [(i, 1.0) for i in ids])
    runframe(folder / "b.json", [(i, float(i not in names)) for i in ids], run="r2")
    for output in ("terminal", "markdown", "json", "html", "junit"):
        done = _gate(folder, "--output", output, baseline="a.json", candidate="b.json")
        assert (done.code, done.err) == (1, ""), output
        assert "\x1b[31m" not in done.out
        assert "\x00" not in done.out


def test_an_output_that_cannot_show_boxes_gets_plain_letters(folder: Path) -> None:
    done = _shell(
        "evalsig gate --baseline baseline.json --candidate candidate.json --cluster p",
        folder,
        PYTHONIOENCODING="ascii",
    )
    assert done.returncode == 0, done
    assert done.stdout.isascii()


def test_importing_evaligo_imports_nothing_heavy() -> None:
    probe = "import sys, evaligo; print(sorted({'numpy', 'scipy', 'click', 'rich', 'jinja2', 'msgspec', 'duckdb'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_imports_nothing_heavy_either() -> None:
    probe = (
        "import sys\nfrom evaligo.cli import EVALSIG\nfor args in ([], ['gate']):\n"
        "    EVALSIG.main([*args, '--help'], standalone_mode=False)\n"
        "print(sorted({'numpy', 'scipy', 'jinja2', 'duckdb', 'msgspec'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_public_name_is_there() -> None:
    import evaligo

    for name in evaligo.__all__:
        assert getattr(evaligo, name) is not None
    assert set(evaligo.__all__) <= set(dir(evaligo))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        evaligo.nonsense  # noqa: B018  (the look-up itself is tested)
