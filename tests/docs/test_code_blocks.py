"""Every fenced block of the documentation does what the page says.

A page's blocks run in their order, in a folder of their own that holds the sample files below. The languages are a
closed set, and so are the directives (`tests/docs/blocks.py`): what is not understood fails.
"""

import contextlib
import doctest
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from tests.docs.blocks import DIRECTIVES, Block, blocks_of, commands_of

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])

SAMPLES = {
    "baseline.eval": "inspect/baseline.eval",
    "candidate.eval": "inspect/candidate-better.eval",
    "same.eval": "inspect/candidate-same.eval",
    "errors.eval": "inspect/errors.eval",
    "baseline-3-epochs.json.gz": "inspect/baseline-3-epochs.json.gz",
    "candidate-3-epochs.json.gz": "inspect/candidate-better-3-epochs.json.gz",
    "many-scorers.eval": "inspect/many-scorers.eval",
    "promptfoo-baseline.json": "promptfoo/baseline.json",
    "promptfoo-candidate.json": "promptfoo/candidate.json",
    "results/samples_addition_2026-11-22T21-23-10.553106.jsonl": "lm_eval/multi/guesser/"
    "samples_addition_2026-11-22T21-23-10.553106.jsonl",
    "results/samples_evenodd_2026-11-22T14-20-03.116860.jsonl": "lm_eval/evenodd/"
    "samples_evenodd_2026-11-22T14-20-03.116860.jsonl",
}
"""What a reader of the documentation is told to put in the place of their own files."""

ENVIRONMENT = {
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    "LANG": "C.UTF-8",
    "PYTHONUTF8": "1",
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}
"""Not that of the machine: a CI job's variables would change what commands print."""


class Page:
    """One page being read: its folder, what its Python has defined, and what was printed last."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, Any] = {"__name__": "__page__"}
        self.printed = ""
        self.code = 0

    def run(self, block: Block) -> None:
        unknown = {name for name, _ in block.directives} - set(DIRECTIVES)
        assert not unknown, f"{block.place}: no such directive: {unknown}"
        assert block.language in {*RUN, *READ}, f"{block.place}: no such language: {block.language!r}"
        for name, value in block.directives:
            if name == "setup":
                assert self.shell(value) == 0, f"{block.place}: {value}\n{self.printed}"
        if (why := block.said("not run")) is not None:
            assert why, f"{block.place}: say why it is not run"
        elif (file := block.said("file")) is not None:
            (self.folder / file).write_text(block.text, encoding="utf-8")
        elif block.said("output") is not None:
            self.compare(block, block.text, self.printed)
        else:
            assert block.language in RUN, (
                f"{block.place}: mark it as <!-- output --> or as <!-- file: NAME -->"
            )
            RUN[block.language](self, block)

    def shell(self, command: str) -> int:
        """Run a command as the user's shell would; `$?` is the last one's exit code."""
        done = subprocess.run(
            ["bash", "-c", f"(exit {self.code})\n{command}"],
            cwd=self.folder,
            env={**ENVIRONMENT, "HOME": str(self.folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.printed, self.code = done.stdout, done.returncode
        return self.code

    def compare(self, block: Block, expected: str, printed: str) -> None:
        """Hold shown output against what was printed; `...` stands for anything."""
        want, got = (_trimmed(text) for text in (expected, printed))
        pattern = ".*?".join(map(re.escape, want.split("...")))
        assert re.fullmatch(pattern, got, re.DOTALL), f"{block.place} shows\n{want}\nbut there was\n{got}"

    def console(self, block: Block) -> None:
        commands = list(commands_of(block.text))
        assert commands, f"{block.place}: no line begins with `$ `"
        for n, (command, shown) in enumerate(commands, 1):
            expected = int(block.said("exit") or 0) if n == len(commands) else 0
            code = self.shell(command)
            assert code == expected, f"{block.place}: {command}\nexits {code}\n{self.printed}"
            if shown.strip():
                self.compare(block, shown, self.printed)

    def bash(self, block: Block) -> None:
        expected = int(block.said("exit") or 0)
        code = self.shell(f"set -e\n{block.text}")
        assert code == expected, f"{block.place} exits {code}\n{self.printed}"

    def python(self, block: Block) -> None:
        if ">>>" in block.text:
            self.session(block)
            return
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(block.text, block.place, "exec"), self.names)
        self.printed = out.getvalue()

    def session(self, block: Block) -> None:
        """Run what one typed at Python's prompt, and hold the answers against those shown."""
        parsed = doctest.DocTestParser().get_doctest(block.text, self.names, block.place, block.page, 0)
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
        out: list[str] = []
        failed = runner.run(parsed, out=out.append, clear_globs=False).failed
        assert not failed, f"{block.place}\n{''.join(out)}"
        self.names |= parsed.globs

    def yaml(self, block: Block) -> None:
        loaded = YAML(typ="safe", pure=True).load(block.text)
        if "jobs" in loaded:
            (self.folder / "workflow.yml").write_text(block.text, encoding="utf-8")
            code = self.shell("check-jsonschema --builtin-schema vendor.github-workflows workflow.yml")
            assert code == 0, f"{block.place}\n{self.printed}"


RUN: dict[str, Callable[[Page, Block], None]] = {
    "bash": Page.bash,
    "console": Page.console,
    "python": Page.python,
    "yaml": Page.yaml,
}
READ = {"json", "markdown", "text"}
"""What is no program: a file, or what one printed."""


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_each_block_of_the_page_does_what_the_page_says(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, source in SAMPLES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(DATA / source, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    page = Page(tmp_path)
    for block in blocks_of(path, ROOT):
        page.run(block)
