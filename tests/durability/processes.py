"""The processes of a kill -9 test: a provider that lives on, and a server that is killed and started again."""

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Helper:
    """A Python program of this folder, spoken to in lines."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log

    async def ask(self, line: str = "") -> str:
        """Send a line, if there is one, and wait for one."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if line:
            self._process.stdin.write(line.encode() + b"\n")
        answer = await self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the helper process died: {self._log.read_text(errors='replace')[-3000:]}")
        return answer.decode().strip()

    def log(self) -> str:
        """What it wrote to its error output."""
        return self._log.read_text(errors="replace")


@contextlib.asynccontextmanager
async def helper(name: str, log: Path, *arguments: str) -> AsyncIterator[Helper]:
    """Run `tests.durability.NAME`, killed at the end."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ECHOLOT_")}
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", f"tests.durability.{name}", *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        )
        try:
            yield Helper(process, log)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 9)  # with the server it has forked
            await process.wait()


class Server:
    """The server that gets killed, always at the same address."""

    def __init__(self, zygote: Helper, url: str) -> None:
        self._zygote = zygote
        self.url = url
        self.ready: list[float] = []  # seconds from start to the first 200 of /readyz

    async def start(self) -> None:
        """Fork it; returns before it listens."""
        await self._zygote.ask("start")

    async def kill(self) -> None:
        """kill -9; returns when it is gone."""
        code = await self._zygote.ask("kill")
        assert code == "-9", f"the server ended by itself with {code}: {self._zygote.log()[-3000:]}"

    async def stop(self) -> None:
        """End it properly."""
        code = await self._zygote.ask("stop")
        assert code == "0", f"the server ended with {code}: {self._zygote.log()[-3000:]}"

    def log(self) -> str:
        """Warnings of all its lives."""
        return self._zygote.log()


@contextlib.asynccontextmanager
async def server(settings: dict[str, Any], folder: Path, sabotage: str = "") -> AsyncIterator[Server]:
    """A server that can be started; its address stays reserved while it is dead."""
    with socket.socket() as reserved:
        # Bound and never listening: nobody else is given the port, and the server may still listen there.
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        async with helper("victim", folder / "server.log") as zygote:
            plan = {"settings": settings, "port": port, "sabotage": sabotage}
            assert await zygote.ask(json.dumps(plan)) == "ready"
            yield Server(zygote, f"http://127.0.0.1:{port}")


@contextlib.asynccontextmanager
async def provider(
    seed: int, lag: float, folder: Path, *, punctual: bool, name: str = "provider"
) -> AsyncIterator[str]:
    """A provider; its address. `name` is the program of this folder that it is."""
    arguments = (str(seed), str(lag), "1" if punctual else "0")
    async with helper(name, folder / "provider.log", *arguments) as running:
        yield await running.ask()
