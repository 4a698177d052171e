"""Write a project's first `.evaligo/` folder, which runs as it is."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from evaligo.errors import UnavailableError, UsageError
from evaligo.settings.project import FOLDER

__all__ = ["init_project"]

_NAMED = {"gitignore": ".gitignore"}
"""Names that tools would heed inside of this package."""


def init_project(root: Path, *, github: bool = False, force: bool = False) -> tuple[Path, ...]:
    """Write the starting files of a project.

    Parameters
    ----------
    root : Path
        The repository's folder.
    github : bool
        Write two GitHub workflows as well.
    force : bool
        Replace files that are there.

    Returns
    -------
    tuple of Path
        What was written, relative to `root`.

    Raises
    ------
    UsageError
        A file is there already; nothing is written then.
    UnavailableError
        The folder cannot be written.
    """
    starter = files("evaligo.app") / "starter"
    plan = dict(_below(starter / "evaligo", Path(FOLDER)))
    if github:
        plan |= dict(_below(starter / "github", Path(".github", "workflows")))
    there = [path for path in plan if (root / path).exists()]
    if there and not force:
        raise UsageError(f"{there[0]} is there already", hint="keep it, or replace the files with --force")
    for path, source in plan.items():
        _write(root / path, source.read_bytes())
    return tuple(plan)


def _below(folder: Traversable, to: Path) -> Iterator[tuple[Path, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _below(entry, to / entry.name)
        elif entry.is_file():
            yield to / _NAMED.get(entry.name, entry.name), entry


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise UnavailableError(
            f"{path}: {error.strerror or error}", hint="check the folder's rights"
        ) from error
