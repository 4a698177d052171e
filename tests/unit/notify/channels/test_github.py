"""One comment a pull request and event, brought up to date; or a check run."""

import time

import pytest
from tests.support.fake_github import FakeGitHub
from tests.support.messages import a_message, send

from evaligo.notify.channels.contract import PermanentDelivery, Sender, TransientDelivery
from evaligo.notify.channels.github import GitHubChannel
from evaligo.notify.message import Change


def sender(github: FakeGitHub, *, token: str = "ghs_0123456789", **keys: str) -> Sender:
    channel = GitHubChannel(token=token, api_url=github.url, timeout="2s", **keys)  # type: ignore[arg-type]  # what a test says
    return Sender(name="github", channel=channel)


def test_a_comment_is_written_once_and_then_brought_up_to_date() -> None:
    with FakeGitHub() as github:
        for number in range(120):
            github.comment(7, f"a review {number}")
        first = send(sender(github), a_message())
        second = send(sender(github), a_message(id="msg_2", action="resolve"))
        assert len(github.comments) == 121
        assert github.comments[121]["body"] == (
            "### Resolved: Deployment blocked \\<now\\>\n\n**Why:** accuracy fell\n- [results](<https://a.example/r>)\n\n"
            "[Pull request](<https://a.example/pull/7>)\n\n<!-- evaligo deployment_blocked -->"
        )
    assert first.reference == second.reference == "https://github.com/acme/bot/pull/7#issuecomment-121"


def test_another_event_and_another_issue_get_comments_of_their_own() -> None:
    with FakeGitHub() as github:
        send(sender(github), a_message())
        send(sender(github), a_message(event="judge_drift"))
        send(sender(github), a_message(), "#8")
        assert [comment["issue"] for comment in github.comments.values()] == [7, 7, 8]


def test_a_check_run_stands_beside_its_commit_and_changes_with_its_trouble() -> None:
    with FakeGitHub() as github:
        send(sender(github, post="check"), a_message())
        assert (github.checks[0]["conclusion"], github.checks[0]["head_sha"]) == ("failure", "0" * 40)
        send(sender(github, post="check"), a_message(action="resolve"))
        send(sender(github, post="check"), a_message(), "1" * 40)
        assert [(check["conclusion"], check["head_sha"][0]) for check in github.checks] == [
            ("success", "0"),
            ("failure", "1"),
        ]
        assert github.checks[0]["output"]["title"] == "Resolved: Deployment blocked <now>"


def test_a_long_message_is_cut_to_what_a_comment_takes() -> None:
    with FakeGitHub() as github:
        send(sender(github), a_message(body="*x* " * 400 + "\n" + "\n".join(["line"] * 20_000)))
        assert len(github.comments[1]["body"]) < 65_536
        assert github.comments[1]["body"].endswith(
            "the rest is left out here\n\n<!-- evaligo deployment_blocked -->"
        )


@pytest.mark.parametrize(
    ("change", "keys", "sentence"),
    [
        (Change(), {}, "the repository is not known; write `repository: owner/name` into the channel"),
        (
            Change(),
            {"repository": "acme/bot"},
            "the pull request is not known; name github:NUMBER in the rule",
        ),
        (
            Change(),
            {"repository": "acme/bot", "post": "check"},
            "the commit is not known; name github:SHA in the rule",
        ),
    ],
)
def test_a_place_that_is_not_known_is_said(change: Change, keys: dict[str, str], sentence: str) -> None:
    with FakeGitHub() as github, pytest.raises(PermanentDelivery, match=sentence):
        send(sender(github, **keys), a_message(change=change))


def test_a_refused_token_is_final_and_not_said() -> None:
    with FakeGitHub() as github, pytest.raises(PermanentDelivery) as caught:
        send(sender(github, token="ghs_another"), a_message())
    assert "(401: " in str(caught.value)
    assert "ghs_another" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (403, {"x-ratelimit-remaining": "0"}, 100.0),
        (403, {"Retry-After": "60"}, 60.0),
        (429, {}, None),
    ],
)
def test_github_s_limits_are_a_matter_of_waiting(
    status: int, headers: dict[str, str], seconds: float | None
) -> None:
    if "x-ratelimit-remaining" in headers:  # counted from now, and not from when the tests were collected
        headers = {**headers, "x-ratelimit-reset": str(int(time.time()) + 100)}
    with FakeGitHub(script=[(status, headers)]) as github, pytest.raises(TransientDelivery) as caught:
        send(sender(github), a_message())
    assert caught.value.retry_after == (None if seconds is None else pytest.approx(seconds, abs=60.0))


def test_a_403_without_a_limit_is_final() -> None:
    with FakeGitHub(script=[(403, "Resource not accessible")]) as github, pytest.raises(PermanentDelivery):
        send(sender(github), a_message())


@pytest.mark.parametrize(("post", "address"), [("comment", "abc"), ("comment", "0"), ("check", "7")])
def test_addresses_are_checked(post: str, address: str) -> None:
    with pytest.raises(ValueError, match=r"is no (issue|commit); write its"):
        GitHubChannel(token="t", post=post).check_address(address)  # type: ignore[arg-type]  # one of the two


def test_a_repository_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="'bot' is no repository; write owner/name"):
        GitHubChannel(token="t", repository="bot")
