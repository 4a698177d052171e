"""Where in the repository's history this run stands, and on what machine it runs."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from evaligo.records import Revision
from evaligo.version import __version__

__all__ = ["find_revision", "machine"]

_COMMITS = ("GITHUB_SHA", "CI_COMMIT_SHA", "BUILDKITE_COMMIT", "CIRCLE_SHA1", "BITBUCKET_COMMIT", "GIT_COMMIT", "BUILD_SOURCEVERSION")  # fmt: skip
_BRANCHES = ("GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_REF_NAME", "BUILDKITE_BRANCH", "CIRCLE_BRANCH", "BITBUCKET_BRANCH", "GIT_BRANCH", "BUILD_SOURCEBRANCHNAME")  # fmt: skip
_PATIENCE = 10.0


def find_revision(root: Path, environment: Mapping[str, str] | None = None) -> Revision:
    """Ask git, and what CI services say where git knows less; a checkout that is no repository has no revision.

    Parameters
    ----------
    root : Path
        The project's folder.
    environment : mapping of str to str, optional
        The process's own where left out.
    """
    said = os.environ if environment is None else environment
    commit = _git(root, "rev-parse", "HEAD") or _first(said, _COMMITS)
    # A CI's checkout is a detached head; it tells the branch in a variable.
    branch = _first(said, _BRANCHES) or _git(root, "symbolic-ref", "--short", "--quiet", "HEAD")
    changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    return Revision(commit=commit, branch=branch, dirty=bool(changed))


def machine() -> dict[str, str]:
    """Tell what moves latencies, and sometimes scores, without being the change under test."""
    return {
        "evaligo": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cpus": str(os.cpu_count() or ""),
    }


def _first(said: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((said[name] for name in names if said.get(name)), "")


def _git(root: Path, *arguments: str) -> str:
    if shutil.which("git") is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603  (git itself, with arguments of ours)
            ["git", "-C", str(root), *arguments],  # noqa: S607
            capture_output=True,
            check=False,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if done.returncode else done.stdout.decode(errors="replace").strip()
