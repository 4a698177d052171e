"""Write what the documentation takes from the program: the pages of the commands, and the picture of a report.

    python docs/generate.py            write them
    python docs/generate.py --check    exit 1 where one is stale

Nothing here depends on the width of a terminal: a stale page means that the program changed.
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click
from commands import index, page
from picture import picture

from evaligo.cli import EVALIGO, EVALSIG, EXPERIMENT_COMMANDS, GATE_COMMANDS

ROOT = Path(__file__).resolve().parents[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files, or tell which are stale."""
    parser = argparse.ArgumentParser(description="Write the pages and pictures that come from the program.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file is stale")
    check = parser.parse_args(arguments).check
    stale = [(path, text) for path, text in files() if _read(path) != text]
    for path, text in stale:
        print(f"{path.relative_to(ROOT)}: {'stale; run `make docs`' if check else 'written'}")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return int(check and bool(stale))


def files() -> Iterator[tuple[Path, str]]:
    """Yield each file that is written, with its text."""
    yield ROOT / "docs" / "cli" / "index.md", index(EVALIGO, EXPERIMENT_COMMANDS, GATE_COMMANDS)
    yield from _pages(EVALIGO, EXPERIMENT_COMMANDS)
    yield from _pages(EVALSIG, GATE_COMMANDS)
    yield ROOT / "docs" / "images" / "report.svg", picture(ROOT / "tests" / "data" / "inspect")


def _pages(program: click.Group, names: Iterable[str]) -> Iterator[tuple[Path, str]]:
    context = click.Context(program, info_name=program.name)
    for name in names:
        command = program.get_command(context, name)
        if command is not None:
            yield ROOT / "docs" / "cli" / f"{name}.md", page(command, context)


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    raise SystemExit(main())
