"""A group of commands, each in a file that is imported when the command is called."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from keyword import iskeyword
from typing import Any

import click

from evaligo.cli.blanks import without_blanks

__all__ = ["LazyGroup", "ReaderGoneError"]

_EXIT_CODES = (
    "Exit codes: 0 ALLOW or success, 1 REJECT, 2 INCONCLUSIVE, 64 bad options, 65 bad input data, 69 something "
    "unavailable, 70 internal error, 75 interrupted."
)


class ReaderGoneError(Exception):
    """Whoever read our output has closed it."""


class LazyGroup(click.Group):
    """A group that imports a command's file when the command is called.

    Parameters
    ----------
    name : str
    summaries : mapping of command name to its line in the list of commands
        A command's file is `package` and its name; it holds `command`.
    purpose : str
    package : str
        ``"evaligo.cli"``, or a package below it for a command's own commands.
    """

    def __init__(
        self, name: str, *, summaries: Mapping[str, str], purpose: str, package: str = "evaligo.cli"
    ) -> None:
        super().__init__(
            name,
            help=purpose,
            epilog=_EXIT_CODES,
            no_args_is_help=True,
            context_settings={"help_option_names": ["-h", "--help"]},
        )
        self._summaries = summaries
        self._package = package

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """Name the commands in the order in which a newcomer needs them."""
        return list(self._summaries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command's file."""
        if cmd_name not in self._summaries:
            return None
        file = cmd_name.replace("-", "_") + ("_" if iskeyword(cmd_name) else "")
        module = importlib.import_module(f"{self._package}.{file}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or name the nearest one; empty values of its options are left out."""
        try:
            name, command, rest = super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], self._summaries, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(error.message + hint, ctx) from error
        if command is None or isinstance(
            command, click.Group
        ):  # a group's own commands look at their own blanks
            return name, command, rest
        return name, command, without_blanks(command, rest)

    def invoke(self, ctx: click.Context) -> Any:
        """Call the command; a reader of our output that has gone must not look like a REJECT, which click makes of it."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise ReaderGoneError from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._summaries.items()))
