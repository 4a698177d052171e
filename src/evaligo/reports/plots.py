"""The pictures of the HTML report."""

from __future__ import annotations

import math

from markupsafe import Markup

from evaligo.records.report import GateReport
from evaligo.reports.axis import Axis, Mark, accepted, interval_axis, marks
from evaligo.reports.digits import count, effect, exact, percent, signed
from evaligo.reports.escape import middle, visible
from evaligo.reports.svg import Frame, above, picture, scale, tag, text

__all__ = ["clusters", "histogram", "interval", "power"]

_FEW_BARS = 12


def interval(report: GateReport, key: str = "") -> Markup:
    """Draw the estimate and its bounds against the policy's values, over the region that ALLOW needs."""
    frame = Frame(across=interval_axis(report), width=900, height=170, left=20)
    low, high = report.bounds
    delta, y = report.comparison.delta, 84.0
    first, last = map(frame.x, accepted(report))
    ends = [frame.x(low), frame.x(high)]
    parts = [
        tag(
            "rect",
            x=first,
            y=frame.top,
            width=last - first,
            height=frame.floor - frame.top,
            class_="accepted",
        ),
        *scale(frame, f"delta, candidate minus baseline; {_better(report)}"),
        *above(frame, marks(report)),
        tag("line", x1=ends[0], x2=ends[1], y1=y, y2=y, class_="span"),
        *(tag("line", x1=x, x2=x, y1=y - 9, y2=y + 9, class_="span") for x in _closed(frame, report)),
        tag("circle", cx=frame.x(delta), cy=y, r=7, class_="point"),
        text(signed(delta), frame.x(delta), y - 14, class_="value"),
        *(text(signed(b), frame.x(b), y + 25) for b in report.bounds if math.isfinite(b)),
    ]
    said = f"The estimate is {signed(delta)}, its one-sided bounds are {signed(low)} and {signed(high)}."
    return picture(f"interval{key}", "Interval of the difference", said, parts, frame=frame)


def histogram(report: GateReport, key: str = "") -> Markup:
    """Draw the paired differences; the counts stand on the bars where there are few."""
    bars = [b for b in report.plots.histogram if b[2] > 0]
    if not bars:
        return Markup("")
    edges = [e for left, right, _ in report.plots.histogram for e in (left, right)]
    frame = Frame(
        across=Axis.over(edges, margin=0.02), up=Axis(low=0.0, high=1.08 * max(n for _, _, n in bars)), top=14
    )
    parts = list(scale(frame, f"difference of an item, {_better(report)}", up="items"))
    for left, right, n in bars:
        x, y = frame.x(left), min(frame.y(n), frame.floor - 1.5)
        width = max(frame.x(right) - x - 1, 1.0)
        side = _side(report, left, right)
        hover = tag("title", f"{signed(left)} to {signed(right)}: {count(n, 'item')}")
        parts.append(tag("rect", hover, x=x, y=y, width=width, height=frame.floor - y, class_=f"bar {side}"))
        if len(bars) <= _FEW_BARS:
            parts.append(text(f"{n:,}", x + width / 2, y - 4))
    return picture(f"histogram{key}", "Paired differences", _moved(report), parts, frame=frame)


def clusters(report: GateReport, key: str = "") -> Markup:
    """Draw each cluster's mean difference, sorted; a dot's area is its number of items."""
    effects = sorted(report.plots.clusters, key=lambda c: c.delta)
    if not effects:
        return Markup("")
    largest = max(c.n_items for c in effects)
    frame = Frame(
        across=Axis(low=-0.7, high=len(effects) - 0.3),
        up=Axis.over([0.0, *(c.delta for c in effects)]),
        top=14,
    )
    total = report.comparison.n_clusters or len(effects)
    shown = f"{len(effects)} of {total:,} clusters" if total > len(effects) else f"{total:,} clusters"
    parts = list(scale(frame, f"{shown}, sorted by their mean difference", up="delta", numbered=False))
    zero = frame.y(0.0)
    parts.append(tag("line", x1=frame.left, x2=frame.width - frame.right, y1=zero, y2=zero, class_="mark"))
    for rank, c in enumerate(effects):
        x, y = frame.x(rank), frame.y(c.delta)
        side = _side(report, c.delta, c.delta)
        hover = tag(
            "title", f"{middle(visible(c.cluster_id), 60)}: {signed(c.delta)}, {count(c.n_items, 'item')}"
        )
        parts.append(tag("line", x1=x, x2=x, y1=zero, y2=y, class_=f"stem {side}"))
        radius = 2.0 + 3.0 * math.sqrt(c.n_items / largest)
        parts.append(tag("circle", hover, cx=x, cy=y, r=radius, class_=f"dot {side}"))
    said = f"Mean differences run from {signed(effects[0].delta)} to {signed(effects[-1].delta)}."
    return picture(f"clusters{key}", "Effects by cluster", said, parts, frame=frame)


def power(report: GateReport, key: str = "") -> Markup:
    """Draw the chance of ALLOW against the true improvement."""
    curve = report.plots.power_curve
    if not curve:
        return Markup("")
    found = [m for m in _planned(report) if curve[0][0] <= m.value <= curve[-1][0]]
    frame = Frame(across=Axis(low=curve[0][0], high=curve[-1][0]), height=252, top=46)
    line = " ".join(f"{frame.x(e):.2f},{frame.y(chance):.2f}" for e, chance in curve)
    asked = frame.y(report.policy.power)
    parts = [
        *scale(frame, "true improvement", up="chance of ALLOW", percent=True),
        tag("line", x1=frame.left, x2=frame.width - frame.right, y1=asked, y2=asked, class_="asked"),
        *above(frame, found),
        tag("polyline", points=line, class_="curve"),
    ]
    said = f"The smallest effect found with {percent(report.policy.power)} power is {effect(report.comparison.mde)}."
    return picture(f"power{key}", "Chance of ALLOW", said, parts, frame=frame)


def _planned(report: GateReport) -> list[Mark]:
    """Return what the power curve is read at, as improvements; the detectable effect counts from the tested value."""
    p, mde = report.policy, abs(report.comparison.mde)
    tested = {"non-inferiority": -(p.margin or 0.0), "minimum-effect": p.min_delta or 0.0}.get(p.name, 0.0)
    chosen = [Mark(f"min_delta {exact(p.min_delta)}", p.min_delta)] if p.min_delta else [Mark("0", 0.0)]
    start = f" from {signed(tested)}" if tested else ""
    return [*chosen, Mark(f"detectable {effect(mde)}{start}", tested + mde)] if math.isfinite(mde) else chosen


def _closed(frame: Frame, report: GateReport) -> list[float]:
    """Return where the interval ends; an open end runs out of the picture."""
    return [frame.x(b) for b in report.bounds if math.isfinite(b)]


def _better(report: GateReport) -> str:
    return "more is better →" if report.comparison.higher_is_better else "← less is better"


def _side(report: GateReport, left: float, right: float) -> str:
    """Return the class that colours what got better, worse, or stayed."""
    if left <= 0.0 <= right:
        return "same"
    return "better" if (left > 0.0) == report.comparison.higher_is_better else "worse"


def _moved(report: GateReport) -> str:
    f = report.flips
    return f"{count(f.worsened, 'item')} got worse, {f.improved:,} better, {f.unchanged:,} did not change."
