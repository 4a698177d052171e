"""`evaligo experiment`: run experiments, and look at them."""

from __future__ import annotations

from evaligo.cli.lazy import LazyGroup

__all__ = ["command"]

command = LazyGroup(
    "experiment",
    summaries={
        "run": "Run a configuration on a dataset, and judge it by its gate.",
        "resume": "Take up an interrupted experiment where it stopped.",
        "list": "List experiments, newest first.",
        "show": "Show one experiment.",
        "compare": "Compare two experiments, metric by metric and item by item.",
        "push": "Send what waits here to the server of EVALIGO_URL.",
        "export": "Write an experiment's results to a file.",
        "delete": "Delete an experiment and its results.",
    },
    purpose="Run experiments, and look at them.",
    package="evaligo.cli.experiment",
)
