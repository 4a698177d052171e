"""Deployments, API keys, the audit chain, documents and answers to repeated requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make what a server needs."""
    _deployments()
    _access()
    _documents()


def _deployments() -> None:
    op.create_table(
        "deployments",
        sa.Column("id", Text, primary_key=True),
        sa.Column("project", Text, nullable=False),
        sa.Column("environment", Text, nullable=False),
        sa.Column("moment", sa.BigInteger, nullable=False),
        sa.Column("status", Text, nullable=False),
        sa.Column("version", Text, nullable=False),
        sa.Column("experiment_id", Text, nullable=False),
        sa.Column("created", Text, nullable=False),
        sa.Column("updated", Text, nullable=False),
        sa.Column("succeeded", Text),
        sa.Column("ended", Text),
        sa.Column("who", Text, nullable=False),
        sa.Column("metadata", Text, nullable=False),
    )
    op.create_index("deployments_by_moment", "deployments", ["project", "environment", "moment", "id"])
    op.create_index("deployments_by_status", "deployments", ["project", "status", "moment", "id"])
    op.create_index("deployments_in_time", "deployments", ["project", "moment", "id"])
    op.create_index("deployments_by_success", "deployments", ["project", "environment", "succeeded"])


def _access() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", Text, primary_key=True),
        sa.Column("project", Text, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("role", Text, nullable=False),
        sa.Column("hash", Text, nullable=False, unique=True),
        sa.Column("created", Text, nullable=False),
        sa.Column("expires", Text),
        sa.Column("revoked", Text),
        sa.Column("last_used", Text),
    )
    op.create_index("api_keys_by_name", "api_keys", ["project", "name"])
    op.create_table(
        "audit",
        sa.Column("project", Text, primary_key=True),
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("time", Text, nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("who", Text, nullable=False),
        sa.Column("subject", Text, nullable=False),
        sa.Column("previous", Text, nullable=False),
        sa.Column("hash", Text, nullable=False),
        sa.Column("line", Text, nullable=False),
    )
    op.create_index("audit_by_kind", "audit", ["project", "kind", "sequence"])


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("project", Text, primary_key=True),
        sa.Column("kind", Text, primary_key=True),
        sa.Column("name", Text, primary_key=True),
        sa.Column("sha256", Text, primary_key=True),
        sa.Column("moment", sa.BigInteger, nullable=False),
        sa.Column("n_items", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("documents_by_moment", "documents", ["project", "kind", "name", "moment"])
    op.create_table(
        "idempotency",
        sa.Column("project", Text, primary_key=True),
        sa.Column("key", Text, primary_key=True),
        sa.Column("moment", sa.BigInteger, nullable=False),
        sa.Column("request", Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", Text, nullable=False),
    )
    op.create_index("idempotency_by_moment", "idempotency", ["moment"])
