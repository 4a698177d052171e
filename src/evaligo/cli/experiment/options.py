"""Options that `experiment run` and `experiment resume` share."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from evaligo.settings.amounts import parse_duration

__all__ = ["Cost", "Duration", "Tag", "judging", "showing"]

F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(dir_okay=False, path_type=Path)


class Duration(click.ParamType[float]):
    """`500ms`, `30s`, `10m`, `1h30m`."""

    name = "DURATION"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return seconds."""
        if isinstance(value, float):
            return value
        try:
            seconds = parse_duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return seconds


class Cost(click.FloatRange):
    """US dollars above 0; `nan`, which is no limit at all, is none."""

    def __init__(self) -> None:
        super().__init__(min=0.0, min_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return US dollars."""
        found = float(super().convert(value, param, ctx))
        if not math.isfinite(found):
            self.fail(f"{value!r} is no sum of money", param, ctx)
        return found


class Tag(click.ParamType[tuple[str, str]]):
    """`KEY=VALUE`."""

    name = "KEY=VALUE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Split at the first equals sign."""
        if isinstance(value, tuple):
            return value
        key, equals, rest = str(value).partition("=")
        if not equals or not key.strip():
            self.fail(f"{value!r} is not KEY=VALUE", param, ctx)
        return key.strip(), rest


def judging(function: F) -> F:
    """What becomes of the gate's verdict."""
    return _apply(
        function,
        click.option(
            "--fail-on-regression",
            is_flag=True,
            help="Fail on a demonstrated regression alone: what is inconclusive, or within noise, warns.",
        ),
        click.option(
            "--on-inconclusive",
            type=click.Choice(["block", "warn", "allow"]),
            help="What INCONCLUSIVE means; the gate's own word where left out.",
        ),
        click.option(
            "--require-baseline", is_flag=True, help="Fail where there is no baseline to compare with."
        ),
    )


def showing(function: F) -> F:
    """Where the reports go."""
    return _apply(
        function,
        click.option(
            "--generate-report", is_flag=True, help="Write the HTML and Markdown report to .evaligo/reports/."
        ),
        click.option("--html", "html_path", type=_FILE, metavar="PATH", help="Write the HTML report here."),
        click.option(
            "--markdown", "markdown_path", type=_FILE, metavar="PATH", help="Write the Markdown report here."
        ),
        click.option("--json", "json_path", type=_FILE, metavar="PATH", help="Write the JSON report here."),
        click.option("--junit", "junit_path", type=_FILE, metavar="PATH", help="Write JUnit XML here."),
        click.option(
            "--output",
            type=click.Choice(["terminal", "markdown", "json"]),
            default="terminal",
            show_default=True,
            help="What standard output shows.",
        ),
        click.option(
            "--slack-notify",
            is_flag=False,
            flag_value="",
            metavar="[CHANNEL]",
            help="Tell this Slack channel; without a value the default one of notifications.yaml. Quote a name that "
            "starts with #, for the shell takes it as a comment.",
        ),
        click.option(
            "--attest",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            metavar="KEYFILE",
            help="Sign what was asked, how it scored and what the gate said with this Ed25519 key, into .evaligo/reports/.",
        ),
        click.option("--quiet", "-q", is_flag=True, help="Show no progress."),
    )


def _apply(function: F, *options: Callable[[F], F]) -> F:
    for option in reversed(options):
        function = option(function)
    return function
