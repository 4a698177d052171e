"""How a run goes, on standard error: a bar on a terminal, a line every ten seconds elsewhere."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TextIO

from evaligo.experiments.job import Snapshot

__all__ = ["progress_shown", "sentence"]

Show = Callable[[Snapshot], None]

_LINES = 10.0
"""Seconds between two lines."""
_DRAWN = 0.2
"""Seconds between two pictures of the bar."""


@contextmanager
def progress_shown(stream: TextIO | None = None, *, bar: bool | None = None) -> Iterator[Show]:
    """Give what a watcher's `progress` hands its snapshots to.

    Parameters
    ----------
    stream : file, optional
        Standard error where left out.
    bar : bool, optional
        A bar or lines; where left out, a bar on a terminal.

    Examples
    --------
    >>> from evaligo.records import Totals
    >>> with progress_shown(sys.stdout, bar=False) as show:
    ...     show(Snapshot(totals=Totals(done=5), n_results=5))
    5 of 5 done
    """
    stream = sys.stderr if stream is None else stream
    on_terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
    with _bar(stream) if (on_terminal if bar is None else bar) else _lines(stream) as show:
        yield show


def sentence(snapshot: Snapshot, *, counted: bool = True) -> str:
    """Say in one line how a run stands.

    Parameters
    ----------
    snapshot : Snapshot
    counted : bool
        Whether to say how many are done.

    Examples
    --------
    >>> from evaligo.records import Totals
    >>> totals = Totals(done=640, failed=1, retries=3, cost=0.0213)
    >>> sentence(Snapshot(totals=totals, n_results=2000, rate=64.2, seconds_left=21.2))
    '640 of 2,000 done, 64.2/s, 0:00:22 left, $0.0213, 3 retries, 1 failed'
    """
    return ", ".join([*([_count(snapshot)] if counted else []), *_speed(snapshot), *_events(snapshot)])


def _count(snapshot: Snapshot) -> str:
    return f"{snapshot.totals.done:,} of {snapshot.n_results:,} done"


def _speed(snapshot: Snapshot) -> Iterator[str]:
    if snapshot.rate:
        yield f"{snapshot.rate:,.1f}/s"
    if snapshot.seconds_left:
        yield f"{timedelta(seconds=int(snapshot.seconds_left) + 1)} left"


def _events(snapshot: Snapshot) -> Iterator[str]:
    totals = snapshot.totals
    if totals.cost is not None:
        yield f"${totals.cost:,.4f}{' and what is unpriced' if totals.unpriced else ''}"
    for count, what in ((totals.retries, "retries"), (totals.failed, "failed"), (totals.cached, "cached")):
        if count:
            yield f"{count:,} {'retry' if (count, what) == (1, 'retries') else what}"
    if snapshot.slots < snapshot.most_slots:
        yield f"{snapshot.slots} of {snapshot.most_slots} at a time"


@contextmanager
def _lines(stream: TextIO) -> Iterator[Show]:
    newest: Snapshot | None = None
    said, due = "", time.monotonic() + _LINES

    def say() -> None:
        nonlocal said
        if newest and (line := sentence(newest)) != said:
            print(line, file=stream, flush=True)
            said = line

    def show(snapshot: Snapshot) -> None:
        nonlocal newest, due
        newest = snapshot
        if time.monotonic() >= due:
            due += _LINES
            say()

    try:
        yield show
    finally:
        say()


@contextmanager
def _bar(stream: TextIO) -> Iterator[Show]:
    from rich.console import Console  # noqa: PLC0415  (50 ms that a run in a pipeline need not pay)
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    columns = (BarColumn(bar_width=24), MofNCompleteColumn(), TextColumn("{task.fields[said]}", markup=False))
    console = Console(file=stream, force_terminal=True)
    drawn = float("-inf")
    with Progress(*columns, console=console, auto_refresh=False) as progress:
        task = progress.add_task("", total=None, said="")

        def show(snapshot: Snapshot) -> None:
            nonlocal drawn
            now = time.monotonic()
            if now - drawn < _DRAWN and snapshot.totals.done < snapshot.n_results:
                return
            drawn = now
            said = sentence(snapshot, counted=False)
            progress.update(
                task, total=snapshot.n_results, completed=snapshot.totals.done, said=said, refresh=True
            )

        yield show
