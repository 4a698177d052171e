"""Install inspect_ai and promptfoo, each into a folder of its own under build/bench, and write their tasks."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

INSPECT_VERSION, PROMPTFOO_VERSION = "0.3.285", "0.121.20"
HOME = Path(__file__).resolve().parents[1] / "build" / "bench"

_TASK = """\
from inspect_ai import Task, task
from inspect_ai.dataset import json_dataset
from inspect_ai.scorer import match
from inspect_ai.solver import generate


@task
def speed():
    return Task(dataset=json_dataset("samples.jsonl"), solver=generate(), scorer=match(location="exact"))
"""


def inspect_command(folder: Path, url: str, concurrency: int) -> str | None:
    """Return the command of a shell that runs inspect_ai on a folder's samples; None where it is not installed."""
    python = HOME / "inspect" / "bin" / "python"
    wanted = (f"inspect_ai=={INSPECT_VERSION}", "openai")
    if not python.exists() and not (
        _done([sys.executable, "-m", "venv", str(HOME / "inspect")])
        and _done([str(python), "-m", "pip", "install", "--quiet", *wanted])
    ):
        return None
    (folder / "task.py").write_text(_TASK, encoding="utf-8")
    _write_lines(
        folder / "samples.jsonl",
        [{"id": i["id"], "input": i["input"], "target": i["expected"]} for i in _read_lines(folder)],
    )
    return (
        f"FAKE_API_KEY=none FAKE_BASE_URL={url} {python.with_name('inspect')} eval task.py "
        f"--model openai-api/fake/fake --max-connections {concurrency} --max-samples {concurrency} --display none --log-dir logs"
    )


def promptfoo_command(folder: Path, url: str, concurrency: int) -> str | None:
    """Return the command of a shell that runs promptfoo on a folder's items; None where it is not installed."""
    home = HOME / "promptfoo"
    program = home / "node_modules" / ".bin" / "promptfoo"
    if not program.exists():
        home.mkdir(parents=True, exist_ok=True)
        if not shutil.which("npm") or not _done(
            ["npm", "install", "--silent", "--prefix", str(home), f"promptfoo@{PROMPTFOO_VERSION}"]
        ):
            return None
    tests = [
        {"vars": {"input": i["input"]}, "assert": [{"type": "equals", "value": i["expected"]}]}
        for i in _read_lines(folder)
    ]
    config = {
        "prompts": ["{{input}}"],
        "providers": [{"id": "openai:chat:fake", "config": {"apiBaseUrl": url, "apiKey": "none"}}],
        "tests": tests,
    }
    (folder / "promptfoo.json").write_text(json.dumps(config), encoding="utf-8")
    return (
        "PROMPTFOO_DISABLE_TELEMETRY=1 PROMPTFOO_DISABLE_UPDATE=1 PROMPTFOO_DISABLE_REMOTE_GENERATION=1 "
        f"PROMPTFOO_CONFIG_DIR={folder / 'promptfoo'} {program} eval -c promptfoo.json -j {concurrency} "
        "--no-cache --no-progress-bar --no-table --no-share"
    )


def _read_lines(folder: Path) -> list[dict[str, str]]:
    text = (folder / "items.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def _write_lines(path: Path, rows: Sequence[dict[str, str]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _done(step: Sequence[str]) -> bool:
    done = subprocess.run(step, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "it does not say why").splitlines()[-1]
        print(f"a peer cannot be installed: {said}", file=sys.stderr)
    return done.returncode == 0
