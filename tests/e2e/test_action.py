"""The action at the root: the shell of each step, run with GitHub's variables set and real runs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from tests.support.actions import ROOT, Job, load, script

from evaligo.cli.gate import command as gate_command

BETTER, SAME, WORSE = "better.json", "same.json", "worse.json"
MARKER = "<!-- evaligo-gate:gate -->"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A baseline at 80 % and three candidates: at 95 %, much the same, and at 60 %."""
    directory = tmp_path_factory.mktemp("runs")
    rng = np.random.default_rng(7)
    skill = rng.random(400)
    for name, rate in (("baseline.json", 0.80), (BETTER, 0.95), (SAME, 0.81), (WORSE, 0.60)):
        luck = rng.random(400) < 0.02  # so that no candidate's items all move one way
        items = [{"item_id": f"q{k}", "score": float((s < rate) ^ luck[k])} for k, s in enumerate(skill)]
        run = {
            "run_id": name,
            "model_id": name,
            "task_id": "boolq",
            "metric_name": "accuracy",
            "items": items,
        }
        (directory / name).write_text(json.dumps(run))
    return directory


@pytest.fixture
def job(tmp_path: Path, runs: Path) -> Job:
    """A job of a pull request, in a directory with the runs."""
    return Job(temp=tmp_path / "runner", workspace=runs, github={"event": {"pull_request": {"number": 7}}})


def comments(job: Job) -> list[str]:
    return [comment["body"] for comment in job.world()["comments"]]


def test_allow_passes_and_fills_every_output(job: Job) -> None:
    outcome = job.run_action(baseline="baseline.json", candidate=BETTER, metric="accuracy", min_delta="0.05")
    assert outcome.code == 0, job.log
    assert outcome.outputs["verdict"] == "ALLOW"
    assert outcome.outputs["exit_code"] == "0"
    assert 0.1 < float(outcome.outputs["delta"]) < 0.2
    assert float(outcome.outputs["p_value"]) < 0.05
    assert float(outcome.outputs["mde"]) > 0
    assert "| verdict | **ALLOW** |" in Path(outcome.outputs["report"]).read_text()
    assert "| verdict | **ALLOW** |" in job.summary


