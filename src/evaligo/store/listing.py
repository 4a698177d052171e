"""Experiments newest first: filtered, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, select, tuple_

from evaligo.errors import UsageError
from evaligo.records import Experiment, Status
from evaligo.store.heads import CHANGING, experiment_of
from evaligo.store.moments import microseconds
from evaligo.store.tables import experiment_tags, experiments

__all__ = ["Filter", "Page", "place", "read_page", "zoned"]

_HEAD = tuple(experiments.c[name] for name in ("id", "moment", *CHANGING, "head"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What an experiment must be to be listed; None admits any.

    Parameters
    ----------
    name, branch : str, optional
    commit, id : str, optional
        The SHA or the id, or how it begins.
    status : Status, optional
    passed : bool, optional
        What its gate made of the verdict.
    tags : mapping of str to str
        All of which it bears.
    since, until : datetime, optional
        When it was created, both included; a time that names no zone is UTC.
    """

    name: str | None = None
    branch: str | None = None
    commit: str | None = None
    id: str | None = None
    status: Status | None = None
    passed: bool | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some experiments, newest first.

    Parameters
    ----------
    experiments : tuple of Experiment
    cursor : str, optional
        What to ask the next page with; None where this is the last.
    """

    experiments: tuple[Experiment, ...]
    cursor: str | None = None


def read_page(
    connection: Connection, project: str, wanted: Filter, *, limit: int, cursor: str | None = None
) -> Page:
    """Read one page, in one query.

    Raises
    ------
    UsageError
        The cursor is none that a page gave.
    """
    query = (
        select(*_HEAD)
        .where(experiments.c.project == project, *_conditions(wanted))
        .order_by(experiments.c.moment.desc(), experiments.c.id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        query = query.where(tuple_(experiments.c.moment, experiments.c.id) < tuple_(*place(cursor)))
    rows = connection.execute(query).mappings().all()
    shown = rows[:limit]
    last = f"{shown[-1]['moment']}.{shown[-1]['id']}" if len(rows) > limit else None
    return Page(experiments=tuple(map(experiment_of, shown)), cursor=last)


def place(cursor: str) -> tuple[int, str]:
    """Return where a page ended: the moment and the id.

    Raises
    ------
    UsageError
        The cursor is none that a page gave.
    """
    moment, dot, last = cursor.partition(".")
    if not (dot and moment.lstrip("-").isdecimal()):
        raise UsageError(f"{cursor!r} is no cursor", hint="take the one that came with the page before")
    return int(moment), last


def _conditions(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    columns = experiments.c
    if wanted.id is not None:
        yield columns.id.startswith(wanted.id, autoescape=True)
    if wanted.commit is not None:
        yield columns.commit_sha.startswith(wanted.commit.lower(), autoescape=True)
    equal: dict[str, Any] = {
        "name": wanted.name,
        "branch": wanted.branch,
        "status": None if wanted.status is None else str(wanted.status),
        "passed": wanted.passed,
    }
    yield from (columns[name] == value for name, value in equal.items() if value is not None)
    if wanted.since is not None:
        yield columns.moment >= microseconds(zoned(wanted.since))
    if wanted.until is not None:
        yield columns.moment <= microseconds(zoned(wanted.until))
    yield from (_tagged(key, value) for key, value in wanted.tags.items())


def _tagged(key: str, value: str) -> ColumnElement[bool]:
    tags = experiment_tags.c
    return exists().where(tags.experiment_id == experiments.c.id, tags.key == key, tags.value == value)


def zoned(moment: datetime) -> datetime:
    """Return a time with its zone; one that names none is UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
