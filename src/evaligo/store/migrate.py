"""Bring a database's tables up to this version."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

__all__ = ["upgrade"]


def upgrade(connection: Connection) -> None:
    """Run the steps that are missing, in the caller's transaction: all or none.

    Parameters
    ----------
    connection : Connection
        In a transaction that keeps other processes out.
    """
    script = ScriptDirectory(str(Path(__file__).parent / "migrations"))

    def steps(heads: Any, _context: MigrationContext) -> Sequence[MigrationStep]:
        missing = script.iterate_revisions("head", heads or "base")
        return [MigrationStep.upgrade_from_script(script.revision_map, s) for s in reversed([*missing])]

    context = MigrationContext.configure(connection, opts={"fn": steps, "transactional_ddl": True})
    with Operations.context(context):
        context.run_migrations()
