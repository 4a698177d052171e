"""What the server takes: reads, uploads, a hundred thousand items uploaded and judged, pages of ten thousand experiments.

    python -m bench.server [--items 100000] [--database postgresql://...]

The server is a process of its own; the client is this one. Both have the machine's cores to share.
"""

from __future__ import annotations

import argparse
import gzip
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import msgspec
import numpy as np
from sqlalchemy import insert

from evaligo.records import DatasetInfo, Experiment, Item, ItemResult, Metric, Output, Revision, Score, Status
from evaligo.store.experiments import ExperimentStore
from evaligo.store.heads import row_of
from evaligo.store.tables import experiments

BATCH = 1000
SENDERS = 2
PAGES = 10_000
GATES = """
gates:
  release:
    thresholds:
      accuracy: {max_decrease: 1pp, confidence_level: 95%}
      latency_p95: {max_increase: 20%, confidence_level: 95%}
      tone: {min_score: 0.5, confidence_level: 95%}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--database")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = asked.database or str(Path(folder, "evaligo.db"))
        with ExperimentStore.open(database) as store:
            secret = store.keys.create("bench", "admin", who="bench")[1]
            fill(store, PAGES)
        with serving(database) as (url, spent), client_of(url, secret) as client:
            client.post("gates", content=GATES).raise_for_status()
            reads(client, url, secret)
            pages(client)
            judged(client, url, secret, asked.items, spent)


def fill(store: ExperimentStore, n: int) -> None:
    """Put heads into the database past the API: only what reads them is measured."""
    rows = [row_of(head(number), store.project) for number in range(n)]
    with store.database.write() as connection:
        connection.execute(insert(experiments), rows)


def head(number: int) -> Experiment:
    created = f"2026-01-{1 + number // 1440 % 28:02d}T{number // 60 % 24:02d}:{number % 60:02d}:00Z"
    return Experiment(
        id=f"exp_{number:016d}",
        name=f"suite-{number % 20}",
        status=Status.COMPLETED,
        created=created,
        updated=created,
        revision=Revision(commit=f"{number:040x}", branch="main" if number % 3 else "feature"),
        dataset=DatasetInfo(name="d", sha256="d" * 64, n_items=1),
        config={"target": {"type": "openai", "model": "m"}, "evaluators": ["accuracy", "tone"]},
        config_sha256="c" * 64,
        metrics=(Metric(name="accuracy", bounds=(0.0, 1.0)), Metric(name="tone", bounds=(0.0, 1.0))),
    )


def reads(client: httpx.Client, url: str, secret: str) -> None:
    paths = {
        "health (no key)": "health",
        "one experiment": f"experiments/{head(77).id}",
        "50 experiments": "experiments",
    }
    for name, path in paths.items():
        timed(client, path, 50)  # warm
        alone = timed(client, path, 300)
        rate = at_once(url, secret, path, 600)
        print(
            f"{name:18} p50 {1e3 * np.median(alone):6.1f} ms   {rate:6.0f} requests/s from {SENDERS} clients"
        )


def pages(client: httpx.Client) -> None:
    """Walk through all pages, and filter."""
    times: list[float] = []
    cursor: str | None = ""
    while cursor is not None:
        began = time.perf_counter()
        page = client.get("experiments", params={"limit": 50, **({"cursor": cursor} if cursor else {})})
        times.append(time.perf_counter() - began)
        cursor = page.raise_for_status().json()["cursor"]
    for query in ("branch=feature", "name=suite-7", "commit=0000", "since=2026-01-20T00:00:00Z"):
        times += timed(client, f"experiments?limit=50&{query}", 25)
    print(f"list pages at {PAGES} experiments: p95 {1e3 * np.quantile(times, 0.95):.1f} ms of {len(times)}")


def judged(client: httpx.Client, url: str, secret: str, n: int, spent: Callable[[], float]) -> None:
    dataset = DatasetInfo(name="d", sha256="e" * 64, n_items=n)
    runs = {
        name: replace(head(0), id=f"exp_{name}", dataset=dataset, status=Status.RUNNING)
        for name in ("a", "b")
    }
    for shift, (name, one) in enumerate(runs.items()):
        whole = msgspec.to_builtins(one)
        client.post("experiments", json=whole).raise_for_status()
        batches = [packed(start, min(BATCH, n - start), shift) for start in range(0, n, BATCH)]
        began, busy = time.perf_counter(), spent()
        upload(url, secret, one.id, batches)
        done = {"status": "completed"}
        client.patch(f"experiments/{one.id}", json=done, headers={"If-Match": "*"}).raise_for_status()
        took, busy = time.perf_counter() - began, spent() - busy
        print(
            f"{name}: {n} items uploaded in {took:.2f} s ({n / took:.0f} items/s, {n / BATCH / took:.0f} requests/s)"
        )
    began, judge_busy = time.perf_counter(), spent()
    asked = {"candidate": "exp_b", "baseline": "exp_a", "gate": "release"}
    said = client.post("judge", json=asked, timeout=120.0).raise_for_status().json()
    judging, judge_busy = time.perf_counter() - began, spent() - judge_busy
    print(f"judged in {judging:.2f} s: {said['verdict']}")
    print(
        f"{n} items uploaded and judged: {took + judging:.2f} s "
        f"(the server's processor: {busy:.2f} s and {judge_busy:.2f} s)"
    )


def packed(start: int, size: int, shift: int) -> bytes:
    rng = np.random.default_rng(start)
    right, slow = rng.random(size) < 0.9, rng.gamma(4.0, 0.2, size)
    results = [
        ItemResult(
            item=Item(id=f"q{place:07d}", input=f"What is {place} + {place}?", expected=str(2 * place)),
            output=Output(
                text=f"The sum of both is {2 * place}.",
                latency=float(slow[at]),
                input_tokens=12,
                output_tokens=8,
                cost=0.001,
            ),
            scores=(
                Score(metric="accuracy", value=float(right[at]), evaluator="exact_match", version="1"),
                Score(
                    metric="tone", value=0.9 - 0.01 * shift, evaluator="judge", version="1", reason="polite"
                ),
            ),
        )
        for at, place in enumerate(range(start, start + size))
    ]
    return gzip.compress(msgspec.json.Encoder().encode_lines(results), 1)


def upload(url: str, secret: str, experiment: str, batches: list[bytes]) -> None:
    def send(first: int) -> None:
        with client_of(url, secret) as client:
            for body in batches[first::SENDERS]:
                client.post(
                    f"experiments/{experiment}/results", content=body, headers={"Content-Encoding": "gzip"}
                ).raise_for_status()

    with ThreadPoolExecutor(SENDERS) as threads:
        list(threads.map(send, range(SENDERS)))


def at_once(url: str, secret: str, path: str, n: int) -> float:
    def ask(_sender: int) -> None:
        with client_of(url, secret) as client:
            for _ in range(n // SENDERS):
                client.get(path).raise_for_status()

    began = time.perf_counter()
    with ThreadPoolExecutor(SENDERS) as threads:
        list(threads.map(ask, range(SENDERS)))
    return n / (time.perf_counter() - began)


def timed(client: httpx.Client, path: str, n: int) -> list[float]:
    times = []
    for _ in range(n):
        began = time.perf_counter()
        client.get(path).raise_for_status()
        times.append(time.perf_counter() - began)
    return times


def client_of(url: str, secret: str) -> httpx.Client:
    return httpx.Client(
        base_url=f"{url}/api/v1/", headers={"Authorization": f"Bearer {secret}"}, timeout=60.0
    )


@contextmanager
def serving(database: str) -> Iterator[tuple[str, Callable[[], float]]]:
    """Run a server; give its address, and what tells the processor's seconds that it has taken."""
    command = ["-m", "evaligo", "server", "--port", "0", "--database", database, "--quiet", "--rate", "0"]
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[2].removesuffix("/api/v1"), lambda: processor(process.pid)
    finally:
        process.terminate()
        process.wait()


def processor(pid: int) -> float:
    """Return a process's seconds on the processor: on a busy machine they say more than the clock."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
