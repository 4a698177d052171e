"""Experiments, their results, the response cache, baselines and judgements."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    _experiments()
    _results()
    _verdicts()


def _experiments() -> None:
    op.create_table(
        "experiments",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("project", sa.Text, nullable=False),
        sa.Column("moment", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("branch", sa.Text, nullable=False),
        sa.Column("commit_sha", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("passed", sa.Boolean),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("updated", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("totals", sa.Text, nullable=False),
        sa.Column("head", sa.Text, nullable=False),
    )
    op.create_index("experiments_by_moment", "experiments", ["project", "moment", "id"])
    op.create_index("experiments_by_name", "experiments", ["project", "name", "moment"])
    op.create_index("experiments_by_branch", "experiments", ["project", "branch", "moment"])
    op.create_index("experiments_by_commit", "experiments", ["project", "commit_sha", "moment"])
    op.create_table(
        "experiment_tags",
        _of_experiment(primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_index("experiment_tags_by_value", "experiment_tags", ["key", "value", "experiment_id"])
    op.create_table(
        "experiment_metrics",
        _of_experiment(primary_key=True),
        sa.Column("metric", sa.Text, primary_key=True),
        sa.Column("mean", sa.Double),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("absent", sa.Integer, nullable=False),
    )


def _results() -> None:
    op.create_table(
        "items",
        sa.Column("content", sa.Text, primary_key=True),
        sa.Column("expected", sa.Text, nullable=False),
        sa.Column("input", sa.Text, nullable=False),
        sa.Column("context", sa.Text, nullable=False),
    )
    op.create_table(
        "results",
        _of_experiment(primary_key=True),
        sa.Column("item_id", sa.Text, primary_key=True),
        sa.Column("epoch", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("latency", sa.Double),
        sa.Column("input_tokens", sa.BigInteger),
        sa.Column("output_tokens", sa.BigInteger),
        sa.Column("cost", sa.Double),
        sa.Column("scores_cost", sa.Double),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("cached", sa.Boolean, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("metadata", sa.Text, nullable=False),
        sa.Column("scores", sa.Text, nullable=False),
        sa.Column("output", sa.Text),
    )
    op.create_table(
        "response_cache",
        sa.Column("project", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("created", sa.Text, nullable=False),
        sa.Column("output", sa.Text, nullable=False),
    )


def _verdicts() -> None:
    op.create_table(
        "baselines",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("project", sa.Text, nullable=False),
        sa.Column("environment", sa.Text, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("created", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("experiment_id", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("replaced", sa.Text, nullable=False),
        sa.Column("metrics", sa.Text, nullable=False),
        sa.Column("metadata", sa.Text, nullable=False),
        sa.UniqueConstraint("project", "environment", "sequence", name="baselines_in_sequence"),
    )
    op.create_index("baselines_by_experiment", "baselines", ["experiment_id"])
    op.create_table(
        "judgements",
        sa.Column("id", sa.Integer, primary_key=True),
        _of_experiment(nullable=False),
        sa.Column("gate", sa.Text, nullable=False),
        sa.Column("baseline_id", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("created", sa.Text, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
    )
    op.create_index("judgements_by_experiment", "judgements", ["experiment_id", "id"])


def _of_experiment(**options: Any) -> sa.Column[str]:
    return sa.Column("experiment_id", sa.Text, sa.ForeignKey("experiments.id", ondelete="CASCADE"), **options)
