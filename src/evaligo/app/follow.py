"""Follow two runs that are still being written: wait for lines, judge what has come, stop when it is enough."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evaligo.app.arrivals import Arrivals, Side
from evaligo.app.fixed import Asked
from evaligo.app.load import load_run
from evaligo.app.prepare import Cluster
from evaligo.errors import DataError, InterruptedRunError, UsageError
from evaligo.gates.demand import Demand
from evaligo.readers import BUILTINS, Ask, Source
from evaligo.readers.growing import Growing
from evaligo.records.watch import Look, WatchReport
from evaligo.registry import parts
from evaligo.reports.digits import interval, signed

__all__ = ["Listener", "Pace", "follow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long to wait for what, in seconds.

    Parameters
    ----------
    interval : float
        Between two looks at the files.
    wait : float
        For a file to appear.
    idle : float
        Without a new byte in any file, until the runs are taken to have ended.
    """

    interval: float = 0.2
    wait: float = 60.0
    idle: float = 30.0

    def __post_init__(self) -> None:
        if not (0.0 < self.interval < float("inf") and self.wait >= 0.0 and self.idle >= 0.0):
            raise UsageError(
                f"the interval is {self.interval:g} s, --wait {self.wait:g} s, --idle {self.idle:g} s",
                hint="give seconds: more than 0 between two looks, and 0 or more to wait",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Who is told how it goes.

    Parameters
    ----------
    say : callable
        Takes a sentence.
    look : callable
        Takes each look that is kept, with the word for its units.
    now : callable, optional
        Takes what is known whenever units have come, for a screen that is drawn anew each time.
    """

    say: Callable[[str], None]
    look: Callable[[Look, str], None]
    now: Callable[[Look, str], None] | None = None


def follow(
    baseline: str | Path,
    candidate: str | Path,
    *,
    metric: str | None,
    listener: Listener,
    policy: str | None = None,
    min_delta: float | None = None,
    margin: float | None = None,
    alpha: float = 0.05,
    cluster: Cluster = None,
    cluster_size: int | None = None,
    epochs: int | None = None,
    finished_baseline: bool = False,
    seed: int = 0,
    on_missing: str = "both",
    bounds: tuple[float, float] | None = None,
    higher_is_better: bool | None = None,
    allow_changed_content: bool = False,
    format: str = "auto",  # noqa: A002  (the word that every reader of files uses)
    id: str | None = None,  # noqa: A002
    task: str | None = None,
    pace: Pace | None = None,
) -> WatchReport:
    """Judge a candidate while it is being written, and the baseline too where it is not finished.

    Units are judged in the order in which they are complete: the bounds hold if the runs visit them in random order.
    The runs have ended when no file has grown for `pace.idle` seconds; what then is missing counts as `on_missing`
    says.

    Parameters
    ----------
    baseline, candidate : path
        Growing files are plain JSONL, as the reader `jsonl` takes it.
    listener : Listener
    cluster_size : int, optional
        How many items a cluster has, at most; needed where clusters are named and the baseline is not finished.
    epochs : int, optional
        How often each run repeats an item; a finished baseline's where left out.
    finished_baseline : bool
        The baseline will not grow. A baseline of another format than JSONL never does.
    format, id, task
        As in `load_run`; the format is that of a finished baseline.
    pace : Pace, optional
    metric, policy, min_delta, margin, alpha, cluster, seed, on_missing, bounds, higher_is_better, allow_changed_content
        As in `watch`.

    Raises
    ------
    DataError
        Runs that cannot be judged, told with file and line as soon as it is read.
    UsageError
        Options that cannot be meant.
    InterruptedRunError
        Ctrl-C; the sentence says what was known.
    """
    demand = Demand.of(policy=policy, min_delta=min_delta, margin=margin, alpha=alpha, on_missing=on_missing)
    pace = pace or Pace()
    ask = Ask(metric=metric, cluster=cluster or None, id=id, task=task)
    for path in (baseline, candidate):
        _await(path, pace, listener)
    ours: Side
    if finished_baseline or _is_finished(baseline, format):
        ours = load_run(baseline, metric=metric, cluster=cluster or None, format=format, id=id, task=task)
    else:
        ours = Growing(Path(baseline), ask)
    theirs = Growing(Path(candidate), ask)
    asked = Asked(
        demand=demand,
        metric=metric,
        cluster=cluster,
        cluster_size=cluster_size,
        epochs=epochs,
        bounds=bounds,
        higher_is_better=higher_is_better,
        allow_changed_content=allow_changed_content,
    )
    arrivals = Arrivals(ours, theirs, asked)
    growing = [side for side in (ours, theirs) if isinstance(side, Growing)]
    try:
        _follow(arrivals, growing, pace, listener)
    except KeyboardInterrupt:
        raise _interrupted(arrivals) from None
    return arrivals.report(seed=seed)


def _follow(arrivals: Arrivals, growing: list[Growing], pace: Pace, listener: Listener) -> None:
    told, grown = 0, time.monotonic()
    while True:
        began = time.monotonic()
        if sum(side.poll() for side in growing):  # a sum: each is read, whatever the others say
            grown = began
            decided = arrivals.look()
            told = _tell(arrivals, told, listener)
            if decided:
                return
        elif began - grown >= pace.idle:
            break
        # A look takes longer the more has come; four fifths of the time are left to the runs themselves.
        time.sleep(max(pace.interval, 4.0 * (time.monotonic() - began)))
    listener.say(f"no file has grown for {pace.idle:g} s: the runs are taken to have ended")
    arrivals.finish()
    _tell(arrivals, told, listener)


def _tell(arrivals: Arrivals, told: int, listener: Listener) -> int:
    """Tell the looks that were not told yet; return how many there are now."""
    for look in arrivals.looks[told:]:
        listener.look(look, arrivals.units)
    if listener.now is not None and (last := arrivals.last()) is not None:
        listener.now(last, arrivals.units)
    return len(arrivals.looks)


def _await(path: str | Path, pace: Pace, listener: Listener) -> None:
    """Wait for a file to appear."""
    if str(path) == "-" or str(path).startswith("git:"):
        return
    until, said = time.monotonic() + pace.wait, False
    while not Path(path).exists():
        if time.monotonic() >= until:
            raise DataError(
                f"{path}: no such file after {pace.wait:g} s",
                hint="check the path, or wait longer with --wait",
            )
        if not said:
            listener.say(f"waiting up to {pace.wait:g} s for {path}")
            said = True
        time.sleep(pace.interval)


def _is_finished(address: str | Path, format: str) -> bool:  # noqa: A002
    """Tell whether a baseline cannot grow: it is no file of JSONL."""
    if format not in {"auto", "jsonl"} or str(address) == "-" or str(address).startswith("git:"):
        return True
    source = Source.of(address)
    if source.is_dir:
        return True
    if format == "jsonl" or not source.head.strip():
        return False
    named = next((reader.name for reader in parts("readers", BUILTINS) if reader.sniff(source)), "jsonl")
    return named != "jsonl"


def _interrupted(arrivals: Arrivals) -> InterruptedRunError:
    last = arrivals.last()
    if last is None:
        return InterruptedRunError("interrupted before anything could be judged")
    return InterruptedRunError(
        f"interrupted after {last.units:,} {arrivals.units} ({last.items:,} paired items), undecided: delta "
        f"{signed(last.delta)}, bounds {interval(last.bounds)}",
        hint="start the watch again to take it up: the files are read from their beginning",
    )
