"""What has come of two runs so far: units put in the order in which they were complete, and judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from evaligo.app.fixed import Asked, Fixed
from evaligo.app.judge import Judged, judge, seen
from evaligo.app.outstanding import complete_items, overdue, rows_of
from evaligo.app.prepare import Prepared
from evaligo.app.watch_report import report_on
from evaligo.errors import DataError, UsageError
from evaligo.gates.course import Course
from evaligo.gates.demand import Demand
from evaligo.gates.items import collapse
from evaligo.gates.pairing import Pairs, pair
from evaligo.gates.units import Units, units_of
from evaligo.readers.growing import Growing
from evaligo.records import Finding, Run, Severity
from evaligo.records.watch import Look, Saved, WatchReport

__all__ = ["Arrivals", "Side"]

Side = Run | Growing
"""A run that is finished, or one that is still being written."""


class Arrivals:
    """Two runs, of which one at least is still being written.

    Parameters
    ----------
    baseline, candidate : Run or Growing
    asked : Asked

    Raises
    ------
    UsageError
        Clusters are named, and nobody knows when one is complete.
    """

    def __init__(self, baseline: Side, candidate: Growing, asked: Asked) -> None:
        self._baseline, self._candidate, self._asked = baseline, candidate, asked
        self._known = baseline if isinstance(baseline, Run) else None
        self._fixed: Fixed | None = None
        self._order: dict[str, int] = {}  # each unit judged, with its size then
        self._judged: Judged | None = None
        self._ready: Prepared | None = None
        self._left_out = 0
        self._notes: list[Finding] = []
        if asked.cluster and asked.cluster_size is None and self._known is None:
            raise UsageError(
                "nobody knows when a cluster is complete",
                hint="say how many items a cluster has with --cluster-size N, or --finished-baseline where it will "
                "not grow",
            )

    @property
    def units(self) -> str:
        """What is counted: clusters or items."""
        return "clusters" if self._asked.cluster else "items"

    @property
    def looks(self) -> tuple[Look, ...]:
        """The looks that were kept."""
        return self._judged.looks if self._judged else ()

    def last(self) -> Look | None:
        """Return what is known now; None before the first unit."""
        if self._judged is None or self._fixed is None or not self._order:
            return None
        return seen(self._judged.course, self._asked.demand, sign=self._fixed.sign)

    def look(self) -> bool:
        """Judge what has come; tell whether that is enough.

        Raises
        ------
        DataError, UsageError
            Runs that cannot be judged.
        """
        runs = self._runs()
        if runs is None or not self._show_the_metric(runs):
            return False
        fixed = self._fix(runs)
        closed = self._closed(runs, fixed)
        late = self._late(runs) - closed
        self._left_out = len(late)
        counted = late if fixed.terms.bounds is not None else set()
        part = (rows_of(runs[0], closed | counted), rows_of(runs[1], closed))
        pairs = self._paired(part)
        if pairs is None:
            return False
        units = units_of(pairs, fixed.metric, drop=self._drops)
        self._enlist(units, self._complete(pairs, closed, runs[1], fixed))
        tail = [key for key, n in zip(units.keys, units.missing, strict=True) if n and key not in self._order]
        before = len(self.looks)
        self._judged = self._judge(units, fixed, tail, withhold=bool(late - counted))
        if self._is_decided or len(self.looks) > before:
            self._ready = self._asked.prepare(part)
        return self._is_decided

    def finish(self) -> None:
        """Judge all that has come: what is not there now is missing.

        Raises
        ------
        DataError, UsageError
            Runs that cannot be judged.
        """
        for side in self._growing():
            if (line := side.finish()) is not None:
                text = f"{side.label}: line {line} is unfinished and was left out"
                self._notes.append(Finding(check="torn line", severity=Severity.WARNING, message=text))
        runs = self._runs()
        if runs is None:
            empty = next(side.label for side in self._growing() if side.run() is None)
            raise DataError(f"{empty}: there are no items", hint="check that the run has begun")
        self._ready = self._asked.prepare(runs)
        fixed = self._fix(runs)
        units = units_of(self._ready.pairs, fixed.metric, drop=self._drops)
        owners = _owners(self._ready.pairs)
        rank = {owners[item]: n for n, item in enumerate(runs[1].item_ids.tolist())}
        rest = sorted(set(units.keys.tolist()) - set(self._order), key=lambda k: (rank.get(k, len(rank)), k))
        lacking = {key for key, n in zip(units.keys, units.missing, strict=True) if n}
        self._enlist(units, [key for key in rest if key not in lacking], grown=True)
        tail = [key for key in rest if key in lacking]
        self._judged = self._judge(units, fixed, tail, settled=True)
        self._left_out = 0

    def report(self, *, seed: int) -> WatchReport:
        """Return the report on what was judged last."""
        judged, ready = self._judged, self._ready
        if judged is None or ready is None:
            raise DataError("nothing has been judged", hint="check that the runs have begun")
        return report_on(
            judged,
            self._asked.demand,
            ready,
            seed=seed,
            saved=self._saved(judged),
            units_in_all=self._units_in_all(),
            followed=True,
            findings=(*self._notes, *self._doubts()),
        )

    @property
    def _drops(self) -> bool:
        return self._asked.demand.on_missing == "drop"

    @property
    def _is_decided(self) -> bool:
        return self._judged is not None and self._judged.stop is not None

    def _growing(self) -> Iterator[Growing]:
        return (side for side in (self._baseline, self._candidate) if isinstance(side, Growing))

    def _runs(self) -> tuple[Run, Run] | None:
        ours, theirs = (
            side if isinstance(side, Run) else side.run() for side in (self._baseline, self._candidate)
        )
        return None if ours is None or theirs is None else (ours, theirs)

    def _fix(self, runs: tuple[Run, Run]) -> Fixed:
        """Fix the metric and its range, and hold each new score against the range."""
        fixed = self._fixed = self._fixed or Fixed.of(runs, self._asked, known=self._known)
        bounds = fixed.terms.bounds
        for side, run in zip((self._baseline, self._candidate), runs, strict=True):
            if isinstance(side, Growing) and bounds is not None:
                side.refuse_outside(run, run.resolve(self._asked.metric), bounds)
        return fixed

    def _show_the_metric(self, runs: tuple[Run, Run]) -> bool:
        """Tell whether both runs show the metric; False where one may still come to show it."""
        for side, run in zip((self._baseline, self._candidate), runs, strict=True):
            try:
                run.resolve(self._asked.metric)
            except DataError:
                if isinstance(side, Run) or side.is_settled:
                    raise
                return False
        return True

    def _closed(self, runs: tuple[Run, Run], fixed: Fixed) -> set[str]:
        """Return the items that both runs have in all their epochs."""
        known = self._known is not None
        ours = set(runs[0].item_ids.tolist()) if known else complete_items(runs[0], fixed.epochs)
        return ours & complete_items(runs[1], fixed.epochs)

    def _late(self, runs: tuple[Run, Run]) -> set[str]:
        """Return the items that the candidate seems to have left out, where that matters."""
        return set() if self._drops else overdue(*(run.item_ids.tolist() for run in runs))

    def _paired(self, part: tuple[Run, Run]) -> Pairs | None:
        """Join what has come; None where no item has a score in both yet."""
        first, second = (collapse(run, run.resolve(self._asked.metric)) for run in part)
        scored = [set(items.ids[items.counts > 0].tolist()) for items in (first, second)]
        if scored[0].isdisjoint(scored[1]):
            return None
        return pair(*part, items=(first, second), cluster=self._asked.cluster or None)

    def _complete(self, pairs: Pairs, closed: set[str], candidate: Run, fixed: Fixed) -> list[str]:
        """Return the complete units in the order in which the candidate completed them."""
        owners = _owners(pairs)
        last = {item: n for n, item in enumerate(candidate.item_ids.tolist())}
        rank: dict[str, int] = {}
        for item in closed:
            rank[owners[item]] = max(rank.get(owners[item], 0), last[item])
        if self._asked.cluster:
            have = Counter(owners[item] for item in closed)
            size = fixed.expected or dict.fromkeys(have, self._asked.cluster_size or 1)
            rank = {key: n for key, n in rank.items() if have[key] >= size[key]}
        return sorted(rank, key=rank.__getitem__)

    def _enlist(self, units: Units, keys: list[str], *, grown: bool = False) -> None:
        """Put complete units at the end of the order; one that was judged may not grow any more."""
        sizes = dict(zip(units.keys.tolist(), units.sizes.tolist(), strict=True))
        for key, before in self._order.items():
            if sizes[key] > before and not grown:
                raise DataError(
                    f"cluster {key!r} has {sizes[key]} items, more than --cluster-size {before}",
                    hint="give the size of the largest cluster",
                )
        self._order |= {key: sizes[key] for key in keys if key in sizes and key not in self._order}

    def _judge(
        self, units: Units, fixed: Fixed, tail: list[str], *, settled: bool = False, withhold: bool = False
    ) -> Judged:
        """Judge the units in their order; an ALLOW must also hold with what is missing at its worst.

        Parameters
        ----------
        tail : list of str
            Units that lack items; judged too where that is `settled`.
        withhold : bool
            Items seem to be left out, and there is no worst score to count them at.
        """
        at = {key: n for n, key in enumerate(units.keys.tolist())}
        rows = np.array([at[key] for key in (*self._order, *tail)], dtype=np.intp)
        everything = units.take(rows)
        come = everything if settled else everything.take(slice(len(self._order)))
        demand, sign = self._asked.demand, fixed.sign
        judged = judge(come, fixed.terms, demand, sign=sign, known=self.looks)
        if judged.stop is None or judged.stop.outcome != "allow":
            return judged
        if withhold or (tail and not _holds(Course(units=everything, terms=fixed.terms), demand)):
            terms = replace(fixed.terms, first_allow=len(come) + 1)
            return judge(come, terms, demand, sign=sign, known=self.looks)
        return judged

    def _saved(self, judged: Judged) -> Saved | None:
        if self._known is None or self._fixed is None:
            return None
        total = len(set(self._known.item_ids.tolist()))
        run = self._candidate.run()
        rows = 0 if run is None else run.n_rows
        needed = int(judged.course.units.sizes.sum()) if judged.stop else total
        calls = max(total * self._fixed.epochs - rows, 0) if judged.stop else 0
        return Saved(items=max(total - needed, 0), of_items=total, calls=calls)

    def _units_in_all(self) -> int | None:
        if self._known is None or self._fixed is None:
            return None
        return len(self._fixed.expected or set(self._known.item_ids.tolist()))

    def _doubts(self) -> Iterator[Finding]:
        """Say what an early stop could not know."""
        if self._left_out:
            yield Finding(
                check="left out",
                severity=Severity.WARNING,
                message=f"the candidate has passed over {self._left_out:,} items that the baseline has",
                hint="let it write a line for an item that fails too, with null for its score",
            )
        run = self._candidate.run()
        if self._known is not None and run is not None and self._is_decided:
            extra = len(set(run.item_ids.tolist()) - set(self._known.item_ids.tolist()))
            if extra:
                yield Finding(
                    check="items",
                    severity=Severity.WARNING,
                    message=f"{extra:,} items of the candidate are not in the baseline",
                    hint="check that both ran the same dataset",
                )


def _holds(course: Course, demand: Demand) -> bool:
    """Tell whether ALLOW holds now, and not only at some earlier moment."""
    if course.e_greater(demand.null) <= 1.0 / demand.rule.alpha:
        return False
    return demand.rule.policy != "superiority" or course.worst_estimate >= demand.rule.min_delta


def _owners(pairs: Pairs) -> dict[str, str]:
    """Return each item's unit: its cluster, or itself."""
    if pairs.owners is None:
        return {item: item for items in (pairs.baseline, pairs.candidate) for item in items.ids.tolist()}
    both = zip((pairs.baseline, pairs.candidate), pairs.owners, strict=True)
    return {
        item: owner for items, owners in both for item, owner in zip(items.ids.tolist(), owners, strict=True)
    }
