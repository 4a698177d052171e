"""Experiments, their results, the response cache, baselines and judgements."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the first tables."""
    _experiments()
    _results()
    _verdicts()


def _experiments() -> None:
    op.create_table(
        "experiments",
        sa.Column("id", Text, primary_key=True),
        sa.Column("project", Text, nullable=False),
        sa.Column("moment", sa.BigInteger, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("branch", Text, nullable=False),
        sa.Column("commit_sha", Text, nullable=False),
        sa.Column("status", Text, nullable=False),
        sa.Column("passed", sa.Boolean),
        sa.Column("verdict", Text, nullable=False),
        sa.Column("updated", Text, nullable=False),
        sa.Column("note", Text, nullable=False),
        sa.Column("totals", Text, nullable=False),
        sa.Column("head", Text, nullable=False),
    )
    op.create_index("experiments_by_moment", "experiments", ["project", "moment", "id"])
    op.create_index("experiments_by_name", "experiments", ["project", "name", "moment"])
    op.create_index("experiments_by_branch", "experiments", ["project", "branch", "moment"])
    op.create_index("experiments_by_commit", "experiments", ["project", "commit_sha", "moment"])
    op.create_table(
        "experiment_tags",
        _of_experiment(primary_key=True),
        sa.Column("key", Text, primary_key=True),
        sa.Column("value", Text, nullable=False),
    )
    op.create_index("experiment_tags_by_value", "experiment_tags", ["key", "value", "experiment_id"])
    op.create_table(
        "experiment_metrics",
        _of_experiment(primary_key=True),
        sa.Column("metric", Text, primary_key=True),
        sa.Column("mean", sa.Double),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("absent", sa.Integer, nullable=False),
    )


def _results() -> None:
    op.create_table(
        "items",
        sa.Column("content", Text, primary_key=True),
        sa.Column("expected", Text, nullable=False),
        sa.Column("input", Text, nullable=False),
        sa.Column("context", Text, nullable=False),
    )
    op.create_table(
        "results",
        _of_experiment(primary_key=True),
        sa.Column("item_id", Text, primary_key=True),
        sa.Column("epoch", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content", Text, nullable=False),
        sa.Column("latency", sa.Double),
        sa.Column("input_tokens", sa.BigInteger),
        sa.Column("output_tokens", sa.BigInteger),
        sa.Column("cost", sa.Double),
        sa.Column("scores_cost", sa.Double),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("cached", sa.Boolean, nullable=False),
        sa.Column("model", Text, nullable=False),
        sa.Column("error", Text, nullable=False),
        sa.Column("metadata", Text, nullable=False),
        sa.Column("scores", Text, nullable=False),
        sa.Column("output", Text),
    )
    op.create_table(
        "response_cache",
        sa.Column("project", Text, primary_key=True),
        sa.Column("key", Text, primary_key=True),
        sa.Column("created", Text, nullable=False),
        sa.Column("output", Text, nullable=False),
    )


def _verdicts() -> None:
    op.create_table(
        "baselines",
        sa.Column("id", Text, primary_key=True),
        sa.Column("project", Text, nullable=False),
        sa.Column("environment", Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("created", Text, nullable=False),
        sa.Column("who", Text, nullable=False),
        sa.Column("why", Text, nullable=False),
        sa.Column("experiment_id", Text, nullable=False),
        sa.Column("verdict", Text, nullable=False),
        sa.Column("replaced", Text, nullable=False),
        sa.Column("metrics", Text, nullable=False),
        sa.Column("metadata", Text, nullable=False),
        sa.UniqueConstraint("project", "environment", "sequence", name="baselines_in_sequence"),
    )
    op.create_index("baselines_by_experiment", "baselines", ["experiment_id"])
    op.create_table(
        "judgements",
        sa.Column("id", sa.Integer, primary_key=True),
        _of_experiment(nullable=False),
        sa.Column("gate", Text, nullable=False),
        sa.Column("baseline_id", Text, nullable=False),
        sa.Column("verdict", Text, nullable=False),
        sa.Column("created", Text, nullable=False),
        sa.Column("report", Text, nullable=False),
    )
    op.create_index("judgements_by_experiment", "judgements", ["experiment_id", "id"])


def _of_experiment(**options: Any) -> sa.Column[str]:
    return sa.Column("experiment_id", Text, sa.ForeignKey("experiments.id", ondelete="CASCADE"), **options)
