"""Webhook acknowledgement: verify, commit, answer; beside a bare Starlette endpoint with the same signature check.

Server and load are processes of their own. The latency at a fixed rate is that of the whole server, workers and all.
"""

import contextlib
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import uvloop

from tests.bench import durable
from tests.bench.table import Row, middle

RATE = 200  # webhooks/s


def run(webhooks: int = 2000, seconds: int = 10, rounds: int = 3) -> list[Row]:
    """Rounds of product, bare endpoint and whole server in turn."""
    pairs, whole, loaded = [], [], []
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name:
        folder = Path(name)
        uvloop.run(durable.prepare(f"sqlite:///{folder / 'template.db'}", webhooks + RATE * seconds))
        _all_delivered(folder / "template.db")
        for number in range(rounds):
            with _serving("hooks", _home(folder, f"hooks{number}")) as url:
                ours = webhooks / _load(url, 0, webhooks)["seconds"]
            with _serving("bare", folder) as url:
                pairs.append((ours, webhooks / _load(url, 0, webhooks)["seconds"]))
            with _serving("server", _home(folder, f"server{number}")) as url:
                loaded.append(_load(url, webhooks, RATE * seconds, RATE))
                whole.append(webhooks / _load(url, 0, webhooks)["seconds"])
    ours, bare = middle(pairs)
    latency = f"  whole server, {RATE} webhooks/s:"
    return [
        Row("webhooks acknowledged", ours, beside="bare Starlette, same signature check", theirs=bare, least=0.6),
        Row("  whole server, workers busy", median(whole), beside="bare Starlette", theirs=bare),
        Row(f"{latency} p50", median(each["p50"] for each in loaded), "ms"),
        Row(f"{latency} p99", median(each["p99"] for each in loaded), "ms", most=50),
    ]


def _all_delivered(path: Path) -> None:
    """The invitations went out long ago; what is measured is not the day of a campaign."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE outbox SET state = 'delivered', rank = 5")


def _home(folder: Path, name: str) -> Path:
    """A folder with a database in which everybody has been asked."""
    home = folder / name
    home.mkdir()
    shutil.copy(folder / "template.db", home / "bench.db")
    return home


@contextlib.contextmanager
def _serving(kind: str, home: Path) -> Iterator[str]:
    """A server of tests.bench.endpoints; its address."""
    command = [sys.executable, "-m", "tests.bench.endpoints", kind, str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def _load(url: str, first: int, count: int, rate: float = 0) -> dict[str, float]:
    """Call it from a process of its own, after a few calls that do not count."""
    for begin, many in ((10_000_000 + first, 200), (first, count)):
        command = [sys.executable, "-m", "tests.bench.load", url, str(begin), str(many), str(rate)]
        said = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return json.loads(said)
