"""GitHub's REST API on loopback: comments of issues, and check runs of commits."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web
from tests.support.fake_webhook import FakeWebhook, Received

__all__ = ["FakeGitHub"]


@dataclass(kw_only=True)
class FakeGitHub(FakeWebhook):
    """The API.

    Parameters
    ----------
    token : str
        The only one that it takes.
    comments : dict of int to dict
        By id; each has its ``issue``.
    checks : list of dict
    """

    path: str = "/api/v3"
    token: str = "ghs_0123456789"
    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    checks: list[dict[str, Any]] = field(default_factory=list)

    def take(self, received: Received) -> web.Response:
        if received.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"message": "Bad credentials"}, status=401)
        self.taken.append(received)
        parts = urlsplit(received.path.removeprefix(f"{self.path}/repos/acme/bot"))
        if match := re.fullmatch(r"/issues/(\d+)/comments", parts.path):
            return self._of_issue(received, int(match[1]), parse_qs(parts.query))
        if match := re.fullmatch(r"/issues/comments/(\d+)", parts.path):
            comment = self.comments[int(match[1])]
            comment["body"] = received.json["body"]
            return web.json_response(comment)
        return self._of_commit(received, parts.path, parse_qs(parts.query))

    def _of_issue(self, received: Received, issue: int, query: dict[str, list[str]]) -> web.Response:
        if received.method == "POST":
            made = self.comment(issue, received.json["body"])
            return web.json_response(made, status=201)
        first = 100 * (int(query["page"][0]) - 1)
        there = [comment for comment in self.comments.values() if comment["issue"] == issue]
        return web.json_response(there[first : first + 100])

    def comment(self, issue: int, body: str) -> dict[str, Any]:
        """Let somebody write a comment."""
        number = len(self.comments) + 1
        url = f"https://github.com/acme/bot/pull/{issue}#issuecomment-{number}"
        self.comments[number] = {"id": number, "issue": issue, "body": body, "html_url": url}
        return self.comments[number]

    def _of_commit(self, received: Received, path: str, query: dict[str, list[str]]) -> web.Response:
        if received.method == "POST" and path == "/check-runs":
            self.checks.append({"id": len(self.checks), **received.json})
            return web.json_response(self.checks[-1], status=201)
        if received.method == "PATCH" and path.startswith("/check-runs/"):
            check = self.checks[int(path.rpartition("/")[2])]
            check.update(received.json)
            return web.json_response(check)
        if match := re.fullmatch(r"/commits/(\w+)/check-runs", path):
            wanted = (match[1], query["check_name"][0])
            found = [check for check in self.checks if (check["head_sha"], check["name"]) == wanted]
            return web.json_response({"total_count": len(found), "check_runs": found})
        return web.json_response({"message": "Not Found"}, status=404)
