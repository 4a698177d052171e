"""A GitHub Actions job in miniature: it runs the shell of an action's or a workflow's steps as the runner does.

Other people's actions are not run; what they were given is kept in `Job.used`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
THIS_ACTION = "evaligo/evaligo@"
_STATUS = re.compile(r"\b(always|success|failure|cancelled)\(\)")
_TOKEN = re.compile(r"'(?:[^']|'')*'|&&|\|\||!=|==|!|[A-Za-z_][\w.-]*(?:\(\))?|[()]|\s+|\S")

# What makes an environment is given the one that is ready; pip then has nothing to do.
_PYTHON = """case "$*" in
*"-m venv "*) for place; do :; done; exec ln -s "{ready}" "$place" ;;
esac
exec "{real}" "$@\""""
_READY_PYTHON = """case "$*" in
*"-m pip "*) exit 0 ;;
esac
exec "{real}" "$@\""""


@dataclass(kw_only=True)
class Job:
    """One job on one runner.

    Parameters
    ----------
    temp : Path
        Becomes the runner's own directory; the outside world lies in it too.
    workspace : Path
        Where steps run.
    github : dict
        The `github` context.
    secrets : dict
    env : dict
        The runner's environment, before GitHub's own variables.
    """

    temp: Path
    workspace: Path
    github: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""
    used: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Set up the runner; an environment that is made on it holds this checkout's evaligo, already installed."""
        script(self.temp / "bin" / "gh", f'exec "{sys.executable}" -I "{ROOT}/tests/support/fake_gh.py" "$@"')
        script(self.temp / "bin" / "python3", _PYTHON.format(real=sys.executable, ready=self.temp / "ready"))
        script(self.temp / "ready" / "bin" / "python", _READY_PYTHON.format(real=sys.executable))
        (self.temp / "ready" / "bin" / "evalsig").symlink_to(Path(sys.executable).parent / "evalsig")
        self.world(login="github-actions[bot]", comments=[], read_only=False, calls=[])

    def world(self, **changes: Any) -> dict[str, Any]:
        """Return what GitHub knows, after changing it."""
        file = self.temp / "world.json"
        known: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
        file.write_text(json.dumps(known | changes))
        return known | changes

    def run_action(self, **inputs: str) -> Outcome:
        """Run the action at the root of this checkout; `min_delta` is its input `min-delta`."""
        action = load(ROOT / "action.yml")
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert set(given) <= set(action["inputs"]), given
        values = {
            name: given.get(name, self.fill(spec.get("default", ""), {}))
            for name, spec in action["inputs"].items()
        }
        missing = [n for n, spec in action["inputs"].items() if spec.get("required") and not values[n]]
        assert not missing, missing
        outcome = self.run_steps(action["runs"]["steps"], {"inputs": values, "action": str(ROOT)})
        outputs = {n: self.fill(spec["value"], outcome.contexts) for n, spec in action["outputs"].items()}
        return Outcome(code=outcome.code, outputs=outputs, contexts=outcome.contexts)

    def run_workflow(self, path: Path) -> Outcome:
        """Run the one job of a workflow."""
        (job,) = load(path)["jobs"].values()
        return self.run_steps(job["steps"], {})

    def run_steps(self, steps: list[dict[str, Any]], contexts: dict[str, Any]) -> Outcome:
        """Run steps in order; after a failure only those that ask for it."""
        contexts = {
            "github": {"token": "t0ken"} | self.github,
            "runner": {"temp": str(self.temp)},
            "secrets": self.secrets,
            "steps": {},
            **contexts,
        }
        code = 0
        for step in steps:
            if not self.due(str(step.get("if", "success()")), contexts, failed=bool(code)):
                continue
            status, outputs = self.run_step(step, contexts)
            code = code or status
            if "id" in step:
                contexts["steps"][step["id"]] = {"outputs": outputs}
        return Outcome(code=code, outputs={}, contexts=contexts)

    def run_step(self, step: dict[str, Any], contexts: dict[str, Any]) -> tuple[int, dict[str, str]]:
        """Run one step; return its exit code and outputs."""
        if "run" in step:
            return self.run_shell(step, contexts)
        given = {name: self.fill(value, contexts) for name, value in step.get("with", {}).items()}
        self.used.append((step["uses"], given))
        if not step["uses"].startswith(THIS_ACTION):
            return 0, {}
        outcome = self.run_action(**given)
        return outcome.code, outcome.outputs

    def run_shell(self, step: dict[str, Any], contexts: dict[str, Any]) -> tuple[int, dict[str, str]]:
        """Run a step's script with GitHub's variables set."""
        files = {name: self.temp / name.lower() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for empty in files.values():
            empty.write_text("")
        file = self.temp / "script.sh"
        file.write_text(self.fill(step["run"], contexts))
        asked = {name: self.fill(value, contexts) for name, value in step.get("env", {}).items()}
        options = ["--noprofile", "--norc", "-eo", "pipefail"] if step.get("shell") == "bash" else ["-e"]
        done = subprocess.run(
            ["bash", *options, str(file)],
            cwd=self.workspace,
            env=self.variables(contexts) | {n: str(f) for n, f in files.items()} | asked,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.log += done.stdout
        self.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        lines = files["GITHUB_OUTPUT"].read_text().splitlines()
        return done.returncode, dict(line.split("=", 1) for line in lines)

    def variables(self, contexts: dict[str, Any]) -> dict[str, str]:
        """Return the environment of a step."""
        return {
            "PATH": f"{self.temp / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(self.temp),
            "LANG": "C.UTF-8",
            "FAKE_GH": str(self.temp / "world.json"),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": contexts.get("action", ""),
            "GITHUB_REPOSITORY": "acme/app",
            "GITHUB_SHA": self.github.get("sha", "0" * 40),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp),
        } | self.env

    def due(self, condition: str, contexts: dict[str, Any], *, failed: bool) -> bool:
        """Tell whether a step's `if` holds; one that asks for no status wants success."""
        bare = condition.removeprefix("${{").removesuffix("}}").strip()
        states = {"always()": True, "success()": not failed, "failure()": failed, "cancelled()": False}
        wanted = bare if _STATUS.search(bare) else f"success() && ({bare})"
        return bool(evaluate(wanted, contexts | {"states": states}))

    def fill(self, text: Any, contexts: dict[str, Any]) -> str:
        """Replace the expressions in a text by their values."""
        found = {"github": {"token": "t0ken"} | self.github} | contexts
        return re.sub(r"\$\{\{(.*?)\}\}", lambda m: as_text(evaluate(m[1].strip(), found)), str(text))


@dataclass(kw_only=True)
class Outcome:
    """How steps ended."""

    code: int
    outputs: dict[str, str]
    contexts: dict[str, Any]


def script(path: Path, lines: str, *, interpreter: str = "/bin/sh") -> None:
    """Write a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # never through a link into a real environment
    path.write_text(f"#!{interpreter}\n{lines}\n")
    path.chmod(0o755)


def load(path: Path) -> dict[str, Any]:
    """Read a YAML file as builtins."""
    document: dict[str, Any] = YAML(typ="safe", pure=True).load(path)
    return document


def evaluate(expression: str, contexts: dict[str, Any]) -> Any:
    """Evaluate the part of GitHub's expression language that the files of this project use."""
    words = {"&&": " and ", "||": " or ", "!": " not "}
    python = ""
    for token in _TOKEN.findall(expression):
        if token in words:
            python += words[token]
        elif token.endswith("()"):
            python += f"states[{token!r}]"
        elif re.match(r"[A-Za-z_]", token):
            python += f"find({token!r})"
        else:
            python += token
    return eval(python, {"states": contexts.get("states"), "find": lambda name: find(name, contexts)})


def find(name: str, contexts: dict[str, Any]) -> Any:
    """Follow a dotted name; what is not there is the empty string, as on GitHub."""
    value: Any = contexts
    for part in name.split("."):
        value = value.get(part, "") if isinstance(value, dict) else ""
    return value


def as_text(value: Any) -> str:
    """Write a value as GitHub does."""
    return str(value).lower() if isinstance(value, bool) else str(value)
