"""A Python function, by `module:name`, in this process."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

from evaligo.errors import DataError
from evaligo.experiments.contract import PermanentFailureError, Price, Setting, TransientFailureError
from evaligo.experiments.targets.answers import item_as_json, output_of
from evaligo.records import Item, Output
from evaligo.settings.secrets import Redactor
from evaligo.settings.shape import Shape

__all__ = ["PythonTarget"]


class PythonTarget(Shape, frozen=True, dict=True):
    """The keys of a target of type `python`."""

    function: str
    """``module:name``, looked up from the project's root and beside the configuration; called in a thread where not async."""
    argument: Literal["input", "item"] = "input"
    """What it is called with: the item's input, or the whole item without its expected answer."""

    def __post_init__(self) -> None:
        module, _, name = self.function.partition(":")
        if not all(part.isidentifier() for part in [*module.split("."), *name.split(".")]):
            raise ValueError(f"{self.function!r} names no function; write module:name")

    def prepare(self, setting: Setting) -> None:
        """Import the function.

        Raises
        ------
        DataError
            There is none, or its module cannot be imported.
        """
        self.__dict__["_redactor"] = setting.redactor
        self.__dict__["_found"] = _imported(self.function, (setting.root, setting.folder))

    async def open(self, setting: Setting) -> None:
        """Import the function, where that was not done."""
        if "_found" not in self.__dict__:
            self.prepare(setting)

    async def aclose(self) -> None:
        """Let go of nothing: threads that still run are daemons."""

    async def call(self, item: Item, epoch: int) -> Output:  # noqa: ARG002  (a function knows no epochs)
        """Answer one item, in one attempt.

        Raises
        ------
        TransientFailureError, PermanentFailureError
            What the function raised; other exceptions are permanent.
        """
        given = item.input if self.argument == "input" else replace(item, expected=None)
        started = perf_counter()
        try:
            answer = await self._answer(given)
        except (TransientFailureError, PermanentFailureError):
            raise
        except (Exception, SystemExit) as error:
            said = self._redactor.clean(f"{type(error).__name__}: {error}")
            raise PermanentFailureError(f"{self.function} raised {said}") from error
        return output_of(answer, latency=perf_counter() - started, source=self.function)

    def request(self, item: Item, epoch: int) -> Any:
        """Return everything that the answer is known to depend on: the item, and the source of the function's module."""
        return {"type": "python", **self.fingerprint, **item_as_json(item, epoch)}

    def most_tokens(self, item: Item) -> None:
        """Nobody can tell how many tokens a function uses."""

    @property
    def price(self) -> Price | None:
        """A function tells its cost itself, where it does."""
        return None

    @property
    def fingerprint(self) -> Mapping[str, str]:
        """The function and the source of its module."""
        return {"function": self.function, "source": self._source}

    @cached_property
    def _found(self) -> Callable[[Any], Any]:
        raise RuntimeError("prepare() comes first")

    @cached_property
    def _redactor(self) -> Redactor:
        return Redactor()

    @cached_property
    def _source(self) -> str:
        try:
            file = inspect.getsourcefile(inspect.unwrap(self._found))
        except TypeError:  # a callable object: its class has the source
            file = inspect.getsourcefile(type(self._found))
        return "" if file is None else f"sha256:{hashlib.sha256(Path(file).read_bytes()).hexdigest()[:16]}"

    async def _answer(self, given: Any) -> Any:
        function = self._found
        if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
            getattr(function, "__call__", None)  # noqa: B004  (the method itself is looked at)
        ):
            return await function(given)
        answer = await _in_thread(function, given)
        return await answer if inspect.isawaitable(answer) else answer


async def _in_thread(function: Callable[[Any], Any], given: Any) -> Any:
    """Call a function in a daemon thread of its own: one that hangs neither blocks the others nor the exit."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()

    def tell(result: Any, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is None:
            done.set_result(result)
        else:
            done.set_exception(error)

    def work() -> None:
        result: Any = None
        error: BaseException | None = None
        try:
            result = function(given)
        except StopIteration as stop:  # which no future takes
            error = RuntimeError(f"StopIteration: {stop}")
        except BaseException as raised:  # noqa: BLE001  (handed over to whoever waits)
            error = raised
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell, result, error)

    threading.Thread(target=work, daemon=True).start()
    return await done


def _imported(where: str, folders: tuple[Path, ...]) -> Callable[[Any], Any]:
    module, _, name = where.partition(":")
    for folder in reversed(folders):
        if str(folder.resolve()) not in sys.path:
            sys.path.insert(0, str(folder.resolve()))
    try:
        found: Any = import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except AttributeError as error:
        raise DataError(f"{module} has no {name!r}", hint="check the target's `function`") from error
    except Exception as error:
        raise DataError(
            f"{module} cannot be imported: {type(error).__name__}: {error}",
            hint=f"modules are looked up from {' and '.join(map(str, dict.fromkeys(folders)))}",
        ) from error
    if not callable(found):
        raise DataError(f"{where} is no function", hint="check the target's `function`")
    function: Callable[[Any], Any] = found
    return function
