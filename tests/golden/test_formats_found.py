"""Every file of the test data is found to be what it is, whatever its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaligo.readers import load

DATA = Path(__file__).parents[1] / "data"
FILES = [
    (path, reader)
    for folder, reader in (
        ("inspect", "inspect"),
        ("promptfoo", "promptfoo"),
        ("openai_evals", "openai_evals"),
    )
    for path in sorted((DATA / folder).iterdir())
    if path.suffix != ".py" and path.name != "providers.json"
]


@pytest.mark.parametrize(("path", "reader"), FILES, ids=[path.name for path, _ in FILES])
def test_a_file_is_found_by_its_content(path: Path, reader: str, tmp_path: Path) -> None:
    nameless = tmp_path / "results"
    nameless.symlink_to(path)
    assert load(nameless).info.format == reader
