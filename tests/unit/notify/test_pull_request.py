"""The pull request, as each CI names it."""

import json
from pathlib import Path

import pytest

from evaligo.notify.pull_request import pull_request


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, {}),
        ({"GITHUB_REPOSITORY": "acme/bot", "GITHUB_REF": "refs/heads/main"}, {}),
        (
            {"GITHUB_REPOSITORY": "acme/bot", "GITHUB_REF": "refs/pull/7/merge", "GITHUB_SERVER_URL": "https://ghe.example"},
            {"number": 7, "url": "https://ghe.example/acme/bot/pull/7", "repository": "acme/bot"},
        ),
        (
            {"CI_MERGE_REQUEST_IID": "7", "CI_MERGE_REQUEST_PROJECT_URL": "https://gl.example/a/b", "CI_MERGE_REQUEST_TITLE": "T", "CI_MERGE_REQUEST_PROJECT_PATH": "a/b"},
            {"number": 7, "url": "https://gl.example/a/b/-/merge_requests/7", "title": "T", "repository": "a/b"},
        ),
        (
            {"BITBUCKET_PR_ID": "7", "BITBUCKET_GIT_HTTP_ORIGIN": "http://bitbucket.org/a/b", "BITBUCKET_REPO_FULL_NAME": "a/b"},
            {"number": 7, "url": "https://bitbucket.org/a/b/pull-requests/7", "repository": "a/b"},
        ),
        (
            {"SYSTEM_PULLREQUEST_PULLREQUESTID": "7", "BUILD_REPOSITORY_URI": "https://me@dev.azure.com/o/p/_git/r", "BUILD_REPOSITORY_NAME": "r"},
            {"number": 7, "url": "https://dev.azure.com/o/p/_git/r/pullrequest/7", "repository": "r"},
        ),
        (
            {"SYSTEM_PULLREQUEST_PULLREQUESTNUMBER": "7", "BUILD_REPOSITORY_URI": "https://github.com/a/b.git"},
            {"number": 7, "url": "https://github.com/a/b/pull/7", "repository": "a/b"},
        ),
        ({"CHANGE_ID": "7", "CHANGE_URL": "https://x.example/7"}, {"number": 7, "url": "https://x.example/7"}),
        (
            {"CIRCLE_PULL_REQUEST": "https://github.com/a/b/pull/7", "CIRCLE_PROJECT_USERNAME": "a", "CIRCLE_PROJECT_REPONAME": "b"},
            {"number": 7, "url": "https://github.com/a/b/pull/7", "repository": "a/b"},
        ),
        ({"BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_REPO": "git@github.com:a/b.git"}, {}),
        (
            {"BUILDKITE_PULL_REQUEST": "7", "BUILDKITE_REPO": "git@github.com:a/b.git"},
            {"number": 7, "url": "https://github.com/a/b/pull/7", "repository": "a/b"},
        ),
        ({"BUILDKITE_PULL_REQUEST": "7", "BUILDKITE_REPO": "git@gl.example:a/b.git"}, {"number": 7, "repository": "a/b"}),
        (
            {"TRAVIS_PULL_REQUEST": "7", "TRAVIS_REPO_SLUG": "a/b"},
            {"number": 7, "url": "https://github.com/a/b/pull/7", "repository": "a/b"},
        ),
    ],
)  # fmt: skip
def test_the_environment_says_where_it_is(environment: dict[str, str], found: dict[str, object]) -> None:
    assert pull_request(environment) == found


@pytest.mark.parametrize(
    ("event", "number"),
    [
        ({"pull_request": {"number": 7, "title": "T"}}, 7),
        ({"issue": {"number": 7, "title": "T", "pull_request": {}}}, 7),
        ({"issue": {"number": 7, "title": "T"}}, None),
        ([], None),
    ],
)
def test_github_names_some_only_in_the_event(tmp_path: Path, event: object, number: int | None) -> None:
    path = tmp_path / "event.json"
    path.write_text(json.dumps(event))
    found = pull_request(
        {"GITHUB_REPOSITORY": "a/b", "GITHUB_REF": "refs/heads/main", "GITHUB_EVENT_PATH": str(path)}
    )
    assert (found.get("number"), found.get("title")) == ((number, "T") if number else (None, None))


def test_an_event_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    assert pull_request({"GITHUB_REPOSITORY": "a/b", "GITHUB_EVENT_PATH": str(tmp_path)}) == {}
