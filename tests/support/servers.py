"""A real server on loopback, as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from evaligo.app.keys import create_key
from evaligo.records.key import Role
from evaligo.store.experiments import ExperimentStore

__all__ = ["Server"]


@dataclass
class Server:
    """`evaligo server` on a database, for a `with` statement.

    Parameters
    ----------
    database : Path or str
    port : int
        0 for any; that of a server that ended brings it back.
    """

    database: Path | str
    port: int = 0

    def __enter__(self) -> Self:
        command = [
            "server",
            "--port",
            str(self.port),
            "--database",
            str(self.database),
            "--quiet",
            "--rate",
            "0",
        ]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "evaligo", *command],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert "evaligo serves " in said, said
        self.url = said.split()[2].removesuffix("/api/v1")
        self.port = int(self.url.rpartition(":")[2])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def key(self, *, project: str = "default", role: Role = "admin", name: str = "ci") -> str:
        """Make a key of a project."""
        with ExperimentStore.open(self.database, project=project) as store:
            return create_key(store, name, role, who="test")[1]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the server; SIGKILL as a crash would."""
        if self._process.poll() is None:
            self._process.send_signal(how)
        self._process.wait(timeout=30)
        if self._process.stdout is not None:
            self._process.stdout.close()
