"""What the documentation lists is what the program has."""

import re
from importlib import import_module
from pathlib import Path

import click
import pytest
from tests.support.gate_reports import allowed, undecided

from evaligo import errors
from evaligo.cli import EXPERIMENT_COMMANDS, GATE_COMMANDS
from evaligo.gates.method import ALIASES, CLUSTERED, UNCLUSTERED
from evaligo.readers import BUILTINS
from evaligo.readers.plan import IDS
from evaligo.reports.outline import facts, fields

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)")


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def named(text: str) -> set[str]:
    """Return what stands between backquotes."""
    return set(re.findall(r"`([^`\n]+)`", text))


def test_the_page_on_clusters_names_every_method_and_alias() -> None:
    there = named(read("docs/clusters.md"))
    assert {*CLUSTERED, *UNCLUSTERED, *ALIASES} <= there


def test_each_alias_is_said_to_mean_what_it_means() -> None:
    text = " ".join(read("docs/clusters.md").split())
    for alias, method in ALIASES.items():
        assert f"`{alias}` is `{method}`" in text


def test_each_reader_has_a_heading_in_the_page_on_formats() -> None:
    headings = named("\n".join(re.findall(r"^## .*$", read("docs/formats.md"), re.MULTILINE)))
    assert {reader.name for reader in BUILTINS} <= headings | {"csv", "parquet"} & named(
        read("docs/formats.md")
    )


def test_the_page_on_formats_names_the_id_columns_in_the_order_in_which_they_are_tried() -> None:
    (row,) = (line for line in read("docs/formats.md").splitlines() if line.startswith("| item | `--id`"))
    assert tuple(re.findall(r"`([^`]+)`", row))[1:] == IDS


def test_the_page_on_the_report_explains_every_row() -> None:
    there = named(read("docs/report.md"))
    rows = {name for report in (allowed(), undecided()) for name, _ in (*fields(report), *facts(report))}
    assert rows <= there


@pytest.mark.parametrize("page", ["README.md", "docs/ci.md", "docs/experiments.md"])
def test_every_exit_code_is_explained(page: str) -> None:
    codes = {e.exit_code for e in vars(errors).values() if isinstance(e, type) and hasattr(e, "exit_code")}
    table = re.search(r"^\| (?:exit )?code \|.*?\n\n", read(page), re.MULTILINE | re.DOTALL)
    assert table is not None
    listed = re.findall(r"^\| ([\d, ]+) \|", table[0], re.MULTILINE)
    assert {0, 1, 2, *codes} == {int(code) for cell in listed for code in cell.split(",")}


@pytest.mark.parametrize("name", [*EXPERIMENT_COMMANDS, *GATE_COMMANDS])
def test_every_command_has_a_page_and_a_file(name: str) -> None:
    command = import_module(f"evaligo.cli.{name}").command
    assert command.name == name
    headings = set(re.findall(r"^##? (.+)$", read(f"docs/cli/{name}.md"), re.MULTILINE))
    inside = command.list_commands(click.Context(command)) if isinstance(command, click.Group) else []
    assert {name, *inside} == headings


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_link_leads_to_a_file(page: str) -> None:
    broken = [link for link in LINK.findall(read(page)) if not (ROOT / link).exists()]
    assert not broken
