"""Where is the pull request: what the CI's environment variables say of the change under test."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

__all__ = ["pull_request"]

_LARGEST = 5_000_000
_REFERENCE = re.compile(r"refs/pull/(\d+)/")
_NUMBER = re.compile(r"[1-9]\d*")
_REMOTE = re.compile(
    r"(?:https?://(?:[^@/]*@)?|ssh://git@|git@)(?P<host>[^/:]+)[/:](?P<path>.+?)(?:\.git)?/?"
)

Found = dict[str, Any]


def pull_request(environment: Mapping[str, str]) -> Found:
    """Return `number`, `url`, `title` and `repository` of the pull request, those that are known; empty where there is none.

    Parameters
    ----------
    environment : mapping of str to str
        Of GitHub Actions, GitLab CI, Bitbucket Pipelines, Azure Pipelines, Jenkins, CircleCI, Buildkite or Travis CI.

    Examples
    --------
    >>> pull_request({"GITHUB_REPOSITORY": "acme/bot", "GITHUB_REF": "refs/pull/7/merge"})
    {'number': 7, 'url': 'https://github.com/acme/bot/pull/7', 'repository': 'acme/bot'}
    """
    for read in _READERS:
        found = {key: value for key, value in read(environment).items() if value}
        if found.get("number"):
            return found
    return {}


def _github(environment: Mapping[str, str]) -> Found:
    repository = environment.get("GITHUB_REPOSITORY", "")
    reference = _REFERENCE.match(environment.get("GITHUB_REF", ""))
    event = _github_event(environment.get("GITHUB_EVENT_PATH", ""))
    number = int(reference[1]) if reference else event.get("number")
    if not repository or not isinstance(number, int):
        return {}
    server = environment.get("GITHUB_SERVER_URL", "https://github.com")
    return {
        "number": number,
        "url": f"{server}/{repository}/pull/{number}",
        "title": event.get("title", ""),
        "repository": repository,
    }


def _github_event(path: str) -> Found:
    """Read the event that started the workflow: `pull_request_target` and comments name their pull request only there."""
    try:
        file = Path(path)
        data = msgspec.json.decode(file.read_bytes()) if path and file.stat().st_size < _LARGEST else {}
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}
    issue = data.get("issue") if isinstance(data, dict) else None
    commented = issue if isinstance(issue, dict) and "pull_request" in issue else None
    found = (data.get("pull_request") if isinstance(data, dict) else None) or commented
    return found if isinstance(found, dict) else {}


def _gitlab(environment: Mapping[str, str]) -> Found:
    number = _number(environment, "CI_MERGE_REQUEST_IID")
    project = environment.get("CI_MERGE_REQUEST_PROJECT_URL") or environment.get("CI_PROJECT_URL", "")
    return {
        "number": number,
        "url": project and f"{project}/-/merge_requests/{number}",
        "title": environment.get("CI_MERGE_REQUEST_TITLE", ""),
        "repository": environment.get("CI_MERGE_REQUEST_PROJECT_PATH", ""),
    }


def _bitbucket(environment: Mapping[str, str]) -> Found:
    number = _number(environment, "BITBUCKET_PR_ID")
    origin = environment.get("BITBUCKET_GIT_HTTP_ORIGIN", "").replace("http://", "https://", 1)
    return {
        "number": number,
        "url": origin and f"{origin}/pull-requests/{number}",
        "repository": environment.get("BITBUCKET_REPO_FULL_NAME", ""),
    }


def _azure(environment: Mapping[str, str]) -> Found:
    on_github = _number(environment, "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER")
    if on_github:
        return _hosted(environment.get("BUILD_REPOSITORY_URI", ""), on_github)
    number = _number(environment, "SYSTEM_PULLREQUEST_PULLREQUESTID")
    address = re.sub(r"(https?://)[^@/]*@", r"\1", environment.get("BUILD_REPOSITORY_URI", ""))
    return {
        "number": number,
        "url": address and f"{address}/pullrequest/{number}",
        "repository": environment.get("BUILD_REPOSITORY_NAME", ""),
    }


def _jenkins(environment: Mapping[str, str]) -> Found:
    return {
        "number": _number(environment, "CHANGE_ID"),
        "url": environment.get("CHANGE_URL", ""),
        "title": environment.get("CHANGE_TITLE", ""),
    }


def _circle(environment: Mapping[str, str]) -> Found:
    url = environment.get("CIRCLE_PULL_REQUEST", "")
    number = url.rpartition("/")[2]
    owner, name = (environment.get(f"CIRCLE_PROJECT_{part}", "") for part in ("USERNAME", "REPONAME"))
    return {
        "number": int(number) if _NUMBER.fullmatch(number) else None,
        "url": url,
        "repository": f"{owner}/{name}" if owner and name else "",
    }


def _buildkite(environment: Mapping[str, str]) -> Found:
    number = _number(environment, "BUILDKITE_PULL_REQUEST")
    return _hosted(environment.get("BUILDKITE_REPO", ""), number)


def _travis(environment: Mapping[str, str]) -> Found:
    number = _number(environment, "TRAVIS_PULL_REQUEST")
    slug = environment.get("TRAVIS_REPO_SLUG", "")
    return {"number": number, "url": slug and f"https://github.com/{slug}/pull/{number}", "repository": slug}


def _hosted(remote: str, number: int | None) -> Found:
    """Make an address of a repository's; only GitHub's is made this way."""
    match = _REMOTE.fullmatch(remote)
    repository = match["path"] if match else ""
    there = match is not None and match["host"] == "github.com"
    url = f"https://github.com/{repository}/pull/{number}" if there else ""
    return {"number": number, "url": url, "repository": repository}


def _number(environment: Mapping[str, str], name: str) -> int | None:
    text = environment.get(name, "")
    return int(text) if _NUMBER.fullmatch(text) else None


_READERS: tuple[Callable[[Mapping[str, str]], Found], ...] = (
    _github,
    _gitlab,
    _bitbucket,
    _azure,
    _jenkins,
    _circle,
    _buildkite,
    _travis,
)
