from pathlib import Path

import pytest

from evaligo.app.init_project import init_project
from evaligo.app.plan_experiment import plan_experiment, select_items
from evaligo.errors import UnavailableError, UsageError
from evaligo.experiments.config import load_config
from evaligo.gates.quality import load_gates
from evaligo.records.options import RunOptions
from evaligo.settings.project import Project


def test_both_configurations_plan_as_they_are(tmp_path: Path) -> None:
    init_project(tmp_path)
    project = Project(root=tmp_path)
    for name, dataset, n in (
        ("pr-validation", "smoke-tests", 80),
        ("comprehensive", "production-regression-tests", 240),
    ):
        config = load_config(project.folder / f"{name}.yaml", {})
        options = RunOptions(dataset=dataset)
        planned = plan_experiment(project, config, options, select_items(project, config, options))
        assert planned.selection.info.n_items == n
        assert planned.thresholds


def test_the_gates_of_the_documentation_are_among_them(tmp_path: Path) -> None:
    init_project(tmp_path)
    names = [gate.name for gate in load_gates(Project(root=tmp_path).gates)]
    assert {"pr_validation", "deployment_gate"} <= set(names)


def test_nothing_is_replaced_unless_asked(tmp_path: Path) -> None:
    init_project(tmp_path)
    mine = tmp_path / ".evaligo" / "bot.py"
    mine.write_text("# mine")
    with pytest.raises(UsageError, match="is there already"):
        init_project(tmp_path, github=True)
    assert mine.read_text() == "# mine"
    assert not (tmp_path / ".github").exists()
    init_project(tmp_path, force=True)
    assert mine.read_text() != "# mine"


def test_workflows_are_written_where_github_looks(tmp_path: Path) -> None:
    written = init_project(tmp_path, github=True)
    assert Path(".github/workflows/evaligo-pull-request.yml") in written
    assert all((tmp_path / path).is_file() for path in written)


def test_what_runs_leave_behind_is_ignored_by_git(tmp_path: Path) -> None:
    init_project(tmp_path)
    assert "evaligo.db*" in (tmp_path / ".evaligo" / ".gitignore").read_text()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / ".evaligo").write_text("a file")
    with pytest.raises(UnavailableError, match="check the folder"):
        init_project(tmp_path)