def test_metrics_one_a_line_are_judged_together_each_with_its_range(job: Job) -> None:
    items = [{"id": f"q{k}", "polite": k % 2, "speed": 2 + k % 3} for k in range(400)]
    (job.temp / "several.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    (job.temp / "copy.jsonl").write_text("".join(json.dumps(item) + "\n" for item in reversed(items)))
    outcome = job.run_action(
        baseline=str(job.temp / "several.jsonl"),
        candidate=str(job.temp / "copy.jsonl"),
        metric="polite\n  speed  \n",
        margin="0.3",
        bounds="polite=0,1\nspeed=0,5\n",
    )
    assert (outcome.code, outcome.outputs["verdict"]) == (0, "ALLOW"), job.log
    headings = [line for line in job.summary.splitlines() if line.startswith("##")]
    assert headings == [
        "## EVALSIG release gate :white_check_mark: ALLOW",
        "### `polite` :white_check_mark: ALLOW",
        "### `speed` :white_check_mark: ALLOW",
    ]


def test_reject_fails_with_the_gate_s_exit_code(job: Job) -> None:
    outcome = job.run_action(baseline="baseline.json", candidate=WORSE, metric="accuracy", min_delta="0.05")
    assert (outcome.code, outcome.outputs["verdict"]) == (1, "REJECT"), job.log
    assert "::error::the release gate says REJECT" in job.log


def test_inconclusive_fails_with_the_gate_s_exit_code(job: Job) -> None:
    outcome = job.run_action(baseline="baseline.json", candidate=SAME, metric="accuracy", min_delta="0.001")
    assert (outcome.code, outcome.outputs["verdict"]) == (2, "INCONCLUSIVE"), job.log


@pytest.mark.parametrize(
    ("verdict", "exit_code", "fail_on", "expected"),
    [
        ("ALLOW", "0", "reject,inconclusive", 0),
        ("REJECT", "1", "reject,inconclusive", 1),
        ("INCONCLUSIVE", "2", "reject,inconclusive", 2),
        ("INCONCLUSIVE", "2", "reject", 0),
        ("INCONCLUSIVE", "2", " Reject, Inconclusive ", 2),
        ("REJECT", "1", "", 0),
        ("ALLOW", "0", "allow", 1),
        ("ERROR", "65", "", 65),
        ("ERROR", "70", "reject", 70),
        ("ALLOW", "0", "rejct", 64),
        ("", "1", "reject,inconclusive", 70),
        ("", "", "", 70),
        ("", "0", "", 70),
        ("ERROR", "0", "", 70),
        ("ALLOW", "1", "reject", 70),
        ("REJECT", "0", "", 70),
        ("ALLOW", "256", "", 70),
        ("ALLOW", "65", "", 65),
        ("ALLOW,", "0", "", 70),
    ],
)
def test_the_caller_says_which_verdicts_fail(
    job: Job, verdict: str, exit_code: str, fail_on: str, expected: int
) -> None:
    gate = {"outputs": {"verdict": verdict, "exit_code": exit_code}}
    step = load(ROOT / "action.yml")["runs"]["steps"][-1]
    contexts = {"inputs": {"fail-on": fail_on}, "steps": {"gate": gate}, "action": str(ROOT)}
    assert job.run_steps([step], contexts).code == expected, job.log


def test_runs_that_cannot_be_judged_fail_even_if_no_verdict_does(job: Job) -> None:
    outcome = job.run_action(baseline="baseline.json", candidate="nowhere.json", fail_on="")
    assert (outcome.code, outcome.outputs["verdict"], outcome.outputs["exit_code"]) == (65, "ERROR", "65")
    assert "    error: nowhere.json: no such file" in job.summary


def test_runs_that_cannot_be_judged_replace_the_last_verdict_in_the_comment(job: Job) -> None:
    job.run_action(baseline="baseline.json", candidate=BETTER)
    job.run_action(baseline="baseline.json", candidate="nowhere.json")
    (body,) = comments(job)
    assert "no verdict" in body
    assert "ALLOW" not in body


CRASHES = {
    "no such module, exit 1": "import no_such_module",
    "exit 2": "raise SystemExit(2)",
    "exit 0 and nothing else": "",
    "a verdict without its report": (
        "import os; open(os.environ['GITHUB_OUTPUT'], 'a').write('verdict=ALLOW\\nexit_code=0\\n')"
    ),
    "another verdict than its exit code": (
        "import os, sys; open(os.environ['GITHUB_OUTPUT'], 'a').write('verdict=ALLOW\\nexit_code=0\\n');"
        "open(sys.argv[-1].removeprefix('--markdown='), 'w').write('ALLOW'); sys.exit(1)"
    ),
}


@pytest.mark.parametrize("program", CRASHES.values(), ids=CRASHES)
def test_a_gate_that_crashes_with_a_verdict_s_exit_code_is_an_error(job: Job, program: str) -> None:
    job.run_action(baseline="baseline.json", candidate=BETTER)
    script(job.temp / "ready" / "bin" / "evalsig", program, interpreter=sys.executable)
    outcome = job.run_action(baseline="baseline.json", candidate=BETTER, fail_on="")
    assert (outcome.code, outcome.outputs["verdict"], outcome.outputs["exit_code"]) == (70, "ERROR", "70")
    (body,) = comments(job)
    assert "no verdict" in body
    assert "ALLOW" not in body


def test_a_gate_that_crashes_shows_its_traceback_in_the_summary(job: Job) -> None:
    script(job.temp / "ready" / "bin" / "evalsig", "import no_such_module", interpreter=sys.executable)
    job.run_action(baseline="baseline.json", candidate=BETTER)
    assert "    ModuleNotFoundError: No module named 'no_such_module'" in job.summary
    assert "    error: the gate ended with exit code 1, but without its verdict and report" in job.summary


def heard(log: str) -> list[str]:
    """Return the commands that the runner takes from a log: those that none has stopped."""
    found: list[str] = []
    token = ""
    for line in map(str.strip, log.splitlines()):
        if token:
            token = "" if line == f"::{token}::" else token
        elif line.startswith("::stop-commands::"):
            token = line.removeprefix("::stop-commands::")
        elif line.startswith("::") or "##[" in line:
            found.append(line)
    assert not token, "nothing is heard any more"
    return found


def test_text_of_the_runs_gives_the_runner_no_commands(job: Job) -> None:
    names = ["##[error]forged", "::add-mask::A", "::error::forged"]
    items = [{"id": f"{names[k % 3]} {k}", "##[error]score": k % 2} for k in range(200)]
    (job.temp / "a.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    (job.temp / "b.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items[3:]))
    job.run_action(baseline=str(job.temp / "a.jsonl"), candidate=str(job.temp / "b.jsonl"))
    assert "##[error]" in job.log
    assert all(line.startswith("::error::the release gate says") for line in heard(job.log)), job.log


