"""From a command line to the options of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from evaligo.app.experiment_head import options_again
from evaligo.records import Experiment
from evaligo.records.options import RunOptions

__all__ = ["options_of", "resumed_options"]

_SAME = (
    "dataset", "baseline", "gate", "name", "epochs", "limit", "sample", "seed", "max_cost", "timeout", "use_cache",
    "early_stop", "fail_on_regression", "require_baseline", "on_inconclusive",
)  # fmt: skip


def options_of(given: Mapping[str, Any]) -> RunOptions:
    """Return the options that a command was given; those that it does not have are left out.

    Examples
    --------
    >>> options_of({"epochs": 2, "parallel": 4, "tags": (("team", "a"),)}).concurrency
    4
    """
    said = {name: given[name] for name in _SAME if name in given}
    return RunOptions(**said, concurrency=given.get("parallel"), tags=dict(given.get("tags") or ()))


def resumed_options(experiment: Experiment, given: Mapping[str, Any]) -> RunOptions:
    """Return the options that an experiment began with, but for those of the new session."""
    before = options_again(experiment)
    return replace(
        before,
        timeout=given.get("timeout"),
        max_cost=given.get("max_cost") or before.max_cost,
        concurrency=given.get("parallel") or before.concurrency,
        fail_on_regression=given.get("fail_on_regression") or before.fail_on_regression,
        require_baseline=given.get("require_baseline") or before.require_baseline,
        on_inconclusive=given.get("on_inconclusive") or before.on_inconclusive,
    )
