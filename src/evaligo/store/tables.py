"""The tables of the store, the same on SQLite and PostgreSQL.

Values that no query looks into are JSON in text columns, encoded here and nowhere else, so that they read the same on
every database. Text is compared byte by byte everywhere, so that the order of rows, and with it their hash, is one. Large columns stand last in their table: SQLite reads a row only as far as the columns that are asked for.
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
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
)
from sqlalchemy import Text as AnyText

__all__ = [
    "REVISION",
    "api_keys",
    "audit",
    "baselines",
    "deliveries",
    "deployments",
    "documents",
    "events",
    "experiment_metrics",
    "experiment_tags",
    "experiments",
    "idempotency",
    "items",
    "judgements",
    "metadata",
    "response_cache",
    "results",
    "silences",
    "troubles",
]

REVISION = "0003"
"""The newest migration; revisions sort by their text."""

metadata = MetaData()

Text = AnyText().with_variant(AnyText(collation="C"), "postgresql")

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

deployments = Table(
    "deployments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("moment", BigInteger, nullable=False),  # when it was created, in microseconds since 1970
    Column("status", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column(
        "experiment_id", Text, nullable=False
    ),  # no foreign key: what was deployed outlives its experiment
    Column("created", Text, nullable=False),
    Column("updated", Text, nullable=False),
    Column("succeeded", Text),  # when it went live
    Column("ended", Text),  # when it was superseded, failed or rolled back
    Column("who", Text, nullable=False),
    Column("metadata", Text, nullable=False),  # JSON
    Index("deployments_by_moment", "project", "environment", "moment", "id"),
    Index("deployments_by_status", "project", "status", "moment", "id"),
    Index("deployments_in_time", "project", "moment", "id"),
    Index("deployments_by_success", "project", "environment", "succeeded"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),  # SHA-256 of the key, which itself is kept nowhere
    Column("created", Text, nullable=False),
    Column("expires", Text),
    Column("revoked", Text),
    Column("last_used", Text),
    Index("api_keys_by_name", "project", "name"),
)

audit = Table(
    "audit",
    metadata,
    Column("project", Text, primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),  # from 1, without gaps
    Column("time", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("line", Text, nullable=False),  # the entry in its canonical form, hash included
    Index("audit_by_kind", "project", "kind", "sequence"),
)

documents = Table(
    "documents",
    metadata,
    Column("project", Text, primary_key=True),
    Column("kind", Text, primary_key=True),  # dataset, or gates
    Column("name", Text, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("moment", BigInteger, nullable=False),
    Column("n_items", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),  # gzip
    Index("documents_by_moment", "project", "kind", "name", "moment"),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("project", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("moment", BigInteger, nullable=False),
    Column("request", Text, nullable=False),  # SHA-256 of what was asked
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),  # JSON: what was answered
    Index("idempotency_by_moment", "moment"),
)

events = Table(
    "events",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project", Text, nullable=False),
    Column("moment", BigInteger, nullable=False),  # in microseconds since 1970
    Column("name", Text, nullable=False),
    Column("dedup_key", Text, nullable=False),
    Column("routed", Boolean, nullable=False),  # whether the rules have looked at it
    Column("event", Text, nullable=False),  # JSON
    Index("events_by_moment", "project", "moment", "id"),
    Index("events_to_route", "routed", "moment"),
)

troubles = Table(
    "troubles",
    metadata,
    Column("project", Text, primary_key=True),
    Column("dedup_key", Text, primary_key=True),  # of all events of one trouble, its end included
    Column("status", Text, nullable=False),  # open, acknowledged or resolved
    Column("opened", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("last_told", BigInteger),
    Column("n_events", Integer, nullable=False),
    Column("acknowledged_by", Text, nullable=False),
    Column("last_event", Text, nullable=False),
    Index("troubles_by_status", "project", "status", "updated"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project", Text, nullable=False),
    Column("rule", Text, nullable=False),  # empty for a message sent by hand
    Column("target", Text, nullable=False),  # channel, or channel:address
    Column("kind", Text, nullable=False),  # alert, repeat, escalation, resolved, digest or manual
    Column("dedup_key", Text, nullable=False),
    Column("state", Text, nullable=False),  # waiting, sent, dead, suppressed, digest or cancelled
    Column("due", BigInteger, nullable=False),  # the timer: nobody sends it before
    Column("sequence", BigInteger, nullable=False),  # the order of one target's messages
    Column("attempts", Integer, nullable=False),
    Column("leased_by", Text, nullable=False),
    Column("leased_until", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("sent", BigInteger),
    Column(
        "reason", Text, nullable=False
    ),  # why it is dead, suppressed or cancelled; the last error while it waits
    Column("receipt", Text, nullable=False),
    Column("events", Text, nullable=False),  # JSON: ids
    Column("message", Text, nullable=False),  # JSON: what a person wrote, or empty where the rule writes it
    Index("deliveries_due", "state", "due"),
    Index("deliveries_by_moment", "project", "created", "id"),
    Index("deliveries_of_target", "project", "target", "sequence"),
    Index("deliveries_of_trouble", "project", "dedup_key", "state"),
)

silences = Table(
    "silences",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project", Text, nullable=False),
    Column("matcher", Text, nullable=False),  # JSON
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("ends", BigInteger, nullable=False),
    Index("silences_by_end", "project", "ends"),
)
