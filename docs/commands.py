"""A page for each command, from what the command itself declares; a group's commands share a page."""

import re
from collections.abc import Iterator, Mapping
from inspect import cleandoc

import click

__all__ = ["index", "page"]

MARK = "<!-- docs/generate.py wrote this from the command's own help: change that, then run `make docs`. -->"


def index(group: click.Group, experiments: Mapping[str, str], gate: Mapping[str, str]) -> str:
    """Return the page that lists the commands.

    Parameters
    ----------
    group : click.Group
        Whose exit codes hold for all of them.
    experiments, gate : mapping of command name to what it does
        Those of `evaligo` alone, and those that `evalsig` has too.
    """
    return _joined(
        "# The commands",
        "Two commands are installed. `evaligo` has all of these; `evalsig` is the release gate alone, under the name that "
        "release pipelines call.",
        "## Experiments",
        "Called as `evaligo NAME`, in a repository with an `.evaligo/` folder; `evaligo init` makes one.",
        _table(experiments),
        "## The release gate",
        "Called as `evalsig NAME` or as `evaligo NAME`, which do the same. They need no folder: files go in, a verdict comes out.",
        _table(gate),
        "`-h` or `--help` after a command shows its options.",
        "## Exit codes",
        (group.epilog or "").removeprefix("Exit codes: "),
        MARK,
    )


def page(command: click.Command, parent: click.Context) -> str:
    """Return a command's page: usage, purpose, example, options; of a group, those of each of its commands."""
    context = click.Context(command, info_name=command.name, parent=parent)
    if not isinstance(command, click.Group):
        return _joined(f"# {command.name}", *_described(command, context), MARK)
    inside = list(_inside(command, context))
    links = [f"- [`{context.command_path} {c.name}`](#{c.name})" for c in inside]
    sections = [
        part for c in inside for part in (f"## {c.name}", *_described(c, click.Context(c, context, c.name)))
    ]
    return _joined(f"# {command.name}", command.help or "", "\n".join(links), *sections, MARK)


def _inside(group: click.Group, context: click.Context) -> Iterator[click.Command]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None and not command.hidden:
            yield command


def _described(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    examples = re.sub(r"^Examples?: ", "", command.epilog or "").split(" | ")
    yield cleandoc(command.help or "").replace("\b\n", "")
    yield f"Usage: `{usage}`"
    yield "\n".join(f"- Example: `{example}`" for example in examples if example)
    yield "\n".join(["| option | what it does |", "|---|---|", *_rows(command, context)])


def _table(summaries: Mapping[str, str]) -> str:
    rows = [f"| [`{name}`]({name}.md) | {_cell(summary)} |" for name, summary in summaries.items()]
    return "\n".join(["| command | what it does |", "|---|---|", *rows])


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
