"""How long it takes to be there, and how much memory an idle server takes."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

import psutil

from tests.bench.endpoints import ACCOUNT, NUMBER, TOKEN
from tests.bench.table import Row

RUN = Path(__file__).resolve().parents[2] / "run.py"
PATIENCE = 60  # s
SETTINGS = f"""
public_url: https://nps.example.com
channels:
  sms: {{kind: twilio, account_sid: {ACCOUNT}, auth_token: {TOKEN}, from: "{NUMBER}", api_url: "http://127.0.0.1:9"}}
"""


def run(rounds: int = 7) -> list[Row]:
    """Medians of rounds."""
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name:
        (Path(name) / "echolot.yaml").write_text(SETTINGS)
        _until_ready(name)  # makes the database
        measured = [(_seconds("-c", "pass"), _seconds(str(RUN), "--help"), *_until_ready(name)) for _ in range(rounds)]
    python, told, ready, memory = (median(column) for column in zip(*measured, strict=True))
    return [
        Row("run.py --help", told, "s", beside="python -c pass", theirs=python, most=0.3),
        Row("run.py serve until /readyz says yes", ready, "s", most=1.5),
        Row("  memory of the idle server (RSS)", memory, "MB"),
    ]


def _seconds(*arguments: str) -> float:
    """How long Python takes with these arguments."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def _until_ready(home: str) -> tuple[float, float]:
    """Seconds from start to the first 200 of /readyz, and MB a second later."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.perf_counter()
    with _running([str(RUN), "serve", "--port", str(port)], home) as process:
        while not _ready(port):
            if process.poll() is not None or time.perf_counter() - began > PATIENCE:
                raise AssertionError("run.py serve did not become ready")
            time.sleep(0.005)
        took = time.perf_counter() - began
        time.sleep(1)
        return took, psutil.Process(process.pid).memory_info().rss / 1e6


@contextlib.contextmanager
def _running(arguments: Sequence[str], home: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command of ours in its folder, ended properly."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ECHOLOT_")}
    environment["ECHOLOT_LOG_LEVEL"] = "error"
    process = subprocess.Popen([sys.executable, *arguments], cwd=home, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def _ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
