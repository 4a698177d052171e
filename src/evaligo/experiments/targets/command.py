"""A command: the item's JSON on its standard input, the answer on its standard output; no shell in between."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec

from evaligo.experiments.contract import PermanentFailureError, Price, Setting, TransientFailureError
from evaligo.experiments.targets.answers import item_as_json, output_of
from evaligo.experiments.templates import Template, shown_values
from evaligo.records import Item, Output
from evaligo.settings.amounts import parse_timeout
from evaligo.settings.secrets import Redactor
from evaligo.settings.shape import Shape

__all__ = ["CommandTarget"]

_LARGEST = 8_000_000
_LARGEST_ERROR = 64_000
_TRY_LATER = os.EX_TEMPFAIL if hasattr(os, "EX_TEMPFAIL") else 75
"""The exit code of ``sysexits.h`` for "come again"."""


class CommandTarget(Shape, frozen=True, dict=True):
    """The keys of a target of type `command`."""

    command: str | tuple[str, ...]
    """Words, or a text that is split into words as a shell does; a placeholder stays inside of its word."""
    timeout: str | float | None = None
    """Of one run; the limit of `limits` where left out."""

    def __post_init__(self) -> None:
        if not self._words or not self._words[0].strip():
            raise ValueError("the command is empty")
        if "{{" in self._words[0]:
            raise ValueError("a placeholder stands for the program; items may not choose what is run")
        for word in self._words:
            Template.of(word)
        if self.timeout is not None:
            parse_timeout(self.timeout)

    def prepare(self, setting: Setting) -> None:
        """Remember where commands run: in the project's root."""
        self.__dict__["_root"] = setting.root
        self.__dict__["_redactor"] = setting.redactor

    async def open(self, setting: Setting) -> None:
        """Take nothing: each call starts its process."""
        self.prepare(setting)

    async def aclose(self) -> None:
        """Let go of nothing: each call ends its process."""

    async def call(self, item: Item, epoch: int) -> Output:
        """Answer one item, in one attempt.

        Raises
        ------
        TransientFailureError
            The command took too long, or ended with 75.
        PermanentFailureError
            It cannot be started, or ended with another code.
        """
        values = shown_values(item)
        argv = [template.render(values) for template in self._argv]
        given = msgspec.json.encode(item_as_json(item, epoch)) + b"\n"
        started = perf_counter()
        process = await self._started(argv)
        try:
            async with asyncio.timeout(None if self.timeout is None else parse_timeout(self.timeout)):
                out, err = await _communicate(process, given)
                code = await process.wait()
        except TimeoutError as error:
            raise TransientFailureError(
                f"{self._name} took longer than {self.timeout} and was ended", crowded=True
            ) from error
        finally:
            await _end(process)
        if code != 0:
            raise self._failed(code, err)
        return output_of(_answer(out), latency=perf_counter() - started, source=self._name)

    def request(self, item: Item, epoch: int) -> Any:
        """Return what the answer is known to depend on: the words and the item."""
        return {"type": "command", **self.fingerprint, **item_as_json(item, epoch)}

    def most_tokens(self, item: Item) -> None:
        """Nobody can tell how many tokens a command uses."""

    @property
    def price(self) -> Price | None:
        """A command tells its cost itself, where it does."""
        return None

    @property
    def fingerprint(self) -> Mapping[str, str]:
        """The command as it is written, without secrets."""
        return {"command": self._redactor.clean(shlex.join(self._words))}

    @cached_property
    def _words(self) -> tuple[str, ...]:
        return tuple(shlex.split(self.command)) if isinstance(self.command, str) else self.command

    @cached_property
    def _argv(self) -> tuple[Template, ...]:
        return tuple(Template.of(word) for word in self._words)

    @cached_property
    def _root(self) -> Path:
        return Path()

    @cached_property
    def _redactor(self) -> Redactor:
        return Redactor()

    @property
    def _name(self) -> str:
        return Path(self._words[0]).name

    async def _started(self, argv: list[str]) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        try:
            return await asyncio.create_subprocess_exec(
                *argv, stdin=pipe, stdout=pipe, stderr=pipe, cwd=self._root, start_new_session=True
            )
        except (FileNotFoundError, PermissionError) as error:
            why = (error.strerror or "it cannot be run").lower()
            raise PermanentFailureError(f"{self._name} cannot be run: {why}", stops_run=True) from error
        except (OSError, ValueError) as error:  # too long for an argument, or with a zero byte inside
            raise PermanentFailureError(f"{self._name} cannot be run with this item: {error}") from error

    def _failed(self, code: int, err: bytes) -> Exception:
        lines = self._redactor.clean(err.decode(errors="replace")).strip().splitlines()
        how = f"was ended by signal {-code}" if code < 0 else f"ended with {code}"
        sentence = f"{self._name} {how}{f': {lines[-1].strip()[:300]}' if lines else ''}"
        return TransientFailureError(sentence) if code == _TRY_LATER else PermanentFailureError(sentence)


async def _communicate(process: asyncio.subprocess.Process, given: bytes) -> tuple[bytes, bytes]:
    """Feed and drain at once, so that neither side waits for the other."""
    assert process.stdin is not None  # noqa: S101  (pipes were asked for)
    assert process.stdout is not None  # noqa: S101
    assert process.stderr is not None  # noqa: S101
    try:
        async with asyncio.TaskGroup() as group:  # which ends the others where one fails
            group.create_task(_fed(process.stdin, given))
            out = group.create_task(_drained(process.stdout, _LARGEST))
            err = group.create_task(_tail(process.stderr))
    except* PermanentFailureError as failures:
        raise failures.exceptions[0] from None
    return out.result(), err.result()


async def _fed(stream: asyncio.StreamWriter, given: bytes) -> None:
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it need not read what it is given
        stream.write(given)
        await stream.drain()
        stream.close()


async def _drained(stream: asyncio.StreamReader, largest: int) -> bytes:
    read = bytearray()
    while block := await stream.read(65536):
        read += block
        if len(read) > largest:
            raise PermanentFailureError(f"the command writes more than {largest // 1_000_000} MB")
    return bytes(read)


async def _tail(stream: asyncio.StreamReader) -> bytes:
    read = bytearray()
    while block := await stream.read(65536):
        read += block
        del read[:-_LARGEST_ERROR]
    return bytes(read)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the process and whatever it started; those that ended already are gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    # `wait` waits for the pipes' ends too, and a full pipe that nobody reads any more has none; asyncio knows no other way.
    process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001
    await process.wait()


def _answer(out: bytes) -> Any:
    """Read the answer: a JSON object with `output` or `text`, else the text itself without its last line break."""
    text = out.decode(errors="replace")
    if text.lstrip().startswith("{"):
        try:
            data = msgspec.json.decode(out)
        except msgspec.DecodeError:
            return text.removesuffix("\n")
        if isinstance(data, dict) and ({"output", "text"} & data.keys()):
            return data
    return text.removesuffix("\n")
