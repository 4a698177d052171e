"""An experiment's report as GitHub-flavoured Markdown: a pull request's comment, a step's summary.

All that others wrote (ids, names, answers) is inert: in code spans or fences, or escaped. At most ten items, each cut,
keep the text below the 65,536 characters that a GitHub comment may have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from evaligo.records.verdict import Verdict
from evaligo.records.view import ExperimentView, ItemChange
from evaligo.reports import markdown, quality_markdown, quality_outline
from evaligo.reports.digits import count
from evaligo.reports.escape import code, middle, prose, summary
from evaligo.reports.experiment_diff import block, diff
from evaligo.reports.experiment_outline import (
    because,
    costs,
    differences,
    facts,
    failures,
    moves,
    next_steps,
    slices,
    slug,
    verdict,
    warnings,
    what_changed,
)
from evaligo.reports.outline import ROWS, Grid, sentence

__all__ = ["changes", "render"]

_MOST = 60_000
_CUT = {"same": 160, "removed": 300, "added": 300}
_BACKTICKS = re.compile(r"`{3,}")


def render(view: ExperimentView) -> str:
    """Return the report as Markdown, ending in a newline; with fewer items where it would be too long for a comment."""
    for items in (ROWS, 5, 2, 0):
        text = "\n".join(_lines(view, items)) + "\n"
        if len(text) <= _MOST:
            break
    return text


def _lines(view: ExperimentView, items: int) -> Iterator[str]:
    yield f"## Experiment {code(slug(view.experiment))} {_mark(view)}"
    if view.quality is not None:
        yield from quality_markdown.thresholds(view.quality)
    yield ""
    yield f"**{prose(sentence(because(view)), limit=2000)}**"
    yield from _next(view)
    yield from markdown.warned(warnings(view))
    if view.quality is not None:
        yield ""
        reasons = quality_outline.reasons(view.quality)
        yield from (f"- **{code(name)}:** {prose(text)}" for name, text in reasons)
    yield from changes(f"Regressions: {count(view.n_regressions, 'item')}", view.regressions, items)
    yield from changes(
        f"Improvements: {count(view.n_improvements, 'item')}", view.improvements, min(items, 3)
    )
    for grid in _grids(view):
        yield from markdown.details(grid)
    yield from _details("The run", (f"- **{label}:** {prose(text)}" for label, text in facts(view)))


def _mark(view: ExperimentView) -> str:
    said = verdict(view)
    return markdown.mark(Verdict(said)) if said in set(Verdict) else prose(said)


def _next(view: ExperimentView) -> Iterator[str]:
    steps = next_steps(view)
    if steps:
        yield ""
        yield "**Next:**"
        yield ""
        yield from (f"- {prose(step)}" for step in steps)


def _grids(view: ExperimentView) -> Iterator[Grid]:
    found = (
        costs(view),
        *slices(view)[:4],
        failures(view),
        differences(view),
        *(() if view.quality is None else (quality_outline.evidence(view.quality),)),
    )
    yield from (_short(grid) for grid in found if grid.rows)


def _short(grid: Grid) -> Grid:
    return replace(grid, rows=grid.rows[: 2 * ROWS])


def changes(title: str, moved: tuple[ItemChange, ...], most: int) -> Iterator[str]:
    """Yield items that moved, each with its scores and, folded, a diff of its answers."""
    if not moved:
        return
    yield ""
    yield f"### {title}"
    if not moved[:most]:
        yield ""
        yield "The items are in the HTML and JSON reports."
    for change in moved[:most]:
        yield ""
        yield f"**{code(change.item_id)}** {prose('; '.join(map(_score, _scores(change))))}"
        yield from _details(what_changed(change), _answers(change))


def _scores(change: ItemChange) -> list[tuple[str, str, str]]:
    return [(s.metric, *moves(s)[:2]) for s in change.scores[:6]]


def _score(score: tuple[str, str, str]) -> str:
    metric, before, after = score
    return f"{middle(metric, 40)} {before} → {after}"


def _answers(change: ItemChange) -> Iterator[str]:
    if change.input:
        yield f"Input: {prose(change.input, limit=300)}"
        yield ""
    if change.expected:
        yield f"Expected: {prose(change.expected, limit=300)}"
        yield ""
    before, after = _shortened(change)
    yield from _fenced(
        *_signed("-", before, change.baseline_error), *_signed("+", after, change.candidate_error)
    )


def _shortened(change: ItemChange) -> tuple[str | None, str | None]:
    """Cut what both answers have in common, so that what changed is seen."""
    before, after = change.baseline_output, change.candidate_output
    if before is None or after is None:
        return before, after
    pieces = [replace(p, text=middle(p.text, _CUT[p.kind])) for p in diff(before, after)]
    return (
        "".join(p.text for p in pieces if p.kind != "added"),
        "".join(p.text for p in pieces if p.kind != "removed"),
    )


def _signed(sign: str, output: str | None, error: str) -> Iterator[str]:
    """Yield an answer's lines as a diff has them; where there is none, why."""
    if output is None:
        yield f"{sign} ({block(middle(error, 300)).replace(chr(10), ' ') or 'no answer kept'})"
        return
    yield from (f"{sign} {line}" for line in block(middle(output, 700)).split("\n"))


def _fenced(*lines: str) -> Iterator[str]:
    longest = max((len(run) for line in lines for run in _BACKTICKS.findall(line)), default=2)
    fence = "`" * (longest + 1)
    yield from (f"{fence}diff", *lines, fence)


def _details(title: str, lines: Iterator[str]) -> Iterator[str]:
    yield ""
    yield f"<details><summary>{summary(title)}</summary>"
    yield ""
    yield from lines
    yield ""
    yield "</details>"
