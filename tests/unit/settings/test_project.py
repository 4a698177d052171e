from pathlib import Path

import pytest

from evaligo.errors import UsageError
from evaligo.settings.project import find_project


def test_the_nearest_folder_upward_is_the_project(tmp_path: Path) -> None:
    (tmp_path / ".evaligo").mkdir()
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert find_project(inner).root == tmp_path.resolve()


def test_the_search_ends_at_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".evaligo").mkdir()
    inner = tmp_path / "repository"
    (inner / ".git").mkdir(parents=True)
    with pytest.raises(UsageError, match="evaligo init"):
        find_project(inner)
