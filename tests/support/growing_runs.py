"""Runs of pass and fail, as JSONL lines, and a command that follows them while they are written."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["append", "lines", "start", "watched"]

_FAST = ("--interval", "0.05", "--idle", "0.6")


def lines(share: float, *, n: int = 1_000, seed: int, per_cluster: int = 4, model: str = "m") -> list[str]:
    """Return the lines of a run that passes a share of its items."""
    rng = np.random.default_rng(seed)
    return [
        json.dumps(
            {"id": f"q{i}", "passage_id": f"p{i // per_cluster}", "model": model, "accuracy": int(passed)}
        )
        for i, passed in enumerate((rng.random(n) < share).tolist())
    ]


def append(path: Path, *text: str) -> None:
    """Add whole lines to a file."""
    with path.open("a", encoding="utf-8") as stream:
        stream.writelines(f"{line}\n" for line in text)


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    """Start `watch --follow` on `a.jsonl` and `b.jsonl` of a folder."""
    command = (sys.executable, "-m", "evaligo", "watch", "--follow", *_FAST, "--metric", "accuracy")
    files = ("--baseline", "a.jsonl", "--candidate", "b.jsonl")
    return subprocess.Popen(
        [*command, *files, *options],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def watched(folder: Path, *options: str) -> tuple[int, dict[str, Any], str]:
    """Follow files that are there already; return the exit code, the JSON report and standard error."""
    process = start(folder, "--output", "json", *options)
    out, said = process.communicate(timeout=60)
    return process.returncode, json.loads(out) if out else {}, said
