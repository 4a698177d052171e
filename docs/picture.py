"""Draw what a terminal shows as an SVG, with no font, script or address from elsewhere."""

import html
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.style import Style
from rich.text import Text

import evaligo
from evaligo.reports import Screen, render

__all__ = ["picture"]

COMMAND = (
    "evalsig gate --baseline baseline.eval --candidate candidate.eval \\",
    "    --metric accuracy --cluster passage_id --min-delta 0.005",
)
COLUMNS = 80
WIDTH, HEIGHT = 8.4, 18.0  # of a character, in pixels
MARGIN, BAR = 18.0, 38.0
COLORS = {1: "red", 2: "green", 3: "yellow", 6: "cyan"}  # a terminal's numbers

FRAME = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" aria-labelledby="title">
<title id="title">{title}</title>
<style>
text {{ font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
       fill: #d5dae2; white-space: pre; }}
.bold {{ font-weight: 700; }} .green {{ fill: #7ec77b; }} .red {{ fill: #f0766c; }}
.yellow {{ fill: #e2bb5a; }} .cyan {{ fill: #6bc3d0; }} .dim {{ fill: #98a2b3; }}
</style>
<rect width="{width:g}" height="{height:g}" rx="9" fill="#161b22"/>
<circle cx="22" cy="19" r="5.5" fill="#f0766c"/><circle cx="40" cy="19" r="5.5" fill="#e2bb5a"/>
<circle cx="58" cy="19" r="5.5" fill="#7ec77b"/>
{lines}
</svg>
"""


def picture(logs: Path) -> str:
    """Gate the two logs that `make demo` gates, and draw the top of the terminal's report."""
    report = evaligo.gate(
        *(logs / name for name in ("baseline.eval", "candidate-better.eval")),
        metric="accuracy",
        cluster="passage_id",
        min_delta=0.005,
    )
    shown = render(report, "terminal", Screen(width=COLUMNS, color=True))
    return _drawn([*_typed(), *_top(Text.from_ansi(shown))], f"evalsig gate says {report.verdict}")


def _typed() -> Iterator[Text]:
    yield Text.assemble(("$ ", "dim"), COMMAND[0])
    yield Text(COMMAND[1])
    yield Text()


def _top(shown: Text) -> Iterator[Text]:
    """Yield the lines before the tables of items and clusters."""
    for line in shown.split("\n", allow_blank=True):
        if line.plain.startswith(("Pass to fail", "Fail to pass")):
            return
        yield line


def _drawn(lines: list[Text], title: str) -> str:
    while not lines[-1].plain.strip():
        lines.pop()
    drawn = "\n".join(
        piece for row, line in enumerate(lines) for piece in _line(line, BAR + HEIGHT * (row + 1))
    )
    return FRAME.format(
        width=2 * MARGIN + COLUMNS * WIDTH,
        height=BAR + HEIGHT * (len(lines) + 1.2),
        title=html.escape(title),
        lines=drawn,
    )


def _line(line: Text, y: float) -> Iterator[str]:
    """Place each run of one style at its column, so that no font can shift what stands under what."""
    column = 0
    for segment in Console(width=10 * COLUMNS).render(line):
        text, skipped = segment.text.strip(), len(segment.text) - len(segment.text.lstrip())
        if text:
            x, long = MARGIN + WIDTH * (column + skipped), WIDTH * len(text)
            yield (
                f'<text x="{x:g}" y="{y:g}" textLength="{long:g}"{_classes(segment.style)}>'
                f"{html.escape(text, quote=False)}</text>"
            )
        column += len(segment.text)


def _classes(style: Style | None) -> str:
    if style is None:
        return ""
    names = [name for name, on in (("bold", style.bold), ("dim", style.dim)) if on]
    if style.color is not None and style.color.number in COLORS:
        names.append(COLORS[style.color.number])
    return f' class="{" ".join(names)}"' if names else ""
