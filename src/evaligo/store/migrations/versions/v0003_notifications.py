"""Events, the troubles that they are of, what is delivered of them, and silences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make what notifications need."""
    _events()
    _troubles()
    _deliveries()
    _silences()


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", Text, primary_key=True),
        sa.Column("project", Text, nullable=False),
        sa.Column("moment", sa.BigInteger, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("dedup_key", Text, nullable=False),
        sa.Column("routed", sa.Boolean, nullable=False),
        sa.Column("event", Text, nullable=False),
    )
    op.create_index("events_by_moment", "events", ["project", "moment", "id"])
    op.create_index("events_to_route", "events", ["routed", "moment"])


def _troubles() -> None:
    op.create_table(
        "troubles",
        sa.Column("project", Text, primary_key=True),
        sa.Column("dedup_key", Text, primary_key=True),
        sa.Column("status", Text, nullable=False),
        sa.Column("opened", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger, nullable=False),
        sa.Column("last_told", sa.BigInteger),
        sa.Column("n_events", sa.Integer, nullable=False),
        sa.Column("acknowledged_by", Text, nullable=False),
        sa.Column("last_event", Text, nullable=False),
    )
    op.create_index("troubles_by_status", "troubles", ["project", "status", "updated"])


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", Text, primary_key=True),
        sa.Column("project", Text, nullable=False),
        sa.Column("rule", Text, nullable=False),
        sa.Column("target", Text, nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("dedup_key", Text, nullable=False),
        sa.Column("state", Text, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("leased_by", Text, nullable=False),
        sa.Column("leased_until", sa.BigInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("sent", sa.BigInteger),
        sa.Column("reason", Text, nullable=False),
        sa.Column("receipt", Text, nullable=False),
        sa.Column("events", Text, nullable=False),
        sa.Column("message", Text, nullable=False),
    )
    op.create_index("deliveries_due", "deliveries", ["state", "due"])
    op.create_index("deliveries_by_moment", "deliveries", ["project", "created", "id"])
    op.create_index("deliveries_of_target", "deliveries", ["project", "target", "sequence"])
    op.create_index("deliveries_of_trouble", "deliveries", ["project", "dedup_key", "state"])


def _silences() -> None:
    op.create_table(
        "silences",
        sa.Column("id", Text, primary_key=True),
        sa.Column("project", Text, nullable=False),
        sa.Column("matcher", Text, nullable=False),
        sa.Column("author", Text, nullable=False),
        sa.Column("reason", Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("ends", sa.BigInteger, nullable=False),
    )
    op.create_index("silences_by_end", "silences", ["project", "ends"])
