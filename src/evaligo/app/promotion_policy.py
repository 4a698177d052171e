"""`.evaligo/baselines.yaml`: what an environment asks of an experiment before it is held to it, and for how long."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from evaligo.errors import UsageError
from evaligo.settings.amounts import parse_amount, parse_duration, parse_share
from evaligo.settings.document import read_document
from evaligo.settings.project import Project, shown_path
from evaligo.settings.shape import Shape, shaped

__all__ = ["BaselinePolicy", "RatchetPolicy", "load_policies", "policies_file", "policy_of"]

_HIGHEST = 1.0 - 1e-9


class RatchetPolicy(Shape, frozen=True):
    """The keys of `ratchet:`: how far back a candidate is held, and by what margin."""

    margin: str | float
    window: str = "90d"
    n: Annotated[int, msgspec.Meta(ge=1)] = 10
    metric: str | None = None
    confidence: str | float = "95%"

    def __post_init__(self) -> None:
        _size("margin", self.margin)
        _duration("window", self.window)
        _confidence(self.confidence)

    @property
    def window_seconds(self) -> float:
        """The window in seconds."""
        return parse_duration(self.window)

    @property
    def level(self) -> float:
        """The confidence level as a share."""
        return parse_share(self.confidence)


class BaselinePolicy(Shape, frozen=True):
    """The keys of an environment; the defaults are those of an environment that the file does not name."""

    metric: str | None = None
    min_improvement: str | float | None = None
    confidence: str | float | None = None
    min_uptime: str | None = None
    all_gates: bool = True
    sustained: Annotated[int, msgspec.Meta(ge=1)] = 1
    same_dataset: bool = True
    max_age: str | None = None
    on_stale: Literal["warn", "block"] = "warn"
    ratchet: RatchetPolicy | None = None

    def __post_init__(self) -> None:
        if self.min_improvement is not None:
            _size("min_improvement", self.min_improvement)
        if self.confidence is not None:
            _confidence(self.confidence)
        for key in ("min_uptime", "max_age"):
            if (written := getattr(self, key)) is not None:
                _duration(key, written)

    @property
    def level(self) -> float | None:
        """The confidence as a share."""
        return None if self.confidence is None else parse_share(self.confidence)

    @property
    def max_age_seconds(self) -> float | None:
        """How old a baseline may be, in seconds."""
        return None if self.max_age is None else parse_duration(self.max_age)

    @property
    def min_uptime_hours(self) -> float | None:
        """How long a candidate must have served, in hours."""
        return None if self.min_uptime is None else parse_duration(self.min_uptime) / 3600.0


class _FileKeys(Shape, frozen=True):
    """The keys of the file."""

    environments: dict[str, BaselinePolicy]


def policies_file(project: Project) -> Path:
    """Return where a project keeps its policies."""
    return project.folder / "baselines.yaml"


def load_policies(project: Project) -> dict[str, BaselinePolicy]:
    """Read the policies of a project's environments; none where there is no file.

    Raises
    ------
    DataError
        An unknown, misspelt or missing key, or a value that its key does not take; with file and line.
    UnavailableError
        The file cannot be read.
    """
    path = policies_file(project)
    if not path.exists():
        return {}
    return shaped(read_document(path, source=shown_path(path)), _FileKeys).environments


def policy_of(project: Project, environment: str) -> BaselinePolicy:
    """Return an environment's policy: the default one where the file does not name it.

    Raises
    ------
    DataError, UnavailableError
        As in `load_policies`.
    """
    return load_policies(project).get(environment) or BaselinePolicy()


def _size(key: str, written: str | float) -> None:
    try:
        amount = parse_amount(written)
    except UsageError as error:
        raise ValueError(f"{key}: {error}") from error
    if amount.value < 0.0:
        raise ValueError(f"{key} is {written}; write it as a size, from 0 on")


def _duration(key: str, written: str) -> None:
    try:
        seconds = parse_duration(written)
    except UsageError as error:
        raise ValueError(f"{key}: {error}") from error
    if seconds <= 0.0:
        raise ValueError(f"{key} is {written}; write a duration above 0, such as 72h or 90d")


def _confidence(written: str | float) -> None:
    try:
        level = parse_share(written)
    except UsageError as error:
        raise ValueError(f"confidence: {error}") from error
    if not 0.5 < level <= _HIGHEST:
        raise ValueError(f"the confidence is {written}; give one above 50 % and below 100 %, such as 95%")
