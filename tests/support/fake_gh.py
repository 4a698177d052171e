"""GitHub's command-line client, for tests: `gh api` over comments that lie in a JSON file.

The file named by ``FAKE_GH`` is the outside world: ``login`` (whose token it is), ``comments``, ``read_only`` (a token
that may not write, as a fork's), and ``calls`` (what was asked, in order).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit


def main() -> int:
    """Answer one call."""
    file = Path(os.environ["FAKE_GH"])
    world = json.loads(file.read_text())
    flags, (command, path) = parse(sys.argv[1:])
    assert command == "api", command
    fields = json.loads(sys.stdin.read()) if flags.get("--input") == "-" else {}
    world["calls"].append([flags["--method"], path])
    answer = respond(world, flags["--method"], path, fields)
    file.write_text(json.dumps(world))
    if answer is None:
        sys.stderr.write("gh: Resource not accessible by integration (HTTP 403)\n")
        return 1
    sys.stdout.write(json.dumps(answer))
    return 0


def parse(args: list[str]) -> tuple[dict[str, str], list[str]]:
    """Split the arguments into options with a value and the rest."""
    flags, rest = {}, []
    words = iter(args)
    for word in words:
        if word.startswith("--"):
            flags[word] = next(words)
        else:
            rest.append(word)
    return flags, rest


def respond(world: dict[str, Any], method: str, path: str, fields: dict[str, str]) -> Any:
    """Return the answer, or None where the token may not do that."""
    if not os.environ.get("GH_TOKEN"):
        return None
    if path == "graphql":
        return {"data": {"viewer": {"login": world["login"]}}} if world["login"] else None
    if method == "GET":
        asked = parse_qs(urlsplit(path).query)
        size, page = int(asked["per_page"][0]), int(asked["page"][0])
        return world["comments"][(page - 1) * size : page * size]
    if world["read_only"]:
        return None
    assert len(fields["body"]) <= 65_536
    if method == "POST":
        comment = {"id": 1000 + len(world["comments"]), "user": {"login": world["login"]}, **fields}
        world["comments"].append(comment)
        return comment
    (comment,) = [c for c in world["comments"] if str(c["id"]) == path.rpartition("/")[2]]
    comment.update(fields)
    return comment


if __name__ == "__main__":
    sys.exit(main())
