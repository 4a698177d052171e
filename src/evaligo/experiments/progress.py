"""How a run goes, on standard error: a bar on a terminal, a line every ten seconds elsewhere."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TextIO

from evaligo.experiments.job import Snapshot, Watcher
from evaligo.records import ItemResult

__all__ = ["progress_on", "sentence"]

Show = Callable[[Snapshot], None]

_LINES = 10.0
"""Seconds between two lines."""
_DRAWN = 0.2
"""Seconds between two pictures of the bar."""


@dataclass(frozen=True, slots=True)
class _Screen:
    """A watcher that shows how it goes, and settles nothing."""

    show: Show

    def progress(self, snapshot: Snapshot) -> None:
        """Show it."""
        self.show(snapshot)

    def committed(self, results: Sequence[ItemResult]) -> str | None:  # noqa: ARG002  (a watcher is given them)
        """Let it go on."""
        return None


@contextmanager
def progress_on(stream: TextIO, name: str, *, quiet: bool = False) -> Iterator[Watcher]:
    """Give a watcher that shows how a run goes.

    Parameters
    ----------
    stream : file
        Usually standard error.
    name : str
        Of the experiment.
    quiet : bool
        Whether to show nothing.

    Examples
    --------
    >>> import sys
    >>> from evaligo.records import Totals
    >>> with progress_on(sys.stdout, "pr-validation") as watcher:
    ...     watcher.progress(Snapshot(totals=Totals(done=5), n_results=5))
    pr-validation: 5 of 5 done
    """
    if quiet:
        yield _Screen(lambda _: None)
        return
    on_terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
    with (_bar if on_terminal else _lines)(stream, name) as show:
        yield _Screen(show)


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
def _lines(stream: TextIO, name: str) -> Iterator[Show]:
    newest: Snapshot | None = None
    said, due = "", time.monotonic() + _LINES

    def say() -> None:
        nonlocal said
        if newest and (line := sentence(newest)) != said:
            print(f"{name}: {line}", file=stream, flush=True)
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
def _bar(stream: TextIO, name: str) -> Iterator[Show]:
    from rich.console import Console  # noqa: PLC0415  (50 ms that a run in a pipeline need not pay)
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    described = TextColumn("{task.description}", markup=False)
    said = TextColumn("{task.fields[said]}", markup=False)
    columns = (described, BarColumn(bar_width=24), MofNCompleteColumn(), said)
    console = Console(file=stream, force_terminal=True)
    drawn = float("-inf")
    with Progress(*columns, console=console, auto_refresh=False) as progress:
        task = progress.add_task(name, total=None, said="")

        def show(snapshot: Snapshot) -> None:
            nonlocal drawn
            now = time.monotonic()
            if now - drawn < _DRAWN and snapshot.totals.done < snapshot.n_results:
                return
            drawn = now
            progress.update(
                task,
                total=snapshot.n_results,
                completed=snapshot.totals.done,
                said=sentence(snapshot, counted=False),
                refresh=True,
            )

        yield show
