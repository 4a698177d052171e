"""Measure experiments, beside inspect_ai and promptfoo on one fake endpoint, and write docs/benchmarks.md's table.

    python -m bench.experiment              installs both peers under build/bench; some four minutes
    python -m bench.experiment --no-peers

Each line of the first table is a whole process: start, reading the dataset, calls, scores, keeping, report.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from bench.experiment_peers import INSPECT_VERSION, PROMPTFOO_VERSION, inspect_command, promptfoo_command
from bench.measure import Cost, Costs, process

import evaligo

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- bench experiment: begin -->", "<!-- bench experiment: end -->"
OURS = Path(sys.executable).with_name("evaligo")
N, CONCURRENCY, DELAY = 2_000, 32, 0.05
IDEAL = N * DELAY / CONCURRENCY
REPLAYED = (10_000, 100_000)

_SPEED = """\
name: speed
target: {{type: openai, base_url: "{url}", model: fake, messages: [{{role: user, content: "{{{{input}}}}"}}]}}
evaluators: [exact_match]
limits: {{concurrency: {concurrency}}}
"""
_REPLAY = """\
name: replay
target: {type: replay, file: outputs.jsonl}
evaluators: [exact_match]
"""

Row = tuple[str, str, Costs | None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the tables, and write them; exit 1 where a target is missed."""
    asked = _parser().parse_args(arguments)
    rows, seconds = called(asked.rounds, peers=asked.peers)
    rows += replayed(asked.rounds)
    met = list(targets(rows, seconds))
    text = "\n\n".join([_machine(), _table(rows), _met(met)])
    print(text)
    if not asked.keep:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    return int(not all(ok for _, _, ok in met))


def called(rounds: int, *, peers: bool) -> tuple[list[Row], list[float]]:
    """Return a row for each program on one endpoint that answers after a while, and evaligo's seconds of the run itself.

    They take turns.
    """
    what = f"{N:,} calls of {1e3 * DELAY:.0f} ms, {CONCURRENCY} at a time"
    with _folder(N) as folder, _endpoint() as url:
        (folder / ".evaligo" / "speed.yaml").write_text(
            _SPEED.format(url=url, concurrency=CONCURRENCY), encoding="utf-8"
        )
        commands: dict[str, str | None] = {"evaligo": _evaligo("speed")}
        if peers:
            commands[f"promptfoo {PROMPTFOO_VERSION}"] = promptfoo_command(folder, url, CONCURRENCY)
            commands[f"inspect_ai {INSPECT_VERSION}"] = inspect_command(folder, url, CONCURRENCY)
        runs: dict[str, list[Cost]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                if command:
                    runs[name].append(_measured(command, folder, url))
        seconds = _seconds(folder)
    return [
        (what, name, Costs(runs=tuple(costs)) if costs else None) for name, costs in runs.items()
    ], seconds


def replayed(rounds: int) -> Iterator[Row]:
    """Yield a row for each size of a dataset whose outputs are there already."""
    for n in REPLAYED:
        with _folder(n) as folder:
            (folder / ".evaligo" / "replay.yaml").write_text(_REPLAY, encoding="utf-8")
            costs = tuple(_measured(_evaligo("replay"), folder) for _ in range(rounds))
        yield f"{n:,} outputs replayed", "evaligo", Costs(runs=costs)


def targets(rows: Sequence[Row], seconds: Sequence[float]) -> Iterator[tuple[str, str, bool]]:
    """Yield each target with what was measured and whether it was met."""
    costs = {(what, name): cost for what, name, cost in rows if cost}
    share, middle = min(seconds) / IDEAL, statistics.median(seconds) / IDEAL
    yield (
        f"{N:,} calls, without start and report, within 1.15 of the ideal {IDEAL:.3f} s",
        f"{share:.2f} of it at best, {middle:.2f} in the middle",
        share <= 1.15,
    )
    small, large = (costs[f"{n:,} outputs replayed", "evaligo"] for n in REPLAYED)
    rate = REPLAYED[1] / large.wall
    yield f"{REPLAYED[1]:,} outputs replayed at 5,000/s or more", f"{rate:,.0f}/s", rate >= 5_000
    yield (
        f"memory that does not grow with the dataset: at most 1.3 times from {REPLAYED[0]:,} to {REPLAYED[1]:,}",
        f"{small.memory:.0f} and {large.memory:.0f} MB",
        large.memory <= 1.3 * small.memory,
    )


def _seconds(folder: Path) -> list[float]:
    """Ask the store how long each experiment ran, from its first item to the last that was kept."""
    command = [str(OURS), "experiment", "list", "--json"]
    environment = {key: value for key, value in os.environ.items() if key != "EVALIGO_URL"}
    found = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)
    return [head["totals"]["seconds"] for head in json.loads(found.stdout)["experiments"]]


