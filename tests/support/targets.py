"""Make targets as a configuration does, and ask them as the runner does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from evaligo.experiments import targets
from evaligo.experiments.contract import PermanentFailureError, Setting, Target, TransientFailureError
from evaligo.records import Item, Output
from evaligo.registry import find_part
from evaligo.settings.document import Document
from evaligo.settings.secrets import Redactor
from evaligo.settings.shape import shaped

__all__ = ["answer", "answers", "failure", "made", "setting", "using"]

T = TypeVar("T")


def made(kind: str, **keys: Any) -> Target:
    """Make a target of its keys, checked as those of a file are."""
    document = Document(source="a.yaml", data={"target": keys}, lines={("target", name): 3 for name in keys})
    part = find_part("targets", targets.BUILTINS, kind)
    target: Target = shaped(document, part, data=keys, at=("target",))
    return target


def setting(root: Path = Path("/"), secrets: Mapping[str, str] | None = None) -> Setting:
    return Setting(root=root, folder=root, redactor=Redactor(dict(secrets or {})))


def using(target: Target, work: Callable[[Target], Awaitable[T]], where: Setting | None = None) -> T:
    """Open a target, work with it in one loop, and close it."""

    async def run() -> T:
        await target.open(where or setting())
        try:
            return await work(target)
        finally:
            await target.aclose()

    return asyncio.run(run())


def answers(target: Target, *items: Item, where: Setting | None = None, epoch: int = 1) -> list[Output]:
    """Ask for several items at once."""

    async def work(open_target: Target) -> list[Output]:
        return list(await asyncio.gather(*[open_target.call(item, epoch) for item in items]))

    return using(target, work, where)


def answer(target: Target, given: Any = "2+2?", *, where: Setting | None = None, **item: Any) -> Output:
    """Ask for one item."""
    return answers(target, Item(id="a", input=given, **item), where=where)[0]


def failure(
    target: Target, given: Any = "2+2?", *, where: Setting | None = None, **item: Any
) -> TransientFailureError | PermanentFailureError:
    """Ask for one item, and return how that failed."""
    try:
        done = answer(target, given, where=where, **item)
    except (TransientFailureError, PermanentFailureError) as error:
        return error
    raise AssertionError(f"it answered {done!r}")