def test_an_error_s_text_gives_the_runner_no_commands(job: Job) -> None:
    program = "import sys; print('::error::forged', end=''); sys.exit('\\n::add-mask::A')"
    script(job.temp / "ready" / "bin" / "evalsig", program, interpreter=sys.executable)
    job.run_action(baseline="baseline.json", candidate=BETTER)
    assert "::add-mask::A" in job.log
    job.run_action(baseline="baseline.json", candidate=BETTER, no_cluster="yes\n::add-mask::A")
    assert set(heard(job.log)) == {
        "::error::the runs could not be judged; see the step before and the job summary"
    }


def test_no_two_runs_stop_commands_with_the_same_token(job: Job) -> None:
    for _ in range(2):
        job.run_action(baseline="baseline.json", candidate="nowhere.json")
    tokens = re.findall(r"^::stop-commands::([0-9a-f]{32})$", job.log, flags=re.MULTILINE)
    assert len(set(tokens)) == 2


def comment(job: Job, report: str | None, *, key: str = "gate") -> None:
    """Run the step that keeps the comment, as if the gate had written this report."""
    (job.temp / "report.md").unlink(missing_ok=True)
    if report is not None:
        (job.temp / "report.md").write_text(report)
    (step,) = [s for s in load(ROOT / "action.yml")["runs"]["steps"] if "comment.py" in s.get("run", "")]
    outputs = {
        "install": {"outputs": {"bin": str(Path(sys.executable).parent)}},
        "gate": {"outputs": {"report": str(job.temp / "report.md")}},
    }
    inputs = {"comment": "true", "comment-key": key, "github-token": "t0ken"}
    outcome = job.run_steps([step], {"inputs": inputs, "steps": outputs, "action": str(ROOT)})
    assert outcome.code == 0, job.log


def test_one_comment_is_written_and_then_kept_up_to_date(job: Job) -> None:
    comment(job, "ALLOW")
    comment(job, "REJECT, é")
    assert comments(job) == [f"{MARKER}\nREJECT, é"]
    methods = [method for method, path in job.world()["calls"] if path != "graphql"]
    assert methods == ["GET", "POST", "GET", "PATCH"]


def test_the_comment_is_found_on_a_later_page(job: Job) -> None:
    other = [{"id": k, "user": {"login": "reviewer"}, "body": "looks good"} for k in range(250)]
    job.world(comments=[*other, {"id": 999, "user": {"login": "github-actions[bot]"}, "body": MARKER}])
    comment(job, "ALLOW")
    assert len(comments(job)) == 251
    assert comments(job)[-1] == f"{MARKER}\nALLOW"


