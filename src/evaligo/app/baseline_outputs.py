"""The baseline's answers, for evaluators that compare with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from evaligo.store.experiments import ExperimentStore

__all__ = ["BaselineOutputs"]


class BaselineOutputs(Mapping[str, str]):
    """The first epoch's answer to each item, read from the store when the first is asked for.

    Parameters
    ----------
    store : ExperimentStore
    experiment_id : str
        Of the baseline.
    """

    def __init__(self, store: ExperimentStore, experiment_id: str) -> None:
        self._store, self._id = store, experiment_id

    def __getitem__(self, item_id: str) -> str:
        return self._outputs[item_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._outputs)

    def __len__(self) -> int:
        return len(self._outputs)

    @cached_property
    def _outputs(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for result in self._store.results(self._id):
            if result.output is not None:
                found.setdefault(result.item.id, result.output.text)
        return found
