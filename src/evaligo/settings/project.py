"""The folder `.evaligo/`: where it is and where its parts are."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from evaligo.errors import UsageError

__all__ = ["FOLDER", "Project", "find_project", "shown_path"]

FOLDER = ".evaligo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A repository with an `.evaligo/` folder.

    Parameters
    ----------
    root : Path
        The folder that holds `.evaligo/`.
    """

    root: Path

    @property
    def folder(self) -> Path:
        """`.evaligo/` itself."""
        return self.root / FOLDER

    @property
    def database(self) -> Path:
        """The embedded store."""
        return self.folder / "evaligo.db"

    @property
    def datasets(self) -> Path:
        """Where datasets are looked up by name."""
        return self.folder / "datasets"

    @property
    def gates(self) -> Path:
        """The quality gates' file."""
        return self.folder / "quality-gates.yaml"

    @property
    def notifications(self) -> Path:
        """The notifications' file."""
        return self.folder / "notifications.yaml"

    @property
    def reports(self) -> Path:
        """Where reports are written."""
        return self.folder / "reports"


def find_project(start: Path | None = None) -> Project:
    """Find the nearest `.evaligo/` from a folder upward, not beyond the git repository's root.

    Raises
    ------
    UsageError
        There is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / FOLDER).is_dir():
            return Project(root=folder)
        if (folder / ".git").exists():
            break
    raise UsageError(f"there is no {FOLDER}/ folder here", hint="make one with: evaligo init")


def shown_path(path: Path) -> str:
    """Name a file as one would type it from here."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
