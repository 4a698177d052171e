"""Measure the gate, beside the closest peer, and write the table of docs/benchmarks.md.

    python -m bench.run                     the peer at 4,000 and 100,000 pairs only
    python -m bench.run --peer-largest      at a million too: some ten minutes of CPU

Each line is a whole process: start, reading both files, inference, report.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from bench import data, peer
from bench.measure import Costs, import_time, interleaved, milliseconds

import evaligo

ROOT = Path(__file__).resolve().parents[1]
PAGE, FRONT = ROOT / "docs" / "benchmarks.md", ROOT / "README.md"
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
ROUNDS = {4_000: 7, 100_000: 3, 1_000_000: 3}
LARGEST = max(ROUNDS)
OURS = str(Path(sys.executable).with_name("evalsig"))
OPTIONS = ("--metric", "accuracy", "--cluster", "passage_id", "--min-delta", "0.005", "--output", "markdown")

Row = tuple[int, str, str, Costs | None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, and write it; exit 1 where a target is missed."""
    asked = _parser().parse_args(arguments)
    theirs = asked.peer or peer.installed()
    rows = [
        row
        for n in asked.sizes
        for row in measured(n, theirs if n < LARGEST or asked.peer_largest else None, asked.rounds)
    ]
    small = {"import evaligo": import_time(), **comparisons()}
    met = list(targets(rows, small))
    text = "\n\n".join([_machine(), _table(rows), _small(small), _met(met)])
    print(text)
    if not asked.keep:
        put(PAGE, text)
        put(FRONT, _brief(rows))
    return int(not all(ok for _, _, ok in met))


def put(page: Path, text: str) -> None:
    """Write what was measured between a page's two marks."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def measured(n: int, theirs: Path | None, rounds: int | None) -> Iterator[Row]:
    """Yield a row for each format and program at one size; the peer reads no plain JSONL."""
    with tempfile.TemporaryDirectory() as folder:
        data.write(Path(folder), n)
        frames = _runs(Path(folder), "json")
        commands = [[OURS, *frames], [OURS, *_runs(Path(folder), "jsonl")]]
        if theirs:
            commands.insert(1, [str(theirs), *frames])
        costs = interleaved(commands, rounds or ROUNDS[n])
    yield n, "RunFrame", "evaligo", costs[0]
    yield n, "RunFrame", f"peer {peer.VERSION}", costs[1] if theirs else None
    yield n, "JSONL", "evaligo", costs[-1]


def comparisons() -> dict[str, tuple[float, float, float]]:
    """Time `compare` on 1,000 in-memory pairs in 50 clusters, for graded scores and for 0/1 ones."""
    rng = np.random.default_rng(data.SEED)
    ids = [f"q{i}" for i in range(1_000)]
    clusters = [f"p{i // 20}" for i in range(1_000)]
    graded = rng.uniform(size=(2, 1_000))
    found = {}
    for kind, (before, after) in {"graded": graded, "0/1": (graded > 0.4).astype(float)}.items():
        runs = [evaligo.Run.from_arrays(ids, {"f1": s}, cluster_ids=clusters) for s in (before, after)]
        found[f"compare, {kind} scores"] = milliseconds(
            partial(evaligo.compare, *runs, metric="f1", cluster="cluster_id"), 200
        )
    return found


def targets(
    rows: Sequence[Row], small: dict[str, tuple[float, float, float]]
) -> Iterator[tuple[str, str, bool]]:
    """Yield each target with what was measured and whether it was met."""
    cost = {(n, form, who.split()[0]): c for n, form, who, c in rows}
    ours, theirs = cost.get((4_000, "RunFrame", "evaligo")), cost.get((4_000, "RunFrame", "peer"))
    if ours and theirs:
        share = ours.wall / theirs.wall
        yield "4,000 pairs in at most half the peer's time", f"{share:.2f} of it", share <= 0.5
    for form in ("RunFrame", "JSONL"):
        if large := cost.get((LARGEST, form, "evaligo")):
            yield (
                f"a million pairs ({form}) in at most 4 s and 700 MB",
                f"{large.wall:.2f} s, {large.memory:.0f} MB",
                large.wall <= 4.0 and large.memory <= 700.0,
            )
    for what, (median, _, _) in small.items():
        limit = 100.0 if what.startswith("import") else 5.0
        yield f"{what} in at most {limit:g} ms", f"{median:.1f} ms", median <= limit


def _runs(folder: Path, ending: str) -> list[str]:
    files = (f"--{name}={folder / name}.{ending}" for name in ("baseline", "candidate"))
    return ["gate", *files, *OPTIONS]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Measure the gate's time and memory beside the closest peer."
    )
    parser.add_argument("--sizes", type=int, nargs="+", choices=ROUNDS, default=list(ROUNDS))
    parser.add_argument("--rounds", type=int, help="of each command; default: 7, 3 and 3")
    parser.add_argument("--peer", type=Path, help="the peer's command, where it is installed already")
    parser.add_argument("--peer-largest", action="store_true", help="the peer at a million pairs too")
    parser.add_argument("--keep", action="store_true", help="leave the documentation as it is")
    return parser


def _machine() -> str:
    return (
        f"Measured on {os.cpu_count()} cores ({platform.machine()}, {platform.system()}), Python "
        f"{platform.python_version()}, numpy {np.__version__}; evaligo {evaligo.__version__}."
    )


def _table(rows: Sequence[Row]) -> str:
    head = [
        "| pairs | clusters | format | program | wall, median (s) | least–most (s) | CPU (s) | peak memory (MB) |",
        "|---:|---:|---|---|---:|---:|---:|---:|",
    ]
    return "\n".join([*head, *map(_row, rows)])


def _row(row: Row) -> str:
    n, form, who, cost = row
    what = f"| {n:,} | {n // data.CLUSTER_SIZE:,} | {form} | {who} |"
    if cost is None:
        return f"{what} not run | | | |"
    return f"{what} {cost.wall:.2f} | {cost.range} | {cost.cpu:.2f} | {cost.memory:.0f} |"


def _brief(rows: Sequence[Row]) -> str:
    """Set the two programs side by side, for the front page."""
    cost = {(n, who.split()[0]): c for n, form, who, c in rows if form == "RunFrame"}
    sizes = dict.fromkeys(n for n, _ in cost)
    head = ["| pairs | evaligo | `evalsig` |", "|---:|---:|---:|"]
    return "\n".join(
        [*head, *(f"| {n:,} | {_said(cost[n, 'evaligo'])} | {_said(cost[n, 'peer'])} |" for n in sizes)]
    )


def _said(cost: Costs | None) -> str:
    return "not run" if cost is None else f"{cost.wall:.2f} s, {cost.memory:.0f} MB"


def _small(small: dict[str, tuple[float, float, float]]) -> str:
    rows = [f"| {what} | {m:.1f} | {lo:.1f}–{hi:.1f} |" for what, (m, lo, hi) in small.items()]
    return "\n".join(["| call | median (ms) | least–most (ms) |", "|---|---:|---:|", *rows])


def _met(met: Sequence[tuple[str, str, bool]]) -> str:
    rows = [f"| {what} | {found} | {'met' if ok else 'missed'} |" for what, found, ok in met]
    return "\n".join(["| target | measured | |", "|---|---:|---|", *rows])


if __name__ == "__main__":
    raise SystemExit(main())