def test_a_comment_of_somebody_else_with_the_marker_is_left_alone(job: Job) -> None:
    job.world(comments=[{"id": 5, "user": {"login": "mallory"}, "body": f"{MARKER}\nALLOW"}])
    comment(job, "REJECT")
    assert comments(job) == [f"{MARKER}\nALLOW", f"{MARKER}\nREJECT"]


def test_a_token_that_does_not_say_whose_it_is_finds_a_bot_s_comment_and_no_person_s(job: Job) -> None:
    person = {"id": 4, "user": {"login": "mallory", "type": "User"}, "body": f"{MARKER}\nmine"}
    bot = {"id": 5, "user": {"login": "some-app[bot]", "type": "Bot"}, "body": MARKER}
    nobody = {"id": 3, "user": None, "body": f"{MARKER}\ngone"}
    job.world(login="", comments=[nobody, person, bot])
    comment(job, "ALLOW")
    assert comments(job) == [f"{MARKER}\ngone", f"{MARKER}\nmine", f"{MARKER}\nALLOW"]


@pytest.mark.parametrize("left", [None, "", " \n"], ids=["no file", "empty", "blank"])
def test_a_report_that_is_not_there_replaces_the_last_verdict(job: Job, left: str | None) -> None:
    comment(job, "ALLOW")
    comment(job, left)
    assert comments(job) == [
        f"{MARKER}\n## EVALSIG release gate :no_entry: no verdict\n\nThe gate left no report.\n"
    ]


def test_comments_of_deleted_users_and_empty_ones_are_passed_over(job: Job) -> None:
    job.world(comments=[{"id": 5, "user": None, "body": MARKER}, {"id": 6, "user": None, "body": None}])
    comment(job, "ALLOW")
    assert len(comments(job)) == 3


def test_two_gates_keep_two_comments(job: Job) -> None:
    comment(job, "ALLOW", key="quality")
    comment(job, "REJECT", key="cost --> x")
    assert [body.splitlines()[0] for body in comments(job)] == [
        "<!-- evaligo-gate:quality -->",
        "<!-- evaligo-gate:cost-----x -->",
    ]


def test_a_token_that_may_not_comment_is_a_warning(job: Job) -> None:
    job.world(read_only=True)
    comment(job, "ALLOW")
    assert "::warning::the report could not be written to the pull request" in job.log
    assert "HTTP 403" in job.log


def test_a_runner_without_github_s_client_is_a_warning(job: Job) -> None:
    (job.temp / "bin" / "gh").unlink()
    comment(job, "ALLOW")
    assert "::warning::the report could not be written" in job.log


def test_a_report_longer_than_a_comment_is_cut_at_a_line(job: Job) -> None:
    comment(job, "| a row |\n" * 10_000)
    (body,) = comments(job)
    assert len(body) <= 65_536
    assert "| a row |\n\n*The report is longer than a comment may be" in body


@pytest.mark.parametrize("event", [{}, {"pull_request": ""}])
def test_no_comment_is_tried_outside_a_pull_request(job: Job, event: dict[str, Any]) -> None:
    job.github["event"] = event
    assert job.run_action(baseline="baseline.json", candidate=BETTER).code == 0
    assert job.world()["calls"] == []


def test_a_comment_can_be_declined(job: Job) -> None:
    job.run_action(baseline="baseline.json", candidate=BETTER, comment="false")
    assert job.world()["calls"] == []


def test_reports_and_the_audit_log_are_written_where_asked(job: Job, tmp_path: Path) -> None:
    paths = {name: str(tmp_path / f"out.{name}") for name in ("html", "junit", "json")}
    job.run_action(
        baseline="baseline.json", candidate=BETTER, record=str(tmp_path / "log"), project="search", **paths
    )
    assert all(Path(path).stat().st_size for path in paths.values()), job.log
    entry = json.loads((tmp_path / "log" / "decisions.jsonl").read_bytes())
    assert (entry["project"], entry["result"]["verdict"]) == ("search", "ALLOW")
    assert (
        entry["hash"] in job.log
    )  # the job's log is where the head is safe from those who can edit the file


