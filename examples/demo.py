"""The whole story, with the command lines that one would type; `make demo` runs this, with no network.

A support bot's prompt is changed. The first experiment becomes the baseline of production; the second, with the changed
prompt, is held to it: evaligo finds what the change broke, names the items, and fails.
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = Path("build", "demo").resolve()
ALONE = {"GIT_CEILING_DIRECTORIES": str(PROJECT.parent)}
"""The demo's project is no part of the repository around it."""
CONFIG = """\
name: support-bot
target:
  type: openai # here a stand-in on this machine; your endpoint in its place
  base_url: ${{ env.OPENAI_BASE_URL }}
  api_key: ${{ secrets.OPENAI_API_KEY }}
  model: support-bot
  messages:
    - {role: system, content: "PROMPT"}
    - {role: user, content: "{{context}}\\n\\n{{input}}"}
  temperature: 0
  price: {input_per_mtok: 0.15, output_per_mtok: 0.60}
evaluators: [contains]
gate: release
cluster: passage_id
"""
PROMPTS = (
    "Answer from the context.",
    "Answer from the context, and keep it simple: round the numbers.",
)
EXPERIMENT = (
    "experiment",
    "run",
    "--config",
    "support-bot",
    "--dataset",
    "production-regression-tests",
    "--no-cache",
)


def main() -> None:
    """Run the story in a folder of its own."""
    shutil.rmtree(PROJECT, ignore_errors=True)
    PROJECT.mkdir(parents=True)
    with stand_in_model() as address:
        environment = {"OPENAI_BASE_URL": address, "OPENAI_API_KEY": "sk-demo"}
        say("A project with datasets and quality gates:")
        run("init", expects=0)
        say(f"The prompt is {PROMPTS[0]!r}. Its first experiment becomes the baseline of production:")
        write_config(PROMPTS[0])
        run(*EXPERIMENT, expects=0, **environment)
        run("baselines", "update", "--experiment", "support-bot", "--environment", "production", expects=0)
        say(f"Somebody changes the prompt: {PROMPTS[1]!r}. Does that ship?")
        write_config(PROMPTS[1])
        run(
            *EXPERIMENT,
            "--baseline",
            "production",
            "--fail-on-regression",
            "--generate-report",
            expects=1,
            **environment,
        )
    report = max((PROJECT / ".evaligo" / "reports").glob("*.html"), key=lambda path: path.stat().st_mtime)
    say(
        f"It does not: exit code 1, which fails a pipeline. The report with the answers side by side:\n{report}"
    )


def write_config(prompt: str) -> None:
    """Put a prompt into the configuration."""
    (PROJECT / ".evaligo" / "support-bot.yaml").write_text(CONFIG.replace("PROMPT", prompt), encoding="utf-8")


def say(text: str) -> None:
    """Tell the next step."""
    print(f"\n# {text}", flush=True)


def run(*arguments: str, expects: int, **environment: str) -> None:
    """Print a command line, run it, and stop the demo where it ends otherwise than expected."""
    print(f"\n$ evaligo {shlex.join(arguments)}\n", flush=True)
    command = [sys.executable, "-m", "evaligo", *arguments]
    environment = {**os.environ, **ALONE, **environment}
    code = subprocess.run(command, cwd=PROJECT, env=environment, check=False).returncode  # noqa: S603  (this very Python)
    if code != expects:
        raise SystemExit(f"exit code {code} where {expects} was expected")


@contextmanager
def stand_in_model() -> Iterator[str]:
    """Start the stand-in, and yield its address."""
    command = [sys.executable, str(HERE / "stand_in_model.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None  # noqa: S101  (a pipe was asked for)
        yield process.stdout.readline().strip()
        process.stdin.close() if process.stdin else None


if __name__ == "__main__":
    main()
