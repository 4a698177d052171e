"""`--early-stop`: look at an experiment while it runs, and end it as soon as its gate is settled (law 9)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np

from evaligo.app.judge import milestones
from evaligo.app.judge_quality import cut_baseline
from evaligo.app.plan_experiment import Planned
from evaligo.app.visiting import visiting_order
from evaligo.errors import DataError
from evaligo.experiments.human_labels import read_labels
from evaligo.gates.quality_rows import take_rows
from evaligo.gates.quality_sequence import QualitySequence, SequenceTerms
from evaligo.gates.quality_settling import Settlement, first_settlement, is_futile
from evaligo.gates.quality_subject import Subject, nothing_there, refuse_bad_scores, subject_of
from evaligo.gates.quality_units import quality_units
from evaligo.gates.thresholds import kind_of
from evaligo.gates.thresholds.change import Change
from evaligo.gates.thresholds.level import Level
from evaligo.records import ItemResult, Run, Threshold

__all__ = ["EarlyStop", "Watched", "early_stop"]

_SHARE = 4.0
"""So many times what a look took passes before the next: it grows with what has come, and the run must not wait for it."""
_FORECASTS = 7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Watched:
    """What is known of the thresholds at one moment.

    Parameters
    ----------
    candidate : Run
        The rows of the units visited so far.
    baseline : Run, optional
        Of the same items.
    sequences : mapping of str to QualitySequence
    subjects : mapping of str to Subject
    """

    candidate: Run
    baseline: Run | None
    sequences: dict[str, QualitySequence]
    subjects: dict[str, Subject]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EarlyStop:
    """Looks at an experiment's results in the order in which its units are visited.

    A unit counts once all its items are there in all their epochs, and all units before it: an item that is answered
    fast is not judged sooner. When the gate is settled depends on the results alone, not on when one looked, so that an
    experiment that was killed and resumed ends with the same decision.

    Parameters
    ----------
    order : tuple of tuple of str
        The item ids of each unit, in the order of visiting.
    baseline : Run, optional
        Cut to these items.
    thresholds : tuple of Threshold
        Those for which bounds are known that hold at every look, whatever their role.
    open_ended : tuple of Threshold
        The critical ones among the others.
    claims : int
        How many thresholds an interval decides.
    cluster : str, optional
    epochs, seed : int
    grown : bool
        As in `judge_quality`: items that the baseline was never asked are left out of what compares.
    """

    order: tuple[tuple[str, ...], ...]
    baseline: Run | None
    thresholds: tuple[Threshold, ...]
    open_ended: tuple[Threshold, ...] = ()
    claims: int = 1
    cluster: str | None = None
    epochs: int = 1
    seed: int = 0
    grown: bool = False
    _forecasts: dict[int, bool] = field(default_factory=dict, repr=False)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The columns of a run that it looks at."""
        return tuple(dict.fromkeys(threshold.metric for threshold in self.thresholds))

    @property
    def n_units(self) -> int:
        """How many units there are."""
        return len(self.order)

    @property
    def units(self) -> str:
        """What is counted: clusters or items."""
        return "clusters" if self.cluster else "items"

    def looking(self, read: Callable[[], Run]) -> Callable[[Sequence[ItemResult]], str | None]:
        """Return what is asked after each group of results that is kept, and says why the run may end.

        Parameters
        ----------
        read : callable
            Reads the results that are kept, those of earlier sessions too.
        """
        rested = 0.0

        def look(_: Sequence[ItemResult]) -> str | None:
            nonlocal rested
            began = time.monotonic()
            if began < rested:
                return None
            found = self.settlement(read())
            rested = time.monotonic() + _SHARE * (time.monotonic() - began)
            return None if found is None else self.sentence(found)

        return look

    def sentence(self, found: Settlement) -> str:
        """Say why the run ended."""
        after = f"after {found.units:,} of {self.n_units:,} {self.units}"
        if found.outcome == "futility":
            return f"no verdict is in reach any more {after}"
        if found.outcome == "allow":
            return f"the gate is settled {after}: ALLOW"
        return f"the gate is settled {after}: REJECT by {', '.join(map(repr, found.thresholds))}"

    def settlement(self, candidate: Run) -> Settlement | None:
        """Return when and why the gate was settled by the results that are there; None where it is not.

        Results that cannot be judged settle nothing: the whole run tells what is wrong with them.
        """
        try:
            watched = self.watched(candidate)
        except DataError:
            return None
        critical = {
            t.name: watched.sequences[t.name]
            for t in self.thresholds
            if t.role == "critical" and t.name in watched.sequences
        }
        if len(critical) < sum(t.role == "critical" for t in self.thresholds):
            return None  # one of them has no score at all yet
        found = first_settlement(critical, can_allow=not self.open_ended)
        futile = self._futile(critical, before=found.units if found else None)
        return futile or found

    def watched(self, candidate: Run, units: int | None = None) -> Watched:
        """Gather the evidence of the units visited so far, at most of the first `units`.

        Raises
        ------
        DataError
            Scores outside of their range, clusters that differ between the runs.
        """
        place = self._visited(candidate, units)
        ours, theirs = _rows(candidate, place), self.baseline
        theirs = None if theirs is None else _rows(theirs, place)
        known = ours if theirs is None or not self.grown else _rows(ours, set(theirs.item_ids.tolist()))
        found = Watched(candidate=ours, baseline=theirs, sequences={}, subjects={})
        for threshold in self.thresholds if place else ():
            rows = known if threshold.needs_baseline else ours
            subject = _subject(threshold, theirs, rows, cluster=self.cluster, seed=self.seed)
            if not nothing_there(subject):
                refuse_bad_scores(subject)
                terms = SequenceTerms.of(subject, largest=max(map(len, self.order)), claims=self.claims)
                found.subjects[threshold.name] = subject
                found.sequences[threshold.name] = QualitySequence(
                    terms=terms, units=quality_units(subject, place)
                )
        return found

    def is_whole(self, candidate: Run) -> bool:
        """Tell whether every unit has all its results."""
        return candidate.n_rows == self.epochs * sum(map(len, self.order))

    def _visited(self, candidate: Run, units: int | None) -> dict[str, int]:
        """Return the place of each item of the leading complete units."""
        counts = Counter(candidate.item_ids.tolist())
        place: dict[str, int] = {}
        for at, unit in enumerate(islice(self.order, units)):
            if any(counts[item] < self.epochs for item in unit):
                break
            place.update(dict.fromkeys(unit, at))
        return place

    def _futile(self, critical: dict[str, QualitySequence], *, before: int | None) -> Settlement | None:
        """Forecast at each milestone that was passed, where every threshold can be settled."""
        if self.open_ended or not critical:
            return None
        n = min(len(sequence.units) for sequence in critical.values())
        for at in milestones(n if before is None else before - 1):
            if at not in self._forecasts:
                first = slice(at)
                heads = {k: replace(s, units=s.units.take(first)) for k, s in critical.items()}
                rng = np.random.default_rng((self.seed, _FORECASTS, at))
                self._forecasts[at] = is_futile(heads, units_left=self.n_units - at, rng=rng)
            if self._forecasts[at]:
                return Settlement(outcome="futility", units=at)
        return None


