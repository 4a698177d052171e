"""Options that several commands share, so that one word means one thing everywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from evaligo.errors import UsageError

if TYPE_CHECKING:
    from evaligo.records import Run

__all__ = [
    "POLICY_OPTIONS",
    "cluster_of",
    "comparing",
    "direction_of",
    "files",
    "only_bounds",
    "printing",
    "read_runs",
    "reading",
    "ruling",
    "two_runs",
]

F = TypeVar("F", bound=Callable[..., Any])


class Bounds(click.ParamType[tuple[float, float]]):
    """`LOW,HIGH`, two numbers."""

    name = "LOW,HIGH"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float]:
        """Parse the two numbers."""
        if isinstance(value, tuple):
            return value
        try:
            low, high = (float(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is not LOW,HIGH, such as 0,1", param, ctx)
        return low, high


class NamedBounds(click.ParamType[tuple[str, tuple[float, float]]]):
    """`LOW,HIGH` of all metrics, or `NAME=LOW,HIGH` of one; a metric's name may hold commas and equals signs."""

    name = "[NAME=]LOW,HIGH"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[float, float]]:
        """Parse the name, which may be empty, and the two numbers."""
        if isinstance(value, tuple):
            return value
        metric, _, ends = str(value).rpartition("=")
        return metric, Bounds().convert(ends, param, ctx)


def two_runs(function: F) -> F:
    """`--baseline` and `--candidate`."""
    return _apply(
        function,
        click.option(
            "--baseline",
            required=True,
            metavar="FILE",
            help="What is held to: a file, .gz, results directory, - or git:REV:PATH.",
        ),
        click.option(
            "--candidate", required=True, metavar="FILE", help="What wants to ship; read the same ways."
        ),
    )


def files(function: F) -> F:
    """How files are read."""
    return _apply(
        function,
        click.option(
            "--format",
            "format_",
            default="auto",
            show_default=True,
            help="A reader's name; auto looks inside.",
        ),
        click.option(
            "--id", "id_", metavar="PATH", help="Dotted path of the item's id (CSV, JSONL, Parquet)."
        ),
    )


def reading(function: F) -> F:
    """How files are read, and which task of them."""
    return files(_apply(function, click.option("--task", help="Which task, for results that hold several.")))


def comparing(function: F) -> F:
    """What is compared and how; several metrics may each have a range of their own."""
    return _apply(
        function,
        click.option(
            "--cluster", metavar="KEY", help="What groups items that share a source, such as passage_id."
        ),
        click.option(
            "--no-cluster", is_flag=True, help="Judge items as independent although the runs carry clusters."
        ),
        click.option(
            "--estimand",
            default="mean",
            show_default=True,
            metavar="WHAT",
            help="What is compared: mean, median, p95, relative, or ratio:METRIC.",
        ),
        click.option(
            "--method",
            default="auto",
            show_default=True,
            help="A method of inference; auto chooses by the data.",
        ),
        click.option("--seed", type=int, default=0, show_default=True, help="Of the resampling methods."),
        click.option(
            "--bounds",
            type=NamedBounds(),
            multiple=True,
            callback=_gathered,
            help="The metric's range, such as 0,1; of several metrics each its own: cost=0,5. Repeatable.",
        ),
        click.option(
            "--lower-is-better/--higher-is-better",
            default=None,
            help="The metric's direction, where its name does not tell.",
        ),
        click.option(
            "--allow-changed-content",
            is_flag=True,
            help="Accept that an id asks something else in either run.",
        ),
    )


POLICY_OPTIONS = (
    click.option(
        "--policy",
        type=click.Choice(["superiority", "non-inferiority", "minimum-effect"]),
        help="What is demanded; default: superiority, or non-inferiority where only --margin is given.",
    ),
    click.option(
        "--min-delta", type=float, help="The improvement that is worth shipping, in the metric's unit."
    ),
    click.option("--margin", type=float, help="The loss that would not matter, in the metric's unit."),
)
"""What a policy is made of, for every command that judges."""


def ruling(function: F) -> F:
    """What the gate demands."""
    return _apply(
        function,
        *POLICY_OPTIONS,
        click.option(
            "--alpha",
            type=float,
            default=0.05,
            show_default=True,
            help="The chance of a wrong ALLOW, at most.",
        ),
        click.option(
            "--power", type=float, default=0.80, show_default=True, help="What 'could have found it' means."
        ),
    )


def _gathered(
    ctx: click.Context,  # noqa: ARG001  (click's signature)
    param: click.Parameter,  # noqa: ARG001
    given: tuple[tuple[str, tuple[float, float]], ...],
) -> tuple[float, float] | dict[str, tuple[float, float]] | None:
    """Make of the ranges one for all, or one by name; None where there are none."""
    ranges = dict(given)
    if len(ranges) < len(given) or ("" in ranges and len(ranges) > 1):
        raise UsageError(
            "--bounds gives more than one range for a metric",
            hint="give LOW,HIGH once for all metrics, or NAME=LOW,HIGH once for each",
        )
    return ranges.get("", ranges or None)


def only_bounds(
    bounds: tuple[float, float] | Mapping[str, tuple[float, float]] | None, metric: str | None
) -> tuple[float, float] | None:
    """Return the range of the one metric that is judged.

    Raises
    ------
    UsageError
        A range is for another.
    """
    if not isinstance(bounds, Mapping):
        return bounds
    for name in bounds.keys() - {metric}:
        raise UsageError(
            f"--bounds gives a range of {name!r}, which is not the metric", hint="give it as LOW,HIGH"
        )
    return bounds.get(metric or "")


def printing(*more: str) -> Callable[[F], F]:
    """`--output`, which every command with a report has; `more` are forms beyond those that all know."""
    forms = ["terminal", "tty", "markdown", "json", *more]
    return click.option(
        "--output",
        type=click.Choice(forms),
        default="terminal",
        show_default=True,
        help="What standard output shows.",
    )


def cluster_of(cluster: str | None, *, no_cluster: bool) -> str | Literal[False] | None:
    """Join the two cluster options.

    Raises
    ------
    UsageError
        Both were given.
    """
    if cluster and no_cluster:
        raise UsageError("--cluster and --no-cluster contradict each other", hint="give one of them")
    return False if no_cluster else cluster or None  # an unset variable of a CI job leaves an empty name


def direction_of(*, lower_is_better: bool | None) -> bool | None:
    """Turn the flag into what the gate asks; None where nothing was said."""
    return None if lower_is_better is None else not lower_is_better


def read_runs(
    baseline: str,
    candidate: str,
    *,
    metric: str | None,
    cluster: str | Literal[False] | None,
    options: Mapping[str, Any],
) -> tuple[Run, Run]:
    """Read the two runs of a command.

    Raises
    ------
    UsageError
        Both are standard input.
    """
    from evaligo.app.load import load_run

    if baseline == candidate == "-":
        raise UsageError("both runs are standard input", hint="give one of them as a file")
    how = {"format": options["format_"], "id": options["id_"], "task": options["task"]}
    if options["estimand"].startswith("ratio:"):
        metric = None  # a ratio reads two columns
    ours = load_run(baseline, metric=metric, cluster=cluster or None, **how)
    return ours, load_run(candidate, metric=metric, cluster=cluster or None, **how)


def _apply(function: F, *options: Callable[[F], F]) -> F:
    for option in reversed(options):
        function = option(function)
    return function
