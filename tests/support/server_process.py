"""`evaligo server` with any options, or another program in its place, for tests that speak HTTP to it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from evaligo.records.key import Role
from evaligo.store.experiments import ExperimentStore

__all__ = ["Served", "key_for", "serving"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Served:
    """A server that runs.

    Parameters
    ----------
    url : str
        Without a path.
    process : Popen
    """

    url: str
    process: subprocess.Popen[str]

    def client(self, secret: str = "") -> httpx.Client:
        """Return a client of the API."""
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        return httpx.Client(base_url=f"{self.url}/api/v1/", headers=headers, timeout=30.0)


def key_for(database: Path | str, role: Role = "admin", name: str = "test") -> str:
    """Make a key in a database, as `evaligo keys create` does."""
    with ExperimentStore.open(database) as store:
        return store.keys.create(name, role, who="test")[1]


@contextmanager
def serving(
    database: Path | str, *options: str, program: Sequence[str] = ("-m", "evaligo")
) -> Iterator[Served]:
    """Run a server on a free port, and end it."""
    command = [sys.executable, *program, "server", "--port", "0", "--database", str(database), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line.startswith("evaligo serves "):
            raise RuntimeError(f"the server did not start: {line}{process.communicate()[1]}")
        yield Served(url=line.split()[2].removesuffix("/api/v1"), process=process)
    finally:
        process.kill()
        process.communicate()
