"""The tables of the store, the same on SQLite and PostgreSQL.

Values that no query looks into are JSON in text columns, encoded here and nowhere else, so that they read the same on
every database. Large columns stand last in their table: SQLite reads a row only as far as the columns that are asked for.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = [
    "REVISION",
    "baselines",
    "experiment_metrics",
    "experiment_tags",
    "experiments",
    "items",
    "judgements",
    "metadata",
    "response_cache",
    "results",
]

REVISION = "0001"
"""The newest migration; revisions sort by their text."""

metadata = MetaData()

experiments = Table(
    "experiments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project", Text, nullable=False),
    Column("moment", BigInteger, nullable=False),  # when it was created, in microseconds since 1970
    Column("name", Text, nullable=False),
    Column("branch", Text, nullable=False),
    Column("commit_sha", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("passed", Boolean),
    Column("verdict", Text, nullable=False),
    Column("updated", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("totals", Text, nullable=False),  # JSON
    Column("head", Text, nullable=False),  # JSON: whatever never changes
    Index("experiments_by_moment", "project", "moment", "id"),
    Index("experiments_by_name", "project", "name", "moment"),
    Index("experiments_by_branch", "project", "branch", "moment"),
    Index("experiments_by_commit", "project", "commit_sha", "moment"),
)

experiment_tags = Table(
    "experiment_tags",
    metadata,
    Column("experiment_id", Text, ForeignKey("experiments.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Index("experiment_tags_by_value", "key", "value", "experiment_id"),
)

items = Table(
    "items",
    metadata,
    Column("content", Text, primary_key=True),  # SHA-256 of what is asked; shared by all experiments
    Column("expected", Text, nullable=False),  # JSON
    Column("input", Text, nullable=False),  # JSON
    Column("context", Text, nullable=False),  # JSON
)

results = Table(
    "results",
    metadata,
    Column("experiment_id", Text, ForeignKey("experiments.id", ondelete="CASCADE"), primary_key=True),
    Column("item_id", Text, primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
    Column("latency", Double),
    Column("input_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("cost", Double),
    Column("scores_cost", Double),
    Column("attempts", Integer, nullable=False),
    Column("cached", Boolean, nullable=False),
    Column("model", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("metadata", Text, nullable=False),  # JSON
    Column("scores", Text, nullable=False),  # JSON: {metric: score}
    Column("output", Text),  # null where the target failed
)

experiment_metrics = Table(
    "experiment_metrics",
    metadata,
    Column("experiment_id", Text, ForeignKey("experiments.id", ondelete="CASCADE"), primary_key=True),
    Column("metric", Text, primary_key=True),
    Column("mean", Double),
    Column("n", Integer, nullable=False),
    Column("absent", Integer, nullable=False),
)

response_cache = Table(
    "response_cache",
    metadata,
    Column("project", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("created", Text, nullable=False),
    Column("output", Text, nullable=False),  # JSON
)

baselines = Table(
    "baselines",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column(
        "sequence", Integer, nullable=False
    ),  # from 1, without gaps: two promotions at once take the same one
    Column("name", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("experiment_id", Text, nullable=False),  # no foreign key: the ledger outlives what it speaks of
    Column("verdict", Text, nullable=False),
    Column("replaced", Text, nullable=False),
    Column("metrics", Text, nullable=False),  # JSON
    Column("metadata", Text, nullable=False),  # JSON
    UniqueConstraint("project", "environment", "sequence", name="baselines_in_sequence"),
    Index("baselines_by_experiment", "experiment_id"),
)

judgements = Table(
    "judgements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("experiment_id", Text, ForeignKey("experiments.id", ondelete="CASCADE"), nullable=False),
    Column("gate", Text, nullable=False),
    Column("baseline_id", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("report", Text, nullable=False),  # JSON
    Index("judgements_by_experiment", "experiment_id", "id"),
)