def _measured(command: str, folder: Path, url: str | None = None) -> Cost:
    """Run a command in the folder, and see that it asked for every item once."""
    before = _answered(url) if url else 0
    cost = process(["/bin/sh", "-c", f"cd {folder} && exec env {command}"])
    if url and (asked := _answered(url) - before) != N:
        raise SystemExit(f"{command} asked {asked} times for {N} items")
    return cost


def _evaligo(name: str) -> str:
    return (
        f"-u EVALIGO_URL {OURS} experiment run --config .evaligo/{name}.yaml --dataset items.jsonl --no-cache"
    )


@contextmanager
def _folder(n: int) -> Iterator[Path]:
    """A project with so many items and their outputs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / ".evaligo").mkdir()
        with (folder / "items.jsonl").open("w") as items, (folder / "outputs.jsonl").open("w") as outputs:
            for i in range(n):
                said = {"id": f"q{i}", "input": f"question {i}", "expected": f"answer to question {i}"}
                items.write(json.dumps(said) + "\n")
                outputs.write(json.dumps({"id": f"q{i}", "output": said["expected"]}) + "\n")
        yield folder


@contextmanager
def _endpoint() -> Iterator[str]:
    """The tests' fake endpoint, in a process of its own."""
    command = [sys.executable, "-m", "tests.support.fake_endpoint", "--delay", str(DELAY)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as serving:
        assert serving.stdout
        try:
            yield serving.stdout.readline().strip()
        finally:
            serving.terminate()


def _answered(url: str) -> int:
    with urlopen(f"{url}/stats") as stats:
        return int(json.load(stats)["answered"])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure experiments beside inspect_ai and promptfoo.")
    parser.add_argument("--rounds", type=int, default=3, help="of each command")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="evaligo alone")
    parser.add_argument("--keep", action="store_true", help="leave the documentation as it is")
    return parser


def _machine() -> str:
    return (
        f"Measured on {os.cpu_count()} cores ({platform.machine()}, {platform.system()}), Python "
        f"{platform.python_version()}; evaligo {evaligo.__version__}."
    )


def _table(rows: Sequence[Row]) -> str:
    head = [
        "| work | program | wall, median (s) | least–most (s) | CPU (s) | peak memory (MB) |",
        "|---|---|---:|---:|---:|---:|",
    ]
    return "\n".join([*head, *map(_row, rows)])


def _row(row: Row) -> str:
    what, name, cost = row
    if cost is None:
        return f"| {what} | {name} | not run | | | |"
    return f"| {what} | {name} | {cost.wall:.2f} | {cost.range} | {cost.cpu:.2f} | {cost.memory:.0f} |"


def _met(met: Sequence[tuple[str, str, bool]]) -> str:
    rows = [f"| {what} | {found} | {'met' if ok else 'missed'} |" for what, found, ok in met]
    return "\n".join(["| target | measured | |", "|---|---:|---|", *rows])


if __name__ == "__main__":
    raise SystemExit(main())
