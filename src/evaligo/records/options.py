"""What a command line says of an experiment beyond its configuration file; kept with it, for `resume`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["RunOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """Options of one run; None leaves the word to the configuration.

    Parameters
    ----------
    dataset, baseline, gate, name : str, optional
    epochs, concurrency, limit, sample, seed : int, optional
    max_cost : float, optional
        US dollars.
    timeout : float, optional
        Seconds of the whole run.
    use_cache : bool, optional
    early_stop, fail_on_regression, require_baseline : bool
    on_inconclusive : {"block", "warn", "allow"}, optional
    tags : mapping of str to str
    """

    dataset: str | None = None
    baseline: str | None = None
    gate: str | None = None
    name: str | None = None
    epochs: int | None = None
    concurrency: int | None = None
    limit: int | None = None
    sample: int | None = None
    seed: int | None = None
    max_cost: float | None = None
    timeout: float | None = None
    use_cache: bool | None = None
    early_stop: bool = False
    fail_on_regression: bool = False
    require_baseline: bool = False
    on_inconclusive: Literal["block", "warn", "allow"] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
