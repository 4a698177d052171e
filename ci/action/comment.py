"""Keep one comment with the gate's report on a pull request: change the one that is there, or write the first.

The comment is found by a hidden marker on its first line, among those by the token's own user: anybody can write the
marker. A token that may not comment (a pull request from a fork has a read-only one) is a warning, not a failure: the
report stands in the job's summary as well.
"""

# ruff: noqa: INP001  (a script, run by path)

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LONGEST = 65_536  # characters that GitHub takes
PAGE = 100


def main() -> int:
    """Write the comment."""
    key = re.sub(r"[^\w.-]", "-", os.environ["COMMENT_KEY"])  # nothing that could end the marker
    marker = f"<!-- evaligo-gate:{key} -->"
    body = fitted(f"{marker}\n{report(Path(os.environ['REPORT']))}")
    repository, number = os.environ["GITHUB_REPOSITORY"], os.environ["PULL_REQUEST"]
    try:
        there = own_comment(f"repos/{repository}/issues/{number}/comments", marker)
        if there is None:
            api("POST", f"repos/{repository}/issues/{number}/comments", {"body": body})
        else:
            api("PATCH", f"repos/{repository}/issues/comments/{there}", {"body": body})
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip().replace("\n", " ")
        warn(
            f"the report could not be written to the pull request ({said}); the job needs pull-requests: write"
        )
    return 0


def report(path: Path) -> str:
    """Read the report; without one the comment says so, for it must not go on showing the last verdict."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    return (
        text
        if text.strip()
        else "## EVALSIG release gate :no_entry: no verdict\n\nThe gate left no report.\n"
    )


def own_comment(path: str, marker: str) -> int | None:
    """Find the comment that an earlier run of this gate wrote."""
    me = own_login()
    for comment in pages(path):
        author = comment.get("user") or {}
        if (comment.get("body") or "").startswith(marker) and is_me(author, me):
            return int(comment["id"])
    return None


def is_me(author: dict[str, Any], me: str | None) -> bool:
    """Tell whether the token wrote it; a token that does not say whose it is takes a bot's comment, never a person's."""
    return author.get("type") == "Bot" if me is None else bare(author.get("login", "")) == me


def own_login() -> str | None:
    """Ask who the token is; GraphQL also answers for the token of an Actions job, REST does not."""
    try:
        answer = api("POST", "graphql", {"query": "query { viewer { login } }"})
        return bare(answer["data"]["viewer"]["login"])
    except (KeyError, TypeError, ValueError, subprocess.CalledProcessError):
        return None


def bare(login: str) -> str:
    """Drop the mark of a bot, which GitHub's two interfaces write differently."""
    return login.removesuffix("[bot]")


def pages(path: str) -> Iterator[dict[str, Any]]:
    """Yield every comment, page by page."""
    page = 1
    while True:
        found = api("GET", f"{path}?per_page={PAGE}&page={page}")
        yield from found
        if len(found) < PAGE:
            return
        page += 1


def api(method: str, path: str, fields: dict[str, str] | None = None) -> Any:
    """Call GitHub's own command-line client, which brings its certificates, proxies and hosts."""
    done = subprocess.run(  # noqa: S603  (GitHub's client, with paths made of a repository and numbers)
        ["gh", "api", "--method", method, path, *(["--input", "-"] if fields else [])],  # noqa: S607
        input=json.dumps(fields) if fields else None,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return json.loads(done.stdout)


def fitted(body: str) -> str:
    """Cut a report that GitHub would refuse, at the end of a line, and say so."""
    if len(body) <= LONGEST:
        return body
    note = "\n\n*The report is longer than a comment may be; the whole of it stands in the job's summary.*\n"
    return body[: body.rindex("\n", 0, LONGEST - len(note))] + note


def warn(sentence: str) -> None:
    """Show a warning on the run's page."""
    escaped = sentence.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    sys.stdout.write(f"::warning::{escaped}\n")


if __name__ == "__main__":
    sys.exit(main())
