"""An experiment's configuration file: `.evaligo/NAME.yaml`."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec

from evaligo.settings.amounts import parse_timeout
from evaligo.settings.document import Document, read_document
from evaligo.settings.project import shown_path
from evaligo.settings.secrets import Redactor, resolve
from evaligo.settings.shape import Shape, shaped

__all__ = ["Config", "JudgeKeys", "LimitKeys", "LoadedConfig", "PriceKeys", "load_config", "read_config"]

Count = Annotated[int, msgspec.Meta(ge=1)]
Epochs = Annotated[int, msgspec.Meta(ge=1, le=10_000)]
Money = Annotated[float, msgspec.Meta(gt=0.0)]
Rate = Annotated[float, msgspec.Meta(ge=0.0)]


class PriceKeys(Shape, frozen=True):
    """US dollars per million tokens, where genai-prices does not know the model."""

    input_per_mtok: Rate
    output_per_mtok: Rate


class LimitKeys(Shape, frozen=True):
    """What a run may use."""

    concurrency: Count = 32
    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None
    max_cost_usd: Money | None = None
    timeout: str | float = "60s"
    """Of one call."""
    retries: Annotated[int, msgspec.Meta(ge=0, le=20)] = 5

    def __post_init__(self) -> None:
        parse_timeout(self.timeout)


class JudgeKeys(Shape, frozen=True):
    """The model that evaluators ask; any endpoint that speaks OpenAI's chat completions."""

    base_url: str
    model: str
    api_key: str = ""
    temperature: float | None = 0.0
    timeout: str | float = "60s"
    concurrency: Count = 16
    price: PriceKeys | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        parse_timeout(self.timeout)


class Config(Shape, frozen=True):
    """The keys of an experiment's file.

    `target`, and the entries of `evaluators`, take the keys of the part that they name.
    """

    name: str
    target: dict[str, Any]
    judge: JudgeKeys | None = None
    evaluators: tuple[str | dict[str, Any], ...] = ()
    gate: str | None = None
    dataset: str | None = None
    baseline: str | None = None
    cluster: str | None = None
    epochs: Epochs = 1
    seed: Annotated[int, msgspec.Meta(ge=0)] = 0
    limits: LimitKeys = LimitKeys()
    cache: bool | None = None
    canaries: str | None = None
    """A file of frozen outputs that the judge scores anew in each run."""
    human_labels: str | None = None
    """A file of items that people scored, by which the judge's scores are corrected."""
    tags: dict[str, str] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("the name is empty; give the experiment one")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedConfig:
    """A configuration, checked, with what is needed to run and to keep it.

    Parameters
    ----------
    path : Path
    document : Document
        As written, for lines of errors and for keeping.
    keys : Config
        With references resolved; never kept.
    data : mapping
        What `keys` was made of, references resolved; never kept.
    redactor : Redactor
    """

    path: Path
    document: Document
    keys: Config
    data: Mapping[str, Any]
    redactor: Redactor

    @property
    def sha256(self) -> str:
        """Of the keys and values as written, whatever their order."""
        return hashlib.sha256(msgspec.json.encode(self.document.data, order="deterministic")).hexdigest()


def load_config(path: Path, environment: Mapping[str, str] | None = None) -> LoadedConfig:
    """Read an experiment's file.

    Parameters
    ----------
    path : Path
    environment : mapping of str to str, optional
        What references are resolved from; the process's own where left out.

    Raises
    ------
    DataError
        An unknown, misspelt or missing key, or a value of another kind; with file and line.
    UsageError
        A secret that is not set.
    UnavailableError
        The file cannot be read.
    """
    return read_config(read_document(path, source=shown_path(path)), path, environment)


def read_config(document: Document, path: Path, environment: Mapping[str, str] | None = None) -> LoadedConfig:
    """Check a configuration that was read before, as `resume` finds it in the store.

    Parameters
    ----------
    document : Document
    path : Path
        Where its file is, or was: files that it names are looked up beside it.
    environment : mapping of str to str, optional

    Raises
    ------
    DataError, UsageError
        As in `load_config`.
    """
    resolved = resolve(document.data, os.environ if environment is None else environment, document.place)
    keys = shaped(document, Config, data=resolved.data)
    return LoadedConfig(
        path=path, document=document, keys=keys, data=resolved.data, redactor=resolved.redactor
    )
