"""Empty values on the command line: what a CI job's unset variable leaves, as in `--record "$DIR"`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from evaligo.errors import UsageError

__all__ = ["without_blanks"]


def without_blanks(command: click.Command, args: list[str]) -> list[str]:
    """Take optional options with an empty value out of a command's arguments, and say so on standard error.

    Parameters
    ----------
    command : click.Command
    args : list of str
        What follows the command's name.

    Raises
    ------
    UsageError
        A required option's value, or an argument, is empty.

    Examples
    --------
    >>> one = click.Command("one", params=[click.Option(["--metric"])])
    >>> without_blanks(one, ["--metric", "f1"])
    ['--metric', 'f1']
    """
    return list(_kept(command, args))


def _kept(command: click.Command, args: list[str]) -> Iterator[str]:
    valued = {name: o for o in command.params if _takes_value(o) for name in o.opts}
    rest = iter(args)
    for arg in rest:
        name, equals, value = arg.partition("=")
        if name not in valued:
            yield _filled(arg)
            continue
        given = [arg] if equals else [arg, *_next(rest)]
        if (value if equals else given[-1]) != "":
            yield from given
        else:
            _leave_out(name, valued[name])


def _takes_value(param: click.Parameter) -> bool:
    return isinstance(param, click.Option) and not param.is_flag and not param.count


def _next(rest: Iterator[str]) -> list[str]:
    """Return the option's value; none where the line ends, which click reports."""
    return [value for value in [next(rest, None)] if value is not None]


def _filled(arg: str) -> str:
    if arg:
        return arg
    raise UsageError("an argument is empty", hint="check that the variable it comes from is set")


def _leave_out(name: str, option: click.Parameter) -> None:
    if option.required:
        raise UsageError(f"{name} is empty", hint="check that the variable it comes from is set")
    click.echo(f"{name} is empty, which is taken as not given", err=True)
