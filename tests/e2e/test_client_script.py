"""The script of baseline updates runs as it stands: embedded, and against a server on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.client_data import deployed
from tests.support.servers import Server

from evaligo import Client

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "update_baseline.py"


@pytest.fixture(params=["embedded", "sqlite", "postgresql"])
def variables(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What a script's environment says of where the data is."""
    (tmp_path / ".evaligo").mkdir()
    if request.param == "embedded":
        yield {}
        return
    database = (
        tmp_path / "server.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    )
    with Server(database) as server:
        yield {"EVALIGO_URL": server.url, "EVALIGO_API_KEY": server.key()}


def test_the_script_promotes_the_deployment_that_is_better_and_stable(
    tmp_path: Path, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Client(variables.get("EVALIGO_URL", ""), variables.get("EVALIGO_API_KEY")) as client:
        made = deployed(client)
        before = client.baselines.get_current("production")
        first = _run(tmp_path, variables)
        assert first.returncode == 0, first.stderr
        assert "NotificationWarning: #ai-team" in first.stderr
        now = client.baselines.get_current("production")
        assert (now.experiment_id, now.name) == (made["v2"].id, "production-baseline-v2")
        assert now.metadata["previous_baseline"] == before.id
        assert now.metadata["improvement_summary"].startswith("accuracy 0.")
        assert now.metadata["deployment_date"].endswith(("Z", "+00:00"))
        assert now.metrics["accuracy"]["n"] == 300
        sent = client.notifications.list().first()
        assert sent is not None
        assert sent.message.startswith("Baseline updated! New production baseline shows ")
        again = _run(tmp_path, variables)
        assert again.returncode == 0, again.stderr
        assert client.baselines.get_current("production").id == now.id
        assert len(client.baselines.history("production")) == 2


def _run(folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("EVALIGO_")}
    return subprocess.run(
        [sys.executable, str(SCRIPT)],
        cwd=folder,
        env={**clean, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