def early_stop(
    planned: Planned, baseline: Run | None, *, grown: bool = False
) -> tuple[EarlyStop | None, tuple[str, ...]]:
    """Find out what of a gate can be settled early, before the run starts.

    Parameters
    ----------
    planned : Planned
    baseline : Run, optional
    grown : bool
        As in `judge_quality`.

    Returns
    -------
    EarlyStop or None
        None where no critical threshold can be.
    tuple of str
        Sentences for people: which thresholds cannot be settled early, and what follows.

    Raises
    ------
    DataError
        An id asks something else in the baseline.
    """
    judged = [t for t in planned.thresholds if not t.needs_baseline or _has(baseline, t.metric)]
    labelled = _labelled(planned)
    able = tuple(t for t in judged if not _obstacle(t, labelled))
    critical = [t for t in judged if t.role == "critical"]
    open_ended = tuple(t for t in critical if t not in able)
    notes = tuple(_notes(planned, critical, open_ended, labelled))
    if len(open_ended) == len(critical):
        return None, notes
    found = EarlyStop(
        order=visiting_order(planned),
        baseline=None if baseline is None else _cut(baseline, planned),
        thresholds=able,
        open_ended=open_ended,
        claims=sum(t.role != "informational" and t.confidence_level is not None for t in judged),
        cluster=planned.keys.cluster,
        epochs=planned.epochs,
        seed=planned.seed,
        grown=grown,
    )
    return found, notes


def _notes(
    planned: Planned, critical: Sequence[Threshold], open_ended: Sequence[Threshold], labelled: frozenset[str]
) -> Iterator[str]:
    if not critical:
        why = "no gate is named" if planned.gate is None else "no critical threshold has anything to judge"
        yield f"--early-stop: {why}, so that the run goes on to its end"
    elif open_ended:
        named = ", ".join(f"{t.name!r} ({_obstacle(t, labelled)})" for t in open_ended)
        rest = (
            "so that the run goes on to its end"
            if len(open_ended) == len(critical)
            else "so that it may end early for a REJECT, but not for an ALLOW"
        )
        yield f"--early-stop: nothing settles {named} before the end, {rest}"


def _obstacle(threshold: Threshold, labelled: frozenset[str]) -> str:
    """Say why no bound that holds at every look is known for a threshold; empty where one is."""
    if threshold.confidence_level is None:
        return "no confidence_level, so the estimate decides"
    if not isinstance(kind_of(threshold.kind), Change | Level):
        return "no mean"
    if threshold.estimand != "mean":
        return {"relative": "a relative change"}.get(threshold.estimand, "a quantile, or a relative change")
    return "corrected by human_labels" if threshold.metric in labelled else ""


def _labelled(planned: Planned) -> frozenset[str]:
    if planned.keys.human_labels is None:
        return frozenset()
    path = planned.setting.path(planned.keys.human_labels)
    return frozenset(label.metric for label in read_labels(path))


def _has(baseline: Run | None, metric: str) -> bool:
    return baseline is not None and metric in baseline.columns


def _cut(baseline: Run, planned: Planned) -> Run:
    return cut_baseline(baseline, baseline, items=planned.selection.contents)


def _rows(run: Run, items: Container[str]) -> Run:
    return take_rows(run, np.fromiter((i in items for i in run.item_ids.tolist()), bool, run.n_rows))


def _subject(
    threshold: Threshold, baseline: Run | None, candidate: Run, *, cluster: str | None, seed: int
) -> Subject:
    """Take the range that either run is known to have: one that the scores show would depend on them."""
    kind, name = kind_of(threshold.kind), threshold.metric
    own = candidate.metrics[name]
    if own.bounds is None and baseline is not None and name in baseline.columns:
        known = baseline.metrics[name].bounds
        candidate = candidate.with_metric(replace(own, bounds=known))
    return subject_of(threshold, kind, baseline, candidate, cluster=cluster, seed=seed)