HOSTILE = """x"; touch pwned; '$(touch pwned)' `touch pwned` && touch pwned * ${HOME} --help
touch pwned # %0A::error::"""


def test_an_input_reaches_the_gate_as_it_is_and_never_the_shell(job: Job, tmp_path: Path) -> None:
    outcome = job.run_action(
        baseline="baseline.json",
        candidate=BETTER,
        record=f"{tmp_path}/a log; touch pwned",
        project=HOSTILE,
        comment_key=HOSTILE,
    )
    assert outcome.code == 0, job.log
    entry = json.loads((tmp_path / "a log; touch pwned" / "decisions.jsonl").read_bytes())
    assert entry["project"] == HOSTILE
    assert not [*job.workspace.rglob("pwned*"), *tmp_path.rglob("pwned*")]


def test_an_input_that_looks_like_an_option_is_a_value(job: Job) -> None:
    assert job.run_action(baseline="baseline.json", candidate=BETTER, metric="--help").code == 65
    assert "there is no metric '--help'" in job.log


def test_a_flag_that_is_neither_true_nor_false_is_a_usage_error(job: Job) -> None:
    outcome = job.run_action(baseline="baseline.json", candidate=BETTER, no_cluster="yes")
    assert (outcome.code, outcome.outputs["verdict"], outcome.outputs["exit_code"]) == (64, "ERROR", "64")
    assert "the input no-cluster is 'yes', neither true nor false" in job.log


def test_a_wrong_flag_replaces_the_last_verdict_in_the_comment(job: Job) -> None:
    job.run_action(baseline="baseline.json", candidate=BETTER)
    job.run_action(baseline="baseline.json", candidate=BETTER, no_cluster="yes", lower_is_better="no")
    (body,) = comments(job)
    assert "ALLOW" not in body
    assert "    error: the input no-cluster is 'yes', neither true nor false" in body
    assert "    error: the input lower-is-better is 'no', neither true nor false" in body


def test_lower_is_better_turns_the_verdict_round(job: Job) -> None:
    outcome = job.run_action(baseline="baseline.json", candidate=WORSE, lower_is_better="true")
    assert outcome.outputs["verdict"] == "ALLOW", job.log


def test_every_option_of_the_gate_is_an_input_and_no_input_is_without_its_option() -> None:
    """What the gate can be asked, the action can be asked; outputs that the action itself uses are its own."""
    inputs = set(load(ROOT / "action.yml")["inputs"])
    options = {
        name.removeprefix("--")
        for parameter in gate_command.params
        if isinstance(parameter, click.Option)
        for name in parameter.opts
    }
    of_the_action = {
        "comment", "comment-key", "github-token", "fail-on", "python-version", "extras",
    }  # fmt: skip
    assert inputs - of_the_action == options - {"output", "markdown", "help"}


def test_every_input_is_passed_on_and_none_is_pasted_into_a_script() -> None:
    action = load(ROOT / "action.yml")
    steps = action["runs"]["steps"]
    assert not [step["run"] for step in steps if "${{" in step.get("run", "")]
    used = {
        name
        for step in steps
        for text in [
            str(step.get("if", "")),
            *map(str, {**step.get("env", {}), **step.get("with", {})}.values()),
        ]
        for name in re.findall(r"inputs\.([\w-]+)", text)
    }
    assert used == set(action["inputs"])


def test_other_people_s_actions_are_pinned_to_a_version() -> None:
    uses = [step["uses"] for step in load(ROOT / "action.yml")["runs"]["steps"] if "uses" in step]
    assert [u for u in uses if not re.fullmatch(r"[\w/-]+@v\d+\.\d+\.\d+", u)] == []


