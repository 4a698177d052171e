"""Find the experiment that somebody means: by its id, its name, or its commit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from evaligo.errors import DataError, UnavailableError
from evaligo.records import Experiment, Status
from evaligo.store.experiments import ExperimentStore
from evaligo.store.listing import Filter

__all__ = ["find_experiment", "find_interrupted", "search_experiment"]

_COMMIT = re.compile(r"[0-9a-fA-F]{7,64}")
_ID = "exp_"
_MANY = 200


def find_experiment(store: ExperimentStore, ref: str) -> Experiment:
    """Find an experiment by its id or the beginning of it, its name (the newest), or its commit.

    Parameters
    ----------
    store : ExperimentStore
    ref : str
        A commit is a full SHA, or its first seven characters or more. Of a commit's experiments the completed ones go
        before, among them those that passed, among them the newest.

    Raises
    ------
    DataError
        There is none, or several that it could mean; the sentence lists the nearest.
    """
    found = search_experiment(store, ref)
    if found is None:
        raise _nowhere(store, ref)
    return found


def search_experiment(store: ExperimentStore, ref: str) -> Experiment | None:
    """Find an experiment as `find_experiment` does; None where there is none.

    Raises
    ------
    DataError
        There are several that it could mean.
    """
    return store.find(ref) or _named(store, ref) or _beginning(store, ref) or _at_commit(store, ref)


def find_interrupted(store: ExperimentStore, ref: str | None = None) -> Experiment:
    """Find the experiment to take up again: the one that is named, else the newest that stopped before its end.

    Raises
    ------
    DataError
        There is none, or it came to its end.
    UnavailableError
        It is running.
    """
    if ref is None:
        return _newest_interrupted(store)
    found = find_experiment(store, ref)
    if not found.status.resumable:
        raise DataError(f"experiment {found.id} is {found.status}: there is nothing to resume")
    if store.running.is_held(found.id):
        raise UnavailableError(
            f"experiment {found.id} is running in another process",
            hint="wait for it, or end that process and resume",
        )
    return found


def _newest_interrupted(store: ExperimentStore) -> Experiment:
    stopped = store.list(Filter(status=Status.INTERRUPTED), limit=1).experiments
    killed = (
        e
        for e in store.list(Filter(status=Status.RUNNING), limit=_MANY).experiments
        if not store.running.is_held(e.id)
    )
    found = [*stopped, *[e for e in [next(killed, None)] if e]]
    if not found:
        raise DataError(
            "there is no interrupted experiment", hint="list experiments with: evaligo experiment list"
        )
    return max(found, key=lambda e: (e.created, e.id))


def _named(store: ExperimentStore, ref: str) -> Experiment | None:
    return next(iter(store.list(Filter(name=ref), limit=1).experiments), None)


def _beginning(store: ExperimentStore, ref: str) -> Experiment | None:
    if not ref.startswith(_ID):
        return None
    found = store.list(Filter(id=ref), limit=4).experiments
    if len(found) > 1:
        raise _ambiguous(ref, "experiments", (e.id for e in found))
    return found[0] if found else None


def _at_commit(store: ExperimentStore, ref: str) -> Experiment | None:
    if not _COMMIT.fullmatch(ref):
        return None
    found = store.list(Filter(commit=ref), limit=_MANY).experiments
    commits = dict.fromkeys(e.revision.commit for e in found)
    if len(commits) > 1:
        raise _ambiguous(ref, "commits", (commit[:12] for commit in commits))
    return min(found, key=_rank, default=None)  # the first of equals is the newest


def _rank(experiment: Experiment) -> tuple[bool, bool]:
    return experiment.status is not Status.COMPLETED, not experiment.passed


def _ambiguous(ref: str, what: str, found: Iterable[str]) -> DataError:
    return DataError(f"{ref!r} could mean several {what}: {', '.join(found)}", hint="write more of it")


def _nowhere(store: ExperimentStore, ref: str) -> DataError:
    newest = store.list(limit=_MANY).experiments
    if not newest:
        return DataError(
            f"there is no experiment {ref!r}, nor any other yet", hint="run one with: evaligo experiment run"
        )
    known = {word: e for e in newest for word in (e.id, e.name, e.revision.commit[: len(ref)])}
    close = get_close_matches(ref, known, n=3, cutoff=0.6)
    near = list(dict.fromkeys(known[word].id for word in close)) or [e.id for e in newest[:3]]
    told = ", ".join(_told(e) for e in newest if e.id in near)
    word = "nearest" if close else "newest"
    return DataError(f"there is no experiment {ref!r}", hint=f"the {word} are {told}")


def _told(experiment: Experiment) -> str:
    commit = experiment.revision.commit[:8]
    return f"{experiment.id} ({experiment.name}{f' at {commit}' if commit else ''})"
