"""A page for each command, from what the command itself declares."""

import re
from collections.abc import Iterator, Mapping
from inspect import cleandoc

import click

__all__ = ["index", "page"]

MARK = "<!-- docs/generate.py wrote this from the command's own help: change that, then run `make docs`. -->"


def index(group: click.Group, summaries: Mapping[str, str]) -> str:
    """Return the page that lists the commands."""
    rows = [f"| [`{name}`]({name}.md) | {_cell(summary)} |" for name, summary in summaries.items()]
    return _joined(
        "# The commands",
        "Every command is called as `evalsig NAME` or as `evaligo NAME`; both are installed, and do the same.",
        "\n".join(["| command | what it does |", "|---|---|", *rows]),
        "`-h` or `--help` after a command shows its options.",
        "## Exit codes",
        (group.epilog or "").removeprefix("Exit codes: "),
        MARK,
    )


def page(command: click.Command, parent: click.Context) -> str:
    """Return a command's page: usage, purpose, example, options."""
    context = click.Context(command, info_name=command.name, parent=parent)
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    examples = re.sub(r"^Examples?: ", "", command.epilog or "").split(" | ")
    return _joined(
        f"# {command.name}",
        cleandoc(command.help or "").replace("\b\n", ""),
        f"Usage: `{usage}`",
        "\n".join(f"- Example: `{example}`" for example in examples if example),
        "\n".join(["| option | what it does |", "|---|---|", *_rows(command, context)]),
        MARK,
    )


def _rows(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            yield f"| {_names(parameter, context)} | {_cell(_says(parameter))} |"
    yield "| `-h`, `--help` | Show the options. |"


def _names(option: click.Option, context: click.Context) -> str:
    """Return an option's spellings, with what it takes."""
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    if option.is_flag or isinstance(option.type, click.Choice):
        return names
    return f"{names} `{option.make_metavar(context).removesuffix(' RANGE')}`"


def _says(option: click.Option) -> str:
    said = [option.help or ""]
    if isinstance(option.type, click.Choice):
        said.append(f"One of {', '.join(f'`{choice}`' for choice in option.type.choices)}.")
    if option.required:
        said.append("Required.")
    if option.multiple and "epeatable" not in said[0]:
        said.append("Repeatable.")
    if option.show_default and option.default is not None:
        said.append(f"Default: `{option.default}`.")
    return " ".join(filter(None, said))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _joined(*parts: str) -> str:
    return "\n\n".join(filter(None, parts)) + "\n"
