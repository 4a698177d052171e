"""Where a job runs: its pull request, and its page, as the CI's environment variables say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evaligo.notify.pull_request import pull_request

__all__ = ["run_url", "whereabouts"]

_RUN_URLS = (
    "CI_PIPELINE_URL", "BUILD_URL", "CIRCLE_BUILD_URL", "BUILDKITE_BUILD_URL", "TRAVIS_BUILD_WEB_URL",
)  # fmt: skip


def whereabouts(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the pull request and the job's page; what is not known is empty.

    Examples
    --------
    >>> whereabouts({"GITHUB_REPOSITORY": "acme/bot", "GITHUB_RUN_ID": "7"})
    {'pr': {}, 'run': 'https://github.com/acme/bot/actions/runs/7'}
    """
    return {"pr": pull_request(environment), "run": run_url(environment)}


def run_url(environment: Mapping[str, str]) -> str:
    """Return the address of the CI's job or pipeline; empty outside of one."""
    repository, run = environment.get("GITHUB_REPOSITORY", ""), environment.get("GITHUB_RUN_ID", "")
    if repository and run:
        server = environment.get("GITHUB_SERVER_URL", "https://github.com")
        return f"{server}/{repository}/actions/runs/{run}"
    return next((environment[name] for name in _RUN_URLS if environment.get(name)), "")
