"""`evaligo dataset`: the items that experiments ask."""

from __future__ import annotations

from evaligo.cli.lazy import LazyGroup

__all__ = ["command"]

command = LazyGroup(
    "dataset",
    summaries={
        "list": "List the project's datasets.",
        "show": "Show a dataset: its items, its fields, its identity.",
        "diff": "Tell what two datasets have in common, item by item.",
        "import": "Bring items of any shape into .evaligo/datasets/.",
    },
    purpose="Look after the items that experiments ask.",
    package="evaligo.cli.dataset",
)
