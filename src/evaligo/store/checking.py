"""Look through a database for what must not be: damage, dangling rows, gaps, and a chain that was tampered with."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Select, Table, exists, func, select

from evaligo.records import Finding, Severity
from evaligo.store.audit import AuditChain
from evaligo.store.database import Database
from evaligo.store.tables import REVISION, api_keys, audit, baselines, deployments, items, results

__all__ = ["check_database"]

_SHOWN = 5


def check_database(database: Database) -> Iterator[Finding]:
    """Yield what was found, the good included; a database of older tables is not looked into further.

    Parameters
    ----------
    database : Database
        Opened with ``upgrade=False``.

    Raises
    ------
    DataError
        It is no database of evaligo.
    UnavailableError
        It is from a newer version.
    """
    with database.read() as connection:
        if database.embedded:
            yield from _file(connection)
        revision = database.revision(connection)
        yield from _revision(revision)
        if revision != REVISION:
            return
        if database.embedded:
            yield from _foreign_keys(connection)
        yield from _items(connection)
        yield from _sequences(connection)
    yield from _chains(database)


def _file(connection: Connection) -> Iterator[Finding]:
    said = [str(row[0]) for row in connection.exec_driver_sql(f"PRAGMA integrity_check({_SHOWN})")]
    if said == ["ok"]:
        yield _ok("integrity", "the file is sound")
    else:
        yield _error("integrity", f"the file is damaged: {'; '.join(said)}", "restore it from a backup")


def _revision(revision: str | None) -> Iterator[Finding]:
    if revision == REVISION:
        yield _ok("revision", f"the tables are of version {REVISION}")
    elif revision is None:
        yield _error("revision", "there are no tables", "make them with: evaligo db upgrade")
    else:
        yield _error(
            "revision",
            f"the tables are of version {revision}, this evaligo needs {REVISION}",
            "bring them up to date with: evaligo db upgrade",
        )


def _foreign_keys(connection: Connection) -> Iterator[Finding]:
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if dangling:
        tables = ", ".join(sorted({row[0] for row in dangling}))
        yield _error("foreign keys", f"{len(dangling):,} rows belong to nothing, in {tables}", _RESTORE)
    else:
        yield _ok("foreign keys", "every row belongs to something")


def _items(connection: Connection) -> Iterator[Finding]:
    there = exists().where(items.c.content == results.c.content)
    lost = connection.scalar(select(func.count()).select_from(results).where(~there)) or 0
    if lost:
        yield _error("items", f"{lost:,} results lack what was asked", _RESTORE)
    else:
        yield _ok("items", "every result has what was asked")


def _sequences(connection: Connection) -> Iterator[Finding]:
    c = baselines.c
    last, n = func.max(c.sequence), func.count()
    gaps = connection.execute(
        select(c.project, c.environment).group_by(c.project, c.environment).having(last != n)
    ).all()
    for row in gaps:
        yield _error("baselines", f"entries of {row.environment} ({row.project}) are missing", _RESTORE)
    if not gaps:
        yield _ok("baselines", "the ledgers have no gaps")


def _chains(database: Database) -> Iterator[Finding]:
    with database.read() as connection:
        projects = connection.scalars(select(audit.c.project).distinct().order_by(audit.c.project)).all()
        untold = [*_untold(connection)]
    for project in projects:
        found = AuditChain(database, project).verify()
        for problem in found.problems[:_SHOWN]:
            yield _error(
                "audit chain", f"{project}: {problem}", "keep the database as evidence, and restore it"
            )
        if found.ok:
            told = f"{project}: {found.n_decisions:,} entries, chain whole, head {found.head}"
            yield _ok("audit chain", told)
    yield from untold


def _untold(connection: Connection) -> Iterator[Finding]:
    """What is kept since the chain began, and the chain does not tell of: entries were cut off at its end."""
    for table in (baselines, deployments, api_keys):
        lost = connection.scalars(_silent(table)).all()
        if lost:
            yield _error(
                "audit chain",
                f"it does not tell of {len(lost):,} {table.name.replace('_', ' ')} ({', '.join(lost[:_SHOWN])})",
                "entries were taken out; keep the database as evidence, and restore it",
            )


def _silent(table: Table) -> Select[str]:
    told = exists().where(audit.c.project == table.c.project, audit.c.subject == table.c.id)
    began = select(func.min(audit.c.time)).where(audit.c.project == table.c.project).scalar_subquery()
    made = table.c.updated if "updated" in table.c else table.c.created
    return select(table.c.id).where(~told, made >= began).order_by(table.c.id)


_RESTORE = "restore it from a backup"


def _ok(check: str, message: str) -> Finding:
    return Finding(check=check, severity=Severity.OK, message=message)


def _error(check: str, message: str, hint: str) -> Finding:
    return Finding(check=check, severity=Severity.ERROR, message=message, hint=hint)
