from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import msgspec
import pytest
from tests.support.experiments import experiment, result
from tests.support.server_process import Served, key_for, serving

from evaligo.store.experiments import ExperimentStore

HEAD = {"name": "a", "dataset": {"name": "d", "sha256": "", "n_items": 1}}
SLOW = """
import sys
from pathlib import Path
from evaligo.service.limits import Limits
from evaligo.service.serve import serve
print_address = lambda address, database: print("evaligo serves", address, flush=True)
limits = Limits(header_seconds=0.5, idle_seconds=0.5, body=1_000_000)
serve(Path(sys.argv[5]), host="127.0.0.1", port=0, limits=limits, started=print_address)
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "evaligo.db"


def batch(number: int, size: int = 20) -> bytes:
    results = [result(f"q{number:05d}-{place:03d}", 1.0) for place in range(size)]
    return msgspec.json.Encoder().encode_lines(results)


def test_a_server_starts_says_where_and_stops_in_good_order(database: Path) -> None:
    secret = key_for(database)
    with serving(database) as server, server.client(secret) as client:
        assert client.get("health").json()["status"] == "ok"
        assert client.get("experiments").json() == {"experiments": [], "cursor": None}
        assert httpx.get(f"{server.url}/api/v1/experiments").status_code == 401
        assert server.process.stdout is not None
        assert "evaligo keys create --role runner" in server.process.stdout.readline()
        server.process.send_signal(signal.SIGTERM)
        _, err = server.process.communicate(timeout=20)
        assert server.process.returncode == 0
        assert err.endswith("stopped\n")
        assert "GET /api/v1/experiments 200" in err
        assert secret not in err


def test_the_network_is_not_opened_while_there_is_no_key(database: Path) -> None:
    command = [sys.executable, "-m", "evaligo", "server", "--host", "0.0.0.0", "--port", "0"]
    refused = subprocess.run(
        [*command, "--database", str(database)], capture_output=True, text=True, timeout=30, check=False
    )
    assert refused.returncode == 64
    assert "there is no API key" in refused.stderr
    key_for(database)
    with serving(database, "--host", "0.0.0.0") as server:
        assert httpx.get(f"{server.url.replace('0.0.0.0', '127.0.0.1')}/api/v1/health").status_code == 200


def test_a_port_that_is_taken_is_told_in_a_sentence(database: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", "evaligo", "server", "--port", str(taken.getsockname()[1])]
        refused = subprocess.run(
            [*command, "--database", str(database)], capture_output=True, text=True, timeout=30, check=False
        )
    assert refused.returncode == 69
    assert "cannot be opened (Address already in use)" in refused.stderr


def test_what_was_acknowledged_survives_a_kill_under_load(database: Path) -> None:
    secret = key_for(database)
    with serving(database, "--quiet", "--rate", "0") as server:
        acknowledged = _killed_under_load(server, secret)
    with ExperimentStore.open(database) as store:
        kept = {one.item.id.partition("-")[0] for one in store.results(experiment().id)}
        counts = sum(1 for _ in store.results(experiment().id))
        entries = store.audit.list(kind="notification", limit=200).entries
        assert store.audit.verify().ok
    assert len(acknowledged["batches"]) > 3
    assert acknowledged["batches"] <= kept
    assert counts == 20 * len(kept)
    assert acknowledged["messages"] <= {str(entry.data["message"]) for entry in entries}


def _killed_under_load(server: Served, secret: str) -> dict[str, set[str]]:
    """Send from several threads until the server is killed; return what it acknowledged."""
    done: dict[str, set[str]] = {"batches": set(), "messages": set()}
    path = f"experiments/{experiment().id}/results"
    enough = threading.Event()

    def upload(first: int) -> None:
        with server.client(secret) as client:
            for number in range(first, 99_999, 4):
                if client.post(path, content=batch(number)).status_code != 200:
                    return
                done["batches"].add(f"q{number:05d}")
                if len(done["batches"]) > 12:
                    enough.set()

    def talk() -> None:
        with server.client(secret) as client:
            for number in range(99_999):
                said = {"channel": "#ci", "message": str(number)}
                if client.post("notifications", json=said).status_code != 201:
                    return
                done["messages"].add(str(number))

    with server.client(secret) as client:
        client.post("experiments", json={**HEAD, "id": experiment().id}).raise_for_status()
    with ThreadPoolExecutor(5) as threads:
        work = [threads.submit(upload, first) for first in range(4)] + [threads.submit(talk)]
        assert enough.wait(30)
        server.process.kill()
    assert all(isinstance(one.exception(), httpx.TransportError | None) for one in work)
    return done


def test_requests_under_way_are_answered_before_it_stops(database: Path) -> None:
    secret = key_for(database)
    with serving(database) as server:
        with server.client(secret) as client:
            client.post("experiments", json={**HEAD, "id": experiment().id}).raise_for_status()
        host, port = server.url.removeprefix("http://").split(":")
        body = batch(1)
        with socket.create_connection((host, int(port))) as line:
            head = (
                f"POST /api/v1/experiments/{experiment().id}/results HTTP/1.1\r\nHost: x\r\n"
                f"Authorization: Bearer {secret}\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            line.sendall(head.encode() + body[:100])
            time.sleep(0.5)
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            line.sendall(body[100:])
            assert line.recv(10_000).startswith(b"HTTP/1.1 200")
        assert server.process.wait(20) == 0


@pytest.fixture
def impatient(database: Path) -> Iterator[Served]:
    key_for(database)
    with serving(database, program=("-c", SLOW)) as server:
        yield server


def test_slow_clients_are_cut_off(impatient: Served, database: Path) -> None:
    secret = key_for(database, name="slow")
    host, port = impatient.url.removeprefix("http://").split(":")
    heads = {
        "says nothing": b"",
        "never ends its head": b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n",
        "never ends its body": (
            f"POST /api/v1/experiments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {secret}\r\n"
            "Content-Length: 999\r\n\r\n{"
        ).encode(),
    }
    lines = {name: socket.create_connection((host, int(port)), timeout=10) for name in heads}
    for name, head in heads.items():
        lines[name].sendall(head)
    assert lines["says nothing"].recv(1000) == b""
    assert lines["never ends its head"].recv(1000) == b""
    answered = lines["never ends its body"].recv(1000)
    assert answered.startswith(b"HTTP/1.1 408")
    for line in lines.values():
        line.close()
    assert httpx.get(f"{impatient.url}/api/v1/health").status_code == 200


def test_who_sends_too_much_reads_why(impatient: Served, database: Path) -> None:
    with impatient.client(key_for(database, name="large")) as client:
        client.post("experiments", json={**HEAD, "id": experiment().id}).raise_for_status()
        answered = client.post(f"experiments/{experiment().id}/results", content=b" " * 5_000_000)
        assert answered.status_code == 413
        assert client.get("self").status_code == 200


def test_two_servers_that_start_at_once_share_one_postgresql(empty_postgres_url: str) -> None:
    with ThreadPoolExecutor(2) as threads:
        contexts = [serving(empty_postgres_url, "--rate", "0") for _ in range(2)]
        servers = list(threads.map(lambda context: context.__enter__(), contexts))
    try:
        _shared(servers, key_for(empty_postgres_url))
    finally:
        for context in contexts:
            context.__exit__(None, None, None)


def _shared(servers: list[Served], secret: str) -> None:
    path = f"experiments/{experiment().id}"
    first, second = (server.client(secret) for server in servers)
    with first, second:
        first.post("experiments", json={**HEAD, "id": experiment().id}).raise_for_status()
        assert second.get(path).status_code == 200
        with ThreadPoolExecutor(8) as threads:
            both = [(first, second)[number % 2] for number in range(20)]
            sent = list(
                threads.map(lambda n: both[n].post(f"{path}/results", content=batch(n // 2)), range(20))
            )
            said = list(
                threads.map(
                    lambda n: both[n].post("notifications", json={"channel": "c", "message": "m"}), range(20)
                )
            )
            tag = first.get(path).headers["etag"]
            changed = list(
                threads.map(
                    lambda n: both[n].patch(path, json={"note": str(n)}, headers={"If-Match": tag}), range(8)
                )
            )
        assert [answered.status_code for answered in sent] == [200] * 20
        assert [answered.status_code for answered in said] == [201] * 20
        assert sorted(answered.status_code for answered in changed) == [200] + [412] * 7
        first.patch(path, json={"status": "completed"}, headers={"If-Match": "*"}).raise_for_status()
        promoted = [
            both[n].post(
                "baselines", json={"experiment": experiment().id, "environment": "e", "replaces": ""}
            )
            for n in range(2)
        ]
        assert sorted(answered.status_code for answered in promoted) == [201, 409]
        assert second.get(f"{path}/results").content.count(b"\n") == 200
        with ThreadPoolExecutor(8) as threads:  # each sums up, and keeps it
            metrics = list(threads.map(lambda n: both[n].get(f"{path}/metrics").status_code, range(8)))
        assert metrics == [200] * 8
        assert len(first.get("audit?limit=200").json()["entries"]) == 22
