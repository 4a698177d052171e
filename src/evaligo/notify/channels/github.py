"""GitHub: one comment on the pull request that is brought up to date, or a check run beside its commit."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from typing import Any, Literal
from urllib.parse import quote

import msgspec

from evaligo.notify.channels.contract import (
    NetworkKeys,
    PermanentDelivery,
    Receipt,
    TransientDelivery,
    pending,
)
from evaligo.notify.channels.http import Reply, ask, checked_url, host_of, refusal, waiting_time
from evaligo.notify.markup import as_github, read
from evaligo.notify.message import Message
from evaligo.notify.templates import escape_markdown

__all__ = ["GitHubChannel"]

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_NUMBER = re.compile(r"#?[1-9]\d{0,9}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_LONGEST = 60_000
"""Characters; GitHub takes 65,536 of a comment and 65,535 of a check's summary."""
_PAGES = 20
_CONCLUSIONS = {"trigger": "failure", "acknowledge": "neutral", "resolve": "success"}


class GitHubChannel(NetworkKeys, frozen=True, kw_only=True):
    """The keys of the channel `github`."""

    token: str
    post: Literal["comment", "check"] = "comment"
    """A check run takes a GitHub App's token, such as that of Actions with `checks: write`."""
    repository: str = ""
    """`owner/name`; the message's own where left out."""
    api_url: str = "https://api.github.com"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.repository and not pending(self.repository) and not _REPOSITORY.fullmatch(self.repository):
            raise ValueError(f"{self.repository!r} is no repository; write owner/name")
        if not pending(self.api_url):
            checked_url(self.api_url)

    def secrets(self) -> Iterable[str]:
        """Return the token."""
        return (self.token, self.token.strip())

    def check_address(self, address: str) -> None:
        """Check the number of an issue or a pull request, or a commit.

        Raises
        ------
        ValueError
        """
        if not (_COMMIT if self.post == "check" else _NUMBER).fullmatch(address):
            what = "commit; write its full SHA" if self.post == "check" else "issue; write its number"
            raise ValueError(f"{address!r} is no {what}")

    async def send(self, message: Message, address: str = "") -> Receipt:
        """Write the comment or the check run; `address` is another issue, or commit, than the message's.

        Raises
        ------
        TransientDelivery, PermanentDelivery
        """
        repository = self.repository or message.change.repository
        if not _REPOSITORY.fullmatch(repository):
            raise PermanentDelivery(
                "the repository is not known", hint="write `repository: owner/name` into the channel"
            )
        if self.post == "check":
            return await self._check(message, f"/repos/{repository}", address or message.change.commit)
        return await self._comment(message, f"/repos/{repository}", address or message.change.pull_request)

    async def _comment(self, message: Message, root: str, number: str) -> Receipt:
        if not _NUMBER.fullmatch(number):
            raise PermanentDelivery("the pull request is not known", hint="name github:NUMBER in the rule")
        marker = f"<!-- evaligo {re.sub('[^A-Za-z0-9_.]', '-', message.event)} -->"
        comments = f"{root}/issues/{number.removeprefix('#')}/comments"
        body = {"body": f"{_markdown(message)}\n\n{marker}"}
        mine = await self._mine(comments, marker)
        if mine is None:
            return _receipt(await self._ask("POST", comments, body))
        return _receipt(await self._ask("PATCH", f"{root}/issues/comments/{mine}", body))

    async def _mine(self, comments: str, marker: str) -> int | None:
        """Find the comment that bears the marker; somebody else's cannot be changed, which GitHub then says."""
        for page in range(1, _PAGES + 1):
            found = (await self._ask("GET", f"{comments}?per_page=100&page={page}")).json()
            listed = found if isinstance(found, list) else []
            for comment in listed:
                if isinstance(comment, dict) and str(comment.get("body", "")).rstrip().endswith(marker):
                    return int(comment["id"])
            if len(listed) < 100:
                return None
        return None

    async def _check(self, message: Message, root: str, commit: str) -> Receipt:
        if not _COMMIT.fullmatch(commit):
            raise PermanentDelivery("the commit is not known", hint="name github:SHA in the rule")
        run: dict[str, Any] = {
            "name": f"evaligo {message.event}",
            "status": "completed",
            "conclusion": _CONCLUSIONS[message.action],
            "external_id": message.dedup_key[:255],
            "output": {"title": message.headline[:255], "summary": _markdown(message, title=False)},
        }
        known = f"{root}/commits/{commit}/check-runs?check_name={quote(run['name'], safe='')}"
        found = (await self._ask("GET", known)).json()
        for one in found.get("check_runs", []) if isinstance(found, dict) else []:
            if one.get("external_id") == run["external_id"]:
                return _receipt(await self._ask("PATCH", f"{root}/check-runs/{one['id']}", run))
        return _receipt(await self._ask("POST", f"{root}/check-runs", {**run, "head_sha": commit}))

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Reply:
        url = self.api_url.strip().rstrip("/")
        headers = {
            "Authorization": f"Bearer {self.token.strip()}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        raw = None if body is None else msgspec.json.encode(body)
        reply = await ask(f"{url}{path}", body=raw, seconds=self.seconds, method=method, headers=headers)
        if reply.good:
            return reply
        raise _limited(reply, host_of(url)) or refusal(
            reply, host_of(url), hint="check the token and its permissions: it must write issues, or checks"
        )


def _markdown(message: Message, *, title: bool = True) -> str:
    body = as_github(read(message.body))
    links = [f"[{link.text}](<{link.url}>)" for link in message.links if link.url not in body]
    parts = [
        *([f"### {as_github(read(escape_markdown(message.headline)))}"] if title else []),
        body,
        " · ".join(links),
    ]
    text = "\n\n".join(part for part in parts if part)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n\n… the rest is left out here"


def _receipt(reply: Reply) -> Receipt:
    said = reply.json()
    return Receipt(reference=str(said.get("html_url", "")) if isinstance(said, dict) else "")


def _limited(reply: Reply, host: str) -> TransientDelivery | None:
    """Recognise GitHub's limits, which come as 403 too: a used-up hour, and requests that follow too fast."""
    if reply.status not in (403, 429):
        return None
    wait = waiting_time(reply.headers)
    if wait is None and reply.headers.get("x-ratelimit-remaining") == "0":
        reset = reply.headers.get("x-ratelimit-reset", "")
        wait = max(0.0, float(reset) - time.time()) if reset.isdecimal() else None
    if wait is None and reply.status == 403 and "rate limit" not in reply.text:
        return None
    return TransientDelivery(f"{host} asks to slow down ({reply.status})", retry_after=wait)
