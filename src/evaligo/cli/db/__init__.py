"""`evaligo db`: look after a database."""

from __future__ import annotations

from evaligo.cli.lazy import LazyGroup

__all__ = ["command"]

command = LazyGroup(
    "db",
    summaries={
        "upgrade": "Bring the tables up to date.",
        "check": "Look for damage, gaps, and an audit chain that was tampered with.",
        "backup": "Copy the database to a file, also while it is in use.",
        "restore": "Make the database what a backup of it is.",
        "copy": "Copy all into another database, such as from SQLite to PostgreSQL.",
    },
    purpose="Look after a database: the project's own, or a server's.",
    package="evaligo.cli.db",
)
