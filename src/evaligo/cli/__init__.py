"""The commands `evaligo` and `evalsig`: they parse, call a use case, print, and exit.

One file a command; a command is imported when it is called, so that `--help` and a mistyped option answer at once.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import click

from evaligo.cli.lazy import LazyGroup, ReaderGoneError
from evaligo.errors import EvaligoError, UnavailableError, UsageError, missing_extra

__all__ = ["evaligo", "evalsig"]

INTERNAL_ERROR = 70
INTERRUPTED = 75
_BROKEN_PIPE = 141

GATE_COMMANDS = {
    "gate": "Judge a candidate run against a baseline: ALLOW, REJECT or INCONCLUSIVE.",
    "compare": "Compare two runs on one or many metrics.",
    "doctor": "Check result files, and say what to do about what is wrong.",
    "mde": "Plan: how many items find how small an effect.",
    "watch": "Judge two runs while they are still being written, and stop early.",
    "history": "List recorded decisions.",
    "verify": "Check that no recorded decision was edited, dropped or reordered.",
    "convert": "Write any result file as RunFrame JSON.",
    "version": "Print the version.",
}
"""The release gate's commands; each is a file of this room."""


EXPERIMENT_COMMANDS = {
    "init": "Write a working .evaligo/ folder.",
    "experiment": "Run experiments, and look at them: run, resume, list, show, compare, export, delete.",
    "dataset": "List, show, compare and import datasets.",
    "gates": "List, check and try quality gates.",
    "baselines": "Say what each environment is held to.",
    "deployments": "Say which version went where, and whether the next may.",
    "audit": "Export and check the audit chain: who did what.",
    "attest": "Sign what was measured, and check what others signed.",
    "keys": "Say who may do what on a server.",
    "db": "Look after a database: upgrade, check, backup, restore, copy.",
    "notifications": "Say who is told of what, and see to what was not told.",
    "worker": "Deliver notifications: timers, escalations, digests.",
    "server": "Serve the HTTP API to many clients.",
}
"""What is about experiments; each is a file, or a package of its own commands."""


EVALIGO = LazyGroup(
    "evaligo",
    summaries={**EXPERIMENT_COMMANDS, **GATE_COMMANDS},
    purpose="CI/CD for LLM experiments, with a release gate that can be defended statistically.",
)
EVALSIG = LazyGroup(
    "evalsig",
    summaries=GATE_COMMANDS,
    purpose="The release gate: two eval runs in, a defensible verdict out.",
)


def evaligo() -> NoReturn:
    """Run the command `evaligo`."""
    run(EVALIGO)


def evalsig() -> NoReturn:
    """Run the command `evalsig`."""
    run(EVALSIG)


def run(group: click.Group, args: list[str] | None = None) -> NoReturn:
    """Call a command and exit with its code; every error becomes one sentence on standard error."""
    # A command lives for seconds and leaves no cycles worth collecting; without the collector, reading is 15 % faster.
    gc.disable()
    with _terminated_as_interrupted():
        began = time.time_ns() // 1000
        _caused()  # what an earlier command of this process left is not this one's
        code = _exit_code(group, args)
        _deliver(began)
    sys.exit(code)


def _caused() -> bool:
    """Tell whether there is something new to tell people; without the outbox there is not."""
    outbox = sys.modules.get("evaligo.store.outbox")
    return outbox is not None and outbox.take_caused()


def _deliver(began: int) -> None:
    """Tell people what the command caused, if it caused anything; that changes no exit code."""
    if not _caused():
        return
    from evaligo.app.notify_exit import deliver_before_exit

    try:
        deliver_before_exit(began, lambda sentence: click.echo(f"warning: {sentence}", err=True))
    except KeyboardInterrupt:
        click.echo("interrupted; what was not delivered waits: evaligo notifications retry", err=True)
    except Exception as error:  # noqa: BLE001  (the command is done, and its exit code stands)
        click.echo(f"warning: nobody was told: {type(error).__name__}: {error}", err=True)


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Treat SIGTERM, which a cancelled CI job and `timeout` send, as Ctrl-C: clean up, and exit with 75."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _exit_code(group: click.Group, args: list[str] | None) -> int:
    try:
        code = group.main(args=args, prog_name=group.name, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return UsageError.exit_code
    except EvaligoError as error:
        click.echo(f"error: {error}", err=True)
        return error.exit_code
    except Exception as error:  # noqa: BLE001  (the last resort: a sentence and an exit code, never a bare traceback)
        return _unforeseen(error)
    except KeyboardInterrupt:
        return _unforeseen(click.Abort())
    return code if isinstance(code, int) else 0


def _unforeseen(error: Exception) -> int:
    if isinstance(error, click.Abort):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    if isinstance(error, ReaderGoneError):
        _silence_stdout()
        return _BROKEN_PIPE
    if isinstance(error, ModuleNotFoundError) and (extra := missing_extra(error)):
        click.echo(f"error: {extra}", err=True)
        return extra.exit_code
    if isinstance(error, OSError):
        _silence_stdout()
        click.echo(f"error: {error.strerror or error}; check the disk, and where the output goes", err=True)
        return UnavailableError.exit_code
    return _internal(error)


def _silence_stdout() -> None:
    """Say no more, not even at exit, where Python would flush what could not be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _internal(error: Exception) -> int:
    if os.environ.get("EVALIGO_DEBUG"):
        traceback.print_exc()
    else:
        click.echo(
            f"internal error: {type(error).__name__}: {error}; set EVALIGO_DEBUG=1 to see where, and please report it",
            err=True,
        )
    return INTERNAL_ERROR
