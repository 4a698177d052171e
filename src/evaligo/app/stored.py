"""Open the project's store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaligo.errors import MissingExtraError
from evaligo.settings.project import Project, find_project

if TYPE_CHECKING:  # sqlalchemy takes 0.3 s to import
    from evaligo.store.experiments import ExperimentStore

__all__ = ["open_store"]


def open_store(project: Project | None = None) -> ExperimentStore:
    """Open the store of a project, for a `with` statement; made where there is none.

    Parameters
    ----------
    project : Project, optional
        Default: that of the current folder.

    Raises
    ------
    UsageError
        There is no `.evaligo/` folder.
    MissingExtraError
        The extra `experiments` is not installed.
    UnavailableError
        The database is locked, cannot be written, or is from a newer version of evaligo.
    DataError
        The file is damaged, or no database of evaligo.
    """
    where = (project or find_project()).database
    try:
        from evaligo.store.experiments import ExperimentStore  # noqa: PLC0415  (sqlalchemy takes 0.3 s to import)
    except ModuleNotFoundError as error:
        raise MissingExtraError("keeping experiments", extra="experiments") from error
    return ExperimentStore.open(where)
