"""A user's own evaluator: a Python function or class, named `module:name`."""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from evaligo.errors import DataError, UsageError
from evaligo.experiments.contract import Case, Evaluator, Judge, Setting
from evaligo.experiments.evaluators.own_result import scores
from evaligo.records import Metric, Score
from evaligo.records.metric import known_direction
from evaligo.settings.project import FOLDER
from evaligo.settings.shape import Shape

__all__ = ["Own", "OwnEvaluator", "own_evaluator"]

_GIVEN: dict[str, Callable[[Case, Judge | None], Any]] = {
    "output": lambda case, _: case.output.text,
    "expected": lambda case, _: case.item.expected,
    "input": lambda case, _: case.item.input,
    "context": lambda case, _: case.item.context,
    "metadata": lambda case, _: case.item.metadata,
    "item": lambda case, _: case.item,
    "epoch": lambda case, _: case.epoch,
    "case": lambda case, _: case,
    "judge": lambda _, judge: judge,
}
"""What a function gets for a parameter of this name."""


class Own(Shape, frozen=True, kw_only=True):
    """The keys of an entry with `type: module:name`.

    `options` are handed to the function with each call, or to the class when it is made. `metrics` names what a function
    gives that returns several; else it gives `metric`, which is called like the function where it is left out.
    """

    where: ClassVar[str] = ""
    name: str = ""
    metric: str = ""
    metrics: tuple[str, ...] = ()
    bounds: tuple[float, float] | None = (0.0, 1.0)
    higher_is_better: bool | None = None
    version: str = ""
    """By default, the beginning of the SHA-256 of the module's file."""
    options: dict[str, Any] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.metric and self.metrics:
            raise ValueError("give either `metric` or `metrics`")
        if self.bounds is not None and not self.bounds[0] < self.bounds[1]:
            raise ValueError("the bounds are not LOW, HIGH with LOW < HIGH")

    def prepare(self, setting: Setting) -> Evaluator:
        """Import the user's code.

        Raises
        ------
        UsageError
            There is no such module or name, it is nothing that can be called, or takes what it cannot be given.
        DataError
            The module fails while it is imported.
        """
        found = _imported(self.where, setting)
        if inspect.isclass(found):
            found = _made(found, self.options, self.where)
            if isinstance(found, Evaluator):
                return found.prepare(setting)
        return self._wrapped(found)

    def _wrapped(self, found: Any) -> OwnEvaluator:
        call = getattr(found, "evaluate", found)
        if not callable(call):
            raise UsageError(
                f"{self.where} is {type(found).__name__}, which cannot be called",
                hint="name a function or a class",
            )
        options = {} if hasattr(found, "evaluate") or not inspect.isroutine(found) else self.options
        given = _parameters(call, options, self.where)
        name = self.name or self.where.partition(":")[2]
        return OwnEvaluator(
            name=name,
            version=self.version or str(getattr(found, "version", "")) or _version_of(self.where),
            metrics=self._metrics(name, found),
            asks_judge="judge" in given,
            call=call,
            given=given,
            options=options,
        )

    def _metrics(self, name: str, found: Any) -> tuple[Metric, ...]:
        declared = tuple(getattr(found, "metrics", ()))
        if (
            declared
            and all(isinstance(metric, Metric) for metric in declared)
            and not (self.metrics or self.metric)
        ):
            return declared
        names = self.metrics or ((self.metric,) if self.metric else tuple(map(str, declared))) or (name,)
        better = self.higher_is_better
        return tuple(
            Metric(
                name=n, bounds=self.bounds, higher_is_better=known_direction(n) if better is None else better
            )
            for n in names
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEvaluator:
    """A user's function, ready to work.

    Parameters
    ----------
    name, version : str
    metrics : tuple of Metric
    asks_judge : bool
        Whether it has a parameter `judge`.
    call : callable
    given : tuple of str
        The parameters that it gets of the case.
    options : mapping
        Further arguments.
    """

    name: str
    version: str
    metrics: tuple[Metric, ...]
    asks_judge: bool
    call: Callable[..., Any]
    given: tuple[str, ...]
    options: Mapping[str, Any]

    def prepare(self, setting: Setting) -> OwnEvaluator:  # noqa: ARG002  (it is ready)
        """Return itself."""
        return self

    def evaluate(self, case: Case, judge: Judge | None) -> tuple[Score, ...] | Awaitable[tuple[Score, ...]]:
        """Call the user's function; a coroutine where that is one."""
        result = self.call(**{name: _GIVEN[name](case, judge) for name in self.given}, **self.options)
        return self._later(result) if inspect.isawaitable(result) else self._scores(result)

    async def _later(self, result: Awaitable[Any]) -> tuple[Score, ...]:
        return self._scores(await result)

    def _scores(self, result: Any) -> tuple[Score, ...]:
        return scores(result, metrics=self.metrics, evaluator=self.name, version=self.version)


def own_evaluator(kind: str) -> type[Own]:
    """Return the shape of the keys of one own evaluator; nothing is imported yet.

    Raises
    ------
    UsageError
        The name is not of the form `module:name`.

    Examples
    --------
    >>> own_evaluator("checks.tone:polite")(metric="tone").where
    'checks.tone:polite'
    """
    module, _, name = kind.partition(":")
    if not (name.isidentifier() and all(part.isidentifier() for part in module.split("."))):
        raise UsageError(f"{kind!r} names no evaluator", hint="write module:name, such as checks.tone:polite")
    return msgspec.defstruct("Own", [], bases=(Own,), frozen=True, kw_only=True, namespace={"where": kind})  # type: ignore[return-value]  # it is made of Own


def _imported(where: str, setting: Setting) -> Any:
    module_name, _, name = where.partition(":")
    with _importable(setting.root, setting.root / FOLDER):
        try:
            module = import_module(module_name)
        except ModuleNotFoundError as error:
            if error.name and (module_name == error.name or module_name.startswith(f"{error.name}.")):
                raise UsageError(
                    f"there is no module {module_name!r} for the evaluator {where!r}",
                    hint=f"put it into {setting.root} or its {FOLDER}/ folder, or install it",
                ) from error
            raise _fails(where, error) from error
        except Exception as error:
            raise _fails(where, error) from error
    if not hasattr(module, name):
        there = sorted(n for n, value in vars(module).items() if callable(value) and not n.startswith("_"))
        raise UsageError(
            f"the module {module_name!r} has no {name!r}",
            hint=f"it has {', '.join(there) or 'nothing to call'}",
        )
    return getattr(module, name)


def _fails(where: str, error: Exception) -> DataError:
    return DataError(
        f"the module of the evaluator {where!r} fails on import: {type(error).__name__}: {error}",
        hint="mend the module",
    )


@contextmanager
def _importable(*folders: Path) -> Iterator[None]:
    """Put folders first while a module is imported, and last afterwards, for what it imports later."""
    names = [str(folder) for folder in folders]
    kept = [path for path in sys.path if path not in names]
    sys.path[:] = names + kept
    try:
        yield
    finally:
        sys.path[:] = [path for path in sys.path if path not in names] + names


def _made(kind: type[Any], options: Mapping[str, Any], where: str) -> Any:
    try:
        made = kind(**options)
    except Exception as error:
        raise UsageError(
            f"the evaluator {where!r} cannot be made: {type(error).__name__}: {error}",
            hint="check its `options`",
        ) from error
    if not (callable(made) or callable(getattr(made, "evaluate", None))):
        raise UsageError(
            f"the class {where!r} has neither `evaluate` nor `__call__`", hint="give it a method `evaluate`"
        )
    return made


def _parameters(call: Callable[..., Any], options: Mapping[str, Any], where: str) -> tuple[str, ...]:
    """Return the parameters that the case fills."""
    try:
        parameters = inspect.signature(call).parameters.values()
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"the parameters of {where!r} cannot be told", hint="wrap it in a function"
        ) from error
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
    named = [p for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    for p in named:
        if p.kind is p.POSITIONAL_ONLY or (
            p.name not in _GIVEN and p.name not in options and p.default is p.empty
        ):
            raise UsageError(
                f"{where!r} has a parameter {p.name!r}, which nothing fills",
                hint=f"evaligo gives {', '.join(_GIVEN)}; others come from `options`",
            )
    unknown = sorted(set(options) - {p.name for p in named}) if not takes_any else []
    if unknown:
        raise UsageError(f"{where!r} takes no {unknown[0]!r}", hint="check its `options`")
    return tuple(p.name for p in named if p.name in _GIVEN and p.name not in options)


def _version_of(where: str) -> str:
    file = getattr(sys.modules[where.partition(":")[0]], "__file__", None)
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()[:12] if file else "1"
