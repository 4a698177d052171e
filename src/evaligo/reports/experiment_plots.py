"""The pictures of an experiment's report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from evaligo.records.view import LatencyView
from evaligo.reports.axis import Axis
from evaligo.reports.digits import count
from evaligo.reports.quality_amounts import level_scale
from evaligo.reports.svg import Frame, picture, scale, tag

__all__ = ["latency", "quantiles"]


def latency(view: LatencyView) -> Markup:
    """Draw the candidate's latencies as bars and the baseline's as a line, each as a share of its answers."""
    if not sum(view.candidate):
        return Markup("")
    amounts = level_scale("s", [view.edges[-1]])
    edges = [e * amounts.factor for e in view.edges]
    shares = _shares(view.candidate)
    before = _shares(view.baseline)
    frame = Frame(
        across=Axis(low=edges[0], high=edges[-1]),
        up=Axis(low=0.0, high=1.08 * max((*shares, *before))),
        width=900,
        height=260,
        top=14,
    )
    parts = [
        *scale(
            frame, f"latency,{amounts.suffix} (the last bar: all that took longer)", up="share", percent=True
        ),
        *_bars(frame, edges, shares, view.candidate),
        *_outline(frame, edges, before),
    ]
    return picture("latency", "Latency", _said(view), parts, frame=frame)


def quantiles(view: LatencyView) -> tuple[tuple[str, str, str], ...]:
    """Return each quantile's name with the baseline's and the candidate's value."""
    names = dict.fromkeys((*view.candidate_quantiles, *view.baseline_quantiles))
    return tuple((n, *_both(view, n)) for n in names)


def _both(view: LatencyView, name: str) -> tuple[str, str]:
    before, after = view.baseline_quantiles.get(name), view.candidate_quantiles.get(name)
    scale = level_scale("s", [before, after])
    return scale.text(before), scale.text(after)


def _shares(counts: Sequence[int]) -> list[float]:
    total = sum(counts)
    return [n / total for n in counts] if total else []


def _bars(
    frame: Frame, edges: Sequence[float], shares: Sequence[float], counts: Sequence[int]
) -> Iterator[Markup]:
    for left, right, share, n in zip(edges, edges[1:], shares, counts, strict=False):
        if not n:
            continue
        x, y = frame.x(left), min(frame.y(share), frame.floor - 1.5)
        hover = tag("title", f"{left:.4g} to {right:.4g}: {count(n, 'answer')}")
        width = max(frame.x(right) - x - 1.0, 1.0)
        yield tag("rect", hover, x=x, y=y, width=width, height=frame.floor - y, class_="bar candidate")


def _outline(frame: Frame, edges: Sequence[float], shares: Sequence[float]) -> Iterator[Markup]:
    if not shares:
        return
    corners = [(edges[0], 0.0)]
    for left, right, share in zip(edges, edges[1:], shares, strict=False):
        corners += [(left, share), (right, share)]
    corners.append((edges[-1], 0.0))
    points = " ".join(f"{frame.x(x):.2f},{frame.y(y):.2f}" for x, y in corners)
    yield tag("polyline", points=points, class_="baseline")


def _said(view: LatencyView) -> str:
    rows = [
        f"{name} {before} in the baseline, {after} in the candidate"
        for name, before, after in quantiles(view)
    ]
    return "; ".join(rows) + "." if rows else "Shares of the answers by their latency."
