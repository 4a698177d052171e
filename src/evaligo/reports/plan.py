"""A plan in sentences, a table and a curve: for a terminal, as Markdown and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from evaligo.records.plan import Plan, PlanPoint
from evaligo.reports import markdown
from evaligo.reports.digits import count, effect, exact, fixed, percent
from evaligo.reports.escape import prose
from evaligo.reports.forms import in_form
from evaligo.reports.outline import Column, Grid
from evaligo.reports.screen import Screen

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["answers", "render"]

_BAR = 24
_EIGHTHS = "▏▎▍▌▋▊▉█"


def render(plan: Plan, name: str, screen: Screen | None = None) -> str:
    """Return a plan in a format.

    Parameters
    ----------
    plan : Plan
    name : str
        ``"terminal"`` (or ``"tty"``), ``"markdown"`` or ``"json"``, which holds the answers as sentences too.
    screen : Screen, optional

    Raises
    ------
    UsageError
        There is no such format.
    """
    return in_form(
        name,
        "a plan",
        data=lambda: {"answers": list(answers(plan)), **plan.to_dict()},
        markdown=lambda: _markdown(plan),
        terminal=lambda: _terminal(plan, screen or Screen()),
    )


def answers(plan: Plan) -> tuple[str, ...]:
    """Return what was asked, answered in sentences."""
    said = (*_found(plan), _needed(plan), *_chances(plan), _purchase(plan), _repeats(plan))
    return tuple(filter(None, said))


def _found(plan: Plan) -> Iterator[str]:
    """Say what the planned items find."""
    if plan.planned is not None:
        against = f" above {-plan.margin:g}" if plan.margin else ""
        if plan.policy == "minimum-effect":
            against = f" above min_delta {exact(plan.min_delta or 0.0)}"
        found = effect(plan.planned.mde)
        yield f"{_size(plan.planned, plan)}: the detectable effect{against} at {percent(plan.power)} power is {found}."
        yield from _few_clusters(plan.planned)


def _chances(plan: Plan) -> Iterator[str]:
    """Say what the gate allows on the design in hand, where that is not said already."""
    if plan.question != "none" and (plan.planned is not None or plan.question == "decide"):
        yield _chance(plan, plan.design)
    if plan.question == "decide" and math.isfinite(plan.allowed_effect):
        yield f"With {_items(plan.design)} it allows a true effect of {fixed(plan.allowed_effect)} with a chance of {percent(plan.power)}."


def _few_clusters(point: PlanPoint) -> Iterator[str]:
    if point.clusters is not None and point.clusters < 6:
        yield f"But no gate allows anything on {point.clusters} clusters: plan 6 or more."


def _chance(plan: Plan, point: PlanPoint) -> str:
    text = f"The chance that the gate allows a true effect of {exact(plan.effect)} with {_items(point)} is {percent(point.chance_of_allow)}"
    if plan.policy == "superiority" and plan.effect == plan.min_delta:
        return (
            f"{text}: half at best, as superiority also asks that the observed improvement is at least min_delta; "
            "plan for the improvement that you hope for with --effect."
        )
    return f"{text}."


def _needed(plan: Plan) -> str:
    if plan.question == "none":
        return ""
    goal = _goal(plan)
    if plan.needed is not None:
        return f"To {goal} takes {_items(plan.needed)}."
    if plan.fixed_clusters:
        return f"No number of items in {plan.fixed_clusters} clusters would {goal}: plan more clusters."
    return f"No feasible number of items would {goal}."


def _goal(plan: Plan) -> str:
    chance = f"at {percent(plan.power)} power"
    if plan.question == "allow":
        return f"allow a true effect of {exact(plan.effect)} {chance}"
    if plan.policy == "non-inferiority":
        return f"pass a neutral change within a margin of {exact(plan.margin or 0.0)} {chance}"
    return f"find an effect of {exact(plan.effect)} {chance}"


def _purchase(plan: Plan) -> str:
    """Answer whether items or epochs are the better buy."""
    p, point = plan.purchase, plan.design
    epochs = f"{plan.epochs:g}"
    items = f"Twice the items ({point.items:,} to {2 * point.items:,}) take the detectable effect from {effect(p.now)} to {effect(p.more_items)}"
    if p.more_epochs is None:
        return (
            f"{items}. Twice the epochs would do the same at best, and less the more the items themselves differ; to "
            "know, give --epoch-share, or a --baseline with two epochs or more."
        )
    better = {
        "items": "more items are the better buy",
        "epochs": "more epochs are the better buy",
        "equal": "both buy the same",
    }[p.better]
    return (
        f"{items}; twice the epochs ({epochs} to {2 * plan.epochs:g}), for as many more calls, to {effect(p.more_epochs)}: "
        f"{better}. {_floor(plan)}"
    )


def _floor(plan: Plan) -> str:
    floor = plan.purchase.floor
    if not floor:
        return "All noise lies between repeats, so that epochs have no floor."
    return f"No number of epochs gets under {effect(floor)} with these items."


def _repeats(plan: Plan) -> str:
    if plan.floor_of_repeats is None:
        return ""
    return (
        f"Two runs of the same system differ too: even of a candidate that changes nothing else, less than "
        f"{effect(plan.floor_of_repeats)} would not be found."
    )


def _size(point: PlanPoint, plan: Plan) -> str:
    repeats = "" if plan.epochs == 1 else f", {plan.epochs:g} epochs"
    return f"{_items(point)}{repeats}, judged by {point.method}"


def _items(point: PlanPoint) -> str:
    inside = "" if point.clusters is None else f" in {count(point.clusters, 'cluster')}"
    return f"{count(point.items, 'paired item')}{inside}"


def _settings(plan: Plan) -> tuple[tuple[str, str], ...]:
    """Return what the plan was made with, each a name and a value."""
    noise = plan.noise
    number = plan.margin if plan.margin is not None else plan.min_delta
    word = "margin" if plan.margin is not None else "min_delta"
    asked = f"{plan.policy}, {word} {exact(number)}" if number else plan.policy
    said = (
        ("policy", asked),
        ("alpha, power", f"{exact(plan.alpha)}, {percent(plan.power)}"),
        ("noise", f"from {_SOURCES[noise.source]}: sd of a paired difference {fixed(noise.sd)}"),
        ("discordance", None if noise.discordance is None else percent(noise.discordance)),
        ("epoch share", None if noise.epoch_share is None else percent(noise.epoch_share)),
        ("icc", None if noise.icc is None else fixed(noise.icc)),
    )
    return tuple((name, value) for name, value in said if value is not None)


_SOURCES = {
    "sd": "--sd",
    "discordance": "--discordance",
    "baseline": "the baseline",
    "pairs": "baseline and candidate",
}


def _curve(plan: Plan) -> Grid:
    clustered = plan.design.clusters is not None
    asked = plan.question != "none"
    titles = (
        "items",
        *(("clusters",) if clustered else ()),
        "detectable",
        *(("chance of ALLOW",) if asked else ()),
    )
    return Grid(
        title=f"Items and what they find at {percent(plan.power)} power",
        columns=(*(Column(title, "number") for title in titles), Column("method", "text")),
        rows=tuple(
            (
                f"{p.items:,}",
                *((f"{p.clusters:,}",) if clustered else ()),
                effect(p.mde) if math.isfinite(p.mde) else "none",
                *((percent(p.chance_of_allow),) if asked else ()),
                p.method,
            )
            for p in plan.curve
        ),
    )


def _markdown(plan: Plan) -> Iterator[str]:
    yield "## EVALSIG plan"
    yield ""
    yield from (f"- {prose(answer)}" for answer in answers(plan))
    yield ""
    yield from markdown.table((Column("Field", "text"), Column("Value", "text")), _settings(plan))
    yield ""
    grid = _curve(plan)
    yield from markdown.table(grid.columns, grid.rows)
    if plan.assumptions:
        yield ""
        yield "Taken for granted:"
        yield ""
        yield from (f"- {prose(said)}" for said in plan.assumptions)


def _terminal(plan: Plan, screen: Screen) -> str:
    from evaligo.reports.terminal import printed  # noqa: PLC0415  (JSON and Markdown need not wait for rich)

    return printed(_parts(plan, screen), screen)


def _parts(plan: Plan, screen: Screen) -> Iterator[RenderableType]:
    from rich.text import Text  # noqa: PLC0415

    from evaligo.reports.terminal import grid_table, signed_line  # noqa: PLC0415

    yield Text("EVALSIG plan", style="bold")
    yield from (Text(f"  {name:<14} {value}", style="dim") for name, value in _settings(plan))
    yield Text()
    for answer in answers(plan):
        yield signed_line("•" if screen.unicode else "*", "bold cyan", answer)
    yield Text()
    yield grid_table(_curve(plan), screen)
    yield from (Text(line, style="cyan") for line in _bars(plan, screen))
    for said in plan.assumptions:
        yield Text()
        yield signed_line("!", "bold yellow", said)


def _bars(plan: Plan, screen: Screen) -> Iterator[str]:
    """Draw the detectable effect over the number of items; the design in hand is marked."""
    longest = max((p.mde for p in plan.curve if math.isfinite(p.mde)), default=0.0)
    width = min(screen.width - 32, 2 * _BAR)
    for p in plan.curve if longest else ():
        share = p.mde / longest if math.isfinite(p.mde) else 1.0
        bar = _bar(share * width, screen) if math.isfinite(p.mde) else "?"
        mark = (" ◀" if screen.unicode else " <") if p.items == plan.design.items else ""
        yield f"{p.items:>11,} {bar} {effect(p.mde) if math.isfinite(p.mde) else 'none'}{mark}"


def _bar(length: float, screen: Screen) -> str:
    """Return a bar of so many columns, to an eighth of one where the screen has the glyphs."""
    if not screen.unicode:
        return "#" * max(1, round(length))
    whole, eighths = divmod(max(1, round(8 * length)), 8)
    return _EIGHTHS[-1] * whole + (_EIGHTHS[eighths - 1] if eighths else "")