BACKEND = """
import zipfile
def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name = "evaligo-0-py3-none-any.whl"
    with zipfile.ZipFile(f"{wheel_directory}/{name}", "w") as wheel:
        wheel.writestr("stand_in.py", "def main(): print('ready')")
        about = "Metadata-Version: 2.1\\nName: evaligo\\nVersion: 0\\nProvides-Extra: parquet\\n"
        wheel.writestr("evaligo-0.dist-info/METADATA", about)
        wheel.writestr("evaligo-0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("evaligo-0.dist-info/entry_points.txt", "[console_scripts]\\nevalsig = stand_in:main\\n")
        wheel.writestr("evaligo-0.dist-info/RECORD", "")
    return name
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A stand-in project that brings its own build backend, so that the real pip needs no network."""
    directory = tmp_path / "checkout"
    (directory / "ci").mkdir(parents=True)
    (directory / "ci" / "action").symlink_to(ROOT / "ci" / "action")
    (directory / "backend.py").write_text(BACKEND)
    (directory / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    return directory


def test_the_action_installs_its_own_checkout_and_runs_nothing_of_the_workspace(
    job: Job, checkout: Path, tmp_path: Path
) -> None:
    """Neither modules in the workspace or on PYTHONPATH, nor an environment that somebody left on the runner."""
    job.workspace = tmp_path / "workspace"
    trap = f"open({str(tmp_path / 'pwned')!r}, 'a').write(__file__)"
    for module in ("venv.py", "json.py", "ensurepip.py", "pip/__init__.py", "pip/__main__.py"):
        (job.workspace / module).parent.mkdir(parents=True, exist_ok=True)
        (job.workspace / module).write_text(trap)
    job.env["PYTHONPATH"] = str(job.workspace)
    for left in ("evaligo-venv", "evaligo-venv-parquet"):
        script(job.temp / left / "bin" / "evalsig", "echo forged")
    (job.temp / "bin" / "python3").unlink()  # the real one is behind it
    (step,) = [s for s in load(ROOT / "action.yml")["runs"]["steps"] if s.get("id") == "install"]
    outcome = job.run_steps([step], {"inputs": {"extras": "parquet"}, "action": str(checkout)})
    assert outcome.code == 0, job.log
    bin_ = outcome.contexts["steps"]["install"]["outputs"]["bin"]
    assert subprocess.run([f"{bin_}/evalsig"], capture_output=True, text=True, check=True).stdout == "ready\n"
    assert not (tmp_path / "pwned").exists()


def test_the_gate_and_the_comment_run_nothing_of_the_workspace(job: Job, runs: Path, tmp_path: Path) -> None:
    job.workspace = tmp_path / "workspace"
    job.workspace.mkdir()
    for module in ("json.py", "click.py", "subprocess.py"):
        (job.workspace / module).write_text("raise SystemExit(0)")
    job.env["PYTHONPATH"] = str(job.workspace)
    outcome = job.run_action(baseline=str(runs / "baseline.json"), candidate=str(runs / BETTER))
    assert (outcome.code, outcome.outputs["verdict"]) == (0, "ALLOW"), job.log
    assert "**ALLOW**" in comments(job)[0]


def test_two_gates_in_one_job_share_no_environment(job: Job) -> None:
    (step,) = [s for s in load(ROOT / "action.yml")["runs"]["steps"] if s.get("id") == "install"]
    contexts = {"inputs": {"extras": ""}, "action": str(ROOT)}
    both = [job.run_steps([step], contexts).contexts["steps"]["install"]["outputs"]["bin"] for _ in range(2)]
    assert both[0] != both[1]


def test_a_python_that_is_too_old_is_said_to_be(job: Job) -> None:
    script(job.temp / "bin" / "python3", "exit 1")
    outcome = job.run_action(baseline="baseline.json", candidate=BETTER)
    assert outcome.code == 64
    assert "evaligo needs Python 3.11 or newer; set the action's input python-version" in job.log
